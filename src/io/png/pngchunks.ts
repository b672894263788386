/**
 * What of a PNG file is needed for its pixels, with the size of its data checked: fast-png inflates whatever
 * there is, and a kilobyte can give a megabyte.
 */
import { crc32, inflate } from "#platform";
import { CorruptFile, messageOf } from "../../core/errors.js";
import { concatBytes } from "../bytes.js";
import type { PngHeader } from "./pngheader.js";

/** Bytes more than the pixels need: some writers end their data late. */
const slack = 65536;

/**
 * The file without what its pixels do not need, such as a colour profile, which is compressed too.
 *
 * @param header of these bytes
 * @throws CorruptFile when a chunk is cut off or its checksum is wrong, the data is damaged, or it gives more
 *   than the pixels that the header promises
 */
export function neededBytes(bytes: Uint8Array, header: PngHeader, where: string): Uint8Array {
  const parts = [bytes.subarray(0, 8)];
  const data: Uint8Array[] = [];
  const seen = new Set<string>();
  for (const { type, whole, content } of chunksOf(bytes, where)) {
    const again = seen.has(type) && type !== "IDAT";
    if (!neededChunks.has(type) || again) continue;
    seen.add(type);
    parts.push(whole);
    if (type === "IDAT") data.push(content);
  }
  checkData(concatBytes(data), header, where);
  return concatBytes(parts);
}

const neededChunks = new Set(["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]);

interface Chunk {
  readonly type: string;
  /** With length, type and checksum. */
  readonly whole: Uint8Array;
  readonly content: Uint8Array;
}

/** A chunk for an error. What is no name, which has four letters, could hold a line break. */
const named = (type: string): string =>
  /^[A-Za-z]{4}$/.test(type) ? `its ${type}` : "a part without a name";

/** The chunks up to the end mark. @throws CorruptFile */
function* chunksOf(bytes: Uint8Array, where: string): Generator<Chunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const end = at + 12 + length;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (end > bytes.length) break;
    if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4))
      throw new CorruptFile(where, at, `the PNG data is damaged (the checksum of ${named(type)} is wrong)`);
    yield { type, whole: bytes.subarray(at, end), content: bytes.subarray(at + 8, end - 4) };
    if (type === "IEND") return;
    at = end;
  }
  throw new CorruptFile(where, bytes.length, "the PNG data is damaged (the file ends before its end mark)");
}

function checkData(packed: Uint8Array, header: PngHeader, where: string): void {
  const needed = dataBytes(header);
  try {
    inflate(packed, needed + slack);
  } catch (error) {
    throw new CorruptFile(
      where,
      8,
      `the PNG data is damaged, or gives more than the ${needed} bytes of its ${header.width} x ` +
        `${header.height} pixels (${messageOf(error)})`,
    );
  }
}

/** Where the seven passes of an interlaced image begin, and how far apart their pixels are: y, x, dy, dx. */
const adam7 = [
  [0, 0, 8, 8],
  [0, 4, 8, 8],
  [4, 0, 8, 4],
  [0, 2, 4, 4],
  [2, 0, 4, 2],
  [0, 1, 2, 2],
  [1, 0, 2, 1],
] as const;

/** Bytes of the inflated data: for each row of each pass the number of its filter, then its samples. */
export function dataBytes({ height, width, samples, bits, interlaced }: PngHeader): number {
  const passBytes = (rows: number, columns: number): number =>
    columns > 0 ? rows * (1 + Math.ceil((columns * samples * bits) / 8)) : 0;
  if (!interlaced) return passBytes(height, width);
  return adam7.reduce(
    (sum, [y, x, dy, dx]) => sum + passBytes(Math.ceil((height - y) / dy), Math.ceil((width - x) / dx)),
    0,
  );
}
