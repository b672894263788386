import type { LabelImage } from "../core/labels.js";
import { countOverlaps } from "../imgproc/overlaps.js";

/** Pixels that nuclei of one frame share with nuclei of the next; pairs that share none are left out. */
export interface FrameOverlaps {
  /** Label in the earlier frame, label in the later frame, shared pixels: one entry a pair. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly shared: Float64Array;
}

/** Entry t holds the overlaps of frame t with frame t + 1. */
export type LinkOverlaps = readonly FrameOverlaps[];

/** Overlaps of two consecutive label images. @throws InvalidInput when the sizes differ */
export function linkOverlaps(earlier: LabelImage, later: LabelImage): FrameOverlaps {
  const { a, b, shared } = countOverlaps(earlier, later);
  return { from: a, to: b, shared };
}
