/** Arrays of Zarr hierarchies: parts of them, from the chunks that they meet. */
import { Array as ChunkedArray, type Chunk, type DataType } from "zarrita";
import { CorruptFile, isKaryonError, messageOf } from "../../core/errors.js";
import type { SampleData } from "../../core/image.js";
import { mapOrdered } from "../../core/ordered.js";
import type { Stoppable, Store } from "../bytes.js";
import { allocate, type SampleType } from "../tiff/sampletypes.js";
import { type ArrayMetadata, arrayMetadata, bytesOfType, product } from "./arraymetadata.js";
import { type BytesSetting, ownCodecs, type SamplesSetting } from "./zarrcodecs.js";
import { joined, type Place } from "./zarrjson.js";
import type { ZarrNode } from "./zarrnode.js";

/** An opened array. */
export interface ZarrArray {
  readonly metadata: ArrayMetadata;
  /**
   * Values of a part: `sizes` from `start`, one of each an axis, in the order of the axes. The caller keeps to
   * the shape.
   *
   * @throws CorruptFile
   */
  readonly read: (
    start: readonly number[],
    sizes: readonly number[],
    options?: Stoppable,
  ) => Promise<SampleData>;
}

/** Decoded chunks that are kept of an array have together at most so many bytes; one is always kept. */
const keptBytes = 2 ** 26;

/** Chunks that are read and unpacked at the same time, at most. */
const atOnce = 4;

function keptChunks({ chunkShape, type }: ArrayMetadata): number {
  const bytes = product(chunkShape) * Math.max(4, bytesOfType[type]);
  return Math.max(1, Math.floor(keptBytes / bytes));
}

/** @param node an array @throws CorruptFile, UnsupportedFormat */
export function openArray(place: Place, node: ZarrNode): ZarrArray {
  const metadata = arrayMetadata(node, place.where);
  const { chunkShape, type } = metadata;
  const chunkOf = chunkReader(place, node, metadata);
  return {
    metadata,
    read: async (start, sizes, options) => {
      const out = allocate(type, product(sizes));
      const chunks = chunksOf(start, sizes, chunkShape);
      await mapOrdered(chunks.count, Math.min(atOnce, keptChunks(metadata)), async (i) => {
        options?.signal?.throwIfAborted();
        const at = chunks.at(i);
        copyChunk(await chunkOf(at), { at, chunkShape }, out, { start, sizes });
      });
      return out;
    },
  };
}

/** The chunks that a part meets: how many, and the place of each in the grid, row-major. */
function chunksOf(
  start: readonly number[],
  sizes: readonly number[],
  chunkShape: readonly number[],
): { readonly count: number; readonly at: (index: number) => readonly number[] } {
  const first = start.map((from, i) => Math.floor(from / chunkShape[i]!));
  const counts = start.map((from, i) => Math.floor((from + sizes[i]! - 1) / chunkShape[i]!) - first[i]! + 1);
  const at = (index: number): readonly number[] => {
    const place = [...first];
    for (let axis = place.length - 1; axis >= 0; axis--) {
      place[axis]! += index % counts[axis]!;
      index = Math.floor(index / counts[axis]!);
    }
    return place;
  };
  return { count: product(counts), at };
}

type ChunkReader = (at: readonly number[]) => Promise<Chunk<"float64">>;

/** Decodes chunks, and keeps those last asked for. */
function chunkReader(place: Place, node: ZarrNode, metadata: ArrayMetadata): ChunkReader {
  const array = new ChunkedArray(
    zarritaStore(place.store, node.path, metadata),
    "/",
    zarritaMetadata(metadata),
  );
  const most = keptChunks(metadata);
  const kept = new Map<string, Promise<Chunk<"float64">>>();
  return (at) => {
    const key = at.join("/");
    const chunk = kept.get(key) ?? decoded(array, at, { place, node });
    kept.delete(key);
    kept.set(key, chunk);
    if (kept.size > most) kept.delete(kept.keys().next().value!);
    chunk.catch(() => kept.delete(key));
    return chunk;
  };
}

async function decoded(
  array: ChunkedArray<DataType>,
  at: readonly number[],
  { place, node }: { readonly place: Place; readonly node: ZarrNode },
): Promise<Chunk<"float64">> {
  try {
    // All types are numbers here, and are read as such.
    return await array.getChunk([...at]);
  } catch (error) {
    const cause = causeOf(error);
    if (isKaryonError(cause)) throw cause;
    const reason = messageOf(cause).replace(/[\s\p{Cc}]+/gu, " ");
    const chunk = `chunk ${at.join(", ")}${node.path === "" ? "" : ` of "${node.path}"`}`;
    throw new CorruptFile(place.where, 0, `${chunk} cannot be read (${reason})`);
  }
}

const causeOf = (error: unknown): unknown =>
  error instanceof Error && error.cause !== undefined && !isKaryonError(error) ? causeOf(error.cause) : error;

interface ChunkPlace {
  readonly at: readonly number[];
  readonly chunkShape: readonly number[];
}

interface Part {
  readonly start: readonly number[];
  readonly sizes: readonly number[];
}

/** Copies what a chunk and a part have in common. */
function copyChunk(
  chunk: Chunk<"float64">,
  { at, chunkShape }: ChunkPlace,
  out: SampleData,
  part: Part,
): void {
  const axes = chunkShape.length;
  const from = chunkShape.map((size, i) => Math.max(0, part.start[i]! - at[i]! * size));
  const to = chunkShape.map((size, i) => Math.min(size, part.start[i]! + part.sizes[i]! - at[i]! * size));
  const first = chunkShape.map((size, i) => at[i]! * size + from[i]! - part.start[i]!);
  const steps = new Array<number>(axes).fill(1);
  for (let i = axes - 2; i >= 0; i--) steps[i] = steps[i + 1]! * part.sizes[i + 1]!;
  const { data, stride } = chunk;
  const copy = (axis: number, source: number, target: number): void => {
    const [count, step] = [to[axis]! - from[axis]!, stride[axis]!];
    source += from[axis]! * step;
    target += first[axis]! * steps[axis]!;
    if (axis < axes - 1) {
      for (let i = 0; i < count; i++) copy(axis + 1, source + i * step, target + i * steps[axis]!);
    } else if (step === 1) {
      out.set(data.subarray(source, source + count), target);
    } else {
      for (let i = 0; i < count; i++) out[target + i] = data[source + i * step]!;
    }
  };
  if (axes === 0) out[0] = data[0]!;
  else copy(0, 0, 0);
}

/** The type of values in memory; see `plainSamples`. */
const memoryTypes: Readonly<Partial<Record<SampleType, DataType>>> = {
  float16: "float32",
  int64: "float64",
  uint64: "float64",
};

type ChunkedMetadata = ConstructorParameters<typeof ChunkedArray<DataType>>[2];

/** Our own description of an array, of which zarrita reads nothing that was not checked. */
function zarritaMetadata(metadata: ArrayMetadata): ChunkedMetadata {
  const { shape, chunkShape, shards, type, keys, fill } = metadata;
  const codecs = chunkCodecs(metadata);
  const little = { name: "bytes", configuration: { endian: "little" } };
  const checked: BytesSetting = { codec: "crc32c", maximum: Infinity };
  const sharding = {
    name: "sharding_indexed",
    configuration: {
      chunk_shape: [...chunkShape],
      codecs,
      index_codecs:
        shards?.indexChecked === true
          ? [little, { name: ownCodecs.bytes, configuration: checked }]
          : [little],
    },
  };
  return {
    zarr_format: 3,
    node_type: "array",
    shape: [...shape],
    data_type: memoryTypes[type] ?? type,
    chunk_grid: { name: "regular", configuration: { chunk_shape: [...(shards?.shape ?? chunkShape)] } },
    chunk_key_encoding: { name: keys.name, configuration: { separator: keys.separator } },
    codecs: shards === undefined ? codecs : [sharding],
    fill_value: fill,
    attributes: {},
  } as ChunkedMetadata;
}

function chunkCodecs({
  chunkShape,
  type,
  bigEndian,
  order,
  codecs,
}: ArrayMetadata): ChunkedMetadata["codecs"] {
  const size = bytesOfType[type];
  const length = product(chunkShape) * size;
  const samples: SamplesSetting = { type, bigEndian, length, size };
  // Compressed data that are compressed again may be a little longer than what they hold.
  const around = length + (length >> 3) + 2 ** 16;
  const bytes = codecs.map((codec, i): ChunkedMetadata["codecs"][number] => {
    const isFirst = codecs.slice(0, i).every((earlier) => earlier === "crc32c");
    const setting: BytesSetting = { codec, maximum: isFirst ? length + i * 4 : around };
    return { name: ownCodecs.bytes, configuration: setting };
  });
  return [
    ...(order === undefined ? [] : [{ name: "transpose", configuration: { order: [...order] } }]),
    { name: "bytes", configuration: { endian: "little" } },
    { name: ownCodecs.samples, configuration: samples },
    ...bytes,
  ];
}

type Key = `/${string}`;
type Query = { readonly offset: number; readonly length: number } | { readonly suffixLength: number };

/** What zarrita reads from. */
interface ZarritaStore {
  readonly get: (key: Key) => Promise<Uint8Array | undefined>;
  readonly getRange: (key: Key, query: Query) => Promise<Uint8Array | undefined>;
}

/**
 * The folder of an array as zarrita wants it: keys begin with "/", and parts may be counted from the end. It
 * takes keys apart as addresses of the web, which the names of folders are not.
 */
function zarritaStore(store: Store, path: string, metadata: ArrayMetadata): ZarritaStore {
  const { shards, chunkShape, type } = metadata;
  const most = product(chunkShape) * bytesOfType[type] + 2 ** 20;
  const range = async (key: string, offset: number, length: number): Promise<Uint8Array | undefined> => {
    if (store.getRange !== undefined) return store.getRange(key, { offset, length });
    return (await store.get(key))?.subarray(offset, offset + length);
  };
  return {
    get: (key) => store.get(joined(path, key.slice(1))),
    getRange: async (key, query) => {
      const name = joined(path, key.slice(1));
      if ("suffixLength" in query) {
        const wanted = query.suffixLength;
        const size = await (store.size?.(name) ?? store.get(name).then((bytes) => bytes?.length));
        if (size === undefined) return undefined;
        if (size < wanted) throw new Error("the file is shorter than its table of chunks");
        return range(name, shards?.indexAtStart === true ? 0 : size - wanted, wanted);
      }
      const { offset, length } = query;
      if (!Number.isSafeInteger(offset + length) || length > 2 * most)
        throw new Error(`its table of chunks gives ${length} bytes at ${offset}`);
      const bytes = await range(name, offset, length);
      if (bytes?.length !== length) throw new Error("the file ends before one of its chunks");
      return bytes;
    },
  };
}
