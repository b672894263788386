import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deflate, inflate, swapBytes } from "#platform";
import { decodeLzw, isOldLzw } from "./lzw.js";
import { decodePackBits } from "./packbits.js";
import { undoDifference, undoFloatPredictor } from "./differencing.js";
import { maxInflated } from "./decodesegment.js";
import { reverseBits, samplesOf, unpackBits } from "./sampletypes.js";

/** Codes of 9 bits, most significant bit first. */
function nineBits(codes: readonly number[]): Uint8Array {
  const text = codes.map((code) => code.toString(2).padStart(9, "0")).join("");
  return Uint8Array.from({ length: Math.ceil(text.length / 8) }, (_, i) =>
    Number.parseInt(text.slice(8 * i, 8 * i + 8).padEnd(8, "0"), 2),
  );
}

describe("decodeLzw", () => {
  it("decodes the example of the TIFF specification", () => {
    // TIFF 6.0, page 60: 7 7 7 8 8 7 7 6 6 as the codes 7, 258, 8, 8, 258, 6, 6 between clear and end.
    const out = new Uint8Array(9);
    expect(decodeLzw(nineBits([256, 7, 258, 8, 8, 258, 6, 6, 257]), out)).toBe(9);
    expect([...out]).toEqual([7, 7, 7, 8, 8, 7, 7, 6, 6]);
  });

  it("stops at a code that stands for nothing yet, and where the input ends", () => {
    const out = new Uint8Array(9);
    expect(decodeLzw(nineBits([256, 7, 400]), out)).toBe(1);
    expect(decodeLzw(nineBits([256, 258]), out)).toBe(0);
    expect(decodeLzw(new Uint8Array(0), out)).toBe(0);
  });

  it("does not write beyond the output", () => {
    const out = new Uint8Array(2);
    expect(decodeLzw(nineBits([256, 7, 258, 257]), out)).toBe(2);
  });

  it("knows the old kind by its first code", () => {
    expect(isOldLzw(Uint8Array.of(0, 1))).toBe(true);
    expect(isOldLzw(nineBits([256, 7]))).toBe(false);
  });
});

describe("decodePackBits", () => {
  it("decodes the example of the specification's authors", () => {
    const packed = Uint8Array.of(
      0xfe,
      0xaa,
      0x02,
      0x80,
      0x00,
      0x2a,
      0xfd,
      0xaa,
      0x03,
      0x80,
      0x00,
      0x2a,
      0x22,
      0xf7,
      0xaa,
    );
    const out = new Uint8Array(24);
    expect(decodePackBits(packed, out)).toBe(24);
    expect([...out]).toEqual([
      170,
      170,
      170,
      128,
      0,
      42,
      170,
      170,
      170,
      170,
      128,
      0,
      42,
      34,
      ...new Array<number>(10).fill(170),
    ]);
  });

  it("skips -128, and stops at either end", () => {
    const out = new Uint8Array(3);
    expect(decodePackBits(Uint8Array.of(0x80, 0x01, 5, 6), out)).toBe(2);
    expect(decodePackBits(Uint8Array.of(0x81, 9), out)).toBe(3);
    expect(decodePackBits(Uint8Array.of(0x05, 1), out)).toBe(1);
  });
});

describe("predictors", () => {
  it("adds up differences by sample, modulo 2^bits, row by row", () => {
    const data = Uint8Array.of(250, 1, 10, 1, 5, 2, 1, 1);
    undoDifference(data, 2, 2, 2);
    expect([...data]).toEqual([250, 1, 4, 2, 5, 2, 6, 3]);
    const wide = Float64Array.from([0, 0]);
    new BigUint64Array(wide.buffer).set([3n, 2n ** 64n - 1n]);
    undoDifference(wide, 1, 2, 1);
    expect([...new BigUint64Array(wide.buffer)]).toEqual([3n, 2n]);
  });

  it("puts the bytes of floats together", () => {
    // 1 and 2 are 3f 80 00 00 and 40 00 00 00: first bytes 3f 40, then 80 00, 00 00, 00 00; as differences:
    const bytes = Uint8Array.of(0x3f, 0x01, 0x40, 0x80, 0, 0, 0, 0);
    const out = new Uint8Array(8);
    undoFloatPredictor(bytes, out, { rows: 1, width: 2, samples: 1 }, 4);
    expect([...new Float32Array(out.buffer)]).toEqual([1, 2]);
  });
});

describe("the limit of what a deflated strip may give", () => {
  it("of more than 1 GiB is one that the platform takes: the strip is not called damaged", () => {
    const packed = deflate(Uint8Array.of(1, 2, 3));
    for (const size of [2 ** 30, 2 ** 31 - 1]) {
      expect(maxInflated(size)).toBeGreaterThan(size);
      expect([...inflate(packed, maxInflated(size))]).toEqual([1, 2, 3]);
    }
  });

  it("leaves room for a last strip that is filled up, and none for a bomb", () => {
    const strip = deflate(new Uint8Array(60_000));
    expect(inflate(strip, maxInflated(100))).toHaveLength(60_000);
    expect(() => inflate(deflate(new Uint8Array(2 ** 20)), maxInflated(100))).toThrow();
  });
});

describe("samples", () => {
  it("unpacks any number of bits, each row from a whole byte", () => {
    const out = new Uint16Array(6);
    // 12 bits: abc def 123 | next row from a byte of its own.
    unpackBits(Uint8Array.of(0xab, 0xcd, 0xef, 0x12, 0x30, 0x00, 0x1f, 0xff, 0x80, 0x00), 2, 3, 12, out);
    expect([...out]).toEqual([0xabc, 0xdef, 0x123, 0x001, 0xfff, 0x800]);
  });

  it("reverses bits and bytes", () => {
    expect([...reverseBits(Uint8Array.of(0b10000010, 1))]).toEqual([0b01000001, 128]);
    for (const size of [1, 2, 4, 8]) {
      const bytes = Uint8Array.from({ length: 16 }, (_, i) => i);
      swapBytes(bytes, size);
      expect([...bytes]).toEqual(
        Array.from({ length: 16 }, (_, i) => i - (i % size) + (size - 1 - (i % size))),
      );
    }
  });

  it("reads half floats, all kinds of them", () => {
    const halves = Uint8Array.from([0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0xff, 0x7b, 0x00, 0x7c, 0x01, 0x7c]);
    expect([...samplesOf("float16", halves)]).toEqual([1, -2, 2 ** -24, 65504, Infinity, NaN]);
  });

  it("undoes its own mirror image (any bytes)", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect([...reverseBits(reverseBits(bytes))]).toEqual([...bytes]);
      }),
    );
  });
});
