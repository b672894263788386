/** Label images in files for other programs. */
import { InvalidInput } from "../core/errors.js";
import { fileValues, type LabelImage } from "../core/labels.js";
import { encodePng } from "../io/png/png.js";
import { encodeTiff } from "../io/tiff/encode.js";

/** The largest label of 16 bits. */
export const most16 = 65_535;

/** The largest value that a file has for a label of an image. */
export const largestLabel = ({ count, ids }: LabelImage): number => ids?.at(-1) ?? count;

/**
 * Labels as TIFF: of 16 bits, or of 32 where a label is above 65535, so that none is ever changed. What is
 * unknown (-1) is background.
 */
export function maskTiff(image: LabelImage, pixelSize?: number): Uint8Array {
  const { height, width } = image;
  const data = largestLabel(image) > most16 ? withoutUnknown(image) : values16(image);
  return encodeTiff([{ height, width, samples: 1, data }], { pixelSize });
}

/**
 * Labels as PNG of 16 bits. What is unknown (-1) is background.
 *
 * @throws InvalidInput for labels above 65535
 */
export function maskPng(image: LabelImage): Uint8Array {
  if (largestLabel(image) > most16) throw tooLarge(largestLabel(image));
  const { height, width } = image;
  return encodePng({ height, width, samples: 1, data: values16(image) });
}

/** The refusal of a label that PNG does not hold. */
export const tooLarge = (label: number): InvalidInput =>
  new InvalidInput(
    "labels",
    `labels up to ${most16} for PNG`,
    String(label),
    "export as TIFF, which holds more",
  );

const withoutUnknown = (image: LabelImage): Int32Array =>
  fileValues(image).map((value) => Math.max(0, value));

const values16 = (image: LabelImage): Uint16Array =>
  Uint16Array.from(fileValues(image), (value) => Math.max(0, value));
