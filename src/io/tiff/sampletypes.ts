import type { SampleData } from "../../core/image.js";

/** Types of stored samples; 1 to 16 bits that are no whole bytes are unpacked to uint8 or uint16. */
export type SampleType =
  | "uint8"
  | "int8"
  | "uint16"
  | "int16"
  | "uint32"
  | "int32"
  | "float32"
  | "float64"
  | "float16"
  | "uint64"
  | "int64";

type RawArray = SampleData | BigUint64Array | BigInt64Array;

const rawArrays: Readonly<Record<SampleType, new (buffer: ArrayBuffer) => RawArray>> = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  uint64: BigUint64Array,
  int64: BigInt64Array,
};

/** Array for samples of a type: 64-bit integers become doubles, half floats floats. */
export function allocate(type: SampleType, length: number): SampleData {
  switch (type) {
    case "uint8":
      return new Uint8Array(length);
    case "int8":
      return new Int8Array(length);
    case "uint16":
      return new Uint16Array(length);
    case "int16":
      return new Int16Array(length);
    case "uint32":
      return new Uint32Array(length);
    case "int32":
      return new Int32Array(length);
    case "float16":
    case "float32":
      return new Float32Array(length);
    case "float64":
    case "uint64":
    case "int64":
      return new Float64Array(length);
  }
}

/** Whether the samples of a type are stored as they are in an array, so that bytes can be read into it. */
export const isStoredAs = (type: SampleType, data: SampleData): boolean =>
  type !== "float16" && data instanceof rawArrays[type];

/** Samples from bytes in the machine's (little-endian) order. @param bytes its whole buffer is used */
export function samplesOf(type: SampleType, bytes: Uint8Array<ArrayBuffer>): SampleData {
  const raw = new rawArrays[type](bytes.buffer);
  if (raw instanceof BigUint64Array || raw instanceof BigInt64Array) return doublesOf(raw);
  return type === "float16" ? floatsOf(raw) : raw;
}

/** Exact up to 2^53, far beyond any label or grey value. */
function doublesOf(raw: BigUint64Array | BigInt64Array): Float64Array {
  const out = new Float64Array(raw.length);
  for (let i = 0; i < raw.length; i++) out[i] = Number(raw[i]!);
  return out;
}

function floatsOf(raw: ArrayLike<number>): Float32Array {
  const out = new Float32Array(raw.length);
  for (let i = 0; i < raw.length; i++) {
    const bits = raw[i]!;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    const size =
      exponent === 31
        ? fraction === 0
          ? Infinity
          : NaN
        : exponent === 0
          ? fraction * 2 ** -24
          : (fraction + 1024) * 2 ** (exponent - 25);
    out[i] = bits & 0x8000 ? -size : size;
  }
  return out;
}

/** Reverses the bits of each byte (FillOrder 2), into a new array. */
export function reverseBits(bytes: Uint8Array): Uint8Array {
  const table = Uint8Array.from({ length: 256 }, (_, byte) => {
    let reversed = 0;
    for (let bit = 0; bit < 8; bit++) if (byte & (1 << bit)) reversed |= 128 >> bit;
    return reversed;
  });
  return bytes.map((byte) => table[byte]!);
}

/**
 * Unpacks values of 1 to 16 bits, most significant bit first, each row beginning at a byte.
 *
 * @param rowLength values a row
 * @param out rows x rowLength
 */
export function unpackBits(
  bytes: Uint8Array,
  rows: number,
  rowLength: number,
  bits: number,
  out: SampleData,
): void {
  const rowBytes = Math.ceil((rowLength * bits) / 8);
  const mask = 2 ** bits - 1;
  for (let row = 0; row < rows; row++) {
    let held = 0;
    let window = 0;
    let from = row * rowBytes;
    for (let i = 0; i < rowLength; i++) {
      while (held < bits) {
        window = ((window << 8) | bytes[from++]!) & 0xffffff;
        held += 8;
      }
      held -= bits;
      out[row * rowLength + i] = (window >>> held) & mask;
    }
  }
}
