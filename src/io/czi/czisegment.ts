/**
 * Segments, the pieces that a CZI file is made of: 32 bytes of name and sizes, then data. All numbers are
 * little endian.
 *
 * Source: Zeiss, "ZISRAW (CZI) File Format, Design Specification", and the structures of libCZI.
 */
import { CorruptFile, UnsupportedFormat } from "../../core/errors.js";
import type { ByteSource } from "../bytes.js";

/** A CZI file as it is read: where it is, for messages, and its bytes. */
export interface CziBytes {
  readonly where: string;
  readonly source: ByteSource;
}

/** Names of segments. */
export const segmentName = {
  file: "ZISRAWFILE",
  directory: "ZISRAWDIRECTORY",
  subBlock: "ZISRAWSUBBLOCK",
  metadata: "ZISRAWMETADATA",
  attachments: "ZISRAWATTDIR",
  attachment: "ZISRAWATTACH",
} as const;

/** Bytes of the name and the sizes before a segment's data. */
export const segmentHeaderLength = 32;

/** Where the parts of the file are; 0 for one that was never written. */
export interface CziHeader {
  readonly directoryAt: number;
  readonly metadataAt: number;
  readonly attachmentsAt: number;
}

/** True for the first bytes of a CZI file. */
export const isCzi = (head: Uint8Array): boolean => nameAt(head, 0) === segmentName.file;

/** The text up to the first zero of 16 bytes. */
export function nameAt(bytes: Uint8Array, at: number, length = 16): string {
  const text = String.fromCharCode(...bytes.subarray(at, at + length));
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}

/**
 * The file's header.
 *
 * @throws CorruptFile
 * @throws UnsupportedFormat when the file is one of several that hold an image together
 */
export async function readCziHeader(file: CziBytes): Promise<CziHeader> {
  const view = viewOf(await readSegment(file, 0, segmentName.file, 80));
  if (view.getInt32(48, true) !== 0)
    throw new UnsupportedFormat(file.where, "a CZI file in several parts", severalPartsRemedy);
  return {
    directoryAt: offsetAt(view, 52),
    metadataAt: offsetAt(view, 60),
    attachmentsAt: offsetAt(view, 72),
  };
}

/** What to do with an image in several files. */
export const severalPartsRemedy = "open it in ZEN and save it as one file";

/** A 64-bit place in the file as a number; NaN when it is negative or beyond what a number counts. */
export function offsetAt(view: DataView, at: number): number {
  const value = Number(view.getBigInt64(at, true));
  return value >= 0 && Number.isSafeInteger(value) ? value : NaN;
}

/** A view of bytes. */
export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * The first bytes of a segment's data, once its name was checked.
 *
 * @param at where the segment begins
 * @param length of the data that is wanted
 * @throws CorruptFile
 */
export async function readSegment(
  file: CziBytes,
  at: number,
  name: string,
  length: number,
): Promise<Uint8Array> {
  const bytes = await readBytes(file, at, segmentHeaderLength + length, `the segment ${name}`);
  if (nameAt(bytes, 0) !== name)
    throw new CorruptFile(file.where, at, `a segment ${name} is expected, but is not there`);
  return bytes.subarray(segmentHeaderLength);
}

/** Bytes of the file. @param what is read, for messages @throws CorruptFile when the file ends before */
export async function readBytes(
  { where, source }: CziBytes,
  at: number,
  length: number,
  what: string,
): Promise<Uint8Array> {
  if (!(at >= 0 && at + length <= source.size)) {
    const end = Number.isNaN(at) ? "a place that no file has" : `byte ${at + length}`;
    throw new CorruptFile(
      where,
      source.size,
      `${what} should extend to ${end}, but the file has ${source.size} bytes: it is cut off or damaged`,
    );
  }
  return source.read(at, length);
}
