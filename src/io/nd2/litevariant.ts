/**
 * The compact notation of ND2 metadata ("lite variant"): typed items with UTF-16 names, levels that hold
 * items, and a compressed form of the whole. Source: github.com/tlambert03/nd2 (`_clx_lite.py`) and
 * Laboratory Imaging's limnd2 (`lite_variant.py`).
 */
import { inflate } from "#platform";
import { CorruptFile, messageOf, UnsupportedFormat } from "../../core/errors.js";
import { deepestLevel, type Nd2Level, type Nd2Value } from "./nd2values.js";

/** Bytes of metadata that are read at most, packed or unpacked. */
export const largestMetadata = 2 ** 26;

/** Items that are read at most: a file packs millions of them into little. */
const mostItems = 2 ** 20;

/** The type of a compressed whole, "L". */
const compressed = 76;

/** Its type, the length of its name, and what is said of the packed bytes. */
const compressedHead = 12;

interface Reader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly where: string;
  /** Byte of the file at which the metadata stand. */
  readonly start: number;
  at: number;
  items: number;
}

/**
 * Reads metadata in the compact notation.
 *
 * @param where name of the file, for messages
 * @param start byte of the file at which they stand, for messages
 * @throws CorruptFile, UnsupportedFormat
 */
export function liteVariant(bytes: Uint8Array, where: string, start: number): Nd2Level {
  const plain = bytes[0] === compressed ? unpacked(bytes, where, start) : bytes;
  const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength);
  const reader: Reader = { bytes: plain, view, where, start, at: 0, items: 0 };
  const items: [string, Nd2Value][] = [];
  // Zeros behind the last item fill the chunk.
  while (reader.at < plain.length && (items.length === 0 || plain[reader.at] !== 0))
    items.push(readItem(reader, plain.length, 0));
  return { items };
}

function unpacked(bytes: Uint8Array, where: string, start: number): Uint8Array {
  let plain: Uint8Array;
  try {
    plain = inflate(bytes.subarray(compressedHead), largestMetadata);
  } catch (error) {
    throw new CorruptFile(where, start, `its metadata cannot be unpacked (${messageOf(error)})`);
  }
  if (plain[0] === compressed)
    throw new CorruptFile(where, start, "its metadata are packed within packed ones");
  return plain;
}

function readItem(reader: Reader, end: number, depth: number): [string, Nd2Value] {
  if (++reader.items > mostItems || depth > deepestLevel)
    throw corrupt(reader, "its metadata have too many items or levels");
  const from = reader.at;
  const type = reader.view.getUint8(take(reader, 2, end));
  const length = reader.bytes[from + 1]!;
  const name = utf16(reader, take(reader, 2 * length, end), length);
  return [name, type === 11 ? readLevel(reader, from, end, depth) : readValue(reader, type, end)];
}

/** Moves past a part that must end before `end`; returns where it begins. */
function take(reader: Reader, length: number, end: number): number {
  const { at } = reader;
  if (!(length <= end - at)) throw corrupt(reader, "its metadata end early");
  reader.at = at + length;
  return at;
}

const corrupt = ({ where, start, at }: Reader, what: string): CorruptFile =>
  new CorruptFile(where, start + at, what);

/** A level: its items, then a table of their places, which nobody needs who reads all of them. */
function readLevel(reader: Reader, from: number, end: number, depth: number): Nd2Level {
  const head = take(reader, 12, end);
  const count = reader.view.getUint32(head, true);
  const length = Number(reader.view.getBigUint64(head + 4, true));
  const levelEnd = from + length;
  if (!(levelEnd >= reader.at && levelEnd + 8 * count <= end))
    throw corrupt(reader, "a level of its metadata reaches beyond their end");
  const items: [string, Nd2Value][] = [];
  for (let i = 0; i < count; i++) items.push(readItem(reader, levelEnd, depth + 1));
  reader.at = levelEnd + 8 * count;
  return { items };
}

function readValue(reader: Reader, type: number, end: number): Nd2Value {
  const { view } = reader;
  switch (type) {
    case 1:
      return view.getUint8(take(reader, 1, end)) !== 0;
    case 2:
      return view.getInt32(take(reader, 4, end), true);
    case 3:
      return view.getUint32(take(reader, 4, end), true);
    case 4:
      return Number(view.getBigInt64(take(reader, 8, end), true));
    case 5:
    case 7: // An address in the memory of the program that wrote it.
      return Number(view.getBigUint64(take(reader, 8, end), true));
    case 6:
      return view.getFloat64(take(reader, 8, end), true);
    case 8:
      return readText(reader, end);
    case 9: {
      const length = Number(view.getBigUint64(take(reader, 8, end), true));
      const from = take(reader, length, end);
      return reader.bytes.subarray(from, from + length);
    }
    default:
      throw new UnsupportedFormat(
        reader.where,
        `metadata of type ${type}`,
        "open it in NIS-Elements and save it as TIFF",
      );
  }
}

/** A text that ends with a zero, or with the metadata. */
function readText(reader: Reader, end: number): string {
  const from = reader.at;
  let at = from;
  while (at + 2 <= end && reader.view.getUint16(at, true) !== 0) at += 2;
  reader.at = Math.min(at + 2, end);
  return utf16(reader, from, (at - from) / 2);
}

/** A text of so many units, up to the first zero. */
function utf16({ bytes }: Reader, from: number, length: number): string {
  const text = new TextDecoder("utf-16le").decode(bytes.subarray(from, from + 2 * length));
  const zero = text.indexOf("\0");
  return zero < 0 ? text : text.slice(0, zero);
}
