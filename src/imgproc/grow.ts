/**
 * The nearest label within reach of every pixel, exactly, for reaches of a few pixels. Down the columns first
 * (the nearest label above or below), then along each row outwards until no column can be nearer. The work is
 * per pixel within reach, not per pixel of the image, so that shells and margins around objects cost a
 * fraction of a full distance transform.
 */
import type { LabelImage } from "../core/labels.js";

/** The nearest label of each pixel, and how far it is. */
export interface NearestLabels {
  /**
   * height x width: the nearest label, the smallest of several equally near; 0 where none is within reach.
   */
  readonly labels: Int32Array;
  /** height x width: squared distance to it, px²; 0 on labels and where none is within reach. */
  readonly squared: Uint16Array | Int32Array;
}

/**
 * The nearest label within reach of every pixel.
 *
 * @param reach px, below 32,767; -1 counts as background
 */
export function nearestLabels(image: LabelImage, reach: number): NearestLabels {
  const limit = limitOf(reach);
  const squared = limit < 65_536 ? new Uint16Array(image.data.length) : new Int32Array(image.data.length);
  return { labels: searchRows(image, limit, squared), squared };
}

/** Of squared distances, px². */
const limitOf = (reach: number): number => Math.floor(reach * reach + 1e-9);

/** What the search along the rows has in common. */
interface NearestSearch {
  readonly width: number;
  readonly data: Int32Array;
  /** height x width: rows to the nearest label above, at most the radius; downwards for the rows done. */
  readonly steps: Int8Array | Int16Array;
  readonly radius: number;
  /** Of squared distances, px². */
  readonly limit: number;
  /** Above every label. */
  readonly unit: number;
  /**
   * Of the pixels of one row, between `radius` columns that have none: squared rows to the nearest label of the
   * column x `unit` + that label. The least key is the nearest label, the smallest of equally near ones.
   */
  readonly keys: Int32Array | Float64Array;
  readonly labels: Int32Array;
  readonly squared: NearestLabels["squared"] | undefined;
}

/**
 * The labels of `nearestLabels`.
 *
 * @param squared receives the squared distances; undefined where nobody asks for them
 */
function searchRows(
  { width, data, count }: LabelImage,
  limit: number,
  squared: NearestLabels["squared"] | undefined,
): Int32Array {
  const radius = Math.floor(Math.sqrt(limit));
  const unit = count + 1;
  const keys = new (2 * (limit + 1) * unit < 2 ** 31 ? Int32Array : Float64Array)(width + 2 * radius);
  const labels = new Int32Array(data.length);
  const steps = stepsUpwards(data, width, radius);
  const search: NearestSearch = { width, data, steps, radius, limit, unit, keys, labels, squared };
  keys.fill((limit + 1) * unit);
  for (let row = data.length - width; row >= 0 && width > 0; row -= width)
    if (keysOfRow(search, row)) searchRow(search, row);
  return labels;
}

/** Stands for "none within the radius", rows: farther than any radius that is kept in such numbers. */
const farIn = (steps: Int8Array | Int16Array): number => (steps instanceof Int8Array ? 127 : 32_767);

/** Rows to the nearest label above in the same column, 0 or negative; far beyond the radius. */
function stepsUpwards(data: Int32Array, width: number, radius: number): Int8Array | Int16Array {
  const steps = radius < 127 ? new Int8Array(data.length) : new Int16Array(data.length);
  const far = farIn(steps);
  const first = Math.min(width, data.length);
  for (let p = 0; p < first; p++) if (data[p]! <= 0) steps[p] = far;
  for (let p = first, q = 0; p < data.length; p++, q++) {
    if (data[p]! > 0) continue;
    const above = steps[q]!;
    steps[p] = above <= 0 && above > -radius ? above - 1 : far;
  }
  return steps;
}

/**
 * Copies the labels of a row, and sets its keys, once those of the row below were set: of a label above and
 * one below, equally near, the smaller counts.
 *
 * @param row index of its first pixel
 * @returns whether a label is near
 */
function keysOfRow(
  { width, data, steps, radius, limit, unit, keys, labels }: NearestSearch,
  row: number,
): boolean {
  const far = farIn(steps);
  const none = (limit + 1) * unit;
  const last = row + width === data.length;
  let some = false;
  for (let p = row, end = row + width, at = radius; p < end; p++, at++) {
    const label = data[p]!;
    if (label > 0) {
      keys[at] = label;
      labels[p] = label;
      some = true;
      continue;
    }
    let step = steps[p]!;
    // What is nearest above the pixel below is nearer here: only what lies below it can be news.
    const below = last ? far : steps[p + width]! + 1;
    if (
      below >= 1 &&
      below <= radius &&
      (step === far ||
        below < -step ||
        (below === -step && data[p + below * width]! < data[p + step * width]!))
    )
      steps[p] = step = below;
    if (step === far) {
      keys[at] = none;
      continue;
    }
    keys[at] = step * step * unit + data[p + step * width]!;
    some = true;
  }
  return some;
}

/** Finds the nearest label of the background pixels of a row from its keys. */
function searchRow(
  { width, data, radius, limit, unit, keys, labels, squared }: NearestSearch,
  row: number,
): void {
  const none = (limit + 1) * unit;
  // The first column, from x - radius on, that has a label within reach.
  let near = 0;
  for (let x = 0; x < width; x++) {
    if (data[row + x]! > 0) continue;
    if (near < x - radius) near = x - radius;
    while (near < width && keys[near + radius]! === none) near++;
    if (near >= width) break;
    if (near > x + radius) {
      x = near - radius - 1;
      continue;
    }
    const at = x + radius;
    let best = keys[at]!;
    for (let k = 1, away = unit; k <= radius && away < best; k++, away = k * k * unit) {
      const left = keys[at - k]!;
      const right = keys[at + k]!;
      const key = (left < right ? left : right) + away;
      if (key < best) best = key;
    }
    if (best >= none) continue;
    const distance = Math.floor(best / unit);
    labels[row + x] = best - distance * unit;
    if (squared !== undefined) squared[row + x] = distance;
  }
}

/**
 * Grows every label into the background by at most `distance` px: each background pixel takes the label of
 * the nearest labelled pixel, the smallest label where several are equally near. Hence no label crosses into
 * another, and the result does not depend on the order of the pixels. -1 counts as background.
 *
 * @returns height x width labels; 0 where no label is within reach
 * Source: skimage.segmentation.expand_labels, which leaves ties to its distance transform.
 */
export const growLabels = (labels: LabelImage, distance: number): Int32Array =>
  searchRows(labels, limitOf(distance), undefined);

/**
 * Which pixels lie within `reach` px of a pixel of the mask (and those pixels themselves): the dilation with
 * a disk.
 *
 * @param mask height x width, 0 or not
 * @returns height x width, 1 within reach
 */
export function withinReach(mask: Uint8Array, height: number, width: number, reach: number): Uint8Array {
  const limit = limitOf(reach);
  const radius = Math.floor(Math.sqrt(limit));
  const steps = stepsInColumns(mask, width, radius);
  // So far a pixel reaches along the row when the nearest of the mask in its column lies so many rows away.
  const along = Int32Array.from({ length: radius + 1 }, (_, step) =>
    Math.floor(Math.sqrt(limit - step * step)),
  );
  const out = new Uint8Array(mask.length);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0, end = -1; x < width; x++) {
      const step = steps[row + x]!;
      if (step <= radius && x + along[step]! > end) end = x + along[step]!;
      if (x <= end) out[row + x] = 1;
    }
    for (let x = width - 1, start = width; x >= 0; x--) {
      const step = steps[row + x]!;
      if (step <= radius && x - along[step]! < start) start = x - along[step]!;
      if (x >= start) out[row + x] = 1;
    }
  }
  return out;
}

/** Rows to the nearest pixel of the mask in the same column; radius + 1 where it is farther. */
function stepsInColumns(mask: Uint8Array, width: number, radius: number): Uint8Array | Uint16Array {
  const none = Math.min(65_535, radius + 1);
  const steps = new (none < 256 ? Uint8Array : Uint16Array)(mask.length);
  for (let p = 0; p < mask.length; p++)
    steps[p] = mask[p] !== 0 ? 0 : p < width ? none : Math.min(none, steps[p - width]! + 1);
  for (let p = mask.length - 1 - width; p >= 0; p--)
    if (steps[p + width]! + 1 < steps[p]!) steps[p] = steps[p + width]! + 1;
  return steps;
}
