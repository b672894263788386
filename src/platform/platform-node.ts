/**
 * Compression and the number of cores, by Node. Reached as `#platform`; `browser.ts` is the same for the
 * browser, and package.json "imports" chooses. Files, folders and threads are touched in L3 and L4 only.
 */
import { availableParallelism } from "node:os";
import { deflateSync, inflateRawSync, inflateSync, crc32 as zlibCrc32 } from "node:zlib";

/**
 * Decompresses zlib format (RFC 1950).
 *
 * @param maximum bytes that may come out
 * @throws Error when the data is corrupt, ends early or gives more than `maximum` bytes.
 */
export const inflate = (bytes: Uint8Array, maximum = 2 ** 32 - 1): Uint8Array =>
  inflateSync(bytes, { maxOutputLength: maximum });

/**
 * Decompresses deflate without a frame (RFC 1951), as zip archives hold it.
 *
 * @param maximum bytes that may come out
 * @throws Error when the data is corrupt, ends early or gives more than `maximum` bytes.
 */
export function inflateRaw(bytes: Uint8Array, maximum = 2 ** 32 - 1): Uint8Array {
  const out = inflateRawSync(bytes, { maxOutputLength: maximum });
  // A Buffer's `slice` is a view, which no user of an Uint8Array expects.
  return new Uint8Array(out.buffer, out.byteOffset, out.length);
}

/**
 * Compresses to zlib format (RFC 1950).
 *
 * @param level 0 (none) to 9 (smallest)
 */
export const deflate = (bytes: Uint8Array, level = 6): Uint8Array => deflateSync(bytes, { level });

/** CRC-32 as PNG and zip use it, an unsigned number. */
export const crc32 = (bytes: Uint8Array): number => zlibCrc32(bytes);

/** Threads that the machine runs at the same time. */
export const cores = (): number => availableParallelism();
