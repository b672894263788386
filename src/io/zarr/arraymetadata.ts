/** What the metadata of a Zarr array say, checked before anything is allocated by them. */
import { CorruptFile, UnsupportedFormat } from "../../core/errors.js";
import type { SampleType } from "../tiff/sampletypes.js";
import { type ByteCodec, type CodecPlace, codecOf2, codecsOf3, type Codecs3 } from "./zarrcodecs.js";
import { field, type JsonObject, listAt, objectAt, shown, textAt, wholeNumbers } from "./zarrjson.js";
import type { ZarrNode } from "./zarrnode.js";

/** An array: its shape, and how its chunks are stored. */
export interface ArrayMetadata {
  readonly shape: readonly number[];
  /** Of what is read at once: in an array with shards a part of a shard. */
  readonly chunkShape: readonly number[];
  /** Of the files; undefined for an array without shards. */
  readonly shards: Shards | undefined;
  readonly type: SampleType;
  readonly bigEndian: boolean;
  /** Value of chunks that are not there. */
  readonly fill: number;
  /** Axes in the order in which a chunk has them, the slowest first; undefined for their own order. */
  readonly order: readonly number[] | undefined;
  /** From the samples to the bytes of the file. */
  readonly codecs: readonly ByteCodec[];
  readonly keys: { readonly name: "default" | "v2"; readonly separator: "." | "/" };
  /** One an axis, "" where it has none; undefined when the file names none. */
  readonly dimensionNames: readonly string[] | undefined;
}

/** Files that hold several chunks each. */
export interface Shards {
  readonly shape: readonly number[];
  /** Whether the table of chunks stands at the start of a file, instead of its end. */
  readonly indexAtStart: boolean;
  /** Whether a checksum follows the table. */
  readonly indexChecked: boolean;
}

/** A chunk has at most so many bytes. */
const largestChunk = 2 ** 30;
/** A shard holds at most so many chunks: a table of 64 MB. */
const mostChunksOfShard = 2 ** 22;
/** No image has more axes. */
const mostAxes = 32;

/** Bytes of a stored value. */
export const bytesOfType: Readonly<Record<SampleType, number>> = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  float16: 2,
  float32: 4,
  float64: 8,
  uint64: 8,
  int64: 8,
};

/** @throws CorruptFile, UnsupportedFormat */
export function arrayMetadata({ format, path, array }: ZarrNode, where: string): ArrayMetadata {
  const place = { where, name: path === "" ? "the array" : `the array "${path}"` };
  const metadata = format === 2 ? metadataOf2(array ?? {}, place) : metadataOf3(array ?? {}, place);
  checkSizes(metadata, place);
  return metadata;
}

function metadataOf2(array: JsonObject, place: CodecPlace): ArrayMetadata {
  const shape = shapeOf(array["shape"], 1, place, "shape");
  const { type, bigEndian } = typeOf2(array["dtype"], place);
  const separator = textAt(array, "dimension_separator") || ".";
  if (separator !== "." && separator !== "/")
    throw damaged(place, `has the separator "${shown(separator)}" in the names of its chunks`);
  const filters = listAt(array, "filters");
  if (filters.length > 0) {
    const name = `the Zarr filter ${shown(textAt(filters[0], "id"))}`;
    throw new UnsupportedFormat(place.where, name, "write it again without filters");
  }
  const compressor = field(array, "compressor");
  return {
    shape,
    chunkShape: shapeOf(array["chunks"], 1, place, "chunk shape"),
    shards: undefined,
    type,
    bigEndian,
    fill: fillOf(array["fill_value"], place),
    order: array["order"] === "F" ? shape.map((_, i) => shape.length - 1 - i) : undefined,
    codecs: compressor === null || compressor === undefined ? [] : [codecOf2(compressor, place)],
    keys: { name: "v2", separator },
    dimensionNames: undefined,
  };
}

function metadataOf3(array: JsonObject, place: CodecPlace): ArrayMetadata {
  const shape = shapeOf(array["shape"], 1, place, "shape");
  const grid = objectAt(array, "chunk_grid");
  if (textAt(grid, "name") !== "regular") throw unread(place, `the Zarr chunk grid ${shown(grid["name"])}`);
  const outer = shapeOf(objectAt(grid, "configuration")["chunk_shape"], 1, place, "chunk shape");
  if (listAt(array, "storage_transformers").length > 0) throw unread(place, "a Zarr storage transformer");
  const codecs = codecsOf3(listAt(array, "codecs"), shape.length, place);
  const type = typeOf3(array["data_type"], place);
  const names = listAt(array, "dimension_names");
  return {
    shape,
    chunkShape: codecs.shards === undefined ? outer : innerShape(codecs.shards, outer, place),
    shards: shardsOf(codecs.shards, outer),
    type,
    bigEndian: codecs.bigEndian,
    fill: fillOf(array["fill_value"], place),
    order: codecs.order,
    codecs: codecs.bytes,
    keys: keysOf3(objectAt(array, "chunk_key_encoding"), place),
    dimensionNames:
      names.length === shape.length ? names.map((n) => (typeof n === "string" ? n : "")) : undefined,
  };
}

function keysOf3(encoding: JsonObject, place: CodecPlace): ArrayMetadata["keys"] {
  const name = textAt(encoding, "name");
  if (name !== "default" && name !== "v2") throw unread(place, `the Zarr chunk key encoding ${shown(name)}`);
  const separator = textAt(objectAt(encoding, "configuration"), "separator");
  if (separator !== "" && separator !== "." && separator !== "/")
    throw damaged(place, `has the separator "${shown(separator)}" in the names of its chunks`);
  return { name, separator: separator || (name === "default" ? "/" : ".") };
}

function innerShape(
  { chunkShape }: NonNullable<Codecs3["shards"]>,
  outer: readonly number[],
  place: CodecPlace,
): readonly number[] {
  const inner = shapeOf(chunkShape, 1, place, "shape of the chunks of a shard");
  const fits = inner.length === outer.length && inner.every((size, i) => outer[i]! % size === 0);
  if (!fits) throw damaged(place, `has shards of ${outer.join(" x ")} for chunks of ${inner.join(" x ")}`);
  return inner;
}

const shardsOf = (shards: Codecs3["shards"], shape: readonly number[]): Shards | undefined =>
  shards === undefined
    ? undefined
    : { shape, indexAtStart: shards.indexAtStart, indexChecked: shards.indexChecked };

function shapeOf(value: unknown, least: number, place: CodecPlace, what: string): readonly number[] {
  const shape = wholeNumbers(value, least);
  if (shape === undefined || shape.length > mostAxes) throw damaged(place, `has the ${what} ${shown(value)}`);
  return shape;
}

/** Sizes that fit each other, and into memory. */
function checkSizes({ shape, chunkShape, shards, type }: ArrayMetadata, place: CodecPlace): void {
  if (chunkShape.length !== shape.length)
    throw damaged(place, `has ${shape.length} axes, and its chunks ${chunkShape.length}`);
  if (!Number.isSafeInteger(product(shape) * bytesOfType[type]))
    throw damaged(place, `has the shape ${shape.join(" x ")}, which no disk holds`);
  const bytes = product(chunkShape) * bytesOfType[type];
  if (bytes > largestChunk)
    throw new UnsupportedFormat(
      place.where,
      `a Zarr chunk of ${chunkShape.join(" x ")} values`,
      "write it again in smaller chunks",
    );
  if (shards !== undefined && product(shards.shape) / product(chunkShape) > mostChunksOfShard)
    throw damaged(place, `has shards of ${shards.shape.join(" x ")} for chunks of ${chunkShape.join(" x ")}`);
}

/** Of sizes: how many values there are. */
export const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

const types2: Readonly<Record<string, SampleType>> = {
  b1: "uint8",
  u1: "uint8",
  i1: "int8",
  u2: "uint16",
  i2: "int16",
  u4: "uint32",
  i4: "int32",
  u8: "uint64",
  i8: "int64",
  f2: "float16",
  f4: "float32",
  f8: "float64",
};

function typeOf2(
  value: unknown,
  place: CodecPlace,
): { readonly type: SampleType; readonly bigEndian: boolean } {
  const [, order, name = ""] = /^([<>|])([a-z]\d)$/.exec(typeof value === "string" ? value : "") ?? [];
  if (!Object.hasOwn(types2, name)) throw unread(place, `the Zarr data type ${shown(value)}`);
  return { type: types2[name]!, bigEndian: order === ">" };
}

function typeOf3(value: unknown, place: CodecPlace): SampleType {
  if (value === "bool") return "uint8";
  if (typeof value === "string" && Object.hasOwn(bytesOfType, value)) return value as SampleType;
  throw unread(place, `the Zarr data type ${shown(value)}`);
}

/** A number, or its name; some programs write a number as text, and older ones nothing. */
function fillOf(value: unknown, place: CodecPlace): number {
  if (value === null || value === undefined || value === false || value === "") return 0;
  if (value === true) return 1;
  const number = typeof value === "string" ? Number(value) : value;
  if (typeof number === "number" && (value === "NaN" || !Number.isNaN(number))) return number;
  throw damaged(place, `has the fill value ${shown(value)}`);
}

const damaged = ({ where, name }: CodecPlace, what: string): CorruptFile =>
  new CorruptFile(where, 0, `${name} ${what}`);

const unread = ({ where }: CodecPlace, feature: string): UnsupportedFormat =>
  new UnsupportedFormat(where, feature, "write it again with zarr-python or as OME-TIFF");
