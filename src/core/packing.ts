/**
 * Plain values as bytes and back, typed arrays included: what is put aside between passes, or sent from one
 * process to another. It stands in for Node's own serialisation, which browsers lack.
 *
 * Layout: the length of the head in bytes (uint32, little-endian), the head (JSON, UTF-8), then the typed
 * arrays, each from a multiple of 8 bytes after the head on, in the byte order of the machine. In the head, an
 * object whose only key is "$" stands for what JSON lacks.
 */
import { CorruptFile } from "./errors.js";

const arrayTypes = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
} as const;
type ArrayName = keyof typeof arrayTypes;
type PackedArray = InstanceType<(typeof arrayTypes)[ArrayName]>;

/** In place of a typed array: its type, its first byte after the head, its number of elements. */
type ArrayMark = readonly [name: ArrayName, offset: number, length: number];

const alignment = 8;
const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;
/** Node's Buffer is a Uint8Array by this name. */
const nameOf = (value: object): string => Object.prototype.toString.call(value).slice(8, -1);
const isPackedArray = (value: object): value is PackedArray => nameOf(value) in arrayTypes;

/**
 * Packs plain data: objects, lists, strings, numbers (NaN and infinity, too), booleans, null, undefined, and
 * typed arrays. A property that is undefined is left out.
 *
 * @throws TypeError for anything else, such as a function or a Map
 */
export function packValue(value: unknown): Uint8Array {
  const arrays: { readonly array: PackedArray; readonly offset: number }[] = [];
  let length = 0;
  const mark = (array: PackedArray): ArrayMark => {
    const offset = length;
    arrays.push({ array, offset });
    length = aligned(offset + array.byteLength);
    return [nameOf(array) as ArrayName, offset, array.length];
  };
  const head = new TextEncoder().encode(JSON.stringify(encoded(value, mark)));
  const start = aligned(4 + head.length);
  const bytes = new Uint8Array(start + length);
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  for (const { array, offset } of arrays)
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), start + offset);
  return bytes;
}

function encoded(value: unknown, mark: (array: PackedArray) => ArrayMark): unknown {
  if (value === undefined) return { $: "undefined" };
  if (typeof value === "number")
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : { $: Object.is(value, -0) ? "-0" : String(value) };
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value !== "object") throw new TypeError(`cannot pack a ${typeof value}`);
  if (isPackedArray(value)) return { $: mark(value) };
  if (Array.isArray(value)) return value.map((item) => encoded(item, mark));
  if (nameOf(value) !== "Object") throw new TypeError(`cannot pack a ${nameOf(value)}`);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  // A key of the data that looks like the mark gets one "$" more, which is taken off again.
  return Object.fromEntries(entries.map(([key, item]) => [key.replace(/^\$/, "$$$$"), encoded(item, mark)]));
}

/**
 * What was packed. Typed arrays are copies.
 *
 * @throws CorruptFile when the bytes were not made by `packValue`, or end early
 */
export function unpackValue(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headLength = bytes.length < 4 ? NaN : view.getUint32(0, true);
  if (!(4 + headLength <= bytes.length)) throw corrupt(0);
  let head: unknown;
  try {
    head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headLength)));
  } catch {
    throw corrupt(4);
  }
  // Node's Buffer would give views where a Uint8Array gives copies.
  const start = Math.min(aligned(4 + headLength), bytes.length);
  const arrays = new Uint8Array(bytes.buffer, bytes.byteOffset + start, bytes.length - start);
  return decoded(head, { arrays, left: arrays.length });
}

/** The bytes of the typed arrays, and how many of them no array has taken: each is one array's alone. */
interface PackedArrays {
  readonly arrays: Uint8Array;
  left: number;
}

const corrupt = (offset: number): CorruptFile =>
  new CorruptFile("Packed data", offset, "they differ from what was packed", "do the work again");

function decoded(value: unknown, arrays: PackedArrays): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => decoded(item, arrays));
  const stands = (value as { readonly $?: string | ArrayMark }).$;
  if (stands === "undefined") return undefined;
  if (typeof stands === "string") return Number(stands);
  if (stands !== undefined) return arrayAt(stands, arrays);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key.replace(/^\$\$/, "$"), decoded(item, arrays)]),
  );
}

function arrayAt([name, offset, length]: ArrayMark, packed: PackedArrays): PackedArray {
  if (!Object.hasOwn(arrayTypes, name)) throw corrupt(0);
  const type = arrayTypes[name];
  const size = length * type.BYTES_PER_ELEMENT;
  if (!(offset >= 0 && size >= 0 && offset + size <= packed.arrays.length && size <= packed.left))
    throw corrupt(offset);
  packed.left -= size;
  // Copied, since the elements of a view must begin at a multiple of their size.
  return new type(packed.arrays.slice(offset, offset + size).buffer);
}
