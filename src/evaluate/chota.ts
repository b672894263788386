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
  const counts = countShared(frames, lineageA, lineageB);
  if (counts.total === 0) return null;
  let score = 0;
  for (const [a, row] of counts.shared)
    for (const [b, n] of row)
      if (b !== 0) score += likeness(n, counts, lineageA.ancestry(a), lineageB.ancestry(b));
  return Math.sqrt(score / counts.total);
}

/** Objects by true track, by computed track, and by both. */
interface SharedCounts {
  /** Frames shared by a true and a computed track; key 0 stands for "no partner". */
  readonly shared: ReadonlyMap<number, ReadonlyMap<number, number>>;
  readonly ofTruth: ReadonlyMap<number, number>;
  readonly ofResult: ReadonlyMap<number, number>;
  /** TP + FP + FN. */
  readonly total: number;
}

function countShared(frames: SequenceMatch["frames"], truth: Lineages, result: Lineages): SharedCounts {
  const shared = new Map<number, Map<number, number>>();
  const [ofTruth, ofResult] = [new Map<number, number>(), new Map<number, number>()];
  let total = 0;
  const add = (map: Map<number, number>, key: number): void => void map.set(key, (map.get(key) ?? 0) + 1);
  for (const frame of frames) {
    for (const label of frame.truth) {
      const [a, b] = [truth.idOf(label), result.idOf(frame.partner.get(label) ?? 0)];
      if (!shared.has(a)) shared.set(a, new Map());
      add(shared.get(a)!, b);
      add(ofTruth, a);
      add(ofResult, b);
      total++;
    }
    for (const label of frame.result) {
      if (frame.taken.has(label)) continue;
      add(ofResult, result.idOf(label));
      total++;
    }
  }
  return { shared, ofTruth, ofResult, total };
}

/** n TPA / (TPA + FNA + FPA) of a true and a computed family whose tracks share n objects. */
function likeness(
  n: number,
  { shared, ofTruth, ofResult }: SharedCounts,
  truth: ReadonlySet<number>,
  result: ReadonlySet<number>,
): number {
  let tpa = 0;
  for (const member of truth)
    for (const [other, count] of shared.get(member) ?? []) if (other !== 0 && result.has(other)) tpa += count;
  return (n * tpa) / (sumOver(truth, ofTruth) + sumOver(result, ofResult) - tpa);
}

const sumOver = (tracks: ReadonlySet<number>, counts: ReadonlyMap<number, number>): number =>
  [...tracks].reduce((sum, track) => sum + (counts.get(track) ?? 0), 0);

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
