/** Puts planes, or windows of them, together from the tiles that they meet. */
import { type SampleData, sharedWindow, type Window } from "../../core/image.js";
import { throwIfCancelled } from "../../core/progress.js";
import { CorruptFile } from "../../core/errors.js";
import { readInto, type Stoppable } from "../bytes.js";
import { type CziLayout, placeOnLevel, tilesOf, type CziLevel } from "./czilayout.js";
import { allocate, packing, type PixelType, swapRedAndBlue } from "./czisamples.js";
import type { CziBytes } from "./czisegment.js";
import { subBlockPlace, unpackSubBlock } from "./subblockdata.js";
import type { SubBlockTable } from "./subblocktable.js";
import type { TileCache } from "./tilecache.js";
import type { TilePlace } from "./tilecoverage.js";

/** A file whose tiles are read. */
export interface CziTiles {
  readonly file: CziBytes;
  readonly table: SubBlockTable;
  readonly cache: TileCache;
}

/** Which part of which plane. */
export interface PlanePart {
  readonly level: CziLevel;
  /** By `planeNumber`. */
  readonly plane: number;
  readonly pixelType: PixelType;
  readonly window: Window;
}

/**
 * Reads a window of a plane. Later tiles lie on earlier ones; where there is none the value is 0.
 *
 * @returns samples, row-major, colours as red, green, blue
 * @throws CorruptFile, UnsupportedFormat, Cancelled
 */
export async function readPart(
  tiles: CziTiles,
  layout: Pick<CziLayout, "left" | "top">,
  part: PlanePart,
  { signal }: Stoppable,
): Promise<SampleData> {
  const { level, pixelType, window } = part;
  const data = allocate(pixelType, window.height * window.width * pixelType.samples);
  const out = new Uint8Array(data.buffer);
  const [from, to] = tilesOf(level, part.plane);
  const { table } = tiles;
  for (let i = from; i < to; i++) {
    const row = level.rows[i]!;
    const tile: TilePlace = {
      y: placeOnLevel(table.y[row]!, layout.top, level.factor),
      x: placeOnLevel(table.x[row]!, layout.left, level.factor),
      height: table.storedHeight[row]!,
      width: table.storedWidth[row]!,
    };
    const common = sharedWindow(tile, window);
    if (common === undefined) continue;
    throwIfCancelled({ signal }, "Reading");
    await placeTile(tiles, row, { tile, common, window, pixelType, out });
  }
  if (pixelType.samples > 1) swapRedAndBlue(data, pixelType.samples);
  return data;
}

interface Placing {
  readonly tile: TilePlace;
  /** What the tile and the window share. */
  readonly common: TilePlace;
  readonly window: Window;
  readonly pixelType: PixelType;
  /** The window's bytes. */
  readonly out: Uint8Array;
}

/** Bytes of an uncompressed tile that are read at once. */
const readAtOnce = 2 ** 22;

async function placeTile(tiles: CziTiles, row: number, placing: Placing): Promise<void> {
  const { file, table } = tiles;
  const { tile, common, window, pixelType, out } = placing;
  if (table.compression[row] !== packing.none) {
    copyRows(placing, await unpackedTile(tiles, row, pixelType), 0, common.height, common.y - tile.y);
    return;
  }
  const { dataAt, dataLength } = await subBlockPlace(file, table.position[row]!);
  const rowBytes = tile.width * pixelType.samples * pixelType.bytes;
  // As of Zeiss's own reader, what a subblock has too little of is 0.
  const present = (from: number, length: number): number => Math.max(0, Math.min(length, dataLength - from));
  if (tile.width === window.width && common.width === window.width) {
    const target = out.subarray((common.y - window.y) * rowBytes).subarray(0, common.height * rowBytes);
    const from = (common.y - tile.y) * rowBytes;
    const length = present(from, target.length);
    if (length > 0) await readInto(file.source, dataAt + from, target.subarray(0, length));
    target.fill(0, length);
    return;
  }
  const atOnce = Math.max(1, Math.floor(readAtOnce / rowBytes));
  for (let first = 0; first < common.height; first += atOnce) {
    const rows = Math.min(atOnce, common.height - first);
    const from = (common.y - tile.y + first) * rowBytes;
    const length = present(from, rows * rowBytes);
    copyRows(placing, await file.source.read(dataAt + (length > 0 ? from : 0), length), first, rows, 0);
  }
}

/** Copies rows of the common part. @param bytes rows of the tile, of which `skipped` come before the first */
function copyRows(
  { tile, common, window, pixelType, out }: Placing,
  bytes: Uint8Array,
  first: number,
  rows: number,
  skipped: number,
): void {
  const pixelBytes = pixelType.samples * pixelType.bytes;
  const length = common.width * pixelBytes;
  for (let i = 0; i < rows; i++) {
    const from = ((skipped + i) * tile.width + common.x - tile.x) * pixelBytes;
    const to = ((common.y + first + i - window.y) * window.width + common.x - window.x) * pixelBytes;
    const source = bytes.subarray(from, from + length);
    out.set(source, to);
    // What lies below is hidden by the tile, by the part that it lacks, too.
    if (source.length < length) out.fill(0, to + source.length, to + length);
  }
}

async function unpackedTile(
  { file, table, cache }: CziTiles,
  row: number,
  pixelType: PixelType,
): Promise<Uint8Array> {
  const kept = cache.find(table, row);
  if (kept !== undefined) return kept;
  const at = table.position[row]!;
  if (Number.isNaN(at)) throw new CorruptFile(file.where, 0, "a subblock has no place in the file");
  const bytes = await unpackSubBlock(file, at, {
    compression: table.compression[row]!,
    pixelType,
    width: table.storedWidth[row]!,
    height: table.storedHeight[row]!,
  });
  cache.keep(table, row, bytes);
  return bytes;
}
