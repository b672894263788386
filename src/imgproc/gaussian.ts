/**
 * Gaussian blur: `gaussian` for float images, and `gaussianOpenCv9`, the 8-bit fixed-point blur that the paper's thresholds rest on.
 * One grey level moves an Otsu threshold, so the latter repeats OpenCV's integers instead of rounding a float blur.
 */

/**
 * Blurs with a Gaussian cut at 4 sigma, mirroring the image at its border with the edge pixel doubled (scipy's mode "reflect").
 *
 * Where the image holds NaN, the kernel is renormalised over the pixels that have a value, and NaN pixels stay NaN.
 *
 * @param data height x width grey values
 * @param sigma standard deviation in px; 0 gives a copy
 * Source: scipy.ndimage.gaussian_filter (truncate 4): sums in double precision, rounded to float32 after each direction, as there.
 */
export function gaussian(data: Float32Array, height: number, width: number, sigma: number): Float32Array {
  const kernel = halfKernel(sigma);
  if (kernel.length === 1) return data.slice();
  if (!hasNaN(data)) return blurRows(blurColumns(data, height, width, kernel), height, width, kernel);
  const weight = new Float32Array(data.length);
  const values = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    if (Number.isNaN(data[i]!)) continue;
    weight[i] = 1;
    values[i] = data[i]!;
  }
  const sum = blurRows(blurColumns(values, height, width, kernel), height, width, kernel);
  const total = blurRows(blurColumns(weight, height, width, kernel), height, width, kernel);
  for (let i = 0; i < sum.length; i++) sum[i] = weight[i] === 0 ? NaN : sum[i]! / total[i]!;
  return sum;
}

/** Normalised weights at distance 0, 1, ..., radius. */
function halfKernel(sigma: number): Float64Array {
  const radius = Math.floor(4 * sigma + 0.5);
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

/** Position of `i` in 0..n-1 after mirroring at the outer edges of the first and last pixel, as often as needed. */
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

// Both directions sum as scipy does: the centre first, then pairs from the far end inwards. Another order changes the last bit. Four
// pairs (or four neighbouring sums) at a time keep the sums out of memory: a third of the time.

function blurColumns(data: Float32Array, height: number, width: number, kernel: Float64Array): Float32Array {
  const out = new Float32Array(data.length);
  const sums = new Float64Array(width);
  for (let y = 0; y < height; y++) {
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
        sums[x] = sums[x]! + (data[a + x]! + data[b + x]!) * w0 + (data[c + x]! + data[d + x]!) * w1
          + (data[e + x]! + data[f + x]!) * w2 + (data[g + x]! + data[h + x]!) * w3;
      }
    }
    for (; k > 0; k--) {
      const weight = kernel[k]!;
      const above = reflect(y - k, height) * width;
      const below = reflect(y + k, height) * width;
      for (let x = 0; x < width; x++) sums[x]! += (data[above + x]! + data[below + x]!) * weight;
    }
    for (let x = 0; x < width; x++) out[row + x] = sums[x]!;
  }
  return out;
}

function blurRows(data: Float32Array, height: number, width: number, kernel: Float64Array): Float32Array {
  const radius = kernel.length - 1;
  const out = new Float32Array(data.length);
  // Up to three sums more than the row has, over zeros: they are not written.
  const padded = new Float64Array(width + 2 * radius + 3);
  const left = Int32Array.from({ length: radius }, (_, k) => reflect(k - radius, width));
  const right = Int32Array.from({ length: radius }, (_, k) => reflect(width + k, width));
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) padded[radius + x] = data[row + x]!;
    for (let k = 0; k < radius; k++) {
      padded[k] = data[row + left[k]!]!;
      padded[radius + width + k] = data[row + right[k]!]!;
    }
    for (let x = 0; x < width; x += 4) {
      const at = x + radius;
      const centre = kernel[0]!;
      let a = padded[at]! * centre;
      let b = padded[at + 1]! * centre;
      let c = padded[at + 2]! * centre;
      let d = padded[at + 3]! * centre;
      for (let k = radius; k > 0; k--) {
        const weight = kernel[k]!;
        const before = at - k;
        const after = at + k;
        a += (padded[before]! + padded[after]!) * weight;
        b += (padded[before + 1]! + padded[after + 1]!) * weight;
        c += (padded[before + 2]! + padded[after + 2]!) * weight;
        d += (padded[before + 3]! + padded[after + 3]!) * weight;
      }
      out[row + x] = a;
      if (x + 1 < width) out[row + x + 1] = b;
      if (x + 2 < width) out[row + x + 2] = c;
      if (x + 3 < width) out[row + x + 3] = d;
    }
  }
  return out;
}

/**
 * OpenCV's GaussianBlur of an 8-bit image with a 9x9 kernel and sigma 0, bit by bit.
 *
 * Source: OpenCV's fixed-point smoothing: weights in 1/256, exact sums in both directions, one rounding at the end, reflect-101 border.
 */
export function gaussianOpenCv9(data: Uint8Array, height: number, width: number): Uint8Array {
  // Of sums up to 255 * 256, so 16 bits hold a column sum.
  const columns = new Uint16Array(data.length);
  const rows = new Int32Array(9);
  for (let y = 0; y < height; y++) {
    for (let k = 0; k < 9; k++) rows[k] = reflect101(y + k - 4, height) * width;
    const [a, b, c, d, e, f, g, h, i] = rows as unknown as [number, number, number, number, number, number, number, number, number];
    for (let x = 0; x < width; x++) {
      columns[y * width + x] = 4 * (data[a + x]! + data[i + x]!) + 13 * (data[b + x]! + data[h + x]!) + 30 * (data[c + x]! + data[g + x]!)
        + 51 * (data[d + x]! + data[f + x]!) + 60 * data[e + x]!;
    }
  }
  const out = new Uint8Array(data.length);
  const line = new Int32Array(width + 8);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = -4; x < width + 4; x++) line[x + 4] = columns[row + (x >= 0 && x < width ? x : reflect101(x, width))]!;
    for (let x = 0; x < width; x++) {
      const sum = 4 * (line[x]! + line[x + 8]!) + 13 * (line[x + 1]! + line[x + 7]!) + 30 * (line[x + 2]! + line[x + 6]!)
        + 51 * (line[x + 3]! + line[x + 5]!) + 60 * line[x + 4]!;
      out[row + x] = (sum + 32768) >> 16;
    }
  }
  return out;
}
