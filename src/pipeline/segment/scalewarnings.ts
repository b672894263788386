/** What a user must know of the factors by which images were scaled for the network. */
import type { ModelDescription } from "../../model/modelfile.js";
import { imageCorrection } from "../../segment/scaleplan.js";

/** An image and the factor it was scaled by, as far as warnings need them. */
export interface ScaledImage {
  readonly name: string;
  /** px of the network's input per px of the image. */
  readonly scale: number;
  /** Median diameter of the nuclei found, px of the image; NaN where none was found. */
  readonly diameter: number;
}

/**
 * What a user must know who applies a model to images that it was not made from: a network outlines nuclei of
 * the size that it learned, and others badly.
 *
 * @param isGiven whether the user set the factor
 */
export function scaleWarnings(
  images: readonly ScaledImage[],
  description: Pick<ModelDescription, "diameter" | "diameterRange">,
  isGiven: boolean,
): string[] {
  const { low, high } = description.diameterRange ?? {
    low: description.diameter,
    high: description.diameter,
  };
  const learned = low === high ? `${low.toFixed(0)} px` : `${low.toFixed(0)} to ${high.toFixed(0)} px`;
  const some = (chosen: typeof images): string =>
    `${chosen.length === images.length ? "the images" : `${chosen.length} of ${images.length} images`} ` +
    `(${chosen[0]!.name}${chosen.length > 1 ? ", ..." : ""})`;
  if (!isGiven) {
    const scaled = images.filter(({ scale }) => scale !== 1);
    if (scaled.length === 0) return [];
    const factors = [...new Set(scaled.map(({ scale }) => scale))].sort((a, b) => a - b);
    const by = factors.length === 1 ? String(factors[0]) : `${factors[0]} to ${factors.at(-1)}`;
    return [
      `The nuclei in ${some(scaled)} have another size than those that the model learned ` +
        `(${learned} wide). The images were scaled by ${by} for the network (segment.rescale sets the ` +
        "factor; 1 leaves them as they are).",
    ];
  }
  const strange = images.filter(
    ({ scale, diameter }) =>
      diameter * scale < low / imageCorrection || diameter * scale > high * imageCorrection,
  );
  if (strange.length === 0) return [];
  const { diameter, scale } = strange[0]!;
  return [
    `The network sees the nuclei found in ${some(strange)} ${(diameter * scale).toFixed(0)} px ` +
      `wide, but it ` +
      `learned nuclei of ${learned}. Outlines and counts suffer; ` +
      "leave out segment.rescale, or train on these images.",
  ];
}
