/**
 * Compression and the number of cores, by Node. Reached as `#platform`; `browser.ts` is the same for the
 * browser, and package.json "imports" chooses. Files, folders and threads are touched in L3 and L4 only.
 */
import { availableParallelism } from "node:os";
import * as zlib from "node:zlib";

/**
 * Decompresses zlib format (RFC 1950).
 *
 * @param maximum bytes that may come out
 * @throws Error when the data is corrupt, ends early or gives more than `maximum` bytes.
 */
export const inflate = (bytes: Uint8Array, maximum = 2 ** 32 - 1): Uint8Array =>
  zlib.inflateSync(bytes, { maxOutputLength: maximum, chunkSize: inflatedPart });

/** Bytes that come out at once: a fifth faster than with Node's 16 kB. */
const inflatedPart = 65536;

/**
 * Decompresses deflate without a frame (RFC 1951), as zip archives hold it.
 *
 * @param maximum bytes that may come out
 * @throws Error when the data is corrupt, ends early or gives more than `maximum` bytes.
 */
export function inflateRaw(bytes: Uint8Array, maximum = 2 ** 32 - 1): Uint8Array {
  const out = zlib.inflateRawSync(bytes, { maxOutputLength: maximum });
  // A Buffer's `slice` is a view, which no user of an Uint8Array expects.
  return new Uint8Array(out.buffer, out.byteOffset, out.length);
}

/**
 * `inflate` on another thread, so that several run at the same time.
 *
 * @param expected bytes that come out, most likely: their room is taken at once, not part by part
 * @throws Error as `inflate` does
 */
export const inflateAside = (bytes: Uint8Array, maximum: number, expected: number): Promise<Uint8Array> =>
  aside(zlib.inflate, bytes, maximum, expected);

/** `inflateRaw` on another thread. @throws Error as `inflateRaw` does */
export const inflateRawAside = (bytes: Uint8Array, maximum: number, expected: number): Promise<Uint8Array> =>
  aside(zlib.inflateRaw, bytes, maximum, expected);

/**
 * Decompresses one frame of zstd (RFC 8878) on another thread; undefined where Node has no zstd (before 22.15).
 *
 * @throws Error when the data is corrupt, ends early, needs a window above 128 MiB or gives more than `maximum` bytes
 */
export const zstdAside:
  ((bytes: Uint8Array, maximum: number, expected: number) => Promise<Uint8Array>) | undefined = (() => {
  // The types of Node 20 do not know it.
  const { zstdDecompress } = zlib as { readonly zstdDecompress?: typeof zlib.inflate };
  if (zstdDecompress === undefined) return undefined;
  return (bytes, maximum, expected) => aside(zstdDecompress, bytes, maximum, expected, 32768);
})();

/** @param densest bytes that one byte can give at most: what is promised beyond gets no room */
function aside(
  unpack: typeof zlib.inflate,
  bytes: Uint8Array,
  maximum: number,
  expected: number,
  densest = 1032,
): Promise<Uint8Array> {
  // A little more, so that no second part is begun.
  const chunkSize = Math.min(expected, densest * bytes.length) + 64;
  return new Promise((resolve, reject) => {
    unpack(bytes, { maxOutputLength: maximum, chunkSize }, (error, out) => {
      if (error === null) resolve(new Uint8Array(out.buffer, out.byteOffset, out.length));
      else reject(error);
    });
  });
}

/**
 * Compresses to zlib format (RFC 1950).
 *
 * @param level 0 (none) to 9 (smallest)
 */
export const deflate = (bytes: Uint8Array, level = 6): Uint8Array => zlib.deflateSync(bytes, { level });

/**
 * `deflate` for what is mostly noise, such as a camera's picture: only runs of one byte are sought, and the
 * frequencies of the bytes used; less than half the time of level 1, for one per cent more bytes.
 */
export const deflateNoise = (bytes: Uint8Array): Uint8Array =>
  zlib.deflateSync(bytes, { level: 1, strategy: zlib.constants.Z_RLE });

/** CRC-32 as PNG and zip use it, an unsigned number. */
export const crc32 = (bytes: Uint8Array): number => zlib.crc32(bytes);

/**
 * Reverses the bytes of each value of `size` bytes, in place.
 *
 * @param bytes whole values
 * @param size 1, 2, 4 or 8
 */
export function swapBytes(bytes: Uint8Array<ArrayBuffer>, size: number): void {
  // A sixth of the time of a loop of ours.
  const values = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length - (bytes.length % size));
  if (size === 2) values.swap16();
  else if (size === 4) values.swap32();
  else if (size === 8) values.swap64();
}

/** Threads that the machine runs at the same time. */
export const cores = (): number => availableParallelism();
