/**
 * A training's state as one file.
 *
 * Layout, little-endian (as is every platform this runs on): 8 bytes "KARYONCK", uint32 CRC-32 of all that
 * follows, uint32 length of the head; the head (JSON, UTF-8, padded with spaces to a multiple of 4); then
 * float32 vectors, end to end. In the head each vector stands as `{"$float32": [offset, length]}`, in floats,
 * and a number that JSON does not have as `{"$number": "NaN"}`: whatever plain data a state is made of is
 * kept bit by bit.
 */
import { crc32 } from "#platform";
import { CorruptFile, messageOf } from "../core/errors.js";
import type { TrainingState } from "./train.js";

/** A training that can be gone on with. */
export interface Checkpoint {
  /** What the state belongs to: plain data, kept as it is. */
  readonly origin: unknown;
  readonly state: TrainingState;
}

/** First bytes of the file. */
const magic = "KARYONCK";
/** Bytes before the head: magic, checksum, length of the head. */
const headerBytes = 16;
/** Numbers that JSON turns into null, or into another. */
const isUnusual = (value: unknown): value is number =>
  typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0));

/** The bytes of a checkpoint, as described above. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  const vectors: Float32Array[] = [];
  let floats = 0;
  const plain = (_: string, value: unknown): unknown => {
    if (isUnusual(value)) return { $number: Object.is(value, -0) ? "-0" : String(value) };
    if (!(value instanceof Float32Array)) return value;
    vectors.push(value);
    floats += value.length;
    return { $float32: [floats - value.length, value.length] };
  };
  const text = new TextEncoder().encode(JSON.stringify(checkpoint, plain));
  const length = Math.ceil(text.length / 4) * 4;
  const bytes = new Uint8Array(headerBytes + length + 4 * floats);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(magic));
  view.setUint32(12, length, true);
  bytes.fill(0x20, headerBytes, headerBytes + length).set(text, headerBytes);
  let at = headerBytes + length;
  for (const vector of vectors) {
    bytes.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength), at);
    at += vector.byteLength;
  }
  view.setUint32(8, crc32(bytes.subarray(12)), true);
  return bytes;
}

/** @throws CorruptFile when the bytes are not what `encodeCheckpoint` wrote */
export function decodeCheckpoint(bytes: Uint8Array, where: string): Checkpoint {
  const wrong = (at: number, what: string): CorruptFile => new CorruptFile(where, at, what, "remove it");
  if (bytes.length < headerBytes || new TextDecoder().decode(bytes.subarray(0, 8)) !== magic)
    throw wrong(0, "it is not a saved training state");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (crc32(bytes.subarray(12)) !== view.getUint32(8, true)) throw wrong(8, "its checksum does not fit");
  const start = headerBytes + view.getUint32(12, true);
  const revive = (_: string, value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if ("$number" in value) return Number(value.$number);
    if (!("$float32" in value)) return value;
    const [offset, length] = value.$float32 as [number, number];
    const vector = new Float32Array(length);
    new Uint8Array(vector.buffer).set(bytes.subarray(start + 4 * offset, start + 4 * (offset + length)));
    return vector;
  };
  try {
    return JSON.parse(new TextDecoder().decode(bytes.subarray(headerBytes, start)), revive) as Checkpoint;
  } catch (error) {
    throw wrong(headerBytes, `its head cannot be understood (${messageOf(error)})`);
  }
}
