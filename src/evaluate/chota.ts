import type { CtcTrack } from "../io/ctc.js";
import { childrenOf, type SequenceMatch } from "./sequence.js";

/**
 * CHOTA: how well objects stay associated with their whole lineage. Every match of a frame is worth the
 * overlap of two sets of objects, those of the true track with its ancestors and descendants and those of the
 * computed one with its own: A = TPA / (TPA + FNA + FPA). The score is sqrt(sum of A / (TP + FP + FN)).
 * Tracks that continue a gap (single children) count as one with their parents.
 *
 * @returns 0..1; null when there are no objects
 * Source: Kaiser et al. 2024, CHOTA: a higher order accuracy metric for cell tracking.
 */
export function chota({ frames, truth, result }: SequenceMatch): number | null {
  const [lineageA, lineageB] = [lineages(truth), lineages(result)];
  /** Frames shared by a true and a computed track; key 0 stands for "no partner". */
  const shared = new Map<number, Map<number, number>>();
  const countB = new Map<number, number>();
  const countA = new Map<number, number>();
  let total = 0;
  const add = (map: Map<number, number>, key: number): void => void map.set(key, (map.get(key) ?? 0) + 1);
  for (const frame of frames) {
    for (const label of frame.truth) {
      const [a, b] = [lineageA.idOf(label), lineageB.idOf(frame.partner.get(label) ?? 0)];
      if (!shared.has(a)) shared.set(a, new Map());
      add(shared.get(a)!, b);
      add(countA, a);
      add(countB, b);
      total++;
    }
    for (const label of frame.result) {
      if (frame.taken.has(label)) continue;
      add(countB, lineageB.idOf(label));
      total++;
    }
  }
  if (total === 0) return null;
  const sumOver = (labels: ReadonlySet<number>, counts: ReadonlyMap<number, number>): number =>
    [...labels].reduce((sum, label) => sum + (counts.get(label) ?? 0), 0);
  let score = 0;
  for (const [a, row] of shared) {
    const ancestryA = lineageA.ancestry(a);
    for (const [b, n] of row) {
      if (b === 0) continue;
      const ancestryB = lineageB.ancestry(b);
      let tpa = 0;
      for (const member of ancestryA)
        for (const [other, count] of shared.get(member) ?? [])
          if (other !== 0 && ancestryB.has(other)) tpa += count;
      score += (n * tpa) / (sumOver(ancestryA, countA) + sumOver(ancestryB, countB) - tpa);
    }
  }
  return Math.sqrt(score / total);
}

interface Lineages {
  /** The label that stands for a track and all that continue it after a gap; 0 stays 0. */
  idOf(label: number): number;
  /** A track's id with all its ancestors and descendants. */
  ancestry(id: number): ReadonlySet<number>;
}

function lineages(tracks: readonly CtcTrack[]): Lineages {
  const children = childrenOf(tracks);
  const ids = new Map<number, number>();
  const byBegin = [...tracks].sort((a, b) => a.begin - b.begin || a.label - b.label);
  for (const { label, parent } of byBegin)
    ids.set(label, children.get(parent)?.length === 1 ? (ids.get(parent) ?? parent) : label);
  const idOf = (label: number): number => ids.get(label) ?? label;
  const parentOf = new Map<number, number>();
  const below = new Map<number, number[]>();
  for (const { label, parent } of byBegin) {
    if (parent === 0 || idOf(label) === idOf(parent)) continue;
    parentOf.set(idOf(label), idOf(parent));
    below.set(idOf(parent), [...(below.get(idOf(parent)) ?? []), idOf(label)]);
  }
  const known = new Map<number, Set<number>>();
  const ancestry = (id: number): Set<number> => {
    const cached = known.get(id);
    if (cached !== undefined) return cached;
    const set = new Set([id]);
    for (let up = parentOf.get(id); up !== undefined && !set.has(up); up = parentOf.get(up)) set.add(up);
    const open = [...(below.get(id) ?? [])];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (set.has(next)) continue;
      set.add(next);
      open.push(...(below.get(next) ?? []));
    }
    known.set(id, set);
    return set;
  };
  return { idOf, ancestry };
}
