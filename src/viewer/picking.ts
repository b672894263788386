/** Which objects lie under the pointer, or in a shape that was drawn around them. */
import type { Window } from "../core/image.js";
import type { TiledPlane } from "./scene.js";
import { residentTile } from "./visibletiles.js";

type LabelPlane = TiledPlane<Int32Array>;

/**
 * The label at a place, from the finest tile in memory.
 *
 * @param y and x image px; the centre of the top left pixel is (0, 0)
 * @returns 0 outside the image, undefined where no tile is in memory
 */
export function labelAt(plane: LabelPlane, y: number, x: number): number | undefined {
  return labelReader(plane)(Math.round(y), Math.round(x));
}

/** Reads labels at whole px of the finest level; neighbouring reads share a tile. */
function labelReader(plane: LabelPlane): (row: number, column: number) => number | undefined {
  const { tile, levels } = plane;
  const { height, width } = levels[0]!;
  let [heldRow, heldColumn] = [-1, -1];
  let held: ReturnType<typeof residentTile<Int32Array>>;
  return (row, column) => {
    if (row < 0 || column < 0 || row >= height || column >= width) return 0;
    const [r, c] = [Math.floor(row / tile), Math.floor(column / tile)];
    if (r !== heldRow || c !== heldColumn) [heldRow, heldColumn, held] = [r, c, residentTile(plane, 0, r, c)];
    if (held === undefined) return undefined;
    const { level, data } = held;
    const size = levels[level]!;
    const y = Math.min(size.height - 1, row >> level) % tile;
    const x = Math.min(size.width - 1, column >> level) % tile;
    return data[y * tile + x]!;
  };
}

/** A closed shape: y and x of its corners, one after another, image px. */
export type Shape = ArrayLike<number>;

/** The shape of a rectangle between two corners. */
export const boxShape = (y0: number, x0: number, y1: number, x1: number): Float64Array =>
  Float64Array.of(y0, x0, y0, x1, y1, x1, y1, x0);

/** Whether a place lies in a shape: an odd number of its edges lie to the right. */
export function isInside(shape: Shape, y: number, x: number): boolean {
  let inside = false;
  for (let i = 0, before = shape.length - 2; i + 1 < shape.length; before = i, i += 2) {
    const [y0, y1] = [shape[before]!, shape[i]!];
    if (y0 > y === y1 > y) continue;
    const crossing = shape[before + 1]! + ((y - y0) / (y1 - y0)) * (shape[i + 1]! - shape[before + 1]!);
    if (crossing > x) inside = !inside;
  }
  return inside;
}

/** Places of objects, at label; entry 0 is not used, NaN where there is none. */
export interface Centroids {
  readonly y: ArrayLike<number>;
  readonly x: ArrayLike<number>;
}

/** Labels whose centroid lies in a shape, ascending. */
export function labelsByCentroid(shape: Shape, { y, x }: Centroids): Uint32Array {
  const { y: top, x: left, height, width } = boundsOf(shape);
  const labels: number[] = [];
  for (let label = 1; label < y.length; label++) {
    const [cy, cx] = [y[label]!, x[label]!];
    if (!(cy >= top && cy <= top + height && cx >= left && cx <= left + width)) continue;
    if (isInside(shape, cy, cx)) labels.push(label);
  }
  return Uint32Array.from(labels);
}

/** Labels that have a pixel in a shape, ascending, from tiles in memory. */
export function labelsByPixels(shape: Shape, plane: LabelPlane): Uint32Array {
  const { height, width } = plane.levels[0]!;
  const { y: top, height: reach } = boundsOf(shape);
  const read = labelReader(plane);
  const found = new Set<number>();
  for (let row = Math.max(0, Math.ceil(top)); row <= Math.min(height - 1, top + reach); row++) {
    const crossings = crossingsOf(shape, row);
    let last = 0;
    for (let k = 0; k + 1 < crossings.length; k += 2) {
      const end = Math.min(width - 1, crossings[k + 1]!);
      for (let column = Math.max(0, Math.ceil(crossings[k]!)); column <= end; column++) {
        const label = read(row, column) ?? 0;
        if (label !== last && label > 0) found.add(label);
        last = label;
      }
    }
  }
  return Uint32Array.from(found).sort();
}

/** Where a row of pixels enters and leaves a shape, ascending. */
function crossingsOf(shape: Shape, y: number): number[] {
  const crossings: number[] = [];
  for (let i = 0, before = shape.length - 2; i + 1 < shape.length; before = i, i += 2) {
    const [y0, y1] = [shape[before]!, shape[i]!];
    if (y0 > y === y1 > y) continue;
    crossings.push(shape[before + 1]! + ((y - y0) / (y1 - y0)) * (shape[i + 1]! - shape[before + 1]!));
  }
  return crossings.sort((a, b) => a - b);
}

function boundsOf(shape: Shape): Window {
  let [top, left, bottom, right] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i + 1 < shape.length; i += 2) {
    [top, bottom] = [Math.min(top, shape[i]!), Math.max(bottom, shape[i]!)];
    [left, right] = [Math.min(left, shape[i + 1]!), Math.max(right, shape[i + 1]!)];
  }
  return { y: top, x: left, height: bottom - top, width: right - left };
}
