import type { LabelImage } from "../core/labels.js";
import type { StarPolygons } from "../core/polygons.js";
import type { Plane, Size } from "../core/size.js";
import { rayDirections } from "./distances.js";
import { cornersInto } from "./geometry.js";
import { crossingsInto, scanlines, type Scanlines } from "./scanlines.js";

/**
 * Paints polygons one after the other; a pixel belongs to the first polygon that its centre lies in, and is
 * never painted over.
 *
 * Painting by descending score gives the better object the pixels that two claim. A centre exactly on an edge
 * counts as inside on the left and top side only, so that polygons that share an edge neither overlap nor
 * leave a gap.
 *
 * @param order rows of `polygons`; row order[i] gets label i + 1
 * @param size of the whole image, px
 * @param window rows to paint, the end exclusive; default all. The labels are those of the whole image.
 * @returns height of the window x width labels; count = order.length, even if a polygon covers no free pixel
 *   centre
 */
export function paintPolygons(
  polygons: StarPolygons,
  order: ArrayLike<number>,
  { height, width }: Size,
  window: { readonly from: number; readonly to: number } = { from: 0, to: height },
): LabelImage {
  const data = new Int32Array((window.to - window.from) * width);
  const directions = rayDirections(polygons.rays);
  const corners = new Float64Array(2 * polygons.rays);
  const canvas: Canvas = { height, width, data, window, rows: scanlines(height, polygons.rays) };
  for (let i = 0; i < order.length; i++) {
    cornersInto(corners, polygons, order[i]!, directions);
    paint(canvas, corners, i + 1);
  }
  return { height: window.to - window.from, width, data, count: order.length };
}

/** Size of the whole image, and the labels of the window's rows in it. */
interface Canvas extends Plane<Int32Array> {
  readonly window: { readonly from: number; readonly to: number };
  /** Scratch. */
  readonly rows: Scanlines;
}

function paint({ height, width, data, window, rows }: Canvas, corners: Float64Array, label: number): void {
  const n = rows.stride;
  let low = Infinity;
  let high = -Infinity;
  for (let k = 0; k < n; k++) {
    low = Math.min(low, corners[k]!);
    high = Math.max(high, corners[k]!);
  }
  const top = Math.max(0, Math.ceil(low));
  // A NaN corner makes both bounds NaN, and nothing is painted.
  const count = Math.min(height - 1, Math.floor(high)) - top + 1;
  if (!(count > 0)) return;
  if (top >= window.to || top + count <= window.from) return;
  // From the polygon's first line on, also where the window begins below it: from another one, the same
  // crossings could be rounded otherwise.
  crossingsInto(rows, corners, top, 1, count);
  const first = Math.max(0, window.from - top);
  const last = Math.min(count, window.to - top);
  for (let i = first; i < last; i++) {
    const row = (top + i - window.from) * width;
    for (let c = 0; c + 1 < rows.counts[i]!; c += 2) {
      const end = Math.min(width, Math.ceil(rows.crossings[i * n + c + 1]!));
      for (let p = row + Math.max(0, Math.ceil(rows.crossings[i * n + c]!)); p < row + end; p++)
        if (data[p] === 0) data[p] = label;
    }
  }
}
