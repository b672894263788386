/** Draws the channels of a scene, row by row. */
import type { KeptTables } from "./lookuptable.js";
import { slopeOf } from "./lookuptable.js";
import { add } from "./packedcolour.js";
import type { GreyTile, ImageLayer } from "./scene.js";
import { margin, type ScreenPlaces } from "./screenplaces.js";
import { type Cells, cellsOf, texelsAlong } from "./visibletiles.js";

/**
 * Draws one row of the screen into a picture of the screen's width: colours, signed. (Numbers of 32 bits without a
 * sign would be handled as floats.)
 *
 * @param y screen row, which shows the image
 */
export type RowPainter = (out: Int32Array, y: number) => void;

/** Prepares the drawing of a channel. @param first whether nothing lies below it: it replaces, others are added */
export function imagePainter(
  layer: ImageLayer,
  zoom: number,
  places: ScreenPlaces,
  tables: KeptTables,
  first: boolean,
): RowPainter {
  const cells = cellsOf(layer.plane, zoom, places);
  const rows = rowsOfCells(cells, places);
  const { width } = places.size;
  const isFloat = cells.sources.some((source) => source?.data instanceof Float32Array);
  const table = isFloat ? tables.floats(layer) : tables.integers(layer);
  const scale: Scale = { low: layer.low, slope: slopeOf(layer), first };
  return (out, y) => {
    for (const { data, from, to, base, texels } of rows(y)) {
      const run: Run = { at: y * width, from: Math.max(0, from), to: Math.min(width, to), base, texels };
      if (data instanceof Float32Array) drawFloats(out, run, data, table, scale);
      else if (first) setIntegers(out, run, data, table);
      else addIntegers(out, run, data, table);
    }
  };
}

/** How floats become brightnesses. */
interface Scale {
  readonly low: number;
  readonly slope: number;
  /** Whether nothing lies below. */
  readonly first: boolean;
}

/** The tiles under a screen row, from left to right. */
export interface RowPiece<T> {
  readonly data: T;
  /** Screen columns, the second one past the last; they reach into the margin. */
  readonly from: number;
  readonly to: number;
  /** Flat index of the row's first value in the tile. */
  readonly base: number;
  /** Column in the tile at `margin` + screen column. */
  readonly texels: Int32Array;
}

/** Finds the tiles under each screen row; a cell without a tile has no piece. */
export function rowsOfCells<T extends ArrayBufferView>(
  { plane, tops, lefts, sources }: Cells<T>,
  places: ScreenPlaces,
): (y: number) => RowPiece<T>[] {
  const { tile, levels } = plane;
  const texels = levels.map((): { rows: Int32Array; columns: Int32Array } | undefined => undefined);
  const texelsOf = (level: number): { rows: Int32Array; columns: Int32Array } =>
    (texels[level] ??= {
      rows: texelsAlong(places.rows, level, levels[level]!.height, tile),
      columns: texelsAlong(places.columns, level, levels[level]!.width, tile),
    });
  const across = lefts.length - 1;
  let row = 0;
  return (y) => {
    // Rows are asked for from above to below, but for those above the first.
    while (row > 0 && y < tops[row]!) row--;
    while (row + 2 < tops.length && y >= tops[row + 1]!) row++;
    const pieces: RowPiece<T>[] = [];
    for (let column = 0; column < across; column++) {
      const source = sources[row * across + column];
      const [from, to] = [lefts[column]!, lefts[column + 1]!];
      if (source === undefined || from === to) continue;
      const { rows, columns } = texelsOf(source.level);
      pieces.push({ data: source.data, from, to, base: rows[y + margin]! * tile, texels: columns });
    }
    return pieces;
  };
}

/** Part of a row that lies in one tile. */
interface Run extends Omit<RowPiece<GreyTile>, "data"> {
  /** Index of the row's first pixel in the picture. */
  readonly at: number;
}

function setIntegers(
  out: Int32Array,
  { at, from, to, base, texels }: Run,
  data: Exclude<GreyTile, Float32Array>,
  table: Int32Array,
): void {
  for (let i = from; i < to; i++) out[at + i] = table[data[base + texels[i + margin]!]!]!;
}

function addIntegers(
  out: Int32Array,
  { at, from, to, base, texels }: Run,
  data: Exclude<GreyTile, Float32Array>,
  table: Int32Array,
): void {
  for (let i = from; i < to; i++) out[at + i] = add(out[at + i]!, table[data[base + texels[i + margin]!]!]!);
}

function drawFloats(
  out: Int32Array,
  { at, from, to, base, texels }: Run,
  data: Float32Array,
  table: Int32Array,
  { low, slope, first }: Scale,
): void {
  for (let i = from; i < to; i++) {
    const place = (data[base + texels[i + margin]!]! - low) * slope;
    // NaN is above nothing, and black.
    const colour = table[place > 0 ? (place < 1 ? place * 65535 + 0.5 : 65535) | 0 : 0]!;
    out[at + i] = first ? colour : add(out[at + i]!, colour);
  }
}
