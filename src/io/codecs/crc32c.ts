/** CRC-32C (Castagnoli; RFC 3720, appendix B.4): the checksum that Zarr puts behind data. */

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0x82f63b78 ^ (crc >>> 1) : crc >>> 1;
  return crc >>> 0;
});

/** The checksum of bytes, an unsigned number. */
export function crc32c(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Bytes that a checksum takes. */
export const crc32cLength = 4;

/** The data before their checksum (little-endian). @throws Error when it is wrong */
export function crc32cChecked(bytes: Uint8Array): Uint8Array {
  const end = bytes.length - crc32cLength;
  if (end < 0) throw new Error("the data ends early");
  const data = bytes.subarray(0, end);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(end, true) !== crc32c(data)) throw new Error("the checksum of the data is wrong");
  return data;
}

/** The data with their checksum behind them. */
export function crc32cAppended(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length + crc32cLength);
  out.set(bytes);
  new DataView(out.buffer).setUint32(bytes.length, crc32c(bytes), true);
  return out;
}
