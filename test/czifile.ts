/**
 * Makes small CZI files, from the published structure: a header, segments of tiles, metadata, time stamps and
 * the directory at the end.
 */
import { expect } from "vitest";
import { memorySource } from "../src/io/bytes.js";
import { zstdEncode } from "../src/io/codecs/zstd.js";
import { cziImages } from "../src/io/formats/cziimage.js";
import { openAs } from "../src/io/formats/fileformat.js";
import type { ImageSet } from "../src/io/formats/imageformat.js";
import { InvalidInput } from "../src/core/errors.js";

/** A tile, or a part of a pyramid. */
export interface MadeTile {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** In which it is stored, px. Default: as large as it is. */
  readonly stored?: { readonly width: number; readonly height: number };
  /** Places in other dimensions, such as C, Z, T, S, M. */
  readonly at?: Readonly<Record<string, number>>;
  /** Number of the type: 0 Gray8 (default), 1 Gray16, 2 float, 3 Bgr24. */
  readonly pixelType?: number;
  /** 0 none (default), 5 zstd, 6 zstd with a header. */
  readonly compression?: number;
  /** With compression 6: low bytes before high ones. */
  readonly split?: boolean;
  /** Bytes of the pixels before compression, or as compressed where the compression is another. */
  readonly pixels: Uint8Array;
  /** XML of its own. */
  readonly xml?: string;
  /** Part of the file that it is said to be in. Default 0. */
  readonly part?: number;
}

/** What a file holds. */
export interface MadeCzi {
  readonly tiles: readonly MadeTile[];
  /** Metadata, XML. */
  readonly xml?: string;
  /** Seconds. */
  readonly stamps?: readonly number[];
  /** False leaves out the directory, as of a file that was never completed. */
  readonly directory?: boolean;
  /** True writes entries of the old, fixed kind. */
  readonly fixed?: boolean;
}

const tileOrder = ["C", "Z", "T", "S", "B", "V", "I", "R", "H", "M"];

const concat = (...parts: readonly Uint8Array[]): Uint8Array => {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};

const text = (value: string, length = value.length): Uint8Array => {
  const out = new Uint8Array(length);
  out.set(new TextEncoder().encode(value).subarray(0, length));
  return out;
};

/** Writes numbers into bytes. */
const filled = (length: number, write: (view: DataView) => void): Uint8Array => {
  const out = new Uint8Array(length);
  write(new DataView(out.buffer));
  return out;
};

function segment(name: string, data: Uint8Array): Uint8Array {
  const allocated = Math.ceil(data.length / 32) * 32;
  const head = filled(32, (view) => {
    view.setBigInt64(16, BigInt(allocated), true);
    view.setBigInt64(24, BigInt(data.length), true);
  });
  head.set(text(name));
  return concat(head, data, new Uint8Array(allocated - data.length));
}

function entryOf(tile: MadeTile, position: number, fixed: boolean): Uint8Array {
  return fixed ? fixedEntry(tile, position) : variableEntry(tile, position);
}

function variableEntry(tile: MadeTile, position: number): Uint8Array {
  const { x, y, width, height, stored = { width, height }, at = {} } = tile;
  const dimensions = [
    ["X", x, width, stored.width],
    ["Y", y, height, stored.height],
    ...tileOrder.filter((name) => at[name] !== undefined).map((name) => [name, at[name]!, 1, 1] as const),
  ] as const;
  return filled(32 + 20 * dimensions.length, (view) => {
    view.setUint16(0, 0x5644, true);
    view.setInt32(2, tile.pixelType ?? 0, true);
    view.setBigInt64(6, BigInt(position), true);
    view.setInt32(14, tile.part ?? 0, true);
    view.setInt32(18, tile.compression ?? 0, true);
    view.setUint8(22, stored.width === width ? 0 : 2);
    view.setInt32(28, dimensions.length, true);
    for (const [i, [name, start, size, kept]] of dimensions.entries()) {
      view.setUint8(32 + 20 * i, name.charCodeAt(0));
      view.setInt32(36 + 20 * i, start, true);
      view.setInt32(40 + 20 * i, size, true);
      view.setInt32(48 + 20 * i, kept, true);
    }
  });
}

function fixedEntry(tile: MadeTile, position: number): Uint8Array {
  const { x, y, width, height, stored = { width, height }, at = {} } = tile;
  return filled(128, (view) => {
    view.setUint16(0, 0x4544, true);
    const numbers: readonly (readonly [number, number])[] = [
      [2, tile.pixelType ?? 0],
      [6, stored.width],
      [10, stored.height],
      [16, x],
      [20, width],
      [24, y],
      [28, height],
      [32, at["C"] ?? 0],
      [40, at["Z"] ?? 0],
      [48, at["T"] ?? 0],
      [56, at["S"] ?? 0],
      [72, tile.compression ?? 0],
      [76, at["M"] ?? 0],
    ];
    for (const [offset, value] of numbers) view.setInt32(offset, value, true);
    view.setBigInt64(80, BigInt(position), true);
  });
}

async function packed({ compression = 0, pixels, split = false }: MadeTile): Promise<Uint8Array> {
  if (compression === 5) return zstdEncode(pixels);
  if (compression !== 6) return pixels;
  if (!split) return concat(Uint8Array.of(1), await zstdEncode(pixels));
  const half = pixels.length / 2;
  const order = Uint8Array.from(pixels, (_, i) => pixels[i < half ? 2 * i : 2 * (i - half) + 1]!);
  return concat(Uint8Array.of(3, 1, 1), await zstdEncode(order));
}

/** The bytes of a file. */
export async function makeCzi(made: MadeCzi): Promise<Uint8Array> {
  const { tiles, xml = "", stamps = [], directory = true, fixed = false } = made;
  const pieces: Uint8Array[] = [];
  let at = 32 + 512;
  const add = (piece: Uint8Array): number => {
    pieces.push(piece);
    at += piece.length;
    return at - piece.length;
  };
  const entries: Uint8Array[] = [];
  for (const tile of tiles) {
    const entry = entryOf(tile, at, fixed);
    entries.push(entry);
    const own = text(tile.xml ?? "");
    const data = await packed(tile);
    const sizes = filled(16, (view) => {
      view.setInt32(0, own.length, true);
      view.setBigInt64(8, BigInt(data.length), true);
    });
    const padding = new Uint8Array(Math.max(0, 240 - entry.length));
    add(segment("ZISRAWSUBBLOCK", concat(sizes, entry, padding, own, data)));
  }
  const metadataAt = xml === "" ? 0 : add(segment("ZISRAWMETADATA", metadataOf(xml)));
  const attachmentsAt = stamps.length === 0 ? 0 : addStamps(stamps, at, add);
  const count = filled(128, (view) => view.setInt32(0, entries.length, true));
  const directoryAt = directory ? add(segment("ZISRAWDIRECTORY", concat(count, ...entries))) : 0;
  const header = filled(512, (view) => {
    view.setInt32(0, 1, true);
    view.setBigInt64(52, BigInt(directoryAt), true);
    view.setBigInt64(60, BigInt(directory ? metadataAt : 0), true);
    view.setBigInt64(72, BigInt(directory ? attachmentsAt : 0), true);
  });
  return concat(segment("ZISRAWFILE", header), ...pieces);
}

const metadataOf = (xml: string): Uint8Array => {
  const body = new TextEncoder().encode(xml);
  return concat(
    filled(256, (view) => view.setInt32(0, body.length, true)),
    body,
  );
};

/** The attachment of time stamps, and the directory of attachments. @returns where the directory is */
function addStamps(stamps: readonly number[], at: number, add: (piece: Uint8Array) => number): number {
  const entry = filled(128, (view) => {
    view.setUint16(0, 0x3141, true);
    view.setBigInt64(12, BigInt(at), true);
  });
  entry.set(text("CZTIMS"), 40);
  entry.set(text("TimeStamps"), 48);
  const content = filled(8 + 8 * stamps.length, (view) => {
    view.setInt32(0, 8 + 8 * stamps.length, true);
    view.setInt32(4, stamps.length, true);
    for (const [i, time] of stamps.entries()) view.setFloat64(8 + 8 * i, time, true);
  });
  const fixed = filled(256, (view) => view.setBigInt64(0, BigInt(content.length), true));
  fixed.set(entry, 16);
  add(segment("ZISRAWATTACH", concat(fixed, content)));
  const count = filled(256, (view) => view.setInt32(0, 1, true));
  return add(segment("ZISRAWATTDIR", concat(count, entry)));
}

/** Opens bytes as a CZI file. */
export const cziOf = (bytes: Uint8Array, where = "made.czi"): Promise<ImageSet> =>
  openAs([cziImages], {
    from: "bytes",
    where,
    name: where,
    bytes: memorySource(bytes),
    sibling: (name) => Promise.reject(new InvalidInput(where, "no other file", name)),
  });

/** Makes a file and opens it. */
export const openMade = async (made: MadeCzi): Promise<ImageSet> => cziOf(await makeCzi(made));

/** The values of the first sample of a plane, row by row. */
export async function rowsOf(
  set: ImageSet,
  index: { series?: number; frame?: number; channel?: number; slice?: number; level?: number } = {},
): Promise<number[][]> {
  const { series = 0, frame = 0, channel = 0, slice = 0, level } = index;
  const image = await set.open(series);
  const { plane } = await image.read({ frame, channel, slice, ...(level === undefined ? {} : { level }) });
  expect(plane.data.length).toBe(plane.height * plane.width * plane.samples);
  return Array.from({ length: plane.height }, (_, y) =>
    Array.from({ length: plane.width }, (_, x) => plane.data[(y * plane.width + x) * plane.samples]!),
  );
}
