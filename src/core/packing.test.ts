import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packValue, unpackValue } from "./packing.js";

describe("packValue", () => {
  it("gives back plain data, whatever its numbers", () => {
    fc.assert(
      fc.property(
        fc.anything({
          withNullPrototype: false,
          withTypedArray: true,
          withBigInt: false,
          withSparseArray: false,
        }),
        (value) => {
          expect(unpackValue(packValue(value))).toEqual(value);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("keeps what JSON loses: NaN, infinity, negative zero, nothing in a list, the types of arrays", () => {
    const value = {
      numbers: [NaN, Infinity, -Infinity, -0, undefined, null],
      columns: { area: Float64Array.of(1.5, NaN), label: Int32Array.of(-1), kept: new Uint8Array(0) },
      $: "a key that looks like a mark",
      $$: ["and another"],
    };
    expect(unpackValue(packValue(value))).toStrictEqual(value);
  });

  it("leaves out a property that is undefined", () => {
    expect(unpackValue(packValue({ a: undefined, b: 1 }))).toStrictEqual({ b: 1 });
  });

  it("takes a part of a buffer for no more than it is, and Node's Buffer for bytes", () => {
    const all = Float32Array.of(1, 2, 3, 4);
    expect(unpackValue(packValue(all.subarray(1, 3)))).toStrictEqual(Float32Array.of(2, 3));
    expect(unpackValue(packValue(Buffer.from([7, 8])))).toStrictEqual(Uint8Array.of(7, 8));
  });

  it("reads bytes that begin anywhere in a buffer", () => {
    const packed = packValue([Float64Array.of(0.1)]);
    const shifted = new Uint8Array(packed.length + 3);
    shifted.set(packed, 3);
    expect(unpackValue(shifted.subarray(3))).toStrictEqual([Float64Array.of(0.1)]);
    const file = Buffer.concat([Buffer.alloc(16), packed]).subarray(16);
    expect(unpackValue(file)).toStrictEqual([Float64Array.of(0.1)]);
  });

  it("refuses what is no plain data", () => {
    for (const value of [() => 1, new Map(), 1n, { a: [new Date(0)] }])
      expect(() => packValue(value)).toThrow(TypeError);
  });
});

describe("unpackValue", () => {
  it("says of bytes that end early, or are others, that they differ from what was packed", () => {
    const packed = packValue({ columns: Float64Array.of(1, 2, 3) });
    for (const bytes of [
      packed.subarray(0, 3),
      packed.subarray(0, 20),
      packed.subarray(0, -8),
      new Uint8Array(40).fill(90),
    ])
      expect(() => unpackValue(bytes)).toThrow(
        /^Packed data: they differ from what was packed \(at byte \d+\); do the work again\.$/,
      );
  });
});
