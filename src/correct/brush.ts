/** A round brush that is drawn along a line. */
import type { LabelPatch } from "./edits.js";
import {
  boxOfPoints,
  boxWithin,
  type LabelWindow,
  patchesOf,
  type Point,
  type Sketch,
  sketchOf,
} from "./labelwindow.js";

/** A line of the brush. */
export interface Stroke {
  /** One or more; neighbours are joined by straight lines. */
  readonly points: readonly Point[];
  /** Of the brush, px. */
  readonly diameter: number;
}

/**
 * Changes the pixels under a stroke: those whose centres are at most half a diameter from its line, and the
 * pixel at each of its points, however thin the brush.
 *
 * @param valueFor what a pixel becomes, by its present value
 */
export function brushed(
  window: LabelWindow,
  { points, diameter }: Stroke,
  valueFor: (present: number) => number,
): LabelPatch[] | undefined {
  const box = points.length === 0 ? undefined : boxWithin(window, boxOfPoints(window, points, diameter / 2));
  if (box === undefined) return undefined;
  const sketch = sketchOf(window, box);
  const [top, left] = [window.y + box.top, window.x + box.left];
  const local = points.map(({ y, x }) => ({ y: y - top, x: x - left }));
  local.forEach((point, i) => {
    dab(sketch, point, valueFor);
    brushLine(sketch, [local[i - 1] ?? point, point], diameter / 2, valueFor);
  });
  return patchesOf(window, sketch);
}

/** The pixel that a point lies in. */
function dab({ width, after }: Sketch, point: Point, valueFor: (present: number) => number): void {
  const [y, x] = [Math.round(point.y), Math.round(point.x)];
  const at = y * width + x;
  if (y >= 0 && x >= 0 && x < width && at < after.length) after[at] = valueFor(after[at]!);
}

/** The pixels within a radius of a straight line. */
function brushLine(
  { width, after }: Sketch,
  [a, b]: readonly [Point, Point],
  radius: number,
  valueFor: (present: number) => number,
): void {
  const [dy, dx] = [b.y - a.y, b.x - a.x];
  const squaredLength = dy * dy + dx * dx;
  const limit = radius * radius + 1e-9;
  const height = after.length / width;
  // A little more than the radius, since this is only where to look.
  const reach = radius + 1e-6;
  const firstRow = Math.max(0, Math.ceil(Math.min(a.y, b.y) - reach));
  const lastRow = Math.min(height - 1, Math.floor(Math.max(a.y, b.y) + reach));
  for (let y = firstRow; y <= lastRow; y++) {
    const [from, to] = columnsNear(a, b, y, reach);
    const lastColumn = Math.min(width - 1, Math.floor(to));
    for (let x = Math.max(0, Math.ceil(from)); x <= lastColumn; x++) {
      const along = squaredLength === 0 ? 0 : ((y - a.y) * dy + (x - a.x) * dx) / squaredLength;
      const t = along < 0 ? 0 : along > 1 ? 1 : along;
      const [v, u] = [y - a.y - t * dy, x - a.x - t * dx];
      if (v * v + u * u <= limit) after[y * width + x] = valueFor(after[y * width + x]!);
    }
  }
}

/** Columns that hold all pixels of a row which the brush reaches: those of the part of the line near the row. */
function columnsNear(a: Point, b: Point, y: number, reach: number): readonly [from: number, to: number] {
  const dy = b.y - a.y;
  const share = (row: number): number => Math.min(1, Math.max(0, (row - a.y) / dy));
  const [s, t] = dy === 0 ? [0, 1] : [share(y - reach), share(y + reach)];
  const [p, q] = [a.x + s * (b.x - a.x), a.x + t * (b.x - a.x)];
  return [Math.min(p, q) - reach, Math.max(p, q) + reach];
}
