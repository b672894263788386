import type { LabelImage } from "../core/labels.js";
import type { Bits } from "./bits.js";

/**
 * The foreground of an image as horizontal runs of pixels in scan order: from top to bottom, left to right.
 */
export interface RowRuns {
  readonly height: number;
  readonly width: number;
  /** Runs of row y are `rows[y]` to `rows[y + 1]` (exclusive). Length height + 1. */
  readonly rows: Int32Array;
  /** First column. */
  readonly start: Int32Array;
  /** Column after the last. */
  readonly end: Int32Array;
}

/** Such runs with their labels. */
export interface LabelledRuns extends RowRuns {
  /** 0 for what is background after all. */
  readonly label: Int32Array;
  /** The largest label. */
  readonly count: number;
}

/** The objects of a label image as runs grouped by label, each group from top to bottom, left to right. */
export interface Runs {
  readonly height: number;
  readonly width: number;
  /** Runs of label k are `first[k - 1]` to `first[k]` (exclusive). Length count + 1. */
  readonly first: Int32Array;
  readonly y: Int32Array;
  /** First column. */
  readonly start: Int32Array;
  /** Column after the last. */
  readonly end: Int32Array;
}

/**
 * Takes a label image apart into runs. Linear in the number of pixels, however the labels are scattered; -1
 * counts as background.
 */
export const runsOf = (labels: LabelImage): Runs => runsByLabel(labelledRuns(labels));

function labelledRuns({ height, width, data, count }: LabelImage): LabelledRuns {
  const rows = new Int32Array(height + 1);
  let start: Int32Array = new Int32Array(1024);
  let end: Int32Array = new Int32Array(1024);
  let label: Int32Array = new Int32Array(1024);
  let runs = 0;
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width;) {
      const value = data[row + x]!;
      const from = x++;
      if (value <= 0) continue;
      while (x < width && data[row + x] === value) x++;
      if (runs === start.length) [start, end, label] = [grown(start), grown(end), grown(label)];
      start[runs] = from;
      end[runs] = x;
      label[runs++] = value;
    }
    rows[y + 1] = runs;
  }
  return { height, width, rows, start, end, label, count };
}

/** Takes a mask apart into runs. */
export function runsOfBits({ height, width, words }: Bits): RowRuns {
  const rows = new Int32Array(height + 1);
  let start: Int32Array = new Int32Array(1024);
  let end: Int32Array = new Int32Array(1024);
  let runs = 0;
  for (let y = 0, at = 0; y < height; y++) {
    let before = 0;
    for (let x = 0; x < width; x += 32, at++) {
      const here = words[at]!;
      // Where a bit differs from the one before it, by turns a start and an end.
      for (let edges = here ^ ((here << 1) | (before >>> 31)); edges !== 0; edges &= edges - 1) {
        const bit = 31 - Math.clz32(edges & -edges);
        if (((here >>> bit) & 1) === 0) end[runs++] = x + bit;
        else {
          // eslint-disable-next-line max-depth -- kernel: bits to runs without a call a bit
          if (runs === start.length) [start, end] = [grown(start), grown(end)];
          start[runs] = x + bit;
        }
      }
      before = here;
    }
    // A run up to the last bit of the last word has no edge there.
    if (before < 0) end[runs++] = width;
    rows[y + 1] = runs;
  }
  return { height, width, rows, start, end };
}

/** Twice as long, the values kept. */
function grown(array: Int32Array): Int32Array {
  const out = new Int32Array(2 * array.length);
  out.set(array);
  return out;
}

/** The runs sorted by label, and of each label by row, then column. */
export function runsByLabel({ height, width, rows, start, end, label, count }: LabelledRuns): Runs {
  const first = new Int32Array(count + 1);
  for (let run = 0; run < rows[height]!; run++) if (label[run]! > 0) first[label[run]!]!++;
  for (let k = 0; k < count; k++) first[k + 1]! += first[k]!;
  const next = first.slice(0, count);
  const total = first[count]!;
  const runs = {
    height,
    width,
    first,
    y: new Int32Array(total),
    start: new Int32Array(total),
    end: new Int32Array(total),
  };
  for (let y = 0; y < height; y++) {
    for (let run = rows[y]!; run < rows[y + 1]!; run++) {
      if (label[run] === 0) continue;
      const to = next[label[run]! - 1]!++;
      runs.y[to] = y;
      runs.start[to] = start[run]!;
      runs.end[to] = end[run]!;
    }
  }
  return runs;
}

/** The label image of runs. */
export function painted({ height, width, rows, start, end, label, count }: LabelledRuns): LabelImage {
  const data = new Int32Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let run = rows[y]!; run < rows[y + 1]!; run++) {
      const value = label[run]!;
      if (value === 0) continue;
      // Runs are short: a call of `fill` takes longer.
      for (let i = y * width + start[run]!, to = y * width + end[run]!; i < to; i++) data[i] = value;
    }
  }
  return { height, width, data, count };
}

/** Label k becomes `numbers[k - 1]`, of which `count` is the largest; 0 takes it out. */
export function renumberedRuns(runs: LabelledRuns, numbers: Int32Array, count: number): LabelledRuns {
  return { ...runs, label: runs.label.map((label) => (label === 0 ? 0 : numbers[label - 1]!)), count };
}
