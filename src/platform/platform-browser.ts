/**
 * Compression and the number of cores in a browser: what `node.ts` offers, without Node. Compressed bytes
 * differ from those of Node; what comes out of them does not.
 */
import { Inflate, Unzlib, zlibSync } from "fflate";

/** Input is handed over in parts of so many bytes: a bomb is stopped after a part, not after all of it. */
const partBytes = 1 << 16;

/**
 * Decompresses zlib format (RFC 1950).
 *
 * @param maximum bytes that may come out
 * @throws Error when the data is corrupt, ends early or gives more than `maximum` bytes.
 */
export function inflate(bytes: Uint8Array, maximum = 2 ** 32 - 1): Uint8Array {
  const out = streamed(bytes, maximum, (take) => new Unzlib(take));
  if (adler32(out) !== checksumOf(bytes)) throw new Error("the checksum of the data is wrong");
  return out;
}

/**
 * Decompresses deflate without a frame (RFC 1951), as zip archives hold it.
 *
 * @param maximum bytes that may come out
 * @throws Error when the data is corrupt, ends early or gives more than `maximum` bytes.
 */
export const inflateRaw = (bytes: Uint8Array, maximum = 2 ** 32 - 1): Uint8Array =>
  streamed(bytes, maximum, (take) => new Inflate(take));

/** `inflate`, later: a browser has no other thread for it. @throws Error as `inflate` does */
export const inflateAside = async (bytes: Uint8Array, maximum: number): Promise<Uint8Array> =>
  inflate(bytes, maximum);

/** `inflateRaw`, later. @throws Error as `inflateRaw` does */
export const inflateRawAside = async (bytes: Uint8Array, maximum: number): Promise<Uint8Array> =>
  inflateRaw(bytes, maximum);

/** A browser has no zstd of its own. */
export const zstdAside = undefined;

type Take = (part: Uint8Array, final: boolean) => void;

function streamed(bytes: Uint8Array, maximum: number, open: (take: Take) => Inflate | Unzlib): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  let ended = false;
  const stream = open((part, final) => {
    length += part.length;
    if (length > maximum) throw new Error(`more than ${maximum} bytes`);
    parts.push(part);
    ended = final;
  });
  for (let at = 0; at < bytes.length; at += partBytes)
    stream.push(bytes.subarray(at, at + partBytes), at + partBytes >= bytes.length);
  if (!ended) throw new Error("the data ends early");
  return joined(parts, length);
}

/**
 * Compresses to zlib format (RFC 1950).
 *
 * @param level 0 (none) to 9 (smallest)
 */
export const deflate = (bytes: Uint8Array, level = 6): Uint8Array =>
  zlibSync(bytes, { level: level as 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 });

/** `deflate` for what is mostly noise. */
export const deflateNoise = (bytes: Uint8Array): Uint8Array => deflate(bytes, 1);

/** CRC-32 as PNG and zip use it, an unsigned number. */
export function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = crcTable[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/**
 * Reverses the bytes of each value of `size` bytes, in place.
 *
 * @param bytes whole values
 * @param size 1, 2, 4 or 8
 */
export function swapBytes(bytes: Uint8Array<ArrayBuffer>, size: number): void {
  const { buffer, byteOffset, length } = bytes;
  if (size === 2) {
    // Two values at once, where they begin at a multiple of four bytes.
    const pairs = byteOffset % 4 === 0 ? length >> 2 : 0;
    const both = new Uint32Array(buffer, byteOffset - (byteOffset % 4), pairs);
    for (let i = 0; i < pairs; i++) {
      const v = both[i]!;
      both[i] = ((v & 0x00ff00ff) << 8) | ((v >>> 8) & 0x00ff00ff);
    }
    const values = new Uint16Array(buffer, byteOffset, length >> 1);
    for (let i = 2 * pairs; i < values.length; i++) values[i] = (values[i]! << 8) | (values[i]! >> 8);
  } else if (size === 4) {
    const values = new Uint32Array(buffer, byteOffset, length >> 2);
    for (let i = 0; i < values.length; i++) {
      const v = values[i]!;
      values[i] = (v << 24) | ((v & 0xff00) << 8) | ((v >>> 8) & 0xff00) | (v >>> 24);
    }
  } else if (size === 8) {
    const halves = new Uint32Array(buffer, byteOffset, length >> 2);
    swapBytes(bytes, 4);
    for (let i = 0; i + 1 < halves.length; i += 2) [halves[i], halves[i + 1]] = [halves[i + 1]!, halves[i]!];
  }
}

/** Threads that the machine runs at the same time. */
export const cores = (): number => navigator.hardwareConcurrency || 1;

/** CRC-32 of each byte; the polynomial in reversed order of bits, as in RFC 1952. */
const crcTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** The checksum at the end of zlib data, big-endian. fflate does not look at it. */
const checksumOf = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(bytes.length - 4);

/** Sums of so many bytes stay below 2^32. */
const adlerPart = 5552;

/** Adler-32 (RFC 1950), an unsigned number. */
function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (let from = 0; from < bytes.length; from += adlerPart) {
    const to = Math.min(bytes.length, from + adlerPart);
    for (let i = from; i < to; i++) b += a += bytes[i]!;
    a %= 65521;
    b %= 65521;
  }
  return ((b << 16) | a) >>> 0;
}
