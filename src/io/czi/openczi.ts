/** Opens CZI files: header, directory, metadata and time stamps, no pixels. */
import { CorruptFile, isKaryonError, UnsupportedFormat } from "../../core/errors.js";
import type { ByteSource } from "../bytes.js";
import { type CziMetadata, noMetadata, readMetadata } from "./czimetadata.js";
import { packing, packingName, pixelTypeOf } from "./czisamples.js";
import { type CziBytes, readCziHeader } from "./czisegment.js";
import { seriesNames, seriesOf, type SeriesRows } from "./cziseries.js";
import { readTimeStamps } from "./czitimes.js";
import { subBlockPlace } from "./subblockdata.js";
import { readDirectory, searchSegments } from "./subblockdirectory.js";
import type { SubBlockTable } from "./subblocktable.js";

/** A CZI file, opened. */
export interface CziFile {
  readonly bytes: CziBytes;
  readonly table: SubBlockTable;
  readonly metadata: CziMetadata;
  /** Seconds, as attached; empty when there are none. */
  readonly stamps: readonly number[];
  readonly series: readonly SeriesRows[];
  /** One a series. */
  readonly names: readonly string[];
  /** What was assumed, as sentences without the file's name and full stop. */
  readonly notices: readonly string[];
}

/** Opens a file. @throws CorruptFile, UnsupportedFormat when none of its series can be read */
export async function openCzi(source: ByteSource, where: string): Promise<CziFile> {
  const bytes: CziBytes = { source, where };
  const header = await readCziHeader(bytes);
  const notices: string[] = [];
  const found = header.directoryAt === 0 ? await searchSegments(bytes) : undefined;
  const table = found?.table ?? (await readDirectory(bytes, header.directoryAt));
  if (table.count === 0)
    throw new CorruptFile(
      where,
      header.directoryAt,
      "it holds no image",
      "open it in ZEN to see whether the acquisition was saved, and save it again",
    );
  if (found !== undefined)
    notices.push(`The file was never completed: its ${table.count} tiles were found by a search through it`);
  const { metadataAt, attachmentsAt } = {
    metadataAt: header.metadataAt || found?.metadataAt,
    attachmentsAt: header.attachmentsAt || found?.attachmentsAt,
  };
  // Damage here hurts no pixels: it is told, and the image is read.
  const orSay = <T>(without: T, notice: string) => {
    return (error: unknown): T => {
      if (!isKaryonError(error)) throw error;
      notices.push(notice);
      return without;
    };
  };
  const metadata = metadataAt
    ? await readMetadata(bytes, metadataAt).catch(
        orSay(noMetadata, "Its metadata are damaged, so that sizes, names and times are unknown"),
      )
    : noMetadata;
  const stamps = attachmentsAt
    ? await readTimeStamps(bytes, attachmentsAt).catch(orSay([] as number[], "Its time stamps are damaged"))
    : [];
  // What is wrong with a tile is said when it is read.
  await unlabelRaw(bytes, table).catch((error: unknown) => {
    if (!isKaryonError(error)) throw error;
  });
  const series = seriesOf(table);
  checkAnyReadable(table, series, where);
  return { bytes, table, metadata, stamps, series, names: seriesNames(series, metadata), notices };
}

/**
 * Some files of AiryScan microscopes say JPEG-XR of tiles that are not compressed. The first tells: it has as
 * many bytes as its pixels, and does not begin as JPEG-XR does.
 */
async function unlabelRaw(file: CziBytes, table: SubBlockTable): Promise<void> {
  const row = table.compression.indexOf(packing.jpegXr);
  if (row < 0) return;
  const { samples, bytes } = pixelTypeOf(table.pixelType[row]!, file.where);
  const place = await subBlockPlace(file, table.position[row]!);
  if (place.dataLength !== table.storedWidth[row]! * table.storedHeight[row]! * samples * bytes) return;
  const head = await file.source.read(place.dataAt, Math.min(3, place.dataLength));
  if (head[0] === 0x49 && head[1] === 0x49 && head[2] === 0xbc) return;
  for (let i = 0; i < table.count; i++)
    if (table.compression[i] === packing.jpegXr) table.compression[i] = packing.none;
}

/** A file of which nothing can be read is refused at once. */
function checkAnyReadable(table: SubBlockTable, series: readonly SeriesRows[], where: string): void {
  let first: UnsupportedFormat | undefined;
  for (const one of series) {
    try {
      packingsOf(table, one, where);
      return;
    } catch (error) {
      if (!(error instanceof UnsupportedFormat)) throw error;
      first ??= error;
    }
  }
  if (first !== undefined) throw first;
}

/**
 * Checks that all tiles of a series can be read.
 *
 * @returns the names of its compressions, "none" among them
 * @throws UnsupportedFormat
 */
export function packingsOf(table: SubBlockTable, { full }: SeriesRows, where: string): string[] {
  const [packings, types] = [new Set<number>(), new Set<number>()];
  for (const row of full.rows) {
    packings.add(table.compression[row]!);
    types.add(table.pixelType[row]!);
  }
  for (const type of types) pixelTypeOf(type, where);
  return [...new Set([...packings].map((code) => packingName(code, where)))].sort();
}
