import { InvalidInput } from "../../core/errors.js";
import type { StoredPlane } from "../../core/image.js";
import { compactLabels, labelImage, type LabelImage } from "../../core/labels.js";

/**
 * Labels out of stored samples: integers of any size, whole numbers in floats, palette indices, or colours
 * with three equal values. Values stay as they are, but where they are too far apart for tables by label; see
 * `compactLabels`.
 *
 * @param where name of the file, for messages
 * @throws InvalidInput when the samples are no labels
 */
export function labelsOf({ height, width, samples, data }: StoredPlane, where: string): LabelImage {
  if (data instanceof Int32Array && samples === 1) return compactLabels(labelImage(height, width, data));
  // Bytes and 16-bit numbers are labels whatever they are.
  if (samples === 1 && (data instanceof Uint8Array || data instanceof Uint16Array))
    return compactLabels(labelImage(height, width, new Int32Array(data)));
  const pixels = height * width;
  const labels = new Int32Array(pixels);
  const colours = Math.min(samples, samples === 2 ? 1 : 3);
  for (let i = 0; i < pixels; i++) {
    const value = data[i * samples]!;
    labels[i] = value;
    // Unequal for fractions, NaN and everything beyond 32 bits.
    if (labels[i] !== value) {
      throw new InvalidInput(
        where,
        "labels: whole numbers up to 2147483647",
        String(value),
        "is this the image instead of its labels?",
      );
    }
    for (let s = 1; s < colours; s++) {
      if (data[i * samples + s] !== value)
        throw new InvalidInput(
          where,
          "labels: one number per pixel",
          "a colour image",
          "save the labels as 16-bit grey",
        );
    }
  }
  return compactLabels(labelImage(height, width, labels));
}
