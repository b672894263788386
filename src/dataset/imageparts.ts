/** Parts of images, for a training set whose images are too many to be learned from whole. */
import type { Window } from "../core/image.js";
import { croppedLabels, type LabelImage } from "../core/labels.js";
import { areas } from "../imgproc/components.js";

/**
 * Pixels of each image that together are `maximum` at most: images that are smaller are used whole.
 *
 * @param pixels of each image
 * @returns Infinity where all are used whole
 */
export function pixelsOfEach(pixels: readonly number[], maximum: number): number {
  const ascending = [...pixels].sort((a, b) => a - b);
  let left = maximum;
  for (const [index, count] of ascending.entries()) {
    const each = left / (ascending.length - index);
    if (count > each) return each;
    left -= count;
  }
  return Infinity;
}

/** Places where a part may begin: so many along each side of it, */
const placesPerSide = 8;

/**
 * The part of an image that holds most annotated pixels; of equal ones the first in row-major order.
 *
 * @param most pixels of it; it is a square, unless the image is too narrow for one
 */
export function fullestPart(labels: LabelImage, most: number): Window {
  const { height, width } = labels;
  const side = Math.max(1, Math.floor(Math.sqrt(most)));
  const rows = Math.min(height, width < side ? Math.floor(most / width) : side);
  const columns = Math.min(width, height < side ? Math.floor(most / height) : side);
  const size = { height: Math.max(1, rows), width: Math.max(1, columns) };
  const inside = annotatedWithin(labels);
  let best: Window = { y: 0, x: 0, ...size };
  let highest = -1;
  for (const y of beginnings(height, size.height)) {
    for (const x of beginnings(width, size.width)) {
      const part = { y, x, ...size };
      const count = inside(part);
      if (count > highest) [best, highest] = [part, count];
    }
  }
  return best;
}

/** Where a part may begin along one side of an image, from the first to the last place. */
function beginnings(length: number, part: number): number[] {
  const last = length - part;
  const step = Math.max(1, Math.floor(part / placesPerSide));
  const out: number[] = [];
  for (let at = 0; at < last; at += step) out.push(at);
  out.push(last);
  return out;
}

/** Counts the annotated pixels of rectangles, by sums over all rectangles from the first pixel. */
function annotatedWithin({ height, width, data }: LabelImage): (part: Window) => number {
  const row = width + 1;
  const sums = new Uint32Array((height + 1) * row);
  for (let y = 0; y < height; y++) {
    let sum = 0;
    for (let x = 0; x < width; x++) {
      if (data[y * width + x]! > 0) sum++;
      sums[(y + 1) * row + x + 1] = sums[y * row + x + 1]! + sum;
    }
  }
  const upTo = (y: number, x: number): number => sums[y * row + x]!;
  return ({ y, x, height: rows, width: columns }) =>
    upTo(y + rows, x + columns) - upTo(y, x + columns) - upTo(y + rows, x) + upTo(y, x);
}

/**
 * The labels of a part. A nucleus of which less than half lies within it becomes -1: what is left of it has not the
 * shape of one.
 */
export function labelsOfPart(labels: LabelImage, part: Window): LabelImage {
  const cut = croppedLabels(labels, part);
  const [whole, within] = [areas(labels), areas(cut)];
  const data = cut.data.map((label) => (label > 0 && 2 * within[label]! < whole[label]! ? -1 : label));
  return { ...cut, data };
}
