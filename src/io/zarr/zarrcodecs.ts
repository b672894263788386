/** The codecs of Zarr arrays: which are read, and how each is bounded. */
import { inflateAside, swapBytes } from "#platform";
import { registry } from "zarrita";
import { CorruptFile, UnsupportedFormat } from "../../core/errors.js";
import { bloscDecode } from "../codecs/blosc.js";
import { crc32cChecked, crc32cLength } from "../codecs/crc32c.js";
import { gunzip } from "../codecs/gzip.js";
import { lz4Decode } from "../codecs/lz4.js";
import { zstdDecode } from "../codecs/zstd.js";
import { allocate, isStoredAs, samplesOf, type SampleType } from "../tiff/sampletypes.js";
import { field, listAt, objectAt, shown, textAt, wholeNumbers } from "./zarrjson.js";

/** A codec from bytes to bytes, by its name without a prefix. */
export type ByteCodec = keyof typeof decoders;

type Decoder = (bytes: Uint8Array, maximum: number) => Uint8Array | Promise<Uint8Array>;

const decoders = {
  blosc: bloscDecode,
  zstd: zstdDecode,
  gzip: gunzip,
  zlib: (bytes, maximum) => inflateAside(bytes, maximum, maximum),
  lz4: lz4Decode,
  crc32c: crc32cChecked,
} as const satisfies Record<string, Decoder>;

/** Where codecs stand, for messages. */
export interface CodecPlace {
  /** Name of the file. */
  readonly where: string;
  /** Of the array, such as `the array "0"`. */
  readonly name: string;
}

/** The codecs of an array of format 3. */
export interface Codecs3 {
  readonly bigEndian: boolean;
  /** See `ArrayMetadata`. */
  readonly order: readonly number[] | undefined;
  readonly bytes: readonly ByteCodec[];
  readonly shards:
    | {
        readonly chunkShape: unknown;
        readonly indexAtStart: boolean;
        readonly indexChecked: boolean;
      }
    | undefined;
}

/** The compressor of an array of format 2. @throws UnsupportedFormat */
export const codecOf2 = (compressor: unknown, place: CodecPlace): ByteCodec =>
  namedCodec(textAt(compressor, "id"), place);

function namedCodec(name: string, { where }: CodecPlace): ByteCodec {
  const plain = name.replace(/^numcodecs\./, "");
  if (Object.hasOwn(decoders, plain)) return plain as ByteCodec;
  throw new UnsupportedFormat(
    where,
    `the Zarr codec ${shown(name) || "without a name"}`,
    "write it again with zstd, blosc or gzip",
  );
}

/** More codecs behind each other than any file has. */
const mostCodecs = 8;

/** @throws CorruptFile, UnsupportedFormat */
export function codecsOf3(list: readonly unknown[], axes: number, place: CodecPlace): Codecs3 {
  const names = list.map((codec) => (typeof codec === "string" ? codec : textAt(codec, "name")));
  if (list.length > mostCodecs) throw wrong(place, list);
  const sharding = names.indexOf("sharding_indexed");
  if (sharding >= 0) {
    if (list.length > 1)
      throw new UnsupportedFormat(place.where, "a Zarr codec around shards", "write it again without");
    return shardedCodecs(objectAt(list[0], "configuration"), axes, place);
  }
  const toBytes = names.indexOf("bytes");
  if (toBytes < 0) {
    const unknown = names.find((name) => name !== "transpose" && !Object.hasOwn(decoders, name));
    if (unknown !== undefined) namedCodec(unknown, place);
    throw wrong(place, list);
  }
  const before = list.slice(0, toBytes);
  if (before.length > 1 || (before.length === 1 && names[0] !== "transpose")) {
    const other = names.slice(0, toBytes).find((name) => name !== "transpose");
    namedCodec(other ?? "transpose, twice,", place);
    throw wrong(place, list);
  }
  return {
    bigEndian: textAt(objectAt(list[toBytes], "configuration"), "endian") === "big",
    order: before.length === 0 ? undefined : orderOf(objectAt(before[0], "configuration"), axes, place),
    bytes: names.slice(toBytes + 1).map((name) => namedCodec(name, place)),
    shards: undefined,
  };
}

function shardedCodecs(
  configuration: Readonly<Record<string, unknown>>,
  axes: number,
  place: CodecPlace,
): Codecs3 {
  const inner = listAt(configuration, "codecs");
  if (inner.some((codec) => textAt(codec, "name") === "sharding_indexed"))
    throw new UnsupportedFormat(place.where, "a Zarr shard within a shard", "write it again without");
  const index = codecsOf3(listAt(configuration, "index_codecs"), axes + 1, place);
  const plain = index.order === undefined && !index.bigEndian && index.shards === undefined;
  if (!plain || index.bytes.some((codec) => codec !== "crc32c") || index.bytes.length > 1)
    throw new UnsupportedFormat(place.where, "a compressed table of Zarr chunks", "write it again without");
  return {
    ...codecsOf3(inner, axes, place),
    shards: {
      chunkShape: configuration["chunk_shape"],
      indexAtStart: textAt(configuration, "index_location") === "start",
      indexChecked: index.bytes.length === 1,
    },
  };
}

function orderOf(configuration: unknown, axes: number, place: CodecPlace): readonly number[] {
  const value = field(configuration, "order");
  if (value === "C" || value === "F")
    return Array.from({ length: axes }, (_, i) => (value === "C" ? i : axes - 1 - i));
  const order = wholeNumbers(value, 0) ?? [];
  const permutes = order.length === axes && order.every((axis) => axis < axes);
  if (!permutes || new Set(order).size !== axes)
    throw new CorruptFile(place.where, 0, `${place.name} has its axes in the order ${shown(value)}`);
  return order;
}

const wrong = ({ where, name }: CodecPlace, list: readonly unknown[]): CorruptFile =>
  new CorruptFile(where, 0, `${name} has codecs that do not lead from values to bytes: ${shown(list)}`);

/** What zarrita knows our decoders by: none of its own is used, since those have no bounds. */
export const ownCodecs = { bytes: "karyon.bytes", samples: "karyon.samples" } as const;

/** How a codec from bytes to bytes is set up. */
export interface BytesSetting extends Record<string, unknown> {
  readonly codec: ByteCodec;
  /** Bytes that may come out. */
  readonly maximum: number;
}

/** How stored values become those in memory. */
export interface SamplesSetting extends Record<string, unknown> {
  readonly type: SampleType;
  readonly bigEndian: boolean;
  /** Bytes that there must be. */
  readonly length: number;
  /** Bytes of a value. */
  readonly size: number;
}

const onlyRead = (): never => {
  throw new Error("these codecs only read");
};

registry.set(ownCodecs.bytes, async () => ({
  fromConfig: (setting: unknown) => {
    const { codec, maximum } = setting as BytesSetting;
    return {
      kind: "bytes_to_bytes" as const,
      encode: onlyRead,
      decode: async (bytes: Uint8Array) => {
        const out = await decoders[codec](bytes, maximum);
        if (out.length > maximum) throw new Error(`more than ${maximum} bytes`);
        return out;
      },
      computeEncodedSize: (size: number) => size + (codec === "crc32c" ? crc32cLength : 0),
    };
  },
}));

registry.set(ownCodecs.samples, async () => ({
  fromConfig: (setting: unknown) => ({
    kind: "bytes_to_bytes" as const,
    encode: onlyRead,
    decode: (bytes: Uint8Array) => plainSamples(bytes, setting as SamplesSetting),
  }),
}));

/** Whether values are the same in the file, but for the order of their bytes, and in memory. */
const storedAsInMemory = (type: SampleType): boolean => isStoredAs(type, allocate(type, 0));

/** Values in the order of this machine's bytes, 64-bit integers as doubles and half floats as floats. */
function plainSamples(bytes: Uint8Array, { type, bigEndian, length, size }: SamplesSetting): Uint8Array {
  if (bytes.length !== length) throw new Error(`${bytes.length} bytes instead of ${length}`);
  // Nobody writes to a chunk.
  if (!bigEndian && storedAsInMemory(type)) return bytes;
  const own = new Uint8Array(bytes);
  if (bigEndian) swapBytes(own, size);
  const { buffer } = samplesOf(type, own);
  return new Uint8Array(buffer as ArrayBuffer);
}
