/**
 * Lines on the screen as whole numbers: both back ends draw the same pixels from them, without a rounding that
 * could differ.
 */
import { alphaOf, mix, weightOf } from "./packedcolour.js";
import type { Camera, LineLayer } from "./scene.js";
import type { Size } from "../core/size.js";

/**
 * Segments that meet the screen. Along its longer axis (x, or y when `steep`) a segment has one column of `width`
 * pixels for each screen px from `first` to `last`, and these begin at `(start + (i - first) * slope) >> 16`.
 */
export interface ScreenLines {
  readonly count: number;
  /** Four numbers each: first * 2 + steep, last, start, slope; the last two in 1 / 65,536 px. */
  readonly steps: Int32Array;
  /** Index of each in the layer. */
  readonly source: Int32Array;
  /** Screen px, 1 to 3. */
  readonly width: number;
}

const one = 65536;

/** Places the segments of a layer on a screen; those that do not meet it are left out. */
export function screenLines(layer: LineLayer, camera: Camera, screen: Size): ScreenLines {
  const { ends } = layer;
  const width = Math.max(1, Math.min(3, Math.round(layer.width)));
  const most = ends.length >> 2;
  const steps = new Int32Array(4 * most);
  const source = new Int32Array(most);
  const { zoom } = camera;
  const { height: high, width: wide } = screen;
  const [top, left] = [high / 2 - camera.y * zoom, wide / 2 - camera.x * zoom];
  let count = 0;
  for (let i = 0; i < most; i++) {
    const y0 = ends[4 * i]! * zoom + top;
    const x0 = ends[4 * i + 1]! * zoom + left;
    const y1 = ends[4 * i + 2]! * zoom + top;
    const x1 = ends[4 * i + 3]! * zoom + left;
    const steep = Math.abs(y1 - y0) > Math.abs(x1 - x0) ? 1 : 0;
    const [a0, b0, a1, b1] = steep === 1 ? [y0, x0, y1, x1] : [x0, y0, x1, y1];
    const first = Math.max(0, Math.floor(Math.min(a0, a1)));
    const last = Math.min((steep === 1 ? high : wide) - 1, Math.floor(Math.max(a0, a1)));
    if (first > last) continue;
    const slope = a1 === a0 ? 0 : (b1 - b0) / (a1 - a0);
    const start = b0 + (first + 0.5 - a0) * slope - (width - 1) / 2;
    const end = start + (last - first) * slope;
    const isSeen = Math.max(start, end) >= -width && Math.min(start, end) <= (steep === 1 ? wide : high);
    // Left out also where an end is NaN.
    if (!isSeen) continue;
    steps[4 * count] = 2 * first + steep;
    steps[4 * count + 1] = last;
    steps[4 * count + 2] = Math.floor(start * one);
    steps[4 * count + 3] = Math.round(slope * one);
    source[count++] = i;
  }
  return { count, steps, source, width };
}

/** Draws lines into a picture of the screen. */
export function drawScreenLines(
  out: Int32Array,
  { height, width: wide }: Size,
  { count, steps, source, width }: ScreenLines,
  colours: Uint32Array,
): void {
  for (let line = 0; line < count; line++) {
    const colour = colours[source[line]!]! | 0;
    const weight = weightOf(alphaOf(colour));
    if (weight === 0) continue;
    const steep = steps[4 * line]! & 1;
    const [last, slope] = [steps[4 * line + 1]!, steps[4 * line + 3]!];
    const limit = steep === 1 ? wide : height;
    const along = steep === 1 ? wide : 1;
    const across = steep === 1 ? 1 : wide;
    let minor = steps[4 * line + 2]!;
    for (let i = steps[4 * line]! >> 1; i <= last; i++, minor += slope) {
      const start = minor >> 16;
      const end = Math.min(limit, start + width);
      for (let j = Math.max(0, start); j < end; j++) {
        const at = i * along + j * across;
        out[at] = weight === 256 ? colour : mix(out[at]!, colour, weight);
      }
    }
  }
}
