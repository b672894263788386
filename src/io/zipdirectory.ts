/** The directory at the end of a zip archive, also of a large one (zip64), and its names. */
import { CorruptFile, UnsupportedFormat } from "../core/errors.js";
import type { ByteSource } from "./bytes.js";
import { latin1Text } from "./bytetext.js";

/** A file of an archive, as the directory has it. */
export interface ZipEntry {
  readonly name: string;
  readonly nameBytes: Uint8Array;
  /** 0 stored, 8 deflate. */
  readonly method: number;
  readonly crc: number;
  /** Bytes in the archive. */
  readonly packed: number;
  /** Bytes once unpacked. */
  readonly unpacked: number;
  /** The byte of the archive at which the entry's own header begins. */
  readonly at: number;
}

const endRecord = 0x06054b50;
const endRecordLength = 22;
const largeLocator = 0x07064b50;
const largeLocatorLength = 20;
const largeEndRecord = 0x06064b50;
const largeEndRecordLength = 56;
const directoryHeader = 0x02014b50;
const directoryHeaderLength = 46;

/** A directory is held in memory; ten million files have one of this length. */
const longestDirectory = 2 ** 30;

/**
 * The files of an archive by name, in their order, without its folders.
 *
 * @throws CorruptFile, UnsupportedFormat
 */
export async function readZipDirectory(
  bytes: ByteSource,
  where: string,
): Promise<ReadonlyMap<string, ZipEntry>> {
  const { count, length, at } = await directoryPlace(bytes, where);
  if (at + length > bytes.size || count * directoryHeaderLength > length)
    throw new CorruptFile(where, at, `the directory of ${count} files does not fit into the archive`);
  if (length > longestDirectory)
    throw new UnsupportedFormat(where, `a zip directory of ${length} bytes`, "unpack the archive");
  const directory = await bytes.read(at, length);
  const entries = new Map<string, ZipEntry>();
  const names = new Set<string>();
  for (let i = 0, from = 0; i < count; i++) {
    const { entry, end } = readEntry(directory, from, { where, at, size: bytes.size });
    from = end;
    if (names.has(entry.name))
      throw new CorruptFile(where, at, `the archive holds "${entry.name}" more than once`);
    names.add(entry.name);
    if (!entry.name.endsWith("/")) entries.set(entry.name, entry);
  }
  return entries;
}

interface DirectoryPlace {
  readonly count: number;
  readonly length: number;
  readonly at: number;
}

/** Where the directory is: the record at the end of the archive, behind which a comment may follow. */
async function directoryPlace(bytes: ByteSource, where: string): Promise<DirectoryPlace> {
  const tailLength = Math.min(bytes.size, endRecordLength + largeLocatorLength + 0xffff);
  const tailAt = bytes.size - tailLength;
  const tail = await bytes.read(tailAt, tailLength);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  const end = endRecordAt(view);
  if (end === undefined)
    throw new CorruptFile(where, bytes.size, "the zip archive is cut off: its directory is missing");
  const locator = end - largeLocatorLength;
  if (locator >= 0 && view.getUint32(locator, true) === largeLocator)
    return largePlace(bytes, numberAt(view, locator + 8), where);
  const [disk, startDisk] = [view.getUint16(end + 4, true), view.getUint16(end + 6, true)];
  if (disk !== 0 || startDisk !== 0) throw severalFiles(where);
  const [count, length, at] = [
    view.getUint16(end + 10, true),
    view.getUint32(end + 12, true),
    view.getUint32(end + 16, true),
  ];
  return { count, length, at };
}

function endRecordAt(view: DataView): number | undefined {
  for (let at = view.byteLength - endRecordLength; at >= 0; at--) {
    if (view.getUint32(at, true) !== endRecord) continue;
    if (at + endRecordLength + view.getUint16(at + 20, true) <= view.byteLength) return at;
  }
  return undefined;
}

async function largePlace(bytes: ByteSource, at: number, where: string): Promise<DirectoryPlace> {
  const damaged = (): CorruptFile =>
    new CorruptFile(where, Math.min(at, bytes.size), "the record of the zip archive's directory is missing");
  if (!(at + largeEndRecordLength <= bytes.size)) throw damaged();
  const record = await bytes.read(at, largeEndRecordLength);
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  if (view.getUint32(0, true) !== largeEndRecord) throw damaged();
  if (view.getUint32(16, true) !== 0 || view.getUint32(20, true) !== 0) throw severalFiles(where);
  return { count: numberAt(view, 32), length: numberAt(view, 40), at: numberAt(view, 48) };
}

const severalFiles = (where: string): UnsupportedFormat =>
  new UnsupportedFormat(where, "a zip archive in several files", "join them with the program that made them");

/** A 64-bit number; one that is not exact is beyond every file, and fails where it is compared. */
const numberAt = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

interface Archive {
  readonly where: string;
  /** Byte of the archive at which the directory begins. */
  readonly at: number;
  readonly size: number;
}

function readEntry(
  directory: Uint8Array,
  from: number,
  archive: Archive,
): { readonly entry: ZipEntry; readonly end: number } {
  const { where } = archive;
  const damaged = new CorruptFile(where, archive.at + from, "the directory of the zip archive is damaged");
  if (from + directoryHeaderLength > directory.length) throw damaged;
  const view = new DataView(directory.buffer, directory.byteOffset + from, directory.length - from);
  const nameEnd = directoryHeaderLength + view.getUint16(28, true);
  const extraEnd = nameEnd + view.getUint16(30, true);
  const end = extraEnd + view.getUint16(32, true);
  if (view.getUint32(0, true) !== directoryHeader || end > view.byteLength) throw damaged;
  const flags = view.getUint16(8, true);
  if ((flags & 1) !== 0 || (flags & 0x2000) !== 0)
    throw new UnsupportedFormat(where, "an encrypted zip archive", "unpack it with its password");
  const nameBytes = directory.subarray(from + directoryHeaderLength, from + nameEnd);
  const name = checkedName(nameBytes, where, archive.at + from);
  const sizes = sizesOf(view, nameEnd, extraEnd);
  if (sizes === undefined || !(sizes.at + sizes.packed <= archive.size)) throw damaged;
  const method = view.getUint16(10, true);
  if (method === 0 && sizes.packed !== sizes.unpacked) throw damaged;
  return {
    entry: { name, nameBytes, method, crc: view.getUint32(16, true), ...sizes },
    end: from + end,
  };
}

/** Lengths and place of an entry; those that need 64 bits stand in an extra field. */
function sizesOf(
  view: DataView,
  extraAt: number,
  extraEnd: number,
): Pick<ZipEntry, "packed" | "unpacked" | "at"> | undefined {
  const [packed, unpacked, at] = [20, 24, 42].map((field) => view.getUint32(field, true)) as [
    number,
    number,
    number,
  ];
  const most = 0xffffffff;
  if (packed !== most && unpacked !== most && at !== most) return { packed, unpacked, at };
  for (let from = extraAt; from + 4 <= extraEnd;) {
    const [id, length] = [view.getUint16(from, true), view.getUint16(from + 2, true)];
    from += 4;
    if (id === 1) {
      let next = from;
      const large = (value: number): number => {
        if (value !== most) return value;
        next += 8;
        return next <= Math.min(from + length, extraEnd) ? numberAt(view, next - 8) : NaN;
      };
      // In this order, each only where its 32 bits are all set.
      const sizes = { unpacked: large(unpacked), packed: large(packed), at: large(at) };
      return Object.values(sizes).every(Number.isSafeInteger) ? sizes : undefined;
    }
    from += length;
  }
  return { packed, unpacked, at };
}

/** A name as text, which must lead to a place within the folder that the archive is unpacked into. */
function checkedName(bytes: Uint8Array, where: string, at: number): string {
  const name = textOf(bytes);
  const parts = (name.endsWith("/") ? name.slice(0, -1) : name).split("/");
  const inside = parts.every((part) => part !== "" && part !== "." && part !== "..");
  // eslint-disable-next-line no-control-regex -- such a name is cut where a program takes it as text of C.
  if (inside && !/[\\\x00-\x1f]|^[A-Za-z]:/.test(name)) return name;
  const shown = name.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, "?").slice(0, 100);
  throw new CorruptFile(where, at, `the archive holds a file of the name "${shown}", which is no path in it`);
}

/** UTF-8, as most write it, flagged or not; else one character a byte. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return latin1Text(bytes);
  }
}
