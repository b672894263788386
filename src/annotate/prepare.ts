import type { Image } from "../core/image.js";
import { percentiles } from "../imgproc/percentile.js";

/** Grey values as float32: NaN where they are not finite, and hot pixels as bright as what is brightest beside them. */
export function finitePixels({ data, height, width }: Image): Float32Array {
  const out = new Float32Array(data);
  if (data instanceof Float32Array) for (let i = 0; i < out.length; i++) if (!Number.isFinite(out[i]!)) out[i] = NaN;
  // Integers are counted, which is faster than choosing among floats.
  const [background, top] = percentiles(data instanceof Float32Array ? out : data, [10, 99]) as [number, number];
  coolHotPixels(out, height, width, background, background + HOT_HEIGHT * (top - background));
  return out;
}

/**
 * The same, but what is not finite becomes the image's 10th percentile, that is, background.
 *
 * @returns undefined if the image has no pixel with a number
 */
export function cleanPixels(image: Image): Float32Array | undefined {
  const out = finitePixels(image);
  if (!(image.data instanceof Float32Array)) return out.length === 0 ? undefined : out;
  const [background] = percentiles(out, [10]) as [number];
  if (Number.isNaN(background)) return undefined;
  for (let i = 0; i < out.length; i++) if (Number.isNaN(out[i]!)) out[i] = background;
  return out;
}

/** A hot pixel is that many times as far above the background as its brightest neighbour: no lens makes so small a spot. */
const HOT_RATIO = 4;
/** And it is that bright, in units of the 99th percentile over the background: the noise of dark pixels stays as it is. */
const HOT_HEIGHT = 0.5;

function coolHotPixels(data: Float32Array, height: number, width: number, background: number, least: number): void {
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const value = data[p]!;
      if (!(value > least)) continue;
      const limit = background + (value - background) / HOT_RATIO;
      // Nearly always one neighbour settles it.
      if ((x > 0 && data[p - 1]! > limit) || (x < width - 1 && data[p + 1]! > limit)) continue;
      let most = -Infinity;
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) if ((v !== y || u !== x) && data[v * width + u]! > most) most = data[v * width + u]!;
      }
      if (most > -Infinity && most <= limit) data[p] = most;
    }
  }
}

/** Grey values cut at twice the height of the 99.5th percentile over the 10th, or rare specks far brighter than all else would set the scale of everything. */
export function withoutGlare(data: Float32Array): Float32Array {
  const [background, top] = percentiles(data, [10, 99.5]) as [number, number];
  const cap = background + 2 * (top - background);
  return cap > background ? data.map((value) => (value > cap ? cap : value)) : data;
}

export const isConstant = (data: Float32Array): boolean => data.every((value) => value === data[0]);
