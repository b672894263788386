/** Which tiles of a plane a screen shows, and what is drawn where one is not in memory. */
import type { TiledPlane } from "./scene.js";
import { margin, type ScreenPlaces } from "./screenplaces.js";

/** A tile in memory. */
export interface TileSource<T extends ArrayBufferView> {
  readonly data: T;
  readonly level: number;
  readonly row: number;
  readonly column: number;
}

/**
 * The part of the screen (and of its margin) that shows an image, in cells: one for each tile of the level that
 * fits the zoom.
 */
export interface Cells<T extends ArrayBufferView> {
  readonly plane: TiledPlane<T>;
  readonly level: number;
  /** First screen row of each row of cells, and the row after the last. Negative in the margin. */
  readonly tops: Int32Array;
  /** First screen column of each column of cells, and the column after the last. */
  readonly lefts: Int32Array;
  /** Row and column of the tile in the first cell. */
  readonly firstRow: number;
  readonly firstColumn: number;
  /**
   * What is drawn in each cell, row by row: its own tile, else the tile of the nearest coarser level that is in
   * memory, else undefined.
   */
  readonly sources: readonly (TileSource<T> | undefined)[];
}

/**
 * The level that is drawn: the coarsest whose pixels are not larger than a screen pixel, or the finest when the
 * view is enlarged.
 */
export const levelOf = (plane: TiledPlane<ArrayBufferView>, zoom: number): number =>
  Math.min(plane.levels.length - 1, Math.max(0, Math.floor(1e-9 - Math.log2(zoom))));

/** Number of rows and columns of tiles in a level. */
export function tilesIn(
  { tile, levels }: TiledPlane<ArrayBufferView>,
  level: number,
): { readonly rows: number; readonly columns: number } {
  const { height, width } = levels[level]!;
  return { rows: Math.ceil(height / tile), columns: Math.ceil(width / tile) };
}

/** The tile itself, or the nearest coarser one in memory that covers it. */
export function residentTile<T extends ArrayBufferView>(
  plane: TiledPlane<T>,
  level: number,
  row: number,
  column: number,
): TileSource<T> | undefined {
  for (let coarser = level; coarser < plane.levels.length; coarser++) {
    const { rows, columns } = tilesIn(plane, coarser);
    const r = Math.min(rows - 1, row >> (coarser - level));
    const c = Math.min(columns - 1, column >> (coarser - level));
    const data = plane.get(coarser, r, c);
    if (data !== undefined) return { data, level: coarser, row: r, column: c };
  }
  return undefined;
}

/** The cells of a plane on a screen. */
export function cellsOf<T extends ArrayBufferView>(
  plane: TiledPlane<T>,
  zoom: number,
  { rows, columns }: ScreenPlaces,
): Cells<T> {
  const level = levelOf(plane, zoom);
  const size = plane.levels[level]!;
  const vertical = cuts(rows, level, size.height, plane.tile);
  const horizontal = cuts(columns, level, size.width, plane.tile);
  const sources: (TileSource<T> | undefined)[] = [];
  for (let row = 0; row + 1 < vertical.starts.length; row++) {
    for (let column = 0; column + 1 < horizontal.starts.length; column++)
      sources.push(residentTile(plane, level, vertical.first + row, horizontal.first + column));
  }
  return {
    plane,
    level,
    tops: vertical.starts,
    lefts: horizontal.starts,
    firstRow: vertical.first,
    firstColumn: horizontal.first,
    sources,
  };
}

/** Where the tile under the screen changes along one axis; screen px. */
function cuts(
  places: Int32Array,
  level: number,
  length: number,
  tile: number,
): { readonly starts: Int32Array; readonly first: number } {
  const starts: number[] = [];
  let [first, last, end] = [0, -1, 0];
  for (let i = 0; i < places.length; i++) {
    if (places[i]! < 0) continue;
    const at = Math.floor(Math.min(length - 1, places[i]! >> level) / tile);
    if (starts.length === 0) first = last = at - 1;
    // A tile that is narrower than a screen pixel may be passed over: its cell is empty.
    for (; last < at; last++) starts.push(i - margin);
    end = i - margin + 1;
  }
  if (starts.length > 0) [first] = [first + 1];
  return { starts: Int32Array.from(starts.length > 0 ? [...starts, end] : []), first };
}

/** For each place on a screen axis its row or column inside the tile of a level; 0 outside the image. */
export function texelsAlong(places: Int32Array, level: number, length: number, tile: number): Int32Array {
  const texels = new Int32Array(places.length);
  for (let i = 0; i < places.length; i++)
    texels[i] = Math.min(length - 1, Math.max(0, places[i]!) >> level) % tile;
  return texels;
}

/** A tile by its place. */
export interface TilePlace {
  readonly level: number;
  readonly row: number;
  readonly column: number;
}

/**
 * Tiles that a screen needs and that are not in memory, those nearest to its middle first. While nothing at all is
 * there to draw in their stead, the coarsest tile comes before all.
 */
export function missingTiles(
  plane: TiledPlane<ArrayBufferView>,
  zoom: number,
  places: ScreenPlaces,
): TilePlace[] {
  const { level, tops, lefts, firstRow, firstColumn, sources } = cellsOf(plane, zoom, places);
  const columns = lefts.length - 1;
  const missing: (TilePlace & { distance: number })[] = [];
  sources.forEach((source, i) => {
    if (source?.level === level) return;
    const [r, c] = [Math.floor(i / columns), i % columns];
    const dy = (tops[r]! + tops[r + 1]!) / 2 - places.size.height / 2;
    const dx = (lefts[c]! + lefts[c + 1]!) / 2 - places.size.width / 2;
    missing.push({ level, row: firstRow + r, column: firstColumn + c, distance: Math.hypot(dy, dx) });
  });
  missing.sort((a, b) => a.distance - b.distance);
  const wanted = missing.map(({ row, column }) => ({ level, row, column }));
  const coarsest = plane.levels.length - 1;
  if (level < coarsest && sources.some((source) => source === undefined)) {
    const { rows, columns: across } = tilesIn(plane, coarsest);
    if (rows * across === 1) wanted.unshift({ level: coarsest, row: 0, column: 0 });
  }
  return wanted;
}
