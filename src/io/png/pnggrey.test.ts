import fc from "fast-check";
import { decode, encode } from "fast-png";
import { describe, expect, it } from "vitest";
import { deflate, crc32 } from "#platform";
import { concatBytes } from "../bytes.js";
import { decodePng } from "./png.js";
import { decodeGreyPng } from "./pnggrey.js";
import { pngHeader } from "./pngheader.js";

const decoded = (bytes: Uint8Array): Uint8Array | Uint16Array | undefined =>
  decodeGreyPng(bytes, pngHeader(bytes, "test"));

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(
    [...type].map((letter) => letter.charCodeAt(0)),
    4,
  );
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** A grey PNG whose rows are stored as given, filter number first; the data in two chunks. */
function pngOf(width: number, bits: number, rows: readonly (readonly number[])[]): Uint8Array {
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, rows.length);
  header[8] = bits;
  const packed = deflate(Uint8Array.from(rows.flat()));
  return concatBytes([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10),
    chunk("IHDR", header),
    chunk("IDAT", packed.subarray(0, 5)),
    chunk("IDAT", packed.subarray(5)),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

describe("decodeGreyPng", () => {
  it("gives what fast-png gives for rows of any filter, 8 and 16 bits", () => {
    const row = (length: number): fc.Arbitrary<number[]> =>
      fc
        .tuple(
          fc.integer({ min: 0, max: 4 }),
          fc.array(fc.integer({ min: 0, max: 255 }), { minLength: length, maxLength: length }),
        )
        .map(([filter, values]) => [filter, ...values]);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }).chain((width) =>
          fc.constantFrom(8, 16).chain((bits) =>
            fc.record({
              width: fc.constant(width),
              bits: fc.constant(bits),
              rows: fc.array(row((width * bits) / 8), { minLength: 1, maxLength: 6 }),
            }),
          ),
        ),
        ({ width, bits, rows }) => {
          const bytes = pngOf(width, bits, rows);
          expect([...decoded(bytes)!]).toEqual([...decode(bytes, { checkCrc: true }).data]);
        },
      ),
    );
  });

  it("reads back what was encoded, through decodePng too", () => {
    const data = Uint16Array.from({ length: 12 }, (_, i) => 5000 * i);
    const bytes = encode({ width: 4, height: 3, data, channels: 1, depth: 16 });
    expect(decoded(bytes)).toEqual(data);
    expect(decodePng(bytes, "test")).toEqual({ plane: { height: 3, width: 4, samples: 1, data }, bits: 16 });
  });

  it("leaves colours, damaged checksums, cut files and unknown filters to the other decoder", () => {
    expect(
      decoded(encode({ width: 1, height: 1, data: Uint8Array.of(1, 2, 3), channels: 3, depth: 8 })),
    ).toBeUndefined();
    const bytes = pngOf(3, 8, [
      [0, 1, 2, 3],
      [2, 1, 1, 1],
    ]);
    expect([...decoded(bytes)!]).toEqual([1, 2, 3, 2, 3, 4]);
    const damaged = bytes.slice();
    damaged[damaged.length - 20]! ^= 1;
    expect(decoded(damaged)).toBeUndefined();
    expect(() => decodePng(damaged, "test")).toThrow();
    expect(decoded(bytes.subarray(0, bytes.length - 14))).toBeUndefined();
    expect(decoded(pngOf(3, 8, [[7, 1, 2, 3]]))).toBeUndefined();
    expect(decoded(pngOf(3, 8, [[0, 1, 2]]))).toBeUndefined();
  });
});
