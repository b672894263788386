/**
 * Exact Euclidean distances on the pixel grid, in integers until the final root.
 *
 * Down the columns first (distance to the nearest zero above or below), then the lower envelope of the
 * parabolas along each row. A row is cut at its zeros: beyond a zero no column can be nearer than that zero
 * itself, so each run of foreground is solved on its own.
 *
 * Source: Meijster, Roerdink, Hesselink 2000, "A general algorithm for computing distance transforms in
 * linear time", section 2.
 */

/**
 * Distance of each pixel to the nearest 0 of the mask, px; 0 on the zeros. The border of the image is not
 * background. A mask without any 0 gets the length of the image's diagonal everywhere, which is finite and
 * larger than any true distance.
 *
 * @param mask height x width, 0 or not
 * Source: equals scipy.ndimage.distance_transform_edt, rounded to float32.
 */
export function distanceTransform(mask: Uint8Array, height: number, width: number): Float32Array {
  const squared = squaredDistance(mask, height, width);
  const out = new Float32Array(squared.length);
  for (let i = 0; i < out.length; i++) if (squared[i]! > 0) out[i] = Math.sqrt(squared[i]!);
  return out;
}

/** Integers; beyond a diagonal of 46,340 px they need more than 32 bits. */
export type Squares = Int32Array | Float64Array;

/**
 * The squares of `distanceTransform`, exact integers; height² + width² everywhere in a mask without any 0.
 */
export function squaredDistance(mask: Uint8Array, height: number, width: number): Squares {
  const columns = columnDistance(mask, height, width);
  const far = height * height + width * width;
  const out = far < 2 ** 31 ? new Int32Array(mask.length) : new Float64Array(mask.length);
  const work: Envelope = {
    width,
    columns,
    none: height + width,
    out,
    starts: new Int32Array(width),
    sites: new Int32Array(width),
    heights: new Float64Array(width),
  };
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width;) {
      if (columns[row + x] === 0) {
        x++;
        continue;
      }
      let end = x + 1;
      while (end < width && columns[row + end]! > 0) end++;
      envelope(work, row, x, end);
      x = end;
    }
  }
  for (let i = 0; i < out.length; i++) if (out[i]! < 0) out[i] = far;
  return out;
}

/** Rows to the nearest zero in the same column; height + width where there is none. */
function columnDistance(mask: Uint8Array, height: number, width: number): Int32Array {
  const none = height + width;
  const out = new Int32Array(mask.length);
  for (let x = 0; x < width; x++) out[x] = mask[x] === 0 ? 0 : none;
  for (let i = width; i < out.length; i++) out[i] = mask[i] === 0 ? 0 : Math.min(out[i - width]! + 1, none);
  for (let i = out.length - 1 - width; i >= 0; i--)
    if (out[i + width]! + 1 < out[i]!) out[i] = out[i + width]! + 1;
  return out;
}

/** What the lower envelopes of all rows have in common. */
interface Envelope {
  readonly width: number;
  /** height x width: rows to the nearest zero in the same column. */
  readonly columns: Int32Array;
  /** The value in `columns` that says that there is none. */
  readonly none: number;
  /** height x width: receives the squared distances. */
  readonly out: Squares;
  /** Scratch of one row: parabola `sites[k]` is lowest from column `starts[k]` on, `heights[k]` its height. */
  readonly starts: Int32Array;
  readonly sites: Int32Array;
  readonly heights: Float64Array;
}

/**
 * Writes the squared distances of columns `from..end` (exclusive) of the row that begins at index `row`, a
 * run without zeros; -1 where the envelope has no parabola.
 */
function envelope(work: Envelope, row: number, from: number, end: number): void {
  const { width, columns, none, out, starts, sites, heights } = work;
  // The zeros on both sides belong to the envelope; where the image ends there is none.
  const first = from > 0 ? from - 1 : from;
  const last = end < width ? end : end - 1;
  let top = -1;
  for (let x = first; x <= last; x++) {
    const g = columns[row + x]!;
    if (g >= none) continue;
    const h = g * g;
    let start = first;
    while (top >= 0) {
      const a = starts[top]! - sites[top]!;
      const b = starts[top]! - x;
      if (a * a + heights[top]! > b * b + h) {
        top--;
        continue;
      }
      const i = sites[top]!;
      // First column where this parabola is lower than the one on top.
      start = 1 + Math.floor((x * x - i * i + h - heights[top]!) / (2 * (x - i)));
      break;
    }
    if (top < 0) start = first;
    if (start > last) continue;
    top++;
    sites[top] = x;
    heights[top] = h;
    starts[top] = start;
  }
  if (top < 0) {
    out.fill(-1, row + from, row + end);
    return;
  }
  for (let x = end - 1; x >= from; x--) {
    while (starts[top]! > x) top--;
    const d = x - sites[top]!;
    out[row + x] = d * d + heights[top]!;
  }
}
