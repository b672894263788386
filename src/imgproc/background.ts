import type { Plane } from "../core/size.js";
import { percentiles } from "../stats/percentile.js";
import { gaussian } from "./gaussian.js";
import { blockMeans, resizeBilinear } from "./resize.js";

/**
 * Percentage of the windows' values below the background: low enough for crowded fields, above the noise of
 * the darkest pixels.
 */
const backgroundPercentile = 10;
/**
 * Means per window side: averaging takes the noise away before the percentile is taken, or it would come out
 * too low.
 */
const cells = 15;
/** Windows per window side: they overlap, so that a single crowded one does not show. */
const windowOverlap = 4;

/**
 * Grey value of the background below and around the objects: a low percentile over windows of `scale` px,
 * smoothed, then interpolated.
 *
 * Windows lie wholly inside the image; an image no larger than the window has one value, the percentile of
 * all of it. NaN is left out; where a window holds nothing else, the percentile of the image stands in. The
 * result is NaN only if the image is.
 *
 * @param data height x width grey values
 * @param scale edge of the window in px: several times an object, so that each window holds some background
 */
export function localBackground(
  data: Float32Array,
  height: number,
  width: number,
  scale: number,
): Float32Array {
  const gathered = gatherBackground(height, width, scale);
  gathered.add(data, 0);
  return gathered.finish().rows(0, height);
}

/**
 * `localBackground` of an image that comes in rows: first all of them are seen, then the background of any
 * rows can be had.
 */
export interface BackgroundGathering {
  /** @param data whole rows of grey values, from row `from` on; each row once, from top to bottom */
  add(data: Float32Array, from: number): void;
  /** Ends the gathering, when all rows were added. */
  finish(): Background;
}

/** The background of an image whose rows were all seen. */
export interface Background {
  /** @returns rows from..to (exclusive) of what `localBackground` gives, (to - from) x width */
  rows(from: number, to: number): Float32Array;
}

/** @param scale as for `localBackground` */
export function gatherBackground(height: number, width: number, scale: number): BackgroundGathering {
  const cell = Math.max(1, Math.floor(scale / cells));
  const means = blockMeans(height, width, cell);
  return {
    add: (data, from) => means.add(data, from),
    finish() {
      const rows = Math.max(1, Math.round((windowOverlap * height) / scale));
      const columns = Math.max(1, Math.round((windowOverlap * width) / scale));
      const smooth = gaussian(
        nodesOf(means.finish(), rows, columns, Math.max(1, Math.round(scale / cell))),
        rows,
        columns,
        1,
      );
      return {
        rows: (from, to) =>
          resizeBilinear({ height: rows, width: columns, data: smooth }, { height, width }, { from, to }),
      };
    },
  };
}

/** The percentile of each window. @param side of a window, in means @returns rows x columns */
function nodesOf(means: Plane, rows: number, columns: number, side: number): Float32Array {
  const nodes = new Float32Array(rows * columns);
  const windowHeight = Math.min(means.height, side);
  const windowWidth = Math.min(means.width, side);
  const values = new Float32Array(windowHeight * windowWidth);
  const whole = percentiles(means.data, [backgroundPercentile])[0]!;
  for (let r = 0; r < rows; r++) {
    const top = windowStart(r, rows, means.height, windowHeight);
    for (let c = 0; c < columns; c++) {
      const left = windowStart(c, columns, means.width, windowWidth);
      for (let y = 0; y < windowHeight; y++) {
        const from = (top + y) * means.width + left;
        values.set(means.data.subarray(from, from + windowWidth), y * windowWidth);
      }
      const value = percentiles(values, [backgroundPercentile])[0]!;
      nodes[r * columns + c] = Number.isNaN(value) ? whole : value;
    }
  }
  return nodes;
}

/** First cell of the window around node `i` of `n`, moved to lie inside. */
function windowStart(i: number, n: number, size: number, window: number): number {
  return Math.min(Math.max(Math.round(((i + 0.5) * size) / n - window / 2), 0), size - window);
}
