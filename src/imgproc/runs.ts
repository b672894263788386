import type { LabelImage } from "../core/labels.js";

/** The objects of a label image as horizontal runs of pixels, grouped by label, each group from top to bottom, left to right. */
export interface Runs {
  /** Runs of label k are `first[k - 1]` to `first[k]` (exclusive). Length count + 1. */
  readonly first: Int32Array;
  readonly y: Int32Array;
  /** First column. */
  readonly start: Int32Array;
  /** Column after the last. */
  readonly end: Int32Array;
}

/** Takes a label image apart into runs. Linear in the number of pixels, however the labels are scattered; -1 counts as background. */
export function runsOf(labels: LabelImage): Runs {
  const { height, width, data, count } = labels;
  const first = new Int32Array(count + 1);
  for (let row = 0; row < data.length; row += width) {
    let before = 0;
    for (let i = row; i < row + width; i++) {
      const label = data[i]!;
      if (label > 0 && label !== before) first[label]!++;
      before = label;
    }
  }
  for (let k = 0; k < count; k++) first[k + 1]! += first[k]!;
  const next = first.slice(0, count);
  const total = first[count]!;
  const runs = { first, y: new Int32Array(total), start: new Int32Array(total), end: new Int32Array(total) };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; ) {
      const label = data[y * width + x]!;
      const start = x++;
      if (label <= 0) continue;
      while (x < width && data[y * width + x] === label) x++;
      const run = next[label - 1]!++;
      runs.y[run] = y;
      runs.start[run] = start;
      runs.end[run] = x;
    }
  }
  return runs;
}
