/** Label images in files: int32 TIFF for our own, uint16 for the Cell Tracking Challenge, and any integer image read. */
import { InvalidInput } from "../core/errors.js";
import type { SampleData, StoredPlane } from "../core/image.js";
import { labelImage, type LabelImage } from "../core/labels.js";
import { memorySource } from "../io/bytes.js";
import { decodePng, isPng } from "../io/png.js";
import { encodeTiff } from "../io/tiff/encode.js";
import { openTiff } from "../io/tiff/open.js";
import { readBytes, writeFileAtomic } from "./files.js";

/**
 * Reads the labels of a TIFF or PNG file: integers of any size, whole numbers in floats, palette indices, or RGB with three equal values.
 * Values stay as they are; relabel them where consecutive ones are needed.
 *
 * @throws InvalidInput when the file holds no labels, or more than one plane
 * @throws CorruptFile, UnsupportedFormat
 */
export async function readLabels(path: string): Promise<LabelImage> {
  const stack = await openLabels(path);
  if (stack.planes !== 1) {
    throw new InvalidInput(path, "a label image of one plane", `${stack.planes} planes`, "save each plane as a file of its own");
  }
  return stack.read(0);
}

/** The label images of a file with several planes, decoded one by one. */
export interface LabelStack {
  readonly planes: number;
  /** @throws InvalidInput when the plane holds no labels */
  read(plane: number): Promise<LabelImage>;
}

/** @throws InvalidInput when the file cannot be read @throws CorruptFile, UnsupportedFormat */
export async function openLabels(path: string): Promise<LabelStack> {
  const bytes = await readBytes(path);
  if (isPng(bytes)) return { planes: 1, read: async () => labelsOf(decodePng(bytes, path).plane, path) };
  const tiff = await openTiff(memorySource(bytes), path);
  if (tiff.damage !== undefined) throw tiff.damage;
  return { planes: tiff.planes.length, read: async (plane) => labelsOf(await tiff.read(plane), path) };
}

/** Writes labels as 32-bit TIFF; -1 ("unknown") included. @throws OutputError */
export const writeLabels = (path: string, labels: LabelImage): Promise<void> => writeFileAtomic(path, encodeTiff([planeOf(labels, labels.data)]));

/** Writes labels as 16-bit TIFF, as the Cell Tracking Challenge wants them. @throws InvalidInput when a label is below 0 or above 65535 @throws OutputError */
export async function writeLabels16(path: string, labels: LabelImage): Promise<void> {
  const { data } = labels;
  const out = new Uint16Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const label = data[i]!;
    if (label < 0 || label > 65535) {
      throw new InvalidInput(path, "labels from 0 to 65535, which 16 bits hold", String(label), "use fewer objects, or 32-bit labels");
    }
    out[i] = label;
  }
  await writeFileAtomic(path, encodeTiff([planeOf(labels, out)]));
}

const planeOf = ({ height, width }: LabelImage, data: SampleData): StoredPlane => ({ height, width, samples: 1, data });

function labelsOf({ height, width, samples, data }: StoredPlane, path: string): LabelImage {
  const pixels = height * width;
  const labels = new Int32Array(pixels);
  const colours = Math.min(samples, samples === 2 ? 1 : 3);
  for (let i = 0; i < pixels; i++) {
    const value = data[i * samples]!;
    labels[i] = value;
    // Unequal for fractions, NaN and everything beyond 32 bits.
    if (labels[i] !== value) {
      throw new InvalidInput(path, "labels: whole numbers up to 2147483647", String(value), "is this the image instead of its labels?");
    }
    for (let s = 1; s < colours; s++) {
      if (data[i * samples + s] !== value) throw new InvalidInput(path, "labels: one number per pixel", "a colour image", "save the labels as 16-bit grey");
    }
  }
  return labelImage(height, width, labels);
}
