/**
 * The chunks of an ND2 file: where they are by their map at the end of the file, or by looking for them
 * where a broken-off file has no map. Source: github.com/tlambert03/nd2 (`_chunk_decode.py`) and Laboratory
 * Imaging's limnd2 (`file.py`).
 */
import { CorruptFile, UnsupportedFormat } from "../../core/errors.js";
import { blockSource, type ByteSource } from "../bytes.js";
import { largestMetadata } from "./litevariant.js";

/** The chunks of a file, by name. */
export interface Nd2Chunks {
  readonly where: string;
  readonly source: ByteSource;
  /** Bytes at which chunks begin, by their names, which end in "!". */
  readonly places: ReadonlyMap<string, number>;
  /** Bytes at which the chunks of frames begin, by the number of the frame. */
  readonly frames: ReadonlyMap<number, number>;
  /** What was assumed, as sentences. */
  readonly notices: readonly string[];
}

/** A part of the file. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

const magic = 0x0abeceda;
const headLength = 16;
const fileName = "ND2 FILE SIGNATURE CHUNK NAME01!";
const mapName = "ND2 FILEMAP SIGNATURE NAME 0001!";
const endName = "ND2 CHUNK MAP SIGNATURE 0000001!";

/** The last bytes of a file: a name, and where its map is. */
const tailLength = 40;
const longestName = 255;

/** True for the first bytes of an ND2 file of chunks. */
export const isNd2 = (head: Uint8Array): boolean =>
  head.length >= 4 && viewOf(head).getUint32(0, true) === magic;

/** True for the first bytes of an ND2 file of the old kind, which is one of JPEG 2000. */
export const isJpeg2000 = (head: Uint8Array): boolean =>
  head.length >= 8 && viewOf(head).getUint32(0) === 12 && viewOf(head).getUint32(4) === 0x6a502020;

/**
 * Finds the chunks of a file.
 *
 * @param needed names of chunks whose place is looked at, so that a wrong map is known
 * @throws CorruptFile, UnsupportedFormat
 */
export async function findChunks(
  source: ByteSource,
  where: string,
  needed: readonly string[],
): Promise<Nd2Chunks> {
  const head = await source.read(0, Math.min(headLength + 64, source.size));
  if (isJpeg2000(head))
    throw new UnsupportedFormat(
      where,
      "an ND2 file of the old kind, with JPEG 2000 inside,",
      "open it in NIS-Elements and save it as ND2 again, or as TIFF",
    );
  if (!isNd2(head) || !asciiOf(head.subarray(headLength)).startsWith(fileName))
    throw new CorruptFile(where, 0, "this is not an ND2 file");
  const blocks = blockSource(source, 4096);
  const mapped = await readMap(blocks, where);
  if (mapped === undefined || !(await isRight(blocks, mapped, needed))) {
    const state = mapped === undefined ? "missing or damaged" : "wrong";
    const notice = `Its map of chunks is ${state}, as after an acquisition that was broken off: they were looked for`;
    return chunksOf(source, where, await scan(blocks), [notice]);
  }
  const chunks = chunksOf(source, where, mapped, []);
  return hasGaps(chunks.frames) ? withScanned(chunks, await scan(blocks)) : chunks;
}

function chunksOf(
  source: ByteSource,
  where: string,
  places: ReadonlyMap<string, number>,
  notices: readonly string[],
): Nd2Chunks {
  const frames = new Map<number, number>();
  for (const [name, place] of places) {
    const frame = /^ImageDataSeq\|(\d{1,15})!$/.exec(name)?.[1];
    if (frame !== undefined) frames.set(Number(frame), place);
  }
  return { where, source, places, frames, notices };
}

/** True when a frame is missing before another. */
function hasGaps(frames: ReadonlyMap<number, number>): boolean {
  let last = -1;
  for (const frame of frames.keys()) last = Math.max(last, frame);
  return last + 1 > frames.size;
}

function withScanned(chunks: Nd2Chunks, found: ReadonlyMap<string, number>): Nd2Chunks {
  const all = chunksOf(chunks.source, chunks.where, new Map([...found, ...chunks.places]), []);
  const added = all.frames.size - chunks.frames.size;
  if (added === 0) return chunks;
  const notice = `Its map of chunks lacks ${added} of ${all.frames.size} frames: they were looked for`;
  return { ...all, notices: [notice] };
}

/** The places of chunks that the map gives; undefined when there is no sound map. */
async function readMap(source: ByteSource, where: string): Promise<Map<string, number> | undefined> {
  if (source.size < tailLength) return undefined;
  const tail = await source.read(source.size - tailLength, tailLength);
  if (asciiOf(tail.subarray(0, 32)) !== endName) return undefined;
  const map = await chunkAt(source, uint64(viewOf(tail), 32), mapName);
  if (map === undefined || map.offset + map.length > source.size) return undefined;
  if (map.length > 2 ** 30) throw new CorruptFile(where, map.offset, "its map of chunks is too large");
  return placesIn(await source.read(map.offset, map.length), source.size);
}

/** Entries of a map: a name that ends in "!", a place and a length. */
function placesIn(bytes: Uint8Array, size: number): Map<string, number> | undefined {
  const places = new Map<string, number>();
  const view = viewOf(bytes);
  for (let at = 0; ;) {
    const end = bytes.indexOf(0x21, at) + 1;
    if (end === 0 || end - at > longestName) return undefined;
    const name = asciiOf(bytes.subarray(at, end));
    if (name === endName) return places;
    if (end + 16 > bytes.length) return undefined;
    const place = uint64(view, end);
    // What lies beyond the end of a file that was cut is missing, not wrong.
    if (place + headLength <= size) places.set(name, place);
    at = end + 16;
  }
}

/** True when the chunks of these names, and the first frame, are where a map says. */
async function isRight(
  source: ByteSource,
  places: ReadonlyMap<string, number>,
  needed: readonly string[],
): Promise<boolean> {
  for (const name of [...needed, "ImageDataSeq|0!"]) {
    const place = places.get(name);
    if (place !== undefined && (await chunkAt(source, place, name)) === undefined) return false;
  }
  return true;
}

/** The data of the chunk of that name at a place; undefined when there is none. */
async function chunkAt(source: ByteSource, place: number, name: string): Promise<Extent | undefined> {
  if (!Number.isSafeInteger(place) || place + headLength + name.length > source.size) return undefined;
  const head = await source.read(place, headLength + name.length);
  const view = viewOf(head);
  if (view.getUint32(0, true) !== magic || asciiOf(head.subarray(headLength)) !== name) return undefined;
  const offset = place + headLength + view.getUint32(4, true);
  const length = uint64(view, 8);
  return Number.isSafeInteger(offset + length) && offset <= source.size ? { offset, length } : undefined;
}

/** Looks for chunks one after the other; those that the end of the file cuts are left out. */
async function scan(source: ByteSource): Promise<Map<string, number>> {
  const places = new Map<string, number>();
  for (let at = 0; at + headLength <= source.size;) {
    const view = viewOf(await source.read(at, headLength));
    const nameLength = view.getUint32(4, true);
    const end = at + headLength + nameLength + uint64(view, 8);
    const whole = view.getUint32(0, true) === magic && nameLength > 0 && end <= source.size;
    if (!whole) {
      at = await nextMagic(source, at + 1);
      continue;
    }
    const text = asciiOf(await source.read(at + headLength, Math.min(nameLength, longestName)));
    const name = text.slice(0, text.indexOf("!") + 1);
    if (name !== "") places.set(name, at);
    at = end;
  }
  return places;
}

/** The next place at which a chunk may begin; the size of the file when there is none. */
async function nextMagic(source: ByteSource, from: number): Promise<number> {
  const block = 2 ** 16;
  for (let at = from; at + 4 <= source.size; at += block - 3) {
    const bytes = await source.read(at, Math.min(block, source.size - at));
    for (let i = bytes.indexOf(0xda); i >= 0; i = bytes.indexOf(0xda, i + 1)) {
      if (bytes[i + 1] === 0xce && bytes[i + 2] === 0xbe && bytes[i + 3] === 0x0a) return at + i;
    }
  }
  return source.size;
}

/**
 * The bytes of a chunk of metadata, and where they are; undefined when the file has none of that name.
 *
 * @throws CorruptFile
 */
export async function readChunk(
  { source, where, places }: Nd2Chunks,
  name: string,
): Promise<{ readonly bytes: Uint8Array; readonly offset: number } | undefined> {
  const place = places.get(name);
  if (place === undefined) return undefined;
  const extent = await chunkAt(source, place, name);
  if (extent === undefined) throw new CorruptFile(where, place, `its chunk ${plainName(name)} is not there`);
  if (extent.length > largestMetadata || extent.offset + extent.length > source.size)
    throw new CorruptFile(where, place, `its chunk ${plainName(name)} is longer than can be`);
  return { bytes: await source.read(extent.offset, extent.length), offset: extent.offset };
}

/** Where the data of a frame are: a time, then its pixels. @throws CorruptFile */
export async function frameExtent(
  { source, where, frames }: Nd2Chunks,
  frame: number,
): Promise<Extent | undefined> {
  const place = frames.get(frame);
  if (place === undefined) return undefined;
  const extent = await chunkAt(source, place, `ImageDataSeq|${frame}!`);
  if (extent === undefined)
    throw new CorruptFile(where, place, `frame ${frame} is not where its map of chunks says`);
  if (extent.length < 8 || extent.offset + extent.length > source.size)
    throw new CorruptFile(
      where,
      place,
      `frame ${frame} reaches to byte ${extent.offset + extent.length}, and the file is cut off or damaged`,
    );
  return extent;
}

const plainName = (name: string): string => name.replace(/!$/, "");

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** As a number: what is too large for one is larger than every file. */
const uint64 = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

function asciiOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
