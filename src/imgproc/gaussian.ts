/**
 * Gaussian blur: `gaussian` for float images, and `gaussianOpenCv9`, the 8-bit fixed-point blur that the
 * paper's thresholds rest on. One grey level moves an Otsu threshold, so the latter repeats OpenCV's integers
 * instead of rounding a float blur.
 */
import type { Plane } from "../core/size.js";

/**
 * Blurs with a Gaussian cut at 4 sigma, mirroring the image at its border with the edge pixel doubled
 * (scipy's mode "reflect").
 *
 * Where the image holds NaN, the kernel is renormalised over the pixels that have a value, and NaN pixels
 * stay NaN.
 *
 * @param data height x width grey values
 * @param sigma standard deviation in px; 0 gives a copy Source: scipy.ndimage.gaussian_filter (truncate 4):
 *   sums in double precision, rounded to float32 after each direction, as there.
 */
export function gaussian(data: Float32Array, height: number, width: number, sigma: number): Float32Array {
  const kernel = gaussianKernel(sigma);
  if (kernel.length === 1) return data.slice();
  if (!hasNaN(data)) return blur(data, height, width, kernel);
  const weight = new Float32Array(data.length);
  const values = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    if (Number.isNaN(data[i]!)) continue;
    weight[i] = 1;
    values[i] = data[i]!;
  }
  const sum = blur(values, height, width, kernel);
  const total = blur(weight, height, width, kernel);
  for (let i = 0; i < sum.length; i++) sum[i] = weight[i] === 0 ? NaN : sum[i]! / total[i]!;
  return sum;
}

/** How far a pixel of `gaussian` sees, px. */
export const gaussianRadius = (sigma: number): number => Math.floor(4 * sigma + 0.5);

/** Normalised weights of `gaussian` at distance 0, 1, ..., radius; each but the first counts twice. */
export function gaussianKernel(sigma: number): Float64Array {
  const radius = gaussianRadius(sigma);
  const kernel = new Float64Array(radius + 1);
  let sum = 0;
  for (let i = -radius; i <= radius; i++) {
    const weight = i === 0 ? 1 : Math.exp((-0.5 / (sigma * sigma)) * i * i);
    kernel[Math.abs(i)] = weight;
    sum += weight;
  }
  for (let i = 0; i <= radius; i++) kernel[i]! /= sum;
  return kernel;
}

/**
 * Position of `i` in 0..n-1 after mirroring at the outer edges of the first and last pixel, as often as
 * needed.
 */
function reflect(i: number, n: number): number {
  const period = 2 * n;
  const at = ((i % period) + period) % period;
  return at < n ? at : period - 1 - at;
}

/** The same about the centres of the first and last pixel (OpenCV's reflect-101). */
function reflect101(i: number, n: number): number {
  if (n === 1) return 0;
  const period = 2 * n - 2;
  const at = ((i % period) + period) % period;
  return at < n ? at : period - at;
}

function hasNaN(data: Float32Array): boolean {
  for (let i = 0; i < data.length; i++) if (Number.isNaN(data[i]!)) return true;
  return false;
}

// Both directions sum as scipy does: the centre first, then pairs from the far end inwards. Another order
// changes the last bit. Several pairs, or neighbouring sums, at a time keep the sums out of memory, and each
// value that several sums need is loaded once.

/** Two rows of sums along the columns, and one with what mirrors them at both ends. */
interface BlurredRows {
  readonly upper: Float64Array;
  readonly lower: Float64Array;
  /** Rounded to float32; up to three sums more than the row has, over zeros: they are not written. */
  readonly line: Float32Array;
  /** Columns that stand for those before the first and behind the last. */
  readonly left: Int32Array;
  readonly right: Int32Array;
}

/**
 * Two rows at a time, whose columns share most of their values; the sums along the columns are used up before
 * those of the next rows are taken, and need no plane of their own.
 */
function blur(data: Float32Array, height: number, width: number, kernel: Float64Array): Float32Array {
  const radius = kernel.length - 1;
  const plane = { height, width, data };
  const out = new Float32Array(data.length);
  const rows: BlurredRows = {
    upper: new Float64Array(width),
    lower: new Float64Array(width),
    line: new Float32Array(width + 2 * radius + 3),
    left: Int32Array.from({ length: radius }, (_, k) => reflect(k - radius, width)),
    right: Int32Array.from({ length: radius }, (_, k) => reflect(width + k, width)),
  };
  for (let y = 0; y < height; y += 2) {
    if (radius <= narrow) sumColumnsNarrow(plane, y, kernel, rows);
    else sumColumns(plane, y, kernel, rows);
    blurRow(rows, rows.upper, kernel, out.subarray(y * width, (y + 1) * width));
    if (y + 1 < height) blurRow(rows, rows.lower, kernel, out.subarray((y + 1) * width, (y + 2) * width));
  }
  return out;
}

/** Blurs the sums of one row along the row. */
function blurRow(
  { line, left, right }: BlurredRows,
  sums: Float64Array,
  kernel: Float64Array,
  out: Float32Array,
): void {
  const radius = kernel.length - 1;
  const width = out.length;
  line.set(sums, radius);
  for (let k = 0; k < radius; k++) {
    line[k] = line[radius + left[k]!]!;
    line[radius + width + k] = line[radius + right[k]!]!;
  }
  if (radius <= narrow) sumRowNarrow(line, kernel, out);
  else sumRow(line, kernel, out);
}

/** Radius up to which a pixel's sum is one expression. */
const narrow = 3;

/** The weights of a narrow kernel; those it lacks are 0, which changes no sum of finite values. */
const narrowWeights = (kernel: Float64Array): readonly [number, number, number, number] => [
  kernel[0]!,
  kernel[1] ?? 0,
  kernel[2] ?? 0,
  kernel[3] ?? 0,
];

/** `sumColumns` of a narrow kernel. */
function sumColumnsNarrow(
  { height, width, data }: Plane,
  y: number,
  kernel: Float64Array,
  { upper, lower }: BlurredRows,
): void {
  const [k0, k1, k2, k3] = narrowWeights(kernel);
  const row = (k: number): number => reflect(y + k, height) * width;
  const [a, b, c, d] = [row(-3), row(-2), row(-1), row(0)];
  const [e, f, g, h] = [row(1), row(2), row(3), row(4)];
  for (let x = 0; x < width; x++) {
    const r = data[b + x]!;
    const s = data[c + x]!;
    const t = data[d + x]!;
    const u = data[e + x]!;
    const v = data[f + x]!;
    const w = data[g + x]!;
    upper[x] = t * k0 + (data[a + x]! + w) * k3 + (r + v) * k2 + (s + u) * k1;
    lower[x] = u * k0 + (r + data[h + x]!) * k3 + (s + w) * k2 + (t + v) * k1;
  }
}

/** `sumRow` of a narrow kernel, whose radius the line may be padded by less than. */
function sumRowNarrow(line: Float32Array, kernel: Float64Array, out: Float32Array): void {
  const [k0, k1, k2, k3] = narrowWeights(kernel);
  const shift = kernel.length - 1 - narrow;
  const at = (x: number): number => line[x + shift] ?? 0;
  let [a, b, c, d, e, f] = [at(0), at(1), at(2), at(3), at(4), at(5)];
  for (let x = 0, next = shift + 6; x < out.length; x++, next++) {
    const g = next < line.length ? line[next]! : 0;
    out[x] = d * k0 + (a + g) * k3 + (b + f) * k2 + (c + e) * k1;
    a = b;
    b = c;
    c = d;
    d = e;
    e = f;
    f = g;
  }
}

/** Weighted sums of the rows around rows `y` and `y + 1`, one per column. */
function sumColumns(
  { height, width, data }: Plane,
  y: number,
  kernel: Float64Array,
  { upper, lower }: BlurredRows,
): void {
  const row = (k: number): number => reflect(y + k, height) * width;
  const [here, next] = [row(0), row(1)];
  for (let x = 0; x < width; x++) {
    upper[x] = data[here + x]! * kernel[0]!;
    lower[x] = data[next + x]! * kernel[0]!;
  }
  let k = kernel.length - 1;
  for (; k >= 3; k -= 3) {
    const [a, b, c, d] = [row(-k), row(1 - k), row(2 - k), row(3 - k)];
    const [e, f, g, h] = [row(k - 2), row(k - 1), row(k), row(k + 1)];
    const w0 = kernel[k]!;
    const w1 = kernel[k - 1]!;
    const w2 = kernel[k - 2]!;
    for (let x = 0; x < width; x++) {
      const q = data[b + x]!;
      const r = data[c + x]!;
      const t = data[f + x]!;
      const u = data[g + x]!;
      upper[x] = upper[x]! + (data[a + x]! + u) * w0 + (q + t) * w1 + (r + data[e + x]!) * w2;
      lower[x] = lower[x]! + (q + data[h + x]!) * w0 + (r + u) * w1 + (data[d + x]! + t) * w2;
    }
  }
  for (; k > 0; k--) {
    const weight = kernel[k]!;
    const [a, b, c, d] = [row(-k), row(k), row(1 - k), row(1 + k)];
    for (let x = 0; x < width; x++) {
      upper[x]! += (data[a + x]! + data[b + x]!) * weight;
      lower[x]! += (data[c + x]! + data[d + x]!) * weight;
    }
  }
}

/** Weighted sums along a line that is padded by the radius on both sides, four neighbours at a time. */
function sumRow(line: Float32Array, kernel: Float64Array, out: Float32Array): void {
  const radius = kernel.length - 1;
  const width = out.length;
  const centre = kernel[0]!;
  for (let x = 0; x < width; x += 4) {
    const at = x + radius;
    let a = line[at]! * centre;
    let b = line[at + 1]! * centre;
    let c = line[at + 2]! * centre;
    let d = line[at + 3]! * centre;
    for (let k = radius; k > 0; k--) {
      const weight = kernel[k]!;
      const before = at - k;
      const after = at + k;
      a += (line[before]! + line[after]!) * weight;
      b += (line[before + 1]! + line[after + 1]!) * weight;
      c += (line[before + 2]! + line[after + 2]!) * weight;
      d += (line[before + 3]! + line[after + 3]!) * weight;
    }
    out[x] = a;
    if (x + 1 < width) out[x + 1] = b;
    if (x + 2 < width) out[x + 2] = c;
    if (x + 3 < width) out[x + 3] = d;
  }
}

/**
 * OpenCV's GaussianBlur of an 8-bit image with a 9x9 kernel and sigma 0, bit by bit.
 *
 * Source: OpenCV's fixed-point smoothing: weights in 1/256, exact sums in both directions, one rounding at
 * the end, reflect-101 border.
 */
export function gaussianOpenCv9(data: Uint8Array, height: number, width: number): Uint8Array {
  const out = new Uint8Array(data.length);
  const stride = Math.ceil(width / 4);
  const words = wordsOfRows(data, height, width);
  const line = new Int32Array(4 * stride + 8);
  const left = Int32Array.from({ length: 4 }, (_, k) => 4 + reflect101(k - 4, width));
  const right = Int32Array.from({ length: 4 }, (_, k) => 4 + reflect101(width + k, width));
  for (let y = 0; y < height; y++) {
    sumColumns9(words, y, height, stride, line);
    for (let k = 0; k < 4; k++) line[k] = line[left[k]!]!;
    for (let k = 0; k < 4; k++) line[width + 4 + k] = line[right[k]!]!;
    sumRow9(line, width, out, y * width);
  }
  return out;
}

/**
 * Four pixels a word (little-endian, as is every platform this runs on); rows begin at a word, the last word
 * of each may hold less than four.
 */
function wordsOfRows(data: Uint8Array, height: number, width: number): Int32Array {
  if (width % 4 === 0 && data.byteOffset % 4 === 0)
    return new Int32Array(data.buffer, data.byteOffset, data.length / 4);
  const stride = 4 * Math.ceil(width / 4);
  const padded = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) padded.set(data.subarray(y * width, (y + 1) * width), y * stride);
  return new Int32Array(padded.buffer);
}

/**
 * Weighted sums of nine rows around `y`, from line[4] on: two at a time, in the halves of a 32-bit number.
 * The sums are at most 255 * 256, so that none reaches into the other half.
 */
function sumColumns9(words: Int32Array, y: number, height: number, stride: number, line: Int32Array): void {
  const row = (k: number): number => reflect101(y + k, height) * stride;
  const [a, b, c, d, e, f, g, h, i] = [
    row(-4),
    row(-3),
    row(-2),
    row(-1),
    row(0),
    row(1),
    row(2),
    row(3),
    row(4),
  ];
  const halves = 0x00ff00ff;
  for (let x = 0, at = 4; x < stride; x++, at += 4) {
    const p = words[a + x]!;
    const q = words[b + x]!;
    const r = words[c + x]!;
    const s = words[d + x]!;
    const t = words[e + x]!;
    const u = words[f + x]!;
    const v = words[g + x]!;
    const w = words[h + x]!;
    const z = words[i + x]!;
    const even =
      (((p & halves) + (z & halves)) << 2) +
      Math.imul((q & halves) + (w & halves), 13) +
      Math.imul((r & halves) + (v & halves), 30) +
      Math.imul((s & halves) + (u & halves), 51) +
      Math.imul(t & halves, 60);
    const odd =
      ((((p >>> 8) & halves) + ((z >>> 8) & halves)) << 2) +
      Math.imul(((q >>> 8) & halves) + ((w >>> 8) & halves), 13) +
      Math.imul(((r >>> 8) & halves) + ((v >>> 8) & halves), 30) +
      Math.imul(((s >>> 8) & halves) + ((u >>> 8) & halves), 51) +
      Math.imul((t >>> 8) & halves, 60);
    line[at] = even & 0xffff;
    line[at + 1] = odd & 0xffff;
    line[at + 2] = even >>> 16;
    line[at + 3] = odd >>> 16;
  }
}

/**
 * Weighted sums of nine neighbours in `line`, rounded to bytes. Four at a time, the line's values held in
 * between.
 */
function sumRow9(line: Int32Array, width: number, out: Uint8Array, row: number): void {
  let a = line[0]!;
  let b = line[1]!;
  let c = line[2]!;
  let d = line[3]!;
  let e = line[4]!;
  let f = line[5]!;
  let g = line[6]!;
  let h = line[7]!;
  let x = 0;
  for (; x + 4 <= width; x += 4) {
    const i = line[x + 8]!;
    const j = line[x + 9]!;
    const k = line[x + 10]!;
    const l = line[x + 11]!;
    out[row + x] = weighted9(a + i, b + h, c + g, d + f, e) >> 16;
    out[row + x + 1] = weighted9(b + j, c + i, d + h, e + g, f) >> 16;
    out[row + x + 2] = weighted9(c + k, d + j, e + i, f + h, g) >> 16;
    out[row + x + 3] = weighted9(d + l, e + k, f + j, g + i, h) >> 16;
    a = e;
    b = f;
    c = g;
    d = h;
    e = i;
    f = j;
    g = k;
    h = l;
  }
  for (; x < width; x++) {
    out[row + x] =
      weighted9(
        line[x]! + line[x + 8]!,
        line[x + 1]! + line[x + 7]!,
        line[x + 2]! + line[x + 6]!,
        line[x + 3]! + line[x + 5]!,
        line[x + 4]!,
      ) >> 16;
  }
}

/** Sums of two at distance 4, 3, 2 and 1, and the middle; with half of 2^16 for rounding. */
const weighted9 = (far: number, third: number, second: number, near: number, middle: number): number =>
  (far << 2) +
  Math.imul(third, 13) +
  Math.imul(second, 30) +
  Math.imul(near, 51) +
  Math.imul(middle, 60) +
  32768;
