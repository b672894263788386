/** Subblocks of a CZI file as a table of numbers: there may be hundreds of thousands. */
import { CorruptFile, UnsupportedFormat } from "../../core/errors.js";
import { type CziBytes, offsetAt, severalPartsRemedy } from "./czisegment.js";

/** Dimensions besides X, Y and M: channel, slice, time, scene, block, view, illumination, rotation, phase. */
export const dimensionNames = ["C", "Z", "T", "S", "B", "V", "I", "R", "H"] as const;

/** One of `dimensionNames`. */
export type DimensionName = (typeof dimensionNames)[number];

/** One row a subblock, in the order of the file. */
export interface SubBlockTable {
  readonly count: number;
  /** The byte at which its segment begins. */
  readonly position: Float64Array;
  /** First column and row, px of full resolution, from an origin of the microscope's choice. */
  readonly x: Int32Array;
  readonly y: Int32Array;
  /** Size that it covers, px of full resolution. */
  readonly width: Int32Array;
  readonly height: Int32Array;
  /** Size in which it is stored, px: smaller than what it covers in pyramids. */
  readonly storedWidth: Int32Array;
  readonly storedHeight: Int32Array;
  /** Place in the order of a mosaic; `none` when there is none. */
  readonly mosaic: Int32Array;
  /** Place in each dimension; `none` in one that it does not have. */
  readonly at: Readonly<Record<DimensionName, Int32Array>>;
  readonly pixelType: Int32Array;
  readonly compression: Int32Array;
}

/** Stands for a dimension that a subblock does not have. */
export const none = -(2 ** 31);

/** The most bytes that one entry of a directory may have. */
export const longestEntry = 32 + 40 * 20;

/** A table of so many rows, all zero. */
export function newTable(count: number): SubBlockTable {
  const column = (): Int32Array => new Int32Array(count);
  return {
    count,
    position: new Float64Array(count),
    x: column(),
    y: column(),
    width: column(),
    height: column(),
    storedWidth: column(),
    storedHeight: column(),
    mosaic: column().fill(none),
    at: Object.fromEntries(dimensionNames.map((name) => [name, column().fill(none)])) as Record<
      DimensionName,
      Int32Array
    >,
    pixelType: column(),
    compression: column(),
  };
}

/** Where an entry stands: in bytes that were read, and in the file, for messages. */
export interface EntryPlace {
  readonly view: DataView;
  readonly at: number;
  readonly inFile: number;
}

/**
 * Writes an entry of a directory, or of a subblock itself, into a row of the table.
 *
 * @returns bytes that it takes
 * @throws CorruptFile, UnsupportedFormat
 */
export function readEntry(file: CziBytes, table: SubBlockTable, row: number, place: EntryPlace): number {
  const { view, at, inFile } = place;
  const length = entryLength(view, at);
  if (Number.isNaN(length))
    throw new CorruptFile(file.where, inFile, "an entry of its directory is of no known kind");
  if (length > longestEntry || at + length > view.byteLength)
    throw new CorruptFile(file.where, inFile, "an entry of its directory is longer than what is left");
  const fixed = view.getUint8(at + 1) === letter.E;
  const part = fixed ? readFixed(table, row, view, at) : readVariable(file, table, row, place);
  if (part !== 0)
    throw new UnsupportedFormat(file.where, "an image in several CZI files", severalPartsRemedy);
  checkSizes(file, table, row, inFile);
  return length;
}

const letter = { D: 0x44, E: 0x45, M: 0x4d, V: 0x56, X: 0x58, Y: 0x59 } as const;

/** Bytes of an entry; NaN when it is of no known kind. */
export function entryLength(view: DataView, at: number): number {
  if (at + 32 > view.byteLength || view.getUint8(at) !== letter.D) return NaN;
  const kind = view.getUint8(at + 1);
  if (kind === letter.E) return 128;
  const dimensions = view.getInt32(at + 28, true);
  return kind === letter.V && dimensions >= 0 ? 32 + 20 * dimensions : NaN;
}

/** Dimensions by their letters. */
const dimensionOf: ReadonlyMap<number, DimensionName> = new Map(
  dimensionNames.map((name) => [name.charCodeAt(0), name]),
);

/** An entry of any number of dimensions. @returns the part of the file that the subblock is in */
function readVariable(
  file: CziBytes,
  table: SubBlockTable,
  row: number,
  { view, at: from, inFile }: EntryPlace,
): number {
  table.pixelType[row] = view.getInt32(from + 2, true);
  table.position[row] = offsetAt(view, from + 6);
  table.compression[row] = view.getInt32(from + 18, true);
  const end = from + entryLength(view, from);
  for (let at = from + 32; at < end; at += 20) {
    // In upper case.
    const name = view.getUint8(at) & 0xdf;
    const [start, size] = [view.getInt32(at + 4, true), view.getInt32(at + 8, true)];
    // 0 where it is stored as it is.
    const stored = view.getInt32(at + 16, true);
    const dimension = dimensionOf.get(name);
    if (name === letter.X) setAlong(table.x, table.width, table.storedWidth, row, [start, size, stored]);
    else if (name === letter.Y)
      setAlong(table.y, table.height, table.storedHeight, row, [start, size, stored]);
    else if (name === letter.M) table.mosaic[row] = start;
    else if (dimension === undefined)
      throw new CorruptFile(file.where, inFile, "an entry of its directory has a dimension of no known name");
    else {
      table.at[dimension][row] = start;
      if (size > 1 && stored > 1)
        throw new UnsupportedFormat(
          file.where,
          `a subblock of ${stored} planes along ${dimension}`,
          "in ZEN, export the image as OME-TIFF",
        );
    }
  }
  return view.getInt32(from + 14, true);
}

function setAlong(
  start: Int32Array,
  size: Int32Array,
  stored: Int32Array,
  row: number,
  [from, covered, kept]: readonly [number, number, number],
): void {
  start[row] = from;
  size[row] = covered;
  stored[row] = kept === 0 ? covered : kept;
}

/** An entry of old files, of fixed length. @returns the part of the file that the subblock is in */
function readFixed(table: SubBlockTable, row: number, view: DataView, from: number): number {
  const at = (offset: number): number => view.getInt32(from + offset, true);
  table.pixelType[row] = at(2);
  setAlong(table.x, table.width, table.storedWidth, row, [at(16), at(20), at(6)]);
  setAlong(table.y, table.height, table.storedHeight, row, [at(24), at(28), at(10)]);
  const places = { C: 32, Z: 40, T: 48, S: 56, R: 60, I: 64, B: 68, H: 108 } as const;
  for (const name of dimensionNames) if (name !== "V") table.at[name][row] = at(places[name]);
  table.compression[row] = at(72);
  table.mosaic[row] = at(76);
  table.position[row] = offsetAt(view, from + 80);
  return at(88);
}

function checkSizes({ where }: CziBytes, table: SubBlockTable, row: number, inFile: number): void {
  const { width, height, storedWidth, storedHeight } = table;
  if (width[row]! >= 1 && height[row]! >= 1 && storedWidth[row]! >= 1 && storedHeight[row]! >= 1) return;
  throw new CorruptFile(where, inFile, "a subblock without height or width is in its directory");
}
