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
export function nearestLabels({ height, width, data }: LabelImage, reach: number): NearestLabels {
  const limit = Math.floor(reach * reach + 1e-9);
  const radius = Math.floor(Math.sqrt(limit));
  const steps = stepsToLabels(data, width, radius);
  const labels = new Int32Array(data.length);
  const squared = limit < 65_536 ? new Uint16Array(data.length) : new Int32Array(data.length);
  const far = farIn(steps);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    // The first column, from x - radius on, that has a label within reach.
    let near = 0;
    for (let x = 0; x < width; x++) {
      const p = row + x;
      if (data[p]! > 0) {
        labels[p] = data[p]!;
        continue;
      }
      if (near < x - radius) near = x - radius;
      while (near < width && steps[row + near] === far) near++;
      if (near >= width) break;
      if (near > x + radius) {
        x = near - radius - 1;
        continue;
      }
      const own = steps[p]!;
      let best = own === far ? limit : own * own;
      let label = own === far ? 0 : data[p + own * width]!;
      /* eslint-disable max-depth -- kernel: the search outwards from a pixel; "none" is beyond any best */
      for (let k = 1; k <= radius && k * k <= best; k++) {
        for (let u = p - k, end = x + k < width ? p + k : u; u <= end; u += 2 * k) {
          if (u < row) continue;
          const d = steps[u]! * steps[u]! + k * k;
          if (d > best) continue;
          const other = data[u + steps[u]! * width]!;
          if (d < best || label === 0 || other < label) {
            best = d;
            label = other;
          }
        }
      }
      /* eslint-enable max-depth */
      if (label === 0) continue;
      labels[p] = label;
      squared[p] = best;
    }
  }
  return { labels, squared };
}

/** Stands for "none within the radius", rows: farther than any radius that is kept in such numbers. */
const farIn = (steps: Int8Array | Int16Array): number => (steps instanceof Int8Array ? 127 : 32_767);

/**
 * Rows to the nearest label in the same column, negative upwards, of two equally near the one to the smaller
 * label; FAR beyond the radius.
 */
function stepsToLabels(data: Int32Array, width: number, radius: number): Int8Array | Int16Array {
  const steps = radius < 127 ? new Int8Array(data.length) : new Int16Array(data.length);
  const far = farIn(steps);
  for (let p = 0; p < data.length; p++) {
    const above = p >= width ? steps[p - width]! : far;
    if (data[p]! <= 0) steps[p] = above <= 0 && above > -radius ? above - 1 : far;
  }
  for (let p = data.length - 1 - width; p >= 0; p--) {
    const below = steps[p + width]! + 1;
    // What is nearest above the pixel below is nearer here: only what lies below it can be news.
    if (below < 1 || below > radius) continue;
    const above = steps[p]!;
    if (
      above === far ||
      below < -above ||
      (below === -above && data[p + below * width]! < data[p + above * width]!)
    )
      steps[p] = below;
  }
  return steps;
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
  nearestLabels(labels, distance).labels;

/**
 * Which pixels lie within `reach` px of a pixel of the mask (and those pixels themselves): the dilation with
 * a disk.
 *
 * @param mask height x width, 0 or not
 * @returns height x width, 1 within reach
 */
export function withinReach(mask: Uint8Array, height: number, width: number, reach: number): Uint8Array {
  const limit = Math.floor(reach * reach + 1e-9);
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
function stepsInColumns(mask: Uint8Array, width: number, radius: number): Uint16Array {
  const none = Math.min(65_535, radius + 1);
  const steps = new Uint16Array(mask.length);
  for (let p = 0; p < mask.length; p++)
    steps[p] = mask[p] !== 0 ? 0 : p < width ? none : Math.min(none, steps[p - width]! + 1);
  for (let p = mask.length - 1 - width; p >= 0; p--)
    if (steps[p + width]! + 1 < steps[p]!) steps[p] = steps[p + width]! + 1;
  return steps;
}
