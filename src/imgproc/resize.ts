/**
 * Resampling. Pixels are unit squares, so pixel i of n maps to ((i + 0.5) * N / n - 0.5) of N: image borders
 * stay on image borders.
 */
import type { Plane, Size } from "../core/size.js";

/**
 * Bilinear interpolation at the centres of the new pixels, without smoothing before shrinking; beyond the
 * outermost centres the edge value is continued. NaN spreads to the pixels that it takes part in.
 *
 * @param size of the result
 * @param rows of the result that are made, the end exclusive; default all
 * Source: cv2.resize INTER_LINEAR and skimage.transform.resize (order 1, mode "edge", no anti-aliasing).
 */
export function resizeBilinear(
  { height, width, data }: Plane,
  { height: newHeight, width: newWidth }: Size,
  { from, to }: { readonly from: number; readonly to: number } = { from: 0, to: newHeight },
): Float32Array {
  const rows = samplePositions(height, newHeight);
  const columns = samplePositions(width, newWidth);
  const out = new Float32Array((to - from) * newWidth);
  for (let y = from; y < to; y++) {
    const above = rows.low[y]! * width;
    const below = rows.high[y]! * width;
    const t = rows.weight[y]!;
    for (let x = 0; x < newWidth; x++) {
      const l = columns.low[x]!;
      const r = columns.high[x]!;
      const s = columns.weight[x]!;
      const a = data[above + l]! + s * (data[above + r]! - data[above + l]!);
      const b = data[below + l]! + s * (data[below + r]! - data[below + l]!);
      out[(y - from) * newWidth + x] = a + t * (b - a);
    }
  }
  return out;
}

/** Neighbours of each new pixel among n old ones, and the weight of the higher one. */
function samplePositions(
  n: number,
  newN: number,
): { low: Int32Array; high: Int32Array; weight: Float64Array } {
  const low = new Int32Array(newN);
  const high = new Int32Array(newN);
  const weight = new Float64Array(newN);
  for (let i = 0; i < newN; i++) {
    const at = Math.min(Math.max(((i + 0.5) * n) / newN - 0.5, 0), n - 1);
    low[i] = Math.floor(at);
    weight[i] = at - low[i]!;
    // Without weight the neighbour is not looked at, so that a NaN there does not matter.
    high[i] = weight[i]! > 0 ? low[i]! + 1 : low[i]!;
  }
  return { low, high, weight };
}

/**
 * The label of the old pixel in which the centre of each new pixel lies (the right or lower one of two).
 *
 * Source: cv2.resize INTER_NEAREST_EXACT, save where the centre lies on the edge of two pixels and that one's
 * fixed point rounds down.
 */
export function resizeNearest(
  { height, width, data: labels }: Plane<Int32Array>,
  { height: newHeight, width: newWidth }: Size,
): Int32Array {
  const out = new Int32Array(newHeight * newWidth);
  const columns = Int32Array.from({ length: newWidth }, (_, x) =>
    Math.floor(((2 * x + 1) * width) / (2 * newWidth)),
  );
  for (let y = 0; y < newHeight; y++) {
    const row = Math.floor(((2 * y + 1) * height) / (2 * newHeight)) * width;
    for (let x = 0; x < newWidth; x++) out[y * newWidth + x] = labels[row + columns[x]!]!;
  }
  return out;
}

/**
 * Means over blocks of `factor` x `factor` pixels, NaN left out; the last block of a row or column may be
 * smaller. A block of NaN only gives NaN.
 */
export function downsampleMean(data: Float32Array, height: number, width: number, factor: number): Plane {
  const means = blockMeans(height, width, factor);
  means.add(data, 0);
  return means.finish();
}

/** `downsampleMean` of an image that comes in rows. */
export interface BlockMeans {
  /** @param data whole rows, from row `from` on; each row once, from top to bottom */
  add(data: Float32Array, from: number): void;
  /** The means, height and width divided by the factor and rounded up. */
  finish(): Plane;
}

/**
 * The sums run over the pixels of a block in the order of the rows, however many come at once: the means are
 * the same to the bit.
 */
export function blockMeans(height: number, width: number, factor: number): BlockMeans {
  const newHeight = Math.ceil(height / factor);
  const newWidth = Math.ceil(width / factor);
  const sum = new Float64Array(newHeight * newWidth);
  const known = new Int32Array(sum.length);
  return {
    add(data, from) {
      for (let y = 0; y * width < data.length; y++) {
        const row = Math.floor((from + y) / factor) * newWidth;
        for (let block = 0, x = 0; block < newWidth; block++) {
          let total = sum[row + block]!;
          let n = known[row + block]!;
          for (const end = Math.min(x + factor, width); x < end; x++) {
            const value = data[y * width + x]!;
            if (Number.isNaN(value)) continue;
            total += value;
            n++;
          }
          sum[row + block] = total;
          known[row + block] = n;
        }
      }
    },
    finish() {
      const means = new Float32Array(sum.length);
      for (let i = 0; i < means.length; i++) means[i] = sum[i]! / known[i]!;
      return { data: means, height: newHeight, width: newWidth };
    },
  };
}
