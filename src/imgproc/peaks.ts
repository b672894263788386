import type { Plane } from "../core/size.js";

/**
 * Local maxima: pixels that no pixel of the square of `2 * minDistance + 1` around them exceeds, and that lie
 * above the smallest value of the image. A connected plateau of equal maxima gives one peak, its first pixel
 * (row-major), and of two equal maxima nearer than `minDistance` (larger of the differences in y and x) the
 * later is dropped.
 *
 * @param data height x width; NaN is neither a peak nor in anyone's way
 * @param minDistance px, at least 1
 * @param mask height x width; pixels with 0 are neither peaks nor in anyone's way
 * @returns flat indices, by descending value, then index Source: skimage.feature.peak_local_max
 *   (exclude_border=False). Deviation: that one keeps several peaks on a plateau wider than `min_distance`
 *   (and all of its pixels where that is 1).
 */
export function localMaxima(
  data: Float32Array,
  height: number,
  width: number,
  minDistance: number,
  mask?: Uint8Array,
): Int32Array {
  const radius = Math.max(1, Math.floor(minDistance));
  const values = new Float32Array(data.length);
  let lowest = Infinity;
  for (let i = 0; i < values.length; i++) {
    const out = Number.isNaN(data[i]!) || (mask !== undefined && mask[i] === 0);
    values[i] = out ? -Infinity : data[i]!;
    if (data[i]! < lowest) lowest = data[i]!;
  }
  const highest = windowMaximum(values, height, width, radius);
  // 1: a candidate, 0: not, or settled.
  const open = new Uint8Array(values.length);
  let candidates = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i]! > lowest && values[i] === highest[i]) {
      open[i] = 1;
      candidates++;
    }
  }
  const order = new Int32Array(candidates);
  for (let i = 0, n = 0; i < values.length; i++) if (open[i] === 1) order[n++] = i;
  order.sort((a, b) => values[b]! - values[a]! || a - b);
  const plateaus = { height, width, data: values, open, stack: new Int32Array(candidates) };
  const peaks = new Int32Array(candidates);
  let count = 0;
  for (const peak of order) {
    if (open[peak] === 0) continue;
    peaks[count++] = peak;
    closePlateau(plateaus, peak);
    closeWindow(open, peak, height, width, radius - 1);
  }
  return peaks.slice(0, count);
}

/** The values, 1 in `open` for the candidates that are not settled, and a stack as long as their number. */
interface Plateaus extends Plane {
  readonly open: Uint8Array;
  readonly stack: Int32Array;
}

/** Settles the candidates that are connected (8) to `peak` through candidates of its value. */
function closePlateau({ height, width, data: values, open, stack }: Plateaus, peak: number): void {
  const value = values[peak];
  let depth = 0;
  stack[depth++] = peak;
  open[peak] = 0;
  while (depth > 0) {
    const at = stack[--depth]!;
    const y = Math.floor(at / width);
    const x = at - y * width;
    for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
      for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
        const next = v * width + u;
        if (open[next] === 0 || values[next] !== value) continue;
        open[next] = 0;
        stack[depth++] = next;
      }
    }
  }
}

/**
 * Settles the candidates in the square around `peak`. They have its value: a larger one would have ruled it
 * out, and it them.
 */
function closeWindow(open: Uint8Array, peak: number, height: number, width: number, radius: number): void {
  const y = Math.floor(peak / width);
  const x = peak - y * width;
  const left = Math.max(0, x - radius);
  const right = Math.min(width, x + radius + 1);
  for (let v = Math.max(0, y - radius); v < Math.min(height, y + radius + 1); v++)
    open.fill(0, v * width + left, v * width + right);
}

/** Maximum over the square of `2 * radius + 1` around each pixel, cut at the border of the image. */
function windowMaximum(data: Float32Array, height: number, width: number, radius: number): Float32Array {
  const out = new Float32Array(data.length);
  const line = new Float32Array(Math.max(height, width) + 2 * radius);
  const running = { radius, line, ahead: new Float32Array(line.length) };
  for (let y = 0; y < height; y++) lineMaximum(data, out, { start: y * width, step: 1, n: width }, running);
  for (let x = 0; x < width; x++) lineMaximum(out, out, { start: x, step: width, n: height }, running);
  return out;
}

/** `n` pixels, `step` apart, from index `start` on. */
interface Line {
  readonly start: number;
  readonly step: number;
  readonly n: number;
}

/** Half of the window, px, and scratch for a line with that many pixels at both ends. */
interface RunningMaximum {
  readonly radius: number;
  readonly line: Float32Array;
  readonly ahead: Float32Array;
}

/**
 * Running maximum of one line, three comparisons a value whatever the radius: the maxima from the start of a
 * block of the window's length to each value, and from each value to the end of its block, together cover any
 * window.
 *
 * Source: van Herk 1992, Gil and Werman 1993.
 */
function lineMaximum(
  data: Float32Array,
  out: Float32Array,
  { start, step, n }: Line,
  { radius, line, ahead }: RunningMaximum,
): void {
  const window = 2 * radius + 1;
  const length = n + 2 * radius;
  line.fill(-Infinity, 0, radius);
  line.fill(-Infinity, n + radius, length);
  for (let i = 0, at = start; i < n; i++, at += step) line[i + radius] = data[at]!;
  for (let block = 0; block < length; block += window) {
    const end = block + window < length ? block + window : length;
    let highest = -Infinity;
    for (let i = end - 1; i >= block; i--) {
      if (line[i]! > highest) highest = line[i]!;
      ahead[i] = highest;
    }
    highest = -Infinity;
    for (let i = block; i < end; i++) {
      if (line[i]! > highest) highest = line[i]!;
      line[i] = highest;
    }
  }
  for (let i = 0, at = start; i < n; i++, at += step) {
    const behind = line[i + window - 1]!;
    out[at] = ahead[i]! > behind ? ahead[i]! : behind;
  }
}
