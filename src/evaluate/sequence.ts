import { InvalidInput } from "../core/errors.js";
import type { LabelImage } from "../core/labels.js";
import { countOverlaps } from "../imgproc/overlaps.js";
import type { CtcTrack } from "../io/ctc.js";

/** A tracked movie: masks whose labels are those of the tracks, read frame by frame. */
export interface LabelledSequence {
  readonly frames: number;
  /** The mask of a frame, from 0. Asked for once a frame, in order. */
  labels(frame: number): LabelImage | Promise<LabelImage>;
  readonly tracks: readonly CtcTrack[];
}

/** What a frame of the truth and of the result have to do with each other. */
export interface FrameMatch {
  /** Labels that occur, ascending. */
  readonly truth: readonly number[];
  readonly result: readonly number[];
  /** True label to the result's label that covers more than half of it. */
  readonly partner: ReadonlyMap<number, number>;
  /** Number of true objects matched to each label of the result; absent where none is. */
  readonly taken: ReadonlyMap<number, number>;
  /** Sum of the IoU of the matches. */
  readonly iouSum: number;
}

/** Tracks of truth and result, matched frame by frame. */
export interface SequenceMatch {
  readonly frames: readonly FrameMatch[];
  readonly truth: readonly CtcTrack[];
  readonly result: readonly CtcTrack[];
}

/**
 * Matches the objects of one frame: a true object R and an object S of the result match when |R and S| > |R|
 * / 2. So R has one partner at most, while S may have several true objects.
 */
export function matchFrame(truth: LabelImage, result: LabelImage): FrameMatch {
  const overlaps = countOverlaps(truth, result);
  const present = (area: Float64Array): number[] => [...area.keys()].filter((label) => area[label]! > 0);
  const partner = new Map<number, number>();
  const taken = new Map<number, number>();
  let iouSum = 0;
  overlaps.shared.forEach((shared, k) => {
    const [a, b] = [overlaps.a[k]!, overlaps.b[k]!];
    const [areaA, areaB] = [overlaps.areaA[a]!, overlaps.areaB[b]!];
    if (2 * shared <= areaA) return;
    partner.set(a, b);
    taken.set(b, (taken.get(b) ?? 0) + 1);
    iouSum += shared / (areaA + areaB - shared);
  });
  return { truth: present(overlaps.areaA), result: present(overlaps.areaB), partner, taken, iouSum };
}

/**
 * Matches two sequences, holding one frame of each at a time.
 *
 * @throws InvalidInput when the numbers of frames, or the sizes of two masks, differ
 */
export async function matchSequences(
  truth: LabelledSequence,
  result: LabelledSequence,
): Promise<SequenceMatch> {
  if (truth.frames !== result.frames)
    throw new InvalidInput("result", `${truth.frames} frames as the truth`, `${result.frames} frames`);
  const frames: FrameMatch[] = [];
  for (let t = 0; t < truth.frames; t++)
    frames.push(matchFrame(await truth.labels(t), await result.labels(t)));
  return { frames, truth: truth.tracks, result: result.tracks };
}

/** Children of every parent, in the order of the tracks. */
export function childrenOf(tracks: readonly CtcTrack[]): Map<number, CtcTrack[]> {
  const children = new Map<number, CtcTrack[]>();
  for (const track of tracks) {
    if (track.parent === 0) continue;
    const list = children.get(track.parent);
    if (list === undefined) children.set(track.parent, [track]);
    else list.push(track);
  }
  return children;
}
