/** Finds the subblocks of a CZI file: in its directory, or one after the other where it has none. */
import { CorruptFile } from "../../core/errors.js";
import {
  type CziBytes,
  type CziHeader,
  nameAt,
  offsetAt,
  readBytes,
  readSegment,
  segmentHeaderLength,
  segmentName,
  viewOf,
} from "./czisegment.js";
import { longestEntry, newTable, readEntry, type SubBlockTable } from "./subblocktable.js";

/** Bytes of a directory that are read at once. */
const readAtOnce = 2 ** 21;

/** Bytes between the header of a directory's segment and its first entry. */
const directoryDataLength = 128;

/** The shortest entry: one that has X and Y. */
const shortestEntry = 32 + 2 * 20;

/**
 * Reads the directory of subblocks.
 *
 * @param at where its segment begins
 * @throws CorruptFile, UnsupportedFormat
 */
export async function readDirectory(file: CziBytes, at: number): Promise<SubBlockTable> {
  const head = viewOf(await readSegment(file, at, segmentName.directory, directoryDataLength));
  const count = head.getInt32(0, true);
  const from = at + segmentHeaderLength + directoryDataLength;
  if (count < 0 || count * shortestEntry > file.source.size - from)
    throw new CorruptFile(file.where, at, `its directory says it has ${count} subblocks, which cannot be`);
  const table = newTable(count);
  let [start, view] = [from, viewOf(new Uint8Array(0))];
  for (let row = 0, place = from; row < count; row++) {
    const end = start + view.byteLength;
    if (place + longestEntry > end && end < file.source.size) {
      const length = Math.min(readAtOnce, file.source.size - place);
      [start, view] = [place, viewOf(await file.source.read(place, length))];
    }
    place += readEntry(file, table, row, { view, at: place - start, inFile: place });
  }
  return table;
}

/** What a search through the segments of a file found. */
export interface FoundSegments extends CziHeader {
  readonly table: SubBlockTable;
}

/**
 * Goes from segment to segment through a file whose directory was never written, as after a crash. A subblock
 * that the file ends within is left out.
 *
 * @throws CorruptFile, UnsupportedFormat
 */
export async function searchSegments(file: CziBytes): Promise<FoundSegments> {
  const { size } = file.source;
  const found = { directoryAt: 0, metadataAt: 0, attachmentsAt: 0 };
  const positions: number[] = [];
  for (let at = 0; at + segmentHeaderLength <= size;) {
    const header = await file.source.read(at, segmentHeaderLength);
    const [name, allocated] = [nameAt(header, 0), offsetAt(viewOf(header), 16)];
    if (!(allocated > 0) || at + segmentHeaderLength + allocated > size) break;
    if (name === segmentName.subBlock) positions.push(at);
    if (name === segmentName.metadata) found.metadataAt = at;
    if (name === segmentName.attachments) found.attachmentsAt = at;
    at += segmentHeaderLength + allocated;
  }
  const table = newTable(positions.length);
  for (const [row, at] of positions.entries()) {
    const from = at + segmentHeaderLength + subBlockFixedLength;
    const most = await readBytes(file, from, Math.min(longestEntry, size - from), "a subblock");
    readEntry(file, table, row, { view: viewOf(most), at: 0, inFile: from });
    // The entry may have been written before the place was known.
    table.position[row] = at;
  }
  return { ...found, table };
}

/** Bytes of a subblock's data before its entry: the sizes of its parts. */
export const subBlockFixedLength = 16;
