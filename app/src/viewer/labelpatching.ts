/** Rectangles of labels written into tiles: those of the image itself and those of its coarser levels. */
import type { Window } from "../../../src/core/image.js";
import type { Size } from "../../../src/core/size.js";
import type { TilePlace } from "../../../src/viewer/visibletiles.js";

/** Values of a rectangle. */
export interface LabelValues extends Window {
  /** height x width. */
  readonly values: Int32Array;
}

/** Levels of a plane in tiles. */
export interface TileGrid {
  readonly tile: number;
  readonly levels: readonly Size[];
}

/** First and last index at a level whose upper left px of level 0 lies in [from, from + length). */
const span = (from: number, length: number, level: number, limit: number): readonly [number, number] => {
  const step = 2 ** level;
  return [Math.ceil(from / step), Math.min(limit - 1, Math.floor((from + length - 1) / step))];
};

/** Tiles of a level whose values change with a rectangle of the image. */
export function tilesOfWindow({ tile, levels }: TileGrid, level: number, window: Window): TilePlace[] {
  const { height, width } = levels[level]!;
  const [top, bottom] = span(window.y, window.height, level, height);
  const [left, right] = span(window.x, window.width, level, width);
  const places: TilePlace[] = [];
  if (top > bottom || left > right) return places;
  for (let row = Math.floor(top / tile); row <= Math.floor(bottom / tile); row++) {
    for (let column = Math.floor(left / tile); column <= Math.floor(right / tile); column++)
      places.push({ level, row, column });
  }
  return places;
}

/**
 * Writes a rectangle of the image into a tile. Coarser levels have the upper left of each 2 x 2.
 *
 * @returns what changed, px of the tile; undefined where the rectangle does not meet it
 */
export function writeIntoTile(
  data: Int32Array,
  { tile, levels }: TileGrid,
  { level, row, column }: TilePlace,
  patch: LabelValues,
): Window | undefined {
  const { height, width } = levels[level]!;
  const step = 2 ** level;
  const [firstRow, lastRow] = span(patch.y, patch.height, level, height);
  const [firstColumn, lastColumn] = span(patch.x, patch.width, level, width);
  const top = Math.max(firstRow, row * tile);
  const bottom = Math.min(lastRow, row * tile + tile - 1);
  const left = Math.max(firstColumn, column * tile);
  const right = Math.min(lastColumn, column * tile + tile - 1);
  if (top > bottom || left > right) return undefined;
  for (let y = top; y <= bottom; y++) {
    const from = (y * step - patch.y) * patch.width - patch.x;
    const to = (y - row * tile) * tile - column * tile;
    for (let x = left; x <= right; x++) data[to + x] = patch.values[from + x * step]!;
  }
  return { y: top - row * tile, x: left - column * tile, height: bottom - top + 1, width: right - left + 1 };
}

/** Copies what a tile of level 0 has of a rectangle into the values of the rectangle. */
export function readFromTile(
  data: Int32Array,
  tile: number,
  { row, column }: Pick<TilePlace, "row" | "column">,
  part: LabelValues,
): void {
  const top = Math.max(part.y, row * tile);
  const bottom = Math.min(part.y + part.height, (row + 1) * tile);
  const left = Math.max(part.x, column * tile);
  const right = Math.min(part.x + part.width, (column + 1) * tile);
  if (left >= right) return;
  for (let y = top; y < bottom; y++) {
    const from = (y - row * tile) * tile - column * tile;
    part.values.set(data.subarray(from + left, from + right), (y - part.y) * part.width + left - part.x);
  }
}
