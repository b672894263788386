/**
 * Parts of a TIFF file as they are written: header, directory, and the fields that whole pages and tiled
 * images share.
 */
import { InvalidInput } from "../../core/errors.js";
import type { SampleData } from "../../core/image.js";
import {
  fieldSize,
  fieldType,
  magic,
  photometric,
  planarConfiguration,
  resolutionUnit,
  sampleFormat,
  tag,
} from "./tags.js";

/** A field of a directory to be written; text is ASCII or UTF-8 without its NUL. */
export interface Field {
  readonly tag: number;
  readonly type: number;
  readonly values: readonly number[] | Uint8Array | string;
}

/** A grey plane in tiles, as its directory says it. */
export interface TiledPlane {
  readonly height: number;
  readonly width: number;
  /** Edge of a tile, px. */
  readonly tile: number;
  /** 8-byte offsets. */
  readonly big: boolean;
  /** Of each tile, row by row. */
  readonly offsets: readonly number[];
  readonly lengths: readonly number[];
}

/**
 * The fields that every grey plane in tiles has, in no order.
 *
 * @param packing one of `compression`
 * @param data an array of the type of its samples
 */
export function tiledFields(plane: TiledPlane, packing: number, data: SampleData): Field[] {
  const { ascii, short, long, long8 } = fieldType;
  const place = plane.big ? long8 : long;
  return [
    { tag: tag.imageWidth, type: long, values: [plane.width] },
    { tag: tag.imageLength, type: long, values: [plane.height] },
    { tag: tag.bitsPerSample, type: short, values: [data.BYTES_PER_ELEMENT * 8] },
    { tag: tag.compression, type: short, values: [packing] },
    { tag: tag.photometric, type: short, values: [photometric.blackIsZero] },
    { tag: tag.samplesPerPixel, type: short, values: [1] },
    { tag: tag.planarConfiguration, type: short, values: [planarConfiguration.chunky] },
    { tag: tag.software, type: ascii, values: "Karyon" },
    { tag: tag.tileWidth, type: long, values: [plane.tile] },
    { tag: tag.tileLength, type: long, values: [plane.tile] },
    { tag: tag.tileOffsets, type: place, values: plane.offsets },
    { tag: tag.tileByteCounts, type: place, values: plane.lengths },
    { tag: tag.sampleFormat, type: short, values: [formatOf(data)] },
  ];
}

/** The sample format of an array, a value of `tag.sampleFormat`. */
export function formatOf(data: SampleData): number {
  if (data instanceof Float32Array) return sampleFormat.float;
  return data instanceof Int8Array || data instanceof Int16Array || data instanceof Int32Array
    ? sampleFormat.int
    : sampleFormat.uint;
}

/**
 * Pixel size (µm) as ImageJ reads it, with the unit in the description; nothing when it is undefined.
 *
 * @throws InvalidInput
 */
export function resolutionOf(pixelSize: number | undefined): Field[] {
  if (pixelSize === undefined) return [];
  const perMicron = reciprocal(pixelSize);
  return [
    { tag: tag.xResolution, type: fieldType.rational, values: perMicron },
    { tag: tag.yResolution, type: fieldType.rational, values: perMicron },
    // ImageJ takes the unit of its description.
    { tag: tag.resolutionUnit, type: fieldType.short, values: [resolutionUnit.none] },
  ];
}

/** Pixel size (µm) as pixels per centimetre; nothing when it is undefined. @throws InvalidInput */
export function perCentimetre(pixelSize: number | undefined): Field[] {
  if (pixelSize === undefined) return [];
  const values = reciprocal(pixelSize / 10000);
  return [
    { tag: tag.xResolution, type: fieldType.rational, values },
    { tag: tag.yResolution, type: fieldType.rational, values },
    { tag: tag.resolutionUnit, type: fieldType.short, values: [resolutionUnit.centimetre] },
  ];
}

/**
 * 1 / value as a fraction of two 32-bit integers whose denominator holds the value's decimals exactly: 0.325
 * is 10^9 / 325000000.
 */
function reciprocal(value: number): [number, number] {
  if (!(value > 0 && value < 1e9)) throw new InvalidInput("pixelSize", "µm per pixel above 0", String(value));
  let numerator = 1e9;
  while (numerator > 1 && value * numerator > 0xffffffff) numerator /= 10;
  return [numerator, Math.max(1, Math.round(value * numerator))];
}

/** Little endian. @param first byte of the first directory, which follows at once unless told otherwise */
export function header(big: boolean, first = big ? 16 : 8): Uint8Array {
  const bytes = Uint8Array.from(
    big
      ? [0x49, 0x49, magic.bigTiff, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
      : [0x49, 0x49, magic.tiff, 0, 0, 0, 0, 0],
  );
  const view = new DataView(bytes.buffer);
  if (big) view.setBigUint64(8, BigInt(first), true);
  else view.setUint32(4, first, true);
  return bytes;
}

/** TIFF begins everything at even bytes. */
export const even = (n: number): number => n + (n % 2);

const bytesOf = ({ type, values }: Field): number =>
  typeof values === "string"
    ? asciiBytes(values).length
    : type === fieldType.rational
      ? values.length * 4
      : values.length * fieldSize[type]!;

const asciiBytes = (text: string): Uint8Array => new TextEncoder().encode(`${text}\0`);

const entriesBytes = (fields: readonly Field[], big: boolean): number =>
  (big ? 16 : 6) + fields.length * (big ? 20 : 12);

/** Bytes of a directory with the values that do not fit into its entries. */
export function directoryBytes(fields: readonly Field[], big: boolean): number {
  const inline = big ? 8 : 4;
  return fields.reduce(
    (sum, field) => sum + (bytesOf(field) > inline ? even(bytesOf(field)) : 0),
    entriesBytes(fields, big),
  );
}

/**
 * A directory, then the values that do not fit into its entries.
 *
 * @param fields by rising tag
 * @param offset byte of the file at which it will be
 * @param next offset of the next directory, 0 where there is none
 */
export function encodeDirectory(
  fields: readonly Field[],
  offset: number,
  big: boolean,
  next: number,
): Uint8Array {
  const bytes = new Uint8Array(directoryBytes(fields, big));
  const view = new DataView(bytes.buffer);
  const inline = big ? 8 : 4;
  let entry = big ? 8 : 2;
  let free = entriesBytes(fields, big);
  const putPointer = (at: number, value: number): void => {
    if (big) view.setBigUint64(at, BigInt(value), true);
    else view.setUint32(at, value, true);
  };
  if (big) view.setBigUint64(0, BigInt(fields.length), true);
  else view.setUint16(0, fields.length, true);
  for (const field of fields) {
    const size = bytesOf(field);
    const count = typeof field.values === "string" ? size : size / fieldSize[field.type]!;
    view.setUint16(entry, field.tag, true);
    view.setUint16(entry + 2, field.type, true);
    putPointer(entry + 4, count);
    const slot = entry + 4 + inline;
    if (size <= inline) putValues(view, slot, field);
    else {
      putPointer(slot, offset + free);
      putValues(view, free, field);
      free += even(size);
    }
    entry = slot + inline;
  }
  putPointer(entry, next);
  return bytes;
}

function putValues(view: DataView, at: number, { type, values }: Field): void {
  if (typeof values === "string") {
    new Uint8Array(view.buffer).set(asciiBytes(values), at);
    return;
  }
  if (values instanceof Uint8Array) {
    new Uint8Array(view.buffer).set(values, at);
    return;
  }
  values.forEach((value, i) => {
    if (type === fieldType.short) view.setUint16(at + 2 * i, value, true);
    else if (type === fieldType.long8 || type === fieldType.ifd8)
      view.setBigUint64(at + 8 * i, BigInt(value), true);
    else view.setUint32(at + 4 * i, value, true);
  });
}

/**
 * The bytes of the samples. Every platform that runs Node or a browser today is little-endian, as the file
 * is.
 */
export const littleEndian = (data: SampleData): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
