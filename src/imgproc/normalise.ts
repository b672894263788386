import type { Image, PixelData } from "../core/image.js";
import { percentiles, percentilesOfParts } from "../stats/percentile.js";

/** The grey values that become 0 and 1. */
export interface IntensityRange {
  readonly low: number;
  readonly high: number;
}

/**
 * Percentiles of a whole image, NaN left out.
 *
 * @param low, high percentages, 0..100
 * @returns grey values; NaN when the image holds no value
 */
export function normaliseRange(image: Image, low = 1, high = 99.8): IntensityRange {
  const [from, to] = percentiles(image.data, [low, high]) as [number, number];
  return { low: from, high: to };
}

/**
 * The same of an image that comes in parts.
 *
 * @param parts gives all of it each time it is called, see `percentilesOfParts`
 */
export async function normaliseRangeOfParts(
  parts: () => AsyncIterable<PixelData>,
  low = 1,
  high = 99.8,
): Promise<IntensityRange> {
  const [from, to] = (await percentilesOfParts(parts, [low, high])) as [number, number];
  return { low: from, high: to };
}

/**
 * Maps two percentiles of an image to 0 and 1, without clipping what lies beyond.
 *
 * @param low, high percentages, 0..100
 * @returns height x width; zeros where the image has no finite value, and everywhere if both percentiles are
 *   equal Source: `csbdeep.utils.normalize` with StarDist's percentiles. Deviation: a constant image gives
 *   zeros, not values divided by 1e-20.
 */
export function normalise(image: Image, low = 1, high = 99.8): Float32Array {
  return normaliseTo(image, normaliseRange(image, low, high));
}

/**
 * Maps a range of grey values to 0 and 1: `normalise` where the range is known, as for parts of one image.
 */
export function normaliseTo({ data }: Pick<Image, "data">, { low, high }: IntensityRange): Float32Array {
  const out = new Float32Array(data.length);
  if (!(high > low)) return out;
  const factor = 1 / (high - low);
  for (let i = 0; i < out.length; i++) {
    const value = (data[i]! - low) * factor;
    if (Number.isFinite(value)) out[i] = value;
  }
  return out;
}
