import { zipSync } from "fflate";

/** A zip archive of files by name, in their order. The bytes depend on names and contents alone. */
export function encodeZip(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  // The first date that the format can hold, in local time, in which it is stored.
  return zipSync(files, { mtime: new Date(1980, 0, 1), level: 6 });
}

/**
 * Name of the first file of an archive; undefined where the bytes are no archive.
 *
 * @param bytes its beginning, 30 bytes and the name
 */
export function firstZipEntry(bytes: Uint8Array): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 30 || view.getUint32(0, true) !== 0x04034b50) return undefined;
  return new TextDecoder().decode(bytes.subarray(30, 30 + view.getUint16(26, true)));
}
