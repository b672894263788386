/** An image in chunks, at its own size and at halves of it, made when they are asked for. */
import type { Window } from "../../core/image.js";
import { throwIfCancelled } from "../../core/progress.js";
import { halved, halvedSizes } from "../../io/image/halving.js";
import { type WrittenSamples, type WrittenType, writtenArrays } from "../../io/image/planesource.js";
import type { ByteCache } from "./bytecache.js";
import { inTurn, type SharedWork, sharedWork } from "./sharedwork.js";

/** Planes that chunks are cut from. */
export interface PlaneReader {
  /** Tells the planes from all others in the cache, with the version of a plane. @param frame of the series */
  readonly key: (frame: number, channel: number) => string;
  readonly height: number;
  readonly width: number;
  readonly type: WrittenType;
  /** Smaller copies take one value of four, and no mean. */
  readonly isLabels: boolean;
  /** height x width values of `type`. */
  readonly read: (window: Window, place: PlaneOf, signal: AbortSignal) => Promise<WrittenSamples>;
}

/** A plane of a series. */
export interface PlaneOf {
  readonly frame: number;
  readonly channel: number;
}

/** A chunk of a level: which, counted from 0. */
export interface ChunkPlace extends PlaneOf {
  readonly level: number;
  readonly row: number;
  readonly column: number;
}

/** How a size is cut. */
export interface Layout {
  /** Edge of a chunk, px. */
  readonly chunk: number;
  /** The full size first. */
  readonly sizes: readonly { readonly height: number; readonly width: number }[];
}

/** Frames up to this size are decoded whole, since the page shows them whole. */
const wholeFrame = 4096;

/** Levels end where the longer side is not above this. */
const coarsest = 1024;

/** The chunks of a size. */
export const layoutOf = (size: { readonly height: number; readonly width: number }): Layout => ({
  chunk: Math.max(size.height, size.width) <= wholeFrame ? 1024 : 512,
  sizes: halvedSizes(size, coarsest),
});

/** How many chunks a level has. */
export const gridOf = ({ chunk, sizes }: Layout, level: number): readonly [rows: number, columns: number] => [
  Math.ceil(sizes[level]!.height / chunk),
  Math.ceil(sizes[level]!.width / chunk),
];

/** Most bytes that are decoded at once of a frame that is not decoded whole. */
const mostDecoded = 2 ** 25;

/** Makes chunks, and keeps them. */
export interface ChunkMaker {
  /** chunk x chunk values, those beyond the image 0. @throws what reading throws; Cancelled */
  readonly chunk: (reader: PlaneReader, place: ChunkPlace, signal?: AbortSignal) => Promise<WrittenSamples>;
}

/** @param cache where chunks of all images are kept */
export function chunkMaker(cache: ByteCache): ChunkMaker {
  const [shared, turns] = [sharedWork(), inTurn(2)];
  const chunk: ChunkMaker["chunk"] = async (reader, place, signal) => {
    const key = keyOf(reader, place);
    const kept = cache.find<WrittenSamples>(key);
    if (kept !== undefined) return kept;
    if (place.level === 0) return decoded({ reader, cache, shared, turns }, place, signal);
    return shared(key, signal, async (stop) => {
      const made = await fromFiner(reader, place, (finer) => chunk(reader, finer, stop));
      cache.keep(key, made);
      return made;
    });
  };
  return { chunk };
}

const keyOf = (reader: PlaneReader, { level, frame, channel, row, column }: ChunkPlace): string =>
  `${reader.key(frame, channel)}/${level}/${row}/${column}`;

interface Decoding {
  readonly reader: PlaneReader;
  readonly cache: ByteCache;
  readonly shared: SharedWork;
  readonly turns: ReturnType<typeof inTurn>;
}

/**
 * A chunk of the full size. Files in strips decode whole rows for it, and compressed ones whole frames: all chunks
 * of what is decoded are kept.
 */
async function decoded(
  { reader, cache, shared, turns }: Decoding,
  place: ChunkPlace,
  signal: AbortSignal | undefined,
): Promise<WrittenSamples> {
  const layout = layoutOf(reader);
  const window = decodedWindow(reader, layout, place);
  const unit = `${reader.key(place.frame, place.channel)}/decoded/${window.y}/${window.x}`;
  const pieces = await shared(unit, signal, (stop) =>
    turns(async () => {
      throwIfCancelled({ signal: stop }, "The request");
      const data = await reader.read(window, place, stop);
      const found = new Map<string, WrittenSamples>();
      for (const at of placesIn(window, layout, place)) {
        const key = keyOf(reader, at);
        const piece = cut(data, window, at, layout.chunk);
        found.set(key, piece);
        cache.keep(key, piece);
      }
      return found;
    }),
  );
  return pieces.get(keyOf(reader, place))!;
}

/** What is decoded for a chunk: the frame, or a band of it as high as the chunk. */
function decodedWindow({ height, width, type }: PlaneReader, { chunk }: Layout, place: ChunkPlace): Window {
  if (Math.max(height, width) <= wholeFrame) return { y: 0, x: 0, height, width };
  const perRow = chunk * chunk * writtenArrays[type].BYTES_PER_ELEMENT;
  const columns = Math.max(1, Math.floor(mostDecoded / perRow));
  const x = Math.floor(place.column / columns) * columns * chunk;
  const y = place.row * chunk;
  return { y, x, height: Math.min(chunk, height - y), width: Math.min(columns * chunk, width - x) };
}

function placesIn(window: Window, { chunk }: Layout, place: ChunkPlace): ChunkPlace[] {
  const places: ChunkPlace[] = [];
  for (let y = window.y; y < window.y + window.height; y += chunk)
    for (let x = window.x; x < window.x + window.width; x += chunk)
      places.push({ ...place, level: 0, row: y / chunk, column: x / chunk });
  return places;
}

function cut(
  data: WrittenSamples,
  window: Window,
  { row, column }: ChunkPlace,
  chunk: number,
): WrittenSamples {
  const [top, left] = [row * chunk - window.y, column * chunk - window.x];
  const height = Math.min(chunk, window.height - top);
  const width = Math.min(chunk, window.width - left);
  const out = like(data, chunk * chunk);
  for (let y = 0; y < height; y++) {
    const from = (top + y) * window.width + left;
    out.set(data.subarray(from, from + width), y * chunk);
  }
  return out;
}

const like = (data: WrittenSamples, length: number): WrittenSamples =>
  new (data.constructor as new (length: number) => WrittenSamples)(length);

/** A chunk from the up to four finer ones that it stands for, one after the other: few are in memory at once. */
async function fromFiner(
  reader: PlaneReader,
  place: ChunkPlace,
  finerChunk: (place: ChunkPlace) => Promise<WrittenSamples>,
): Promise<WrittenSamples> {
  const layout = layoutOf(reader);
  const { chunk } = layout;
  const level = place.level - 1;
  const [rows, columns] = gridOf(layout, level);
  const { height, width } = layout.sizes[level]!;
  const out = new writtenArrays[reader.type](chunk * chunk);
  for (let i = 0; i < 4; i++) {
    const [down, right] = [i >> 1, i & 1];
    const [row, column] = [2 * place.row + down, 2 * place.column + right];
    if (row >= rows || column >= columns) continue;
    const finer = await finerChunk({ ...place, level, row, column });
    const inside = {
      height: Math.min(chunk, height - row * chunk),
      width: Math.min(chunk, width - column * chunk),
    };
    const half = halved({ ...inside, data: inner(finer, inside, chunk) }, reader.type, reader.isLabels);
    const from = (down * chunk * chunk) / 2 + (right * chunk) / 2;
    for (let y = 0; y < half.height; y++)
      out.set(half.data.subarray(y * half.width, (y + 1) * half.width), from + y * chunk);
  }
  return out;
}

/** The part of a chunk that is within the image. */
function inner(
  data: WrittenSamples,
  { height, width }: { readonly height: number; readonly width: number },
  chunk: number,
): WrittenSamples {
  if (width === chunk) return data.subarray(0, height * chunk);
  const out = like(data, height * width);
  for (let y = 0; y < height; y++) out.set(data.subarray(y * chunk, y * chunk + width), y * width);
  return out;
}
