/** The protocol-buffer wire format: as much of it as ONNX files need. Source: protobuf.dev, "Encoding". */
import { CorruptFile } from "../core/errors.js";

/** Wire type of integers of variable length. */
const varintWire = 0;
/** Wire type of eight bytes. */
const fixed64 = 1;
/** Wire type of a length and so many bytes: strings, messages, packed lists. */
const bytesWire = 2;
/** Wire type of four bytes. */
const fixed32 = 5;

/** Collects the fields of one message. Nested messages are written by handing over their writer. */
export class MessageWriter {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  integer(field: number, value: number): void {
    this.#tag(field, varintWire);
    this.#varint(value);
  }

  float(field: number, value: number): void {
    this.#tag(field, fixed32);
    this.#push(new Uint8Array(Float32Array.of(value).buffer));
  }

  bytes(field: number, value: Uint8Array): void {
    this.#tag(field, bytesWire);
    this.#varint(value.length);
    this.#push(value);
  }

  string(field: number, value: string): void {
    this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: MessageWriter): void {
    this.#tag(field, bytesWire);
    this.#varint(value.#length);
    for (const chunk of value.#chunks) this.#push(chunk);
  }

  finish(): Uint8Array {
    const out = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      out.set(chunk, at);
      at += chunk.length;
    }
    return out;
  }

  #push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  #tag(field: number, type: number): void {
    this.#varint(field * 8 + type);
  }

  #varint(value: number): void {
    // Negative integers are sign-extended to 64 bits, which takes ten bytes.
    let rest = BigInt.asUintN(64, BigInt(value));
    const bytes: number[] = [];
    do {
      const low = Number(rest & 127n);
      rest >>= 7n;
      bytes.push(rest === 0n ? low : low | 128);
    } while (rest !== 0n);
    this.#push(Uint8Array.from(bytes));
  }
}

/**
 * One field as it lies in the file. `integer` holds varints (exact up to 2^53), `bytes` everything else,
 * without a copy.
 */
export interface Field {
  readonly field: number;
  readonly integer: number;
  readonly bytes: Uint8Array;
  /** Where the value begins, counted from the start of the file. */
  readonly offset: number;
}

/**
 * Walks the fields of one message.
 *
 * @param base offset of `message` in the file, for error messages only
 * @throws CorruptFile when a field reaches beyond the end or has an unknown wire type
 */
export function* fieldsOf(message: Uint8Array, where: string, base = 0): Generator<Field> {
  let at = 0;
  const take = (count: number): Uint8Array => {
    if (count > message.length - at)
      throw new CorruptFile(where, base + at, `a field of ${count} bytes reaches beyond the end`);
    at += count;
    return message.subarray(at - count, at);
  };
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 63; scale *= 128) {
      const byte = take(1)[0]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new CorruptFile(where, base + at, "an integer has more than ten bytes");
  };
  while (at < message.length) {
    const start = at;
    const tag = varint();
    const [field, type] = [Math.floor(tag / 8), tag % 8];
    let integer = 0;
    let bytes: Uint8Array = new Uint8Array(0);
    if (type === varintWire) integer = varint();
    else if (type === bytesWire) bytes = take(varint());
    else if (type === fixed32) bytes = take(4);
    else if (type === fixed64) bytes = take(8);
    else throw new CorruptFile(where, base + start, `wire type ${type} is unknown`);
    yield { field, integer, bytes, offset: base + at - bytes.length };
  }
}
