/**
 * The pixels of some objects of a label image, numbered in row-major order, without a list of them: a training
 * set has tens of millions. A number is kept for every few pixels, and those between are counted when asked for.
 */
import type { LabelImage } from "../core/labels.js";
import type { Size } from "../core/size.js";

/** Labels as they are kept: like `LabelImage`, in half the memory where the numbers allow it. */
export interface KeptLabels extends Size {
  readonly data: Int16Array | Int32Array;
  readonly count: number;
}

/** Keeps labels, -1 included. A copy, unless there are too many objects for 16 bits. */
export const keptLabels = ({ height, width, data, count }: LabelImage): KeptLabels => ({
  height,
  width,
  count,
  data: count <= 32767 ? Int16Array.from(data) : data,
});

/** The labels as others take them. A copy, unless they are kept as they were. */
export const labelsOf = ({ height, width, data, count }: KeptLabels): LabelImage => ({
  height,
  width,
  count,
  data: data instanceof Int32Array ? data : Int32Array.from(data),
});

/** Some objects of a label image, and how many of their pixels lie before each block of pixels. */
export interface PickedPixels {
  /** By label, 1 where its pixels count; entry 0 is 0. */
  readonly picked: Uint8Array;
  /** By block of `blockLength` pixels. */
  readonly before: Int32Array;
  /** Pixels of all of them. */
  readonly count: number;
}

/** Pixels that are counted when asked for, at most. */
const blockLength = 64;

/** The pixels of all objects. */
export function pixelsOnObjects(labels: KeptLabels): PickedPixels {
  const picked = new Uint8Array(labels.count + 1).fill(1);
  picked[0] = 0;
  return pickPixels(labels, picked);
}

/** The pixels of the objects whose entry in `picked` is 1. */
export function pickPixels({ data }: KeptLabels, picked: Uint8Array): PickedPixels {
  const before = new Int32Array(Math.ceil(data.length / blockLength));
  let count = 0;
  for (let pixel = 0; pixel < data.length; pixel++) {
    if (pixel % blockLength === 0) before[pixel / blockLength] = count;
    if (picked[data[pixel]!] === 1) count++;
  }
  return { picked, before, count };
}

/** The number of a pixel that is one of them: of those, how many come before it. */
export function numberOfPixel({ data }: KeptLabels, { picked, before }: PickedPixels, pixel: number): number {
  const block = Math.floor(pixel / blockLength);
  let number = before[block]!;
  for (let i = block * blockLength; i < pixel; i++) if (picked[data[i]!] === 1) number++;
  return number;
}

/** The flat index of the pixel with a number. @param number 0..count - 1 */
export function pixelOfNumber(
  { data }: KeptLabels,
  { picked, before }: PickedPixels,
  number: number,
): number {
  let [low, high] = [0, before.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (before[middle]! <= number) low = middle;
    else high = middle - 1;
  }
  let pixel = low * blockLength;
  for (let left = number - before[low]!; ; pixel++) {
    if (picked[data[pixel]!] === 1 && left-- === 0) return pixel;
  }
}
