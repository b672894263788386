import type { Plane, Size } from "../core/size.js";
import { gaussian, gaussianRadius } from "./gaussian.js";

/**
 * Enlarges or reduces an image by exactly one factor for both axes.
 *
 * Where `resizeBilinear` fits a given number of pixels, here output pixel (Y, X) shows the point ((Y + 0.5) /
 * scale - 0.5, ...) whatever the rounding of the size, so that lengths found in the result divide by one
 * number. Reducing blurs first, so that noise is not aliased into blobs.
 *
 * @param scale output px per input px, > 0
 * @param size of the result; default max(1, round(height * scale)) x max(1, round(width * scale)). With the
 *   size of an image before it was rescaled by 1 / scale, each pixel gets back what was taken from its place.
 *   Source: the blur's sigma, (1 / scale - 1) / 2, is that of skimage.transform.resize with anti_aliasing.
 */
export function rescale(plane: Plane, scale: number, size: Size = rescaledSize(plane, scale)): Plane {
  if (scale === 1) return plane;
  return {
    ...size,
    data: rescaleRows(
      { ...plane, from: 0, imageHeight: plane.height },
      scale,
      { from: 0, to: size.height },
      size.width,
    ),
  };
}

/** Rows of an image, the end exclusive. */
export interface Rows {
  readonly from: number;
  readonly to: number;
}

/** The rows of an image of `height` rows from which some rows of the rescaled one are made. */
export function rowsBehind({ from, to }: Rows, height: number, scale: number): Rows {
  if (scale === 1) return { from, to };
  const blur = scale < 1 ? gaussianRadius(blurOf(scale)) : 0;
  const last = Math.floor(position(to - 1, scale, height)) + 1;
  return {
    from: Math.max(0, Math.floor(position(from, scale, height)) - blur),
    to: Math.min(height, last + 1 + blur),
  };
}

/** Whole rows of an image, from row `from` on. */
export interface PartOfRows extends Plane {
  readonly from: number;
  /** Of the whole image, px. */
  readonly imageHeight: number;
}

/**
 * Some rows of what `rescale` makes of an image, to the bit, from a part of its rows.
 *
 * @param part holds at least the rows that `rowsBehind` names
 * @param rows of the result
 * @param width of the result
 * @returns rows.to - rows.from rows
 */
export function rescaleRows(
  part: PartOfRows,
  scale: number,
  rows: Rows,
  width = rescaledLength(part.width, scale),
): Float32Array {
  const { width: w, from, imageHeight: height } = part;
  // Within the blur's reach of a cut edge the values are wrong, and not looked at.
  const data = scale < 1 ? gaussian(part.data, part.height, w, blurOf(scale)) : part.data;
  const positions = Float64Array.from({ length: width }, (_, x) => position(x, scale, w));
  const left = Int32Array.from(positions, Math.floor);
  const columns: Columns = {
    left,
    right: left.map((x) => Math.min(x + 1, w - 1)),
    weight: positions.map((at, x) => at - left[x]!),
  };
  const out = new Float32Array((rows.to - rows.from) * width);
  // Enlarged, several rows lie between the same two: those are interpolated along the row once.
  let above = { row: -1, line: new Float64Array(width) };
  let below = { row: -1, line: new Float64Array(width) };
  for (let y = rows.from, p = 0; y < rows.to; y++, p += width) {
    const at = position(y, scale, height);
    const top = Math.floor(at) - from;
    const bottom = Math.min(Math.floor(at) + 1, height - 1) - from;
    if (top !== above.row && top === below.row) [above, below] = [below, above];
    for (const [held, row] of [
      [above, top],
      [below, bottom],
    ] as const) {
      if (held.row === row) continue;
      held.row = row;
      interpolateRow(data.subarray(row * w, (row + 1) * w), columns, held.line);
    }
    mixLines(above.line, below.line, at - Math.floor(at), out.subarray(p, p + width));
  }
  return out;
}

function mixLines(above: Float64Array, below: Float64Array, t: number, out: Float32Array): void {
  const s = 1 - t;
  for (let x = 0; x < out.length; x++) out[x] = above[x]! * s + below[x]! * t;
}

/** The two columns that each pixel of the result lies between, and the weight of the right one. */
interface Columns {
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly weight: Float64Array;
}

function interpolateRow(row: Float32Array, { left, right, weight }: Columns, out: Float64Array): void {
  for (let x = 0; x < out.length; x++) {
    const t = weight[x]!;
    out[x] = row[left[x]!]! * (1 - t) + row[right[x]!]! * t;
  }
}

/** Standard deviation of the blur before reducing, px of the input. */
const blurOf = (scale: number): number => (1 / scale - 1) / 2;

/**
 * Reduces an image by one factor: each output pixel is the mean of the square of input pixels that it covers,
 * parts of pixels counted as parts. The pixels are those of `rescale`, in a third of its time.
 *
 * @param scale output px per input px, 0 < scale <= 1
 * Source: OpenCV's INTER_AREA.
 */
export function reduce(plane: Plane, scale: number): Plane {
  if (scale === 1) return plane;
  const { height: h, width: w, data } = plane;
  const { height, width } = rescaledSize(plane, scale);
  const rows = coverage(height, h, scale);
  const columns = coverage(width, w, scale);
  const line = new Float64Array(w);
  const out = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    line.fill(0);
    for (let v = rows.first[y]!; v <= rows.last[y]!; v++) {
      const weight = weightOf(rows, y, v);
      const from = v * w;
      for (let u = 0; u < w; u++) line[u]! += weight * data[from + u]!;
    }
    sumLine(line, columns, out.subarray(y * width, (y + 1) * width));
  }
  return { height, width, data: out };
}

/** Weighted sums of the pixels of a line that each pixel of the result covers. */
function sumLine(
  line: Float64Array,
  { first, last, atFirst, atLast, whole }: Coverage,
  out: Float32Array,
): void {
  for (let x = 0; x < out.length; x++) {
    const from = first[x]!;
    const to = last[x]!;
    const weight = whole[x]!;
    let sum = atFirst[x]! * line[from]!;
    for (let u = from + 1; u < to; u++) sum += weight * line[u]!;
    if (to > from) sum += atLast[x]! * line[to]!;
    out[x] = sum;
  }
}

/**
 * Which input pixels each output pixel covers, `first` to `last` (inclusive), and which share of it the
 * outermost ones are.
 */
interface Coverage {
  readonly first: Int32Array;
  readonly last: Int32Array;
  readonly atFirst: Float64Array;
  readonly atLast: Float64Array;
  /** Share of a pixel that is covered whole. */
  readonly whole: Float64Array;
}

function coverage(n: number, inputs: number, scale: number): Coverage {
  const out = {
    first: new Int32Array(n),
    last: new Int32Array(n),
    atFirst: new Float64Array(n),
    atLast: new Float64Array(n),
    whole: new Float64Array(n),
  };
  for (let i = 0; i < n; i++) {
    const from = Math.min(i / scale, inputs - 1);
    const to = Math.min((i + 1) / scale, inputs);
    out.first[i] = Math.floor(from);
    out.last[i] = Math.min(inputs - 1, Math.ceil(to) - 1);
    out.whole[i] = 1 / (to - from);
    out.atFirst[i] = (Math.min(to, out.first[i]! + 1) - from) / (to - from);
    out.atLast[i] = (to - out.last[i]!) / (to - from);
  }
  return out;
}

const weightOf = ({ first, last, atFirst, atLast, whole }: Coverage, i: number, input: number): number =>
  input === first[i] ? atFirst[i]! : input === last[i] ? atLast[i]! : whole[i]!;

/** Labels, or a mask, on the pixels of `rescale`: each output pixel takes the label under its centre. */
export function rescaleLabels<T extends Int32Array | Uint8Array>(
  plane: Plane<T>,
  scale: number,
  size: Size = rescaledSize(plane, scale),
): T {
  const { height, width, data } = plane;
  if (scale === 1) return data;
  const out = new (data.constructor as new (length: number) => T)(size.height * size.width);
  const columns = Int32Array.from({ length: size.width }, (_, x) =>
    Math.min(width - 1, Math.floor((x + 0.5) / scale)),
  );
  let before = -1;
  for (let y = 0, p = 0; y < size.height; y++, p += size.width) {
    const from = Math.min(height - 1, Math.floor((y + 0.5) / scale)) * width;
    if (from === before) out.copyWithin(p, p - size.width, p);
    else for (let x = 0; x < size.width; x++) out[p + x] = data[from + columns[x]!]!;
    before = from;
  }
  return out;
}

const rescaledSize = ({ height, width }: Size, scale: number): Size => ({
  height: rescaledLength(height, scale),
  width: rescaledLength(width, scale),
});

/** The length of a rescaled side, px: rounded, one at least. */
export const rescaledLength = (length: number, scale: number): number =>
  Math.max(1, Math.round(length * scale));

const position = (i: number, scale: number, length: number): number =>
  Math.min(length - 1, Math.max(0, (i + 0.5) / scale - 0.5));
