import { CorruptFile, InvalidInput, isKaryonError, type KaryonError } from "../../core/errors.js";
import { blockSource, type ByteSource, readInto } from "../bytes.js";
import { latin1Text } from "../bytetext.js";
import { fieldSize, fieldType, magic } from "./tags.js";

/** A TIFF file and how its numbers are stored. */
export interface TiffBytes {
  readonly source: ByteSource;
  /** Name of the file, for messages. */
  readonly where: string;
  readonly littleEndian: boolean;
  /** BigTIFF: 8-byte offsets. */
  readonly big: boolean;
}

/** A field of a directory: where its values are. */
export interface Field {
  readonly type: number;
  readonly count: number;
  /** Byte of the file at which the values begin. */
  readonly offset: number;
}

/** A directory (IFD): what a page says of itself. */
export interface Directory {
  /** Byte of the file at which it begins. */
  readonly offset: number;
  readonly fields: ReadonlyMap<number, Field>;
}

/** All directories of a file. */
export interface Directories {
  readonly file: TiffBytes;
  readonly directories: readonly Directory[];
  /** Why the chain of directories broke off after those given; undefined for a sound file. */
  readonly damage: KaryonError | undefined;
}

/** More pages than any microscope writes; a chain longer than this is damage. */
const maxDirectories = 1 << 20;

/**
 * Reads the chain of directories (IFDs), without the values that they point to.
 *
 * @throws CorruptFile when the file is no TIFF, or its first directory cannot be read
 */
export async function readDirectories(bytes: ByteSource, where: string): Promise<Directories> {
  const { file, first } = await readHeader(bytes, where);
  const directories: Directory[] = [];
  const seen = new Set<number>();
  for (let offset = first; offset !== 0;) {
    try {
      if (seen.has(offset)) throw new CorruptFile(where, offset, "the pages point to each other in a circle");
      if (directories.length >= maxDirectories)
        throw new CorruptFile(where, offset, `there are more than ${maxDirectories} pages`);
      seen.add(offset);
      const { directory, next } = await readDirectory(file, offset);
      directories.push(directory);
      offset = next;
    } catch (error) {
      if (directories.length === 0 || !isKaryonError(error) || error instanceof InvalidInput) throw error;
      return { file, directories, damage: error };
    }
  }
  if (directories.length === 0) throw new CorruptFile(where, 4, "the TIFF file holds no page");
  return { file, directories, damage: undefined };
}

async function readHeader(bytes: ByteSource, where: string): Promise<{ file: TiffBytes; first: number }> {
  const source = blockSource(bytes);
  const head = await source.read(0, Math.min(16, source.size));
  const order = head.length < 8 ? "" : String.fromCharCode(head[0]!, head[1]!);
  if (order !== "II" && order !== "MM")
    throw new CorruptFile(
      where,
      0,
      "this is not a TIFF file",
      "check the file, or export it again as TIFF or PNG",
    );
  const littleEndian = order === "II";
  const view = viewOf(head);
  const version = view.getUint16(2, littleEndian);
  if (version === magic.tiff)
    return { file: { source, where, littleEndian, big: false }, first: view.getUint32(4, littleEndian) };
  if (version !== magic.bigTiff || head.length < 16)
    throw new CorruptFile(where, 2, `the TIFF header holds ${version} instead of 42 or 43`);
  const width = view.getUint16(4, littleEndian);
  if (width !== 8)
    throw new CorruptFile(where, 4, `the BigTIFF header says offsets of ${width} bytes instead of 8`);
  return {
    file: { source, where, littleEndian, big: true },
    first: Number(view.getBigUint64(8, littleEndian)),
  };
}

async function readDirectory(
  file: TiffBytes,
  offset: number,
): Promise<{ directory: Directory; next: number }> {
  const { littleEndian, big } = file;
  const [head, entry, inline] = big ? [8, 20, 8] : [2, 12, 4];
  const countView = viewOf(await readRange(file, offset, head, "a page"));
  const count = big ? Number(countView.getBigUint64(0, littleEndian)) : countView.getUint16(0, littleEndian);
  if (count === 0 || count > 65535) throw new CorruptFile(file.where, offset, `a page has ${count} fields`);
  const view = viewOf(await readRange(file, offset + head, count * entry + inline, "a page"));
  const pointer = (at: number): number =>
    big ? Number(view.getBigUint64(at, littleEndian)) : view.getUint32(at, littleEndian);
  const fields = new Map<number, Field>();
  for (let i = 0; i < count; i++) {
    const at = i * entry;
    const type = view.getUint16(at + 2, littleEndian);
    const values = pointer(at + 4);
    const size = (fieldSize[type] ?? 0) * values;
    const slot = at + 4 + inline;
    // A tag that comes twice counts once, as in libtiff.
    const number = view.getUint16(at, littleEndian);
    if (size > 0 && !fields.has(number))
      fields.set(number, {
        type,
        count: values,
        offset: size <= inline ? offset + head + slot : pointer(slot),
      });
  }
  return { directory: { offset, fields }, next: pointer(count * entry) };
}

/**
 * One directory that no other leads to, such as that of a smaller copy.
 *
 * @throws CorruptFile when it cannot be read
 */
export const directoryAt = async (file: TiffBytes, offset: number): Promise<Directory> =>
  (await readDirectory(file, offset)).directory;

/** The bytes of a range of the file. @throws CorruptFile when the file ends before */
export async function readRange(
  file: TiffBytes,
  offset: number,
  length: number,
  what: string,
): Promise<Uint8Array> {
  checkRange(file, offset, length, what);
  return file.source.read(offset, length);
}

/** Fills `target` from a range of the file. @throws CorruptFile when the file ends before */
export async function readRangeInto(
  file: TiffBytes,
  offset: number,
  target: Uint8Array,
  what: string,
): Promise<void> {
  checkRange(file, offset, target.length, what);
  return readInto(file.source, offset, target);
}

function checkRange({ source, where }: TiffBytes, offset: number, length: number, what: string): void {
  if (offset + length <= source.size) return;
  throw new CorruptFile(
    where,
    offset,
    `the file ends at byte ${source.size}, within ${what} of ${length} bytes: it is cut off or damaged`,
  );
}

/**
 * The values of a field of an integer or floating type (rationals as quotients); undefined when the page has
 * no such field.
 *
 * @throws CorruptFile when the values lie outside the file
 */
export async function numbersOf(
  file: TiffBytes,
  directory: Directory,
  tag: number,
): Promise<number[] | undefined> {
  const field = directory.fields.get(tag);
  if (field === undefined) return undefined;
  const size = fieldSize[field.type]!;
  const bytes = await readRange(file, field.offset, field.count * size, `field ${tag}`);
  const view = viewOf(bytes);
  const read = readers[field.type];
  if (read === undefined)
    throw new CorruptFile(
      file.where,
      directory.offset,
      `field ${tag} is of type ${field.type} where numbers belong`,
    );
  const values = new Array<number>(field.count);
  for (let i = 0; i < values.length; i++) values[i] = read(view, i * size, file.littleEndian);
  return values;
}

/** The first value of a field, or `fallback` when the page has no such field. @throws CorruptFile */
export async function numberOf(
  file: TiffBytes,
  directory: Directory,
  tag: number,
  fallback: number,
): Promise<number> {
  const field = directory.fields.get(tag);
  // Of a long list, such as one bit depth per sample, only the first is wanted here.
  const first =
    field === undefined
      ? directory
      : { offset: directory.offset, fields: new Map([[tag, { ...field, count: Math.min(field.count, 1) }]]) };
  return (await numbersOf(file, first, tag))?.[0] ?? fallback;
}

/**
 * The text of an ASCII (or byte) field, up to its first NUL; "" when there is none. UTF-8, else Latin-1.
 *
 * @throws CorruptFile
 */
export async function textOf(file: TiffBytes, directory: Directory, tag: number): Promise<string> {
  const field = directory.fields.get(tag);
  if (field === undefined || fieldSize[field.type] !== 1) return "";
  const bytes = await readRange(file, field.offset, field.count, `field ${tag}`);
  const end = bytes.indexOf(0);
  const text = end < 0 ? bytes : bytes.subarray(0, end);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(text);
  } catch {
    // ImageJ writes "µm" in the platform's own encoding.
    return latin1Text(text);
  }
}

/** The bytes of a field, whatever its type; undefined when the page has none. @throws CorruptFile */
export async function bytesOf(
  file: TiffBytes,
  directory: Directory,
  tag: number,
): Promise<Uint8Array | undefined> {
  const field = directory.fields.get(tag);
  if (field === undefined) return undefined;
  return readRange(file, field.offset, field.count * fieldSize[field.type]!, `field ${tag}`);
}

type Reader = (view: DataView, at: number, littleEndian: boolean) => number;

const readers: Readonly<Record<number, Reader>> = {
  [fieldType.byte]: (view, at) => view.getUint8(at),
  [fieldType.short]: (view, at, le) => view.getUint16(at, le),
  [fieldType.long]: (view, at, le) => view.getUint32(at, le),
  [fieldType.rational]: (view, at, le) => view.getUint32(at, le) / view.getUint32(at + 4, le),
  [fieldType.sbyte]: (view, at) => view.getInt8(at),
  [fieldType.sshort]: (view, at, le) => view.getInt16(at, le),
  [fieldType.slong]: (view, at, le) => view.getInt32(at, le),
  [fieldType.srational]: (view, at, le) => view.getInt32(at, le) / view.getInt32(at + 4, le),
  [fieldType.float]: (view, at, le) => view.getFloat32(at, le),
  [fieldType.double]: (view, at, le) => view.getFloat64(at, le),
  [fieldType.ifd]: (view, at, le) => view.getUint32(at, le),
  [fieldType.long8]: (view, at, le) => Number(view.getBigUint64(at, le)),
  [fieldType.slong8]: (view, at, le) => Number(view.getBigInt64(at, le)),
  [fieldType.ifd8]: (view, at, le) => Number(view.getBigUint64(at, le)),
};

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
