import type { LabelImage } from "../core/labels.js";
import type { StarPolygons } from "../core/polygons.js";
import { rayDirections } from "./distances.js";
import { cornersInto } from "./geometry.js";

/**
 * Paints polygons one after the other; a pixel belongs to the first polygon that its centre lies in, and is never painted over.
 *
 * Painting by descending score gives the better object the pixels that two claim. A centre exactly on an edge counts as inside on the left and top side
 * only, so that polygons that share an edge neither overlap nor leave a gap.
 *
 * @param order rows of `polygons`; row order[i] gets label i + 1
 * @returns height x width labels; count = order.length, even if a polygon covers no free pixel centre
 */
export function paintPolygons(polygons: StarPolygons, order: ArrayLike<number>, height: number, width: number): LabelImage {
  const data = new Int32Array(height * width);
  const directions = rayDirections(polygons.rays);
  const corners = new Float64Array(2 * polygons.rays);
  const crossings = new Float64Array(polygons.rays);
  for (let i = 0; i < order.length; i++) {
    cornersInto(corners, polygons, order[i]!, directions);
    paint(data, height, width, corners, polygons.rays, i + 1, crossings);
  }
  return { height, width, data, count: order.length };
}

function paint(
  data: Int32Array, height: number, width: number, corners: Float64Array, rays: number, label: number, crossings: Float64Array,
): void {
  let low = Infinity;
  let high = -Infinity;
  for (let k = 0; k < rays; k++) {
    low = Math.min(low, corners[k]!);
    high = Math.max(high, corners[k]!);
  }
  // A NaN corner makes both bounds NaN, and nothing is painted.
  for (let y = Math.max(0, Math.ceil(low)); y <= Math.min(height - 1, high); y++) {
    const n = crossingsAt(crossings, corners, rays, y);
    for (let c = 0; c + 1 < n; c += 2) {
      const end = Math.min(width, Math.ceil(crossings[c + 1]!));
      for (let p = y * width + Math.max(0, Math.ceil(crossings[c]!)); p < y * width + end; p++) if (data[p] === 0) data[p] = label;
    }
  }
}

/**
 * Where a horizontal line meets a polygon's edges.
 *
 * @param crossings receives the x of each crossing, ascending; at least as long as there are corners
 * @param corners 2 x n, y of each corner, then x
 * @returns how many there are: even, as an edge owns its upper end but not its lower one
 */
export function crossingsAt(crossings: Float64Array, corners: Float64Array, n: number, y: number): number {
  let count = 0;
  let y0 = corners[n - 1]!;
  let x0 = corners[2 * n - 1]!;
  for (let k = 0; k < n; k++) {
    const y1 = corners[k]!;
    const x1 = corners[n + k]!;
    if (y0 <= y !== y1 <= y) {
      const x = x0 + ((y - y0) / (y1 - y0)) * (x1 - x0);
      let i = count++;
      // Two crossings in nearly every row: insertion beats any sort.
      for (; i > 0 && crossings[i - 1]! > x; i--) crossings[i] = crossings[i - 1]!;
      crossings[i] = x;
    }
    y0 = y1;
    x0 = x1;
  }
  return count;
}
