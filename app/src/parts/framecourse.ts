/** Values of a table over its frames. */

/** Frames with what is known of each, ascending. */
export interface FrameCourse {
  readonly frames: number[];
  readonly counts: number[];
  /** Median of a column; null where a frame has none. */
  readonly medians: (number | null)[];
}

/** Counts rows and takes the median of their values by frame. @param values one a row, NaN for none */
export function frameCourse(frames: Float64Array, values: Float64Array): FrameCourse {
  const groups = new Map<number, number[]>();
  frames.forEach((frame, row) => {
    const group = groups.get(frame) ?? [];
    if (group.length === 0) groups.set(frame, group);
    group.push(values[row] ?? NaN);
  });
  const known = [...groups.keys()].sort((a, b) => a - b);
  return {
    frames: known,
    counts: known.map((frame) => groups.get(frame)!.length),
    medians: known.map((frame) => medianOf(groups.get(frame)!)),
  };
}

function medianOf(values: readonly number[]): number | null {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
