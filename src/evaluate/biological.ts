import type { CtcTrack } from "../io/ctc.js";
import { childrenOf, type SequenceMatch } from "./sequence.js";

/** Divisions found. */
export interface DivisionScore {
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  /** NaN where there is nothing to divide by. */
  readonly precision: number;
  readonly recall: number;
  /** BC(i) of the challenge: 0 where nothing is found, also when there is nothing to find. */
  readonly f1: number;
}

/**
 * Per true label: the result's label in each frame of its track, 0 where it has none or shares it with
 * another true object.
 */
function carriers({ frames, truth }: SequenceMatch): Map<number, number[]> {
  const out = new Map<number, number[]>();
  for (const { label, begin, end } of truth) {
    const list: number[] = [];
    for (let t = begin; t <= end && t < frames.length; t++) {
      const partner = frames[t]!.partner.get(label) ?? 0;
      list.push(partner !== 0 && frames[t]!.taken.get(partner) === 1 ? partner : 0);
    }
    out.set(label, list);
  }
  return out;
}

/**
 * CT: twice the true tracks that one label of the result follows in every frame, with equal first and last
 * frame, over all tracks.
 */
export function completeTracks(match: SequenceMatch): number | null {
  const total = match.truth.length + match.result.length;
  if (total === 0) return null;
  const result = new Map(match.result.map((track) => [track.label, track]));
  const lists = carriers(match);
  const complete = match.truth.filter(({ label, begin, end }) => {
    const list = lists.get(label)!;
    const track = result.get(list[0] ?? 0);
    return (
      track !== undefined &&
      track.begin === begin &&
      track.end === end &&
      list.every((carrier) => carrier === list[0])
    );
  });
  return (2 * complete.length) / total;
}

/**
 * TF: mean over the true tracks found at all of the longest run that one label carries, as a share of the
 * track's length.
 *
 * The reference implementation drops, by an order of labels, some true tracks that share a computed label
 * with a completely followed one; its authors call that unstable. Here each true track counts.
 */
export function trackFractions(match: SequenceMatch): number | null {
  const lists = carriers(match);
  const fractions: number[] = [];
  for (const { label, begin, end } of match.truth) {
    let [longest, run, previous] = [0, 0, 0];
    for (const carrier of lists.get(label)!) {
      run = carrier !== 0 && carrier === previous ? run + 1 : carrier === 0 ? 0 : 1;
      longest = Math.max(longest, run);
      previous = carrier;
    }
    if (longest > 0) fractions.push(longest / (end - begin + 1));
  }
  return fractions.length === 0 ? null : fractions.reduce((sum, f) => sum + f, 0) / fractions.length;
}

interface Division {
  readonly mother: CtcTrack;
  readonly children: readonly CtcTrack[];
}

function divisionsOf(tracks: readonly CtcTrack[]): Division[] {
  const children = childrenOf(tracks);
  return tracks
    .filter(({ label }) => (children.get(label)?.length ?? 0) > 1)
    .map((mother) => ({ mother, children: children.get(mother.label)! }));
}

/**
 * Divisions found within `tolerance` frames: the mothers match where the earlier of both ends, there are
 * equally many children, and each true child has one of the result, beginning within the tolerance and
 * matching in the frame where the later of both begins.
 */
export function divisionScore(match: SequenceMatch, tolerance: number): DivisionScore {
  const [truth, result] = [divisionsOf(match.truth), divisionsOf(match.result)];
  const used = new Set<Division>();
  let tp = 0;
  for (const division of truth) {
    const found = result.find(
      (candidate) => !used.has(candidate) && sameDivision(match, division, candidate, tolerance),
    );
    if (found === undefined) continue;
    used.add(found);
    tp++;
  }
  const [fp, fn] = [result.length - tp, truth.length - tp];
  return {
    tp,
    fp,
    fn,
    precision: tp / (tp + fp),
    recall: tp / (tp + fn),
    f1: tp === 0 ? 0 : tp / (tp + (fp + fn) / 2),
  };
}

function sameDivision(
  { frames }: SequenceMatch,
  truth: Division,
  result: Division,
  tolerance: number,
): boolean {
  if (
    Math.abs(truth.mother.end - result.mother.end) > tolerance ||
    truth.children.length !== result.children.length
  )
    return false;
  const earlier = Math.min(truth.mother.end, result.mother.end);
  if (frames[earlier]?.partner.get(truth.mother.label) !== result.mother.label) return false;
  const matched = new Set<number>();
  for (const child of truth.children) {
    const found = result.children.find(
      (other) =>
        !matched.has(other.label) &&
        Math.abs(child.begin - other.begin) <= tolerance &&
        frames[Math.max(child.begin, other.begin)]?.partner.get(child.label) === other.label,
    );
    if (found !== undefined) matched.add(found.label);
  }
  return matched.size === truth.children.length;
}

/**
 * CCA: 1 - the largest difference between the cumulative distributions of the lengths of complete cell
 * cycles, tracks that begin and end with a division. Null when the truth has none, 0 when only the result has
 * none.
 */
export function cellCycleAccuracy({ truth, result }: SequenceMatch): number | null {
  const [a, b] = [cycleLengths(truth), cycleLengths(result)];
  if (a.length === 0) return null;
  if (b.length === 0) return 0;
  const share = (lengths: readonly number[], upTo: number): number =>
    lengths.filter((length) => length <= upTo).length / lengths.length;
  return 1 - Math.max(...[...a, ...b].map((length) => Math.abs(share(a, length) - share(b, length))));
}

function cycleLengths(tracks: readonly CtcTrack[]): number[] {
  const dividing = new Set(divisionsOf(tracks).map(({ mother }) => mother.label));
  return tracks
    .filter(({ label, parent }) => dividing.has(label) && dividing.has(parent))
    .map(({ begin, end }) => end - begin);
}
