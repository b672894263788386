/**
 * Where equidistant horizontal lines meet the edges of a polygon. Room that is used again for every polygon.
 */
export interface Scanlines {
  /** Crossings a line has room for: the number of corners. */
  readonly stride: number;
  /** lines x stride: the x of each crossing, ascending along the line. */
  readonly crossings: Float64Array;
  /** lines: how many crossings there are, an even number. */
  readonly counts: Int32Array;
}

/** @param corners of the polygons to come */
export const scanlines = (lines: number, corners: number): Scanlines => ({
  stride: corners,
  crossings: new Float64Array(lines * corners),
  counts: new Int32Array(lines),
});

/**
 * Finds the crossings on the lines y = first + i * step, 0 <= i < count, edge by edge: the work is that of
 * the crossings, not of lines x edges.
 *
 * An edge owns its upper end but not its lower one, so that a line through a corner meets an even number of
 * edges.
 *
 * @param corners 2 x n finite numbers, y of each corner, then x
 * @param step > 0
 */
export function crossingsInto(
  out: Scanlines,
  corners: Float64Array,
  first: number,
  step: number,
  count: number,
): void {
  const { stride: n, crossings, counts } = out;
  counts.fill(0, 0, count);
  let y0 = corners[n - 1]!;
  let x0 = corners[2 * n - 1]!;
  // The first line at or below a corner. From the same numbers for both edges that meet there, so that
  // rounding cannot tear them apart.
  let line0 = Math.min(count, Math.max(0, Math.ceil((y0 - first) / step)));
  for (let k = 0; k < n; k++) {
    const y1 = corners[k]!;
    const x1 = corners[n + k]!;
    const line1 = Math.min(count, Math.max(0, Math.ceil((y1 - first) / step)));
    const from = line0 < line1 ? line0 : line1;
    const to = line0 < line1 ? line1 : line0;
    for (let i = from; i < to; i++) {
      const x = x0 + ((first + i * step - y0) / (y1 - y0)) * (x1 - x0);
      let c = i * n + counts[i]!++;
      // Two crossings on nearly every line: insertion beats any sort.
      for (; c > i * n && crossings[c - 1]! > x; c--) crossings[c] = crossings[c - 1]!;
      crossings[c] = x;
    }
    y0 = y1;
    x0 = x1;
    line0 = line1;
  }
}
