import { labelImage, type LabelImage } from "../core/labels.js";
import { bitsAbove, type Bits } from "./bits.js";
import { painted, runsOfBits, type LabelledRuns, type RowRuns } from "./runs.js";

/**
 * Connected components of a mask, numbered from 1 in the order of their first pixel (row-major).
 *
 * Works on runs of foreground within a row: a run joins the runs of the row above that it touches. Trees are
 * joined at their smallest run, which is the first in scan order, so the numbers need no sorting.
 *
 * @param mask height x width, 0 or not
 * @param connectivity 4: pixels that share an edge, 8: or a corner
 * Source: equals skimage.measure.label (connectivity 1 and 2) and scipy.ndimage.label.
 */
export function components(mask: Uint8Array, height: number, width: number, connectivity: 4 | 8): LabelImage {
  const runs = runsOfBits(bitsAbove(mask, height, width));
  return painted(numbered(runs, connected(runs, connectivity)));
}

/**
 * `components` without those that have a pixel on the border of the image, as runs: what `clearBorder` and
 * `relabelSequential` give.
 */
export function innerComponents(mask: Bits, connectivity: 4 | 8): LabelledRuns {
  const runs = runsOfBits(mask);
  const { height, width, rows, start, end } = runs;
  const parent = connected(runs, connectivity);
  const drop = new Uint8Array(parent.length);
  for (let y = 0; y < height; y++) {
    for (let run = rows[y]!; run < rows[y + 1]!; run++) {
      if (y === 0 || y === height - 1 || start[run] === 0 || end[run] === width)
        drop[rootOf(parent, run)] = 1;
    }
  }
  return numbered(runs, parent, drop);
}

/** Of each run an earlier run of the same component; its first run has itself. */
function connected({ height, rows, start, end }: RowRuns, connectivity: 4 | 8): Int32Array {
  const reach = connectivity === 8 ? 1 : 0;
  const parent = new Int32Array(rows[height]!);
  for (let y = 0; y < height; y++) {
    let above = y > 0 ? rows[y - 1]! : 0;
    const aboveEnd = rows[y]!;
    for (let run = aboveEnd; run < rows[y + 1]!; run++) {
      let root = run;
      while (above < aboveEnd && end[above]! + reach <= start[run]!) above++;
      // The last run touched may touch the next run of this row too, so it is not passed over.
      for (let k = above; k < aboveEnd && start[k]! < end[run]! + reach; k++) {
        const other = rootOf(parent, k);
        if (other < root) {
          parent[root] = other;
          root = other;
        } else parent[other] = root;
      }
      parent[run] = root;
    }
  }
  return parent;
}

/** Root of a tree of runs, shortening the way there (path halving). */
function rootOf(parent: Int32Array, run: number): number {
  while (parent[run] !== run) {
    parent[run] = parent[parent[run]!]!;
    run = parent[run]!;
  }
  return run;
}

/** Numbers components from 1 by their first run, but for those whose first run is 1 in `drop`. */
function numbered(runs: RowRuns, parent: Int32Array, drop?: Uint8Array): LabelledRuns {
  const label = new Int32Array(parent.length);
  let count = 0;
  for (let run = 0; run < label.length; run++) {
    // A parent comes before its children, so it has its number already.
    label[run] = parent[run] !== run ? label[parent[run]!]! : drop?.[run] === 1 ? 0 : ++count;
  }
  return { ...runs, label, count };
}

/**
 * Takes out every object that has a pixel on the border of the image. The others keep their numbers
 * (`relabelSequential` closes the gaps); -1 stays.
 *
 * Source: skimage.segmentation.clear_border, for labels that are each in one piece: that one clears only the
 * pieces that touch.
 */
export function clearBorder(labels: LabelImage): LabelImage {
  const { height, width, data, count } = labels;
  const drop = new Uint8Array(count + 1);
  for (let x = 0; x < width; x++) {
    if (data[x]! > 0) drop[data[x]!] = 1;
    if (data[(height - 1) * width + x]! > 0) drop[data[(height - 1) * width + x]!] = 1;
  }
  for (let y = 0; y < height; y++) {
    if (data[y * width]! > 0) drop[data[y * width]!] = 1;
    if (data[y * width + width - 1]! > 0) drop[data[y * width + width - 1]!] = 1;
  }
  return without(labels, drop);
}

/** Takes out every object of fewer than `minArea` pixels. The others keep their numbers; -1 stays. */
export function removeSmall(labels: LabelImage, minArea: number): LabelImage {
  const area = areas(labels);
  return without(
    labels,
    Uint8Array.from(area, (a) => (a < minArea ? 1 : 0)),
  );
}

/** Pixels per label, indexed by label; entry 0 counts the background, and -1 is not counted. */
export function areas(labels: LabelImage): Int32Array {
  const out = new Int32Array(labels.count + 1);
  for (let i = 0; i < labels.data.length; i++) if (labels.data[i]! >= 0) out[labels.data[i]!]!++;
  return out;
}

function without(labels: LabelImage, drop: Uint8Array): LabelImage {
  const data = labels.data.slice();
  for (let i = 0; i < data.length; i++) if (data[i]! > 0 && drop[data[i]!] === 1) data[i] = 0;
  return labelImage(labels.height, labels.width, data);
}

/**
 * Fills the holes of a mask: background from which no way over edges (4-connected) leads to the border of the
 * image.
 *
 * @returns 0 or 1
 * Source: equals scipy.ndimage.binary_fill_holes.
 */
export function fillHoles(mask: Uint8Array, height: number, width: number): Uint8Array {
  const inverse = new Uint8Array(mask.length);
  for (let i = 0; i < mask.length; i++) if (mask[i] === 0) inverse[i] = 1;
  const { data, count } = components(inverse, height, width, 4);
  const outside = new Uint8Array(count + 1);
  for (let x = 0; x < width; x++) outside[data[x]!] = outside[data[(height - 1) * width + x]!] = 1;
  for (let y = 0; y < height; y++) outside[data[y * width]!] = outside[data[y * width + width - 1]!] = 1;
  // Foreground has the label 0 here, and is kept whether or not it lies on the border.
  outside[0] = 0;
  for (let i = 0; i < data.length; i++) inverse[i] = 1 - outside[data[i]!]!;
  return inverse;
}
