/** How the subblocks of a series make up planes: frames, channels and slices, and the tiles of each. */
import { CorruptFile, UnsupportedFormat } from "../../core/errors.js";
import { channelPlaces, type ChannelPlace } from "./czichannels.js";
import { isReadPacking } from "./czisamples.js";
import { reductionOf, type SeriesRows } from "./cziseries.js";
import { none, type SubBlockTable } from "./subblocktable.js";
import { tileCoverage } from "./tilecoverage.js";

/** One size in which the planes of a series are stored. */
export interface CziLevel {
  /** Px of full resolution per px. */
  readonly factor: number;
  readonly height: number;
  readonly width: number;
  /** The planes that have tiles, as numbers of `planeNumber`, rising. */
  readonly planes: Float64Array;
  /** The first tile of each plane among `rows`, and their number at the end. */
  readonly starts: Uint32Array;
  /** Rows of the table: plane by plane, within one in the order in which they lie on each other. */
  readonly rows: Uint32Array;
}

/** A series, laid out. */
export interface CziLayout {
  /** Places along T and Z, rising: a file may have a part of a movie. */
  readonly frames: readonly number[];
  readonly slices: readonly number[];
  readonly channels: readonly ChannelPlace[];
  /** First column and row of the image, px of full resolution. */
  readonly left: number;
  readonly top: number;
  /** Full resolution first. */
  readonly levels: readonly CziLevel[];
  /** Px of the stored image for which the metadata give the size, per px: 1 but for images stored reduced. */
  readonly scale: number;
}

/** The number of a plane among all that a series could have. */
export const planeNumber = (
  { channels, slices }: Pick<CziLayout, "channels" | "slices">,
  frame: number,
  channel: number,
  slice: number,
): number => (frame * channels.length + channel) * slices.length + slice;

/** Tiles of a plane: from where to where in `rows` of the level. */
export function tilesOf(level: CziLevel, plane: number): readonly [from: number, to: number] {
  let [low, high] = [0, level.planes.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (level.planes[middle]! < plane) low = middle + 1;
    else high = middle;
  }
  return level.planes[low] === plane ? [level.starts[low]!, level.starts[low + 1]!] : [0, 0];
}

/**
 * Where a tile begins on a level, px.
 *
 * @param start of the tile and `origin` of the image, px of full resolution
 */
export const placeOnLevel = (start: number, origin: number, factor: number): number =>
  factor === 1 ? start - origin : Math.floor((start - origin) / factor + 1e-6);

/** Lays out a series. @throws CorruptFile, UnsupportedFormat */
export function layOut(table: SubBlockTable, series: SeriesRows, where: string): CziLayout {
  const { rows, scale } = series.full;
  const axes = {
    frames: valuesOf(table.at.T, rows),
    slices: valuesOf(table.at.Z, rows),
    channels: channelPlaces(table, rows, where),
  };
  const count = axes.frames.length * axes.slices.length * axes.channels.length;
  if (!Number.isSafeInteger(count))
    throw new CorruptFile(where, 0, "its subblocks are said to be at more places than can be counted");
  const [left, top] = [leastOf(table.x, rows), leastOf(table.y, rows)];
  const numbers = planeNumbers(table, axes);
  const full = sortedLevel(table, rows, numbers, scale);
  const extent = (start: Int32Array, stored: Int32Array, origin: number): number =>
    rows.reduce((most, row) => Math.max(most, placeOnLevel(start[row]!, origin, scale) + stored[row]!), 0);
  const size = {
    height: extent(table.y, table.storedHeight, top),
    width: extent(table.x, table.storedWidth, left),
  };
  const level: CziLevel = { ...full, ...size };
  const reduced = reducedLevels(table, series, axes.channels)
    .map((at) => ({
      ...sortedLevel(table, at.rows, numbers, at.factor),
      height: Math.ceil(size.height / at.factor),
      width: Math.ceil(size.width / at.factor),
    }))
    .filter((other) => holdsAll(table, level, other));
  return { ...axes, left, top, levels: [level, ...reduced], scale };
}

/** The different values of a column, rising. */
function valuesOf(column: Int32Array, rows: Uint32Array): number[] {
  const values = new Set<number>();
  for (const row of rows) values.add(column[row]!);
  return [...values].sort((a, b) => a - b);
}

const leastOf = (column: Int32Array, rows: Uint32Array): number =>
  rows.reduce((least, row) => Math.min(least, column[row]!), Infinity);

type Axes = Pick<CziLayout, "frames" | "slices" | "channels">;

/** Gives the number of the plane that a row belongs to; NaN for one that is of no plane. */
function planeNumbers(table: SubBlockTable, axes: Axes): (row: number) => number {
  const placesOf = (values: readonly number[]): Map<number, number> =>
    new Map(values.map((value, place) => [value, place]));
  const [frames, slices] = [placesOf(axes.frames), placesOf(axes.slices)];
  const channels = new Map(axes.channels.map(({ key }, place) => [key, place]));
  const { keyOf } = axes.channels[0]!;
  return (row) =>
    planeNumber(
      axes,
      frames.get(table.at.T[row]!) ?? NaN,
      channels.get(keyOf(row)) ?? NaN,
      slices.get(table.at.Z[row]!) ?? NaN,
    );
}

/**
 * Sorts rows by plane, then by their place in the mosaic: a later tile lies on an earlier one, as libCZI
 * draws them. Tiles without a place come first.
 */
function sortedLevel(
  table: SubBlockTable,
  given: Uint32Array,
  numberOf: (row: number) => number,
  factor: number,
): Omit<CziLevel, "height" | "width"> {
  const numbers = new Float64Array(table.count);
  const rows = given.filter((row) => !Number.isNaN((numbers[row] = numberOf(row))));
  // A file may say "none" by the largest number, too.
  const depth = (row: number): number => (table.mosaic[row] === 2 ** 31 - 1 ? none : table.mosaic[row]!);
  rows.sort((a, b) => numbers[a]! - numbers[b]! || depth(a) - depth(b) || a - b);
  const [planes, starts]: [number[], number[]] = [[], []];
  for (let i = 0; i < rows.length; i++) {
    const plane = numbers[rows[i]!]!;
    if (plane === planes.at(-1)) continue;
    planes.push(plane);
    starts.push(i);
  }
  return {
    factor,
    planes: Float64Array.from(planes),
    starts: Uint32Array.from([...starts, rows.length]),
    rows,
  };
}

/** Rows of the pyramid by how much they are reduced, for levels that are stored as the image is. */
function reducedLevels(
  table: SubBlockTable,
  { reduced }: SeriesRows,
  channels: readonly ChannelPlace[],
): { readonly factor: number; readonly rows: Uint32Array }[] {
  const codes = new Map(channels.map(({ key, code }) => [key, code]));
  const { keyOf } = channels[0]!;
  const levels = new Map<number, number[]>();
  for (const row of reduced) {
    const factor = reductionOf(table, row);
    if (!Number.isInteger(factor)) continue;
    const rows = levels.get(factor);
    if (rows === undefined) levels.set(factor, [row]);
    else rows.push(row);
  }
  return [...levels]
    .sort(([a], [b]) => a - b)
    .filter(([, rows]) =>
      rows.every(
        (row) => codes.get(keyOf(row)) === table.pixelType[row] && isReadPacking(table.compression[row]!),
      ),
    )
    .map(([factor, rows]) => ({ factor, rows: Uint32Array.from(rows) }));
}

/** Comparisons of tiles that are made to find out whether a level holds all of the image. */
const comparisons = 2e7;

/**
 * True when a level shows all that the image does: the same planes, and on each something wherever the
 * middle of a tile is. Planes are looked at until `comparisons` were made.
 */
function holdsAll(table: SubBlockTable, full: CziLevel, level: CziLevel): boolean {
  if (level.planes.length !== full.planes.length) return false;
  if (level.planes.some((plane, i) => plane !== full.planes[i])) return false;
  let left = comparisons;
  for (const plane of full.planes) {
    const [from, to] = tilesOf(full, plane);
    const [levelFrom, levelTo] = tilesOf(level, plane);
    const others = level.rows.subarray(levelFrom, levelTo);
    left -= (to - from) * others.length;
    if (left < 0) break;
    const holds = full.rows.subarray(from, to).every((row) => {
      const y = table.y[row]! + table.height[row]! / 2;
      const x = table.x[row]! + table.width[row]! / 2;
      return others.some((other) => contains(table, other, y, x));
    });
    if (!holds) return false;
  }
  return true;
}

const contains = (table: SubBlockTable, row: number, y: number, x: number): boolean =>
  y >= table.y[row]! &&
  y < table.y[row]! + table.height[row]! &&
  x >= table.x[row]! &&
  x < table.x[row]! + table.width[row]!;

/** What is missing of a series, as sentences without full stop. */
export function gapsOf(table: SubBlockTable, layout: CziLayout): string[] {
  const level = layout.levels[0]!;
  const { frames, channels, slices, left, top } = layout;
  const planes = frames.length * channels.length * slices.length;
  const missing = planes - level.planes.length;
  const notices: string[] = [];
  if (missing > 0) notices.push(`${missing} of its ${planes} planes are not in the file and read as 0`);
  const counts = level.planes.map((_, i) => level.starts[i + 1]! - level.starts[i]!);
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  const fewer = counts.filter((count) => count < most).length;
  if (fewer > 0)
    notices.push(`${fewer} of its planes have fewer tiles than others; what is missing reads as 0`);
  const [from, to] = tilesOf(level, level.planes[counts.indexOf(most)]!);
  const tiles = Array.from(level.rows.subarray(from, to), (row) => ({
    y: placeOnLevel(table.y[row]!, top, level.factor),
    x: placeOnLevel(table.x[row]!, left, level.factor),
    height: table.storedHeight[row]!,
    width: table.storedWidth[row]!,
  }));
  const share = tileCoverage(tiles) / (level.height * level.width);
  if (share < 1)
    notices.push(
      `Its tiles cover ${Math.min(99.9, Math.floor(1000 * share) / 10)} % of the image; the rest reads as 0`,
    );
  return notices;
}

/** @throws UnsupportedFormat when a plane, or a part of one, is too large for one array */
export function checkBytes(
  where: string,
  { height, width }: { readonly height: number; readonly width: number },
  bytesPerPixel: number,
): void {
  const bytes = height * width * bytesPerPixel;
  if (bytes <= 2 ** 31 - 1) return;
  throw new UnsupportedFormat(
    where,
    `a plane of ${height} x ${width} pixels (${(bytes / 2 ** 30).toFixed(1)} GiB)`,
    "cut it into tiles of at most 2 GiB",
  );
}
