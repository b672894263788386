import type { Runs } from "./runs.js";

/**
 * Convex hulls: of points, with the area of the polygon, and of the pixels of a region, counted in pixels.
 *
 * Source: Andrew 1979, "Another efficient algorithm for convex hulls in two dimensions" (monotone chain).
 */

/**
 * Corners of the convex hull, without points that lie on its edges.
 *
 * @param points n x 2, (y, x), in any order, repeats allowed
 * @returns corners x 2, (y, x), from the one with the smallest y (then x), turning from x towards y; fewer
 *   than 3 for points on a line
 */
export function convexHull(points: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: points.length / 2 }, (_, i) => i);
  order.sort((a, b) => points[2 * a]! - points[2 * b]! || points[2 * a + 1]! - points[2 * b + 1]!);
  const distinct = order.filter(
    (i, k) =>
      k === 0 ||
      points[2 * i] !== points[2 * order[k - 1]!] ||
      points[2 * i + 1] !== points[2 * order[k - 1]! + 1],
  );
  if (distinct.length < 2)
    return Float64Array.from(distinct.flatMap((i) => [points[2 * i]!, points[2 * i + 1]!]));
  const hull = new Float64Array(2 * distinct.length + 2);
  // Each chain ends where the other begins.
  const half = appendChain(points, distinct, hull, 0) - 1;
  const size = appendChain(points, distinct.reverse(), hull, half) - 1;
  return hull.slice(0, 2 * size);
}

/** Area of the convex hull of points (n x 2, (y, x)), in square units of theirs; 0 for points on a line. */
export function convexHullArea(points: ArrayLike<number>): number {
  const hull = convexHull(points);
  let twice = 0;
  for (let i = 0; i < hull.length; i += 2) {
    const j = (i + 2) % hull.length;
    twice += hull[i + 1]! * hull[j]! - hull[j + 1]! * hull[i]!;
  }
  return twice / 2;
}

function appendChain(
  points: ArrayLike<number>,
  order: readonly number[],
  hull: Float64Array,
  base: number,
): number {
  let size = base;
  for (const i of order) {
    const y = points[2 * i]!;
    const x = points[2 * i + 1]!;
    while (size - base >= 2 && turn(hull, size, y, x) <= 0) size--;
    hull[2 * size] = y;
    hull[2 * size + 1] = x;
    size++;
  }
  return size;
}

/** Positive where the path over the last two corners to (y, x) turns from x towards y. */
function turn(hull: Float64Array, size: number, y: number, x: number): number {
  const y0 = hull[2 * size - 4]!;
  const x0 = hull[2 * size - 3]!;
  return (hull[2 * size - 1]! - x0) * (y - y0) - (hull[2 * size - 2]! - y0) * (x - x0);
}

/**
 * Pixels whose centre lies in, or on the edge of, the convex hull of the middles of all pixel edges of one
 * region: the measure behind `solidity`. In integers (half pixels), so the count is exact.
 *
 * Source: skimage.morphology.convex_hull_image (offset_coordinates), which decides in floating point.
 *
 * @param from, to range of the region's runs, at least one
 */
export function hullPixelCount(runs: Runs, from: number, to: number): number {
  const left = sideChain(runs, from, to, false);
  const right = sideChain(runs, from, to, true);
  let count = 0;
  let l = 0;
  let r = 0;
  for (let y = runs.y[from]!; y <= runs.y[to - 1]!; y++) {
    while (left[l + 2]! < 2 * y) l += 2;
    while (right[r + 2]! < 2 * y) r += 2;
    // Between two far pieces of one label the hull can pass between the pixel centres of a row.
    count += Math.max(0, -firstPixel(right, r, y) - firstPixel(left, l, y) + 1);
  }
  return count;
}

/**
 * The hull's corners on the side of small x, top to bottom, as (y, x) in half pixels; `mirrored` gives the
 * other side with -x for x. What lies behind the last corner, half a pixel below the last run, has no
 * meaning.
 */
function sideChain(runs: Runs, from: number, to: number, mirrored: boolean): Int32Array {
  const chain = new Int32Array(6 * (to - from));
  let size = 0;
  for (let run = from; run < to; run++) {
    // Only a row's outermost run can reach the hull.
    const inner = mirrored
      ? run + 1 < to && runs.y[run + 1] === runs.y[run]
      : run > from && runs.y[run - 1] === runs.y[run];
    if (inner) continue;
    const y = 2 * runs.y[run]!;
    const x = mirrored ? -2 * (runs.end[run]! - 1) : 2 * runs.start[run]!;
    size = addToChain(chain, size, y - 1, x);
    size = addToChain(chain, size, y, x - 1);
    size = addToChain(chain, size, y + 1, x);
  }
  return chain;
}

/**
 * Adds a point that lies below the others, or level with the last of them.
 *
 * @returns the chain's new length
 */
function addToChain(chain: Int32Array, length: number, y: number, x: number): number {
  let size = length;
  if (size > 0 && chain[size - 2] === y) {
    if (chain[size - 1]! <= x) return size;
    size -= 2;
  }
  while (size >= 4) {
    const y0 = chain[size - 4]!;
    const x0 = chain[size - 3]!;
    if ((chain[size - 1]! - x0) * (y - y0) < (x - x0) * (chain[size - 2]! - y0)) break;
    size -= 2;
  }
  chain[size] = y;
  chain[size + 1] = x;
  return size + 2;
}

/**
 * Smallest column whose centre lies on or right of the chain's piece from corner `at` to the next, in row
 * `y`.
 */
function firstPixel(chain: Int32Array, at: number, y: number): number {
  const y0 = chain[at]!;
  const x0 = chain[at + 1]!;
  const dy = chain[at + 2]! - y0;
  // Both are exact integers, so the quotient is an integer exactly when it is one in exact arithmetic.
  return Math.ceil((x0 * dy + (chain[at + 3]! - x0) * (2 * y - y0)) / (2 * dy));
}
