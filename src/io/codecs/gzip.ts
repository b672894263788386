/** Gzip data of one member (RFC 1952), with a bound on what comes out. */
import { crc32, inflateRawAside } from "#platform";

const headerLength = 10;
const trailerLength = 8;
const flag = { headerCrc: 2, extra: 4, name: 8, comment: 16 } as const;

/**
 * Decompresses gzip data.
 *
 * @param maximum bytes that may come out
 * @throws Error when the data is corrupt, ends early or gives more than `maximum` bytes
 */
export async function gunzip(bytes: Uint8Array, maximum: number): Promise<Uint8Array> {
  const start = dataStart(bytes);
  const end = bytes.length - trailerLength;
  if (start > end) throw new Error("the data ends early");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const expected = Math.min(maximum, view.getUint32(end + 4, true));
  const out = await inflateRawAside(bytes.subarray(start, end), Math.max(1, maximum), expected);
  if (out.length > maximum) throw new Error(`more than ${maximum} bytes`);
  if (view.getUint32(end, true) !== crc32(out)) throw new Error("the checksum of the data is wrong");
  return out;
}

/** Where the compressed data begin: behind the header with its optional fields. */
function dataStart(bytes: Uint8Array): number {
  if (bytes.length < headerLength) throw new Error("the data ends early");
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8) throw new Error("this is no gzip data");
  const flags = bytes[3]!;
  let at = headerLength;
  if ((flags & flag.extra) !== 0) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
  for (const text of [flag.name, flag.comment]) {
    if ((flags & text) === 0) continue;
    const zero = bytes.indexOf(0, at);
    if (zero < 0) throw new Error("the data ends early");
    at = zero + 1;
  }
  return (flags & flag.headerCrc) === 0 ? at : at + 2;
}
