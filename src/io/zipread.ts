/** Zip archives by their central directory: an entry is read when it is asked for. */
import { crc32, inflateRaw } from "#platform";
import { CorruptFile, messageOf, UnsupportedFormat } from "../core/errors.js";
import type { ByteSource } from "./bytes.js";
import { readZipDirectory, type ZipEntry } from "./zipdirectory.js";

/** An archive whose entries are read one by one. */
export interface ZipArchive {
  /** Names of the files in it, in the order of the directory; folders have none of their own. */
  readonly names: readonly string[];
  /** Length of a file once it is unpacked, bytes; undefined when there is none of that name. */
  readonly sizeOf: (name: string) => number | undefined;
  /** True for a file that lies unpacked in the archive, so that `readRange` reads a part alone. */
  readonly isStored: (name: string) => boolean;
  /**
   * A file, unpacked; undefined when there is none of that name.
   *
   * @param maximum bytes that it may have. Default: 2^31 - 1
   * @throws CorruptFile when it is longer, damaged, or not where the directory says
   * @throws UnsupportedFormat for packing other than deflate
   */
  readonly read: (name: string, maximum?: number) => Promise<Uint8Array | undefined>;
  /**
   * Bytes of a file, or as many as there are; undefined when there is none of that name. Its checksum is only
   * looked at where the file is packed.
   *
   * @throws CorruptFile, UnsupportedFormat
   */
  readonly readRange: (name: string, offset: number, length: number) => Promise<Uint8Array | undefined>;
}

/** True for the first bytes of a zip archive, an empty one too. */
export const isZip = (head: Uint8Array): boolean =>
  head[0] === 0x50 &&
  head[1] === 0x4b &&
  ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6));

/**
 * Opens an archive: its directory is read, nothing else. Source: PKWARE, .ZIP File Format Specification
 * (APPNOTE) 6.3.10.
 *
 * @param where name of the file, for messages
 * @throws CorruptFile also when a name is there twice, or leaves the folder that it is unpacked into
 * @throws UnsupportedFormat for encrypted archives and those in several files
 */
export async function openZip(bytes: ByteSource, where: string): Promise<ZipArchive> {
  const entries = await readZipDirectory(bytes, where);
  const read = async (name: string, maximum = 2 ** 31 - 1): Promise<Uint8Array | undefined> => {
    const entry = entries.get(name);
    if (entry === undefined) return undefined;
    const { at, unpacked } = entry;
    if (unpacked > maximum)
      throw new CorruptFile(
        where,
        at,
        `"${name}" has ${unpacked} bytes, more than the ${maximum} that it may`,
      );
    return unpack(await packedBytes(bytes, entry, where), entry, where);
  };
  const isStored = (name: string): boolean => entries.get(name)?.method === 0;
  return {
    names: [...entries.keys()],
    sizeOf: (name) => entries.get(name)?.unpacked,
    isStored,
    read,
    readRange: async (name, offset, length) => {
      if (!isStored(name)) return (await read(name))?.subarray(offset, offset + length);
      const entry = entries.get(name)!;
      const from = Math.min(offset, entry.unpacked);
      const start = await dataStart(bytes, entry, where);
      return bytes.read(start + from, Math.min(length, entry.unpacked - from));
    },
  };
}

const localHeader = 0x04034b50;
const localHeaderLength = 30;

/** Where the data of an entry begin, which only its own header says. */
async function dataStart(bytes: ByteSource, entry: ZipEntry, where: string): Promise<number> {
  const { at, name, packed, nameBytes } = entry;
  const length = localHeaderLength + nameBytes.length;
  if (at + length > bytes.size)
    throw new CorruptFile(where, at, `the file ends before the data of "${name}"`);
  const header = await bytes.read(at, length);
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const own = header.subarray(localHeaderLength);
  const same = view.getUint16(26, true) === own.length && own.every((byte, i) => byte === nameBytes[i]);
  if (view.getUint32(0, true) !== localHeader || !same)
    throw new CorruptFile(where, at, `"${name}" is not where the directory of the archive says`);
  const start = at + length + view.getUint16(28, true);
  if (start + packed > bytes.size)
    throw new CorruptFile(where, at, `the file ends within the data of "${name}"`);
  return start;
}

const packedBytes = async (bytes: ByteSource, entry: ZipEntry, where: string): Promise<Uint8Array> =>
  bytes.read(await dataStart(bytes, entry, where), entry.packed);

/** Names of methods of packing that programs offer, by number. */
const methodNames: Readonly<Record<number, string>> = {
  1: "shrink",
  6: "implode",
  9: "Deflate64",
  12: "bzip2",
  14: "LZMA",
  20: "zstd",
  93: "zstd",
  95: "xz",
  98: "PPMd",
};

function unpack(data: Uint8Array, entry: ZipEntry, where: string): Uint8Array {
  const { method, name, at, unpacked } = entry;
  if (method !== 0 && method !== 8) {
    const packing = methodNames[method] ?? `method ${method}`;
    throw new UnsupportedFormat(
      where,
      `"${name}", packed by ${packing},`,
      "pack the archive again with deflate",
    );
  }
  const out = method === 0 ? data : inflated(data, entry, where);
  if (out.length !== unpacked)
    throw new CorruptFile(where, at, `"${name}" has ${out.length} bytes instead of ${unpacked}`);
  if (crc32(out) !== entry.crc) throw new CorruptFile(where, at, `the checksum of "${name}" is wrong`);
  return out;
}

function inflated(data: Uint8Array, { name, at, unpacked }: ZipEntry, where: string): Uint8Array {
  try {
    return inflateRaw(data, Math.max(1, unpacked));
  } catch (error) {
    throw new CorruptFile(where, at, `"${name}" cannot be unpacked (${messageOf(error)})`);
  }
}
