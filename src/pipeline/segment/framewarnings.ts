/** What a user must know of single frames of a segmentation, in few sentences however many frames there are. */
import { missingText } from "../../core/missing.js";
import type { Nuclei } from "../../core/nuclei.js";
import { counted, some } from "../../core/wording.js";
import type { SegmentedFrame } from "../../segment/segmentmovie.js";

/** A segmented frame, as far as warnings need it. */
export type CountedFrame = Pick<SegmentedFrame, "name" | "height" | "width" | "missing"> & {
  readonly nuclei: Pick<Nuclei, "count">;
};

/**
 * Sentences on pixels without a value, and on frames without a nucleus. One frame is named before its
 * sentence; several have one sentence, which counts them and names the first.
 *
 * @param frames all of them
 * @param kind what they are called: frames of a movie, or images
 */
export function frameWarnings(frames: readonly CountedFrame[], kind: "movie" | "images"): string[] {
  const of = (chosen: readonly CountedFrame[]): string =>
    `${chosen.length} of ${counted(frames.length, kind === "movie" ? "frame" : "image")} ` +
    `(${some(chosen.map(({ name }) => name))})`;
  const holed = frames.filter(({ missing }) => missing > 0);
  const empty = frames.filter(({ nuclei }) => nuclei.count === 0);
  const warnings: string[] = [];
  if (holed.length === 1) {
    const { name, missing, height, width } = holed[0]!;
    warnings.push(...missingText(missing, height * width).map((text) => `${name}: ${text}`));
  }
  if (holed.length > 1)
    warnings.push(`Pixels in ${of(holed)} have no value (NaN or infinite) and are left out.`);
  if (empty.length === 1) warnings.push(`${empty[0]!.name}: no nucleus was found.`);
  if (empty.length > 1) warnings.push(`No nucleus was found in ${of(empty)}.`);
  return warnings;
}
