import type { Image } from "../core/image.js";
import type { Plane } from "../core/size.js";
import { percentiles } from "../stats/percentile.js";

/** The pixels of an image as the steps of the annotation take them. */
export interface PreparedPixels {
  /**
   * Grey values, NaN where they are not finite; hot pixels are as bright as what is brightest beside them.
   */
  readonly finite: Float32Array;
  /** The same, but what is not finite is background. */
  readonly clean: Float32Array;
  /** 10th and 50th percentile; NaN in an image without a number. */
  readonly background: number;
  readonly middle: number;
  /**
   * Twice the height of the 99.5th percentile over the background: rare specks brighter than that would set
   * the scale of everything.
   */
  readonly glare: number;
  readonly constant: boolean;
}

// Images are never changed, and every step of the annotation asks for the same preparation.
const prepared = new WeakMap<Image, PreparedPixels>();

/** The pixels of an image as the annotation takes them; the same object for the same image. */
export function preparePixels(image: Image): PreparedPixels {
  const known = prepared.get(image);
  if (known !== undefined) return known;
  const { data, height, width } = image;
  const finite = new Float32Array(data);
  const isFloat = data instanceof Float32Array;
  if (isFloat) for (let i = 0; i < finite.length; i++) if (!Number.isFinite(finite[i]!)) finite[i] = NaN;
  // Integers are counted, which is faster than choosing among floats.
  const [background, middle, high, top] = percentiles(isFloat ? finite : data, [10, 50, 99, 99.5]) as [
    number,
    number,
    number,
    number,
  ];
  coolHotPixels(finite, height, width, background, background + hotHeight * (high - background));
  const clean = isFloat ? finite.map((value) => (Number.isNaN(value) ? background : value)) : finite;
  const out = {
    finite,
    clean,
    background,
    middle,
    glare: background + 2 * (top - background),
    constant: clean.every((value) => value === clean[0]),
  };
  prepared.set(image, out);
  return out;
}

/**
 * Height of a hot pixel over the background, in units of that of its brightest neighbour, at least: no lens
 * makes so small a spot.
 */
const hotRatio = 4;
/**
 * Height of a hot pixel over the background, in units of that of the 99th percentile, at least: the noise of
 * dark pixels stays as it is.
 */
const hotHeight = 0.5;

function coolHotPixels(
  data: Float32Array,
  height: number,
  width: number,
  background: number,
  minimum: number,
): void {
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const value = data[p]!;
      if (!(value > minimum)) continue;
      const limit = background + (value - background) / hotRatio;
      // Nearly always one neighbour settles it.
      if ((x > 0 && data[p - 1]! > limit) || (x < width - 1 && data[p + 1]! > limit)) continue;
      const maximum = brightestNeighbour({ height, width, data }, y, x);
      if (maximum > -Infinity && maximum <= limit) data[p] = maximum;
    }
  }
}

/** The largest of the eight values around a pixel, as far as they are inside and numbers; else -Infinity. */
function brightestNeighbour({ height, width, data }: Plane, y: number, x: number): number {
  let maximum = -Infinity;
  for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
    for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++)
      if ((v !== y || u !== x) && data[v * width + u]! > maximum) maximum = data[v * width + u]!;
  }
  return maximum;
}

/**
 * Grey values cut at `glare`; the same array where none exceeds it, or there is no contrast to measure it by.
 */
export function withoutGlare(data: Float32Array, { background, glare }: PreparedPixels): Float32Array {
  if (!(glare > background)) return data;
  let first = 0;
  while (first < data.length && !(data[first]! > glare)) first++;
  if (first === data.length) return data;
  const out = data.slice();
  for (let i = first; i < out.length; i++) if (out[i]! > glare) out[i] = glare;
  return out;
}
