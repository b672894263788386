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
  const kernel = halfKernel(sigma);
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

/** Normalised weights at distance 0, 1, ..., radius. */
function halfKernel(sigma: number): Float64Array {
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
// changes the last bit. Four pairs (or four neighbouring sums) at a time keep the sums out of memory: a third
// of the time.

/** Radius up to which `blurNarrow` is used. */
const narrow = 4;

/**
 * `blur` for radii up to 4 in one expression a pixel and direction: a third of the time. Weights that a
 * smaller kernel lacks are 0, which changes no sum of finite values.
 */
function blurNarrow(data: Float32Array, height: number, width: number, kernel: Float64Array): Float32Array {
  const [k0, k1, k2, k3, k4] = Float64Array.from(
    { length: narrow + 1 },
    (_, k) => kernel[k] ?? 0,
  ) as unknown as [number, number, number, number, number];
  const out = new Float32Array(data.length);
  const line = new Float32Array(width + 2 * narrow);
  const ends = Int32Array.from(
    { length: 2 * narrow },
    (_, k) => narrow + reflect(k < narrow ? k - narrow : width + k - narrow, width),
  );
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const [a, b, c, d, e, f, g, h] = Int32Array.from(
      { length: 8 },
      (_, i) => reflect(y + (i % 2 === 0 ? -1 : 1) * (narrow - (i >> 1)), height) * width,
    ) as unknown as [number, number, number, number, number, number, number, number];
    for (let x = 0; x < width; x++) {
      line[x + narrow] =
        data[row + x]! * k0 +
        (data[a + x]! + data[b + x]!) * k4 +
        (data[c + x]! + data[d + x]!) * k3 +
        (data[e + x]! + data[f + x]!) * k2 +
        (data[g + x]! + data[h + x]!) * k1;
    }
    for (let k = 0; k < narrow; k++) {
      line[k] = line[ends[k]!]!;
      line[width + narrow + k] = line[ends[narrow + k]!]!;
    }
    for (let x = 0; x < width; x++) {
      out[row + x] =
        line[x + 4]! * k0 +
        (line[x]! + line[x + 8]!) * k4 +
        (line[x + 1]! + line[x + 7]!) * k3 +
        (line[x + 2]! + line[x + 6]!) * k2 +
        (line[x + 3]! + line[x + 5]!) * k1;
    }
  }
  return out;
}

/**
 * Row by row: the sums along the columns of one row are used up before those of the next are taken, and need
 * no plane of their own.
 */
function blur(data: Float32Array, height: number, width: number, kernel: Float64Array): Float32Array {
  const radius = kernel.length - 1;
  if (radius <= narrow) return blurNarrow(data, height, width, kernel);
  const plane = { height, width, data };
  const out = new Float32Array(data.length);
  const sums = new Float64Array(width);
  // Up to three sums more than the row has, over zeros: they are not written. Rounded to float32 on the way.
  const line = new Float32Array(width + 2 * radius + 3);
  const left = Int32Array.from({ length: radius }, (_, k) => reflect(k - radius, width));
  const right = Int32Array.from({ length: radius }, (_, k) => reflect(width + k, width));
  for (let y = 0; y < height; y++) {
    sumColumns(plane, y, kernel, sums);
    for (let x = 0; x < width; x++) line[radius + x] = sums[x]!;
    for (let k = 0; k < radius; k++) {
      line[k] = line[radius + left[k]!]!;
      line[radius + width + k] = line[radius + right[k]!]!;
    }
    sumRow(line, width, kernel, out, y * width);
  }
  return out;
}

/** Weighted sums of the rows around row `y`, one per column. */
function sumColumns(
  { height, width, data }: Plane,
  y: number,
  kernel: Float64Array,
  sums: Float64Array,
): void {
  const row = y * width;
  for (let x = 0; x < width; x++) sums[x] = data[row + x]! * kernel[0]!;
  let k = kernel.length - 1;
  for (; k >= 4; k -= 4) {
    const a = reflect(y - k, height) * width;
    const b = reflect(y + k, height) * width;
    const c = reflect(y - k + 1, height) * width;
    const d = reflect(y + k - 1, height) * width;
    const e = reflect(y - k + 2, height) * width;
    const f = reflect(y + k - 2, height) * width;
    const g = reflect(y - k + 3, height) * width;
    const h = reflect(y + k - 3, height) * width;
    const w0 = kernel[k]!;
    const w1 = kernel[k - 1]!;
    const w2 = kernel[k - 2]!;
    const w3 = kernel[k - 3]!;
    for (let x = 0; x < width; x++) {
      sums[x] =
        sums[x]! +
        (data[a + x]! + data[b + x]!) * w0 +
        (data[c + x]! + data[d + x]!) * w1 +
        (data[e + x]! + data[f + x]!) * w2 +
        (data[g + x]! + data[h + x]!) * w3;
    }
  }
  for (; k > 0; k--) {
    const weight = kernel[k]!;
    const above = reflect(y - k, height) * width;
    const below = reflect(y + k, height) * width;
    for (let x = 0; x < width; x++) sums[x]! += (data[above + x]! + data[below + x]!) * weight;
  }
}

/** Weighted sums along a line that is padded by the radius on both sides, four neighbours at a time. */
function sumRow(
  line: Float32Array,
  width: number,
  kernel: Float64Array,
  out: Float32Array,
  row: number,
): void {
  const radius = kernel.length - 1;
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
    out[row + x] = a;
    if (x + 1 < width) out[row + x + 1] = b;
    if (x + 2 < width) out[row + x + 2] = c;
    if (x + 3 < width) out[row + x + 3] = d;
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
