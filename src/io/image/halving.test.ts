import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Band, half, halved, halvedSizes } from "./halving.js";
import { writtenArrays } from "./planesource.js";

const band = (data: Band["data"], height: number, width: number): Band => ({ data, height, width });

describe("an image at half its size", () => {
  it("is the mean of four, rounded to the nearest, and of what there is at odd edges", () => {
    const image = band(Uint8Array.of(1, 2, 10, 3, 4, 20, 255, 254, 7), 3, 3);
    expect([...halved(image, "uint8", false).data]).toEqual([3, 15, 255, 7]);
    const signed = band(Int32Array.of(-1, -2, -2, -2), 2, 2);
    expect([...halved(signed, "int32", false).data]).toEqual([-2]);
    const large = band(new Uint32Array(4).fill(2 ** 32 - 1), 2, 2);
    expect([...halved(large, "uint32", false).data]).toEqual([2 ** 32 - 1]);
  });

  it("leaves out floats that are no numbers", () => {
    const image = band(Float32Array.of(1, NaN, NaN, NaN, 2, NaN, NaN, NaN, 5), 3, 3);
    expect([...halved(image, "float32", false).data]).toEqual([1.5, NaN, NaN, 5]);
  });

  it("takes the first label of four", () => {
    const labels = band(Int32Array.of(7, 1, 1, 9, 9, 9, 3, 2, 70000), 3, 3);
    expect([...halved(labels, "int32", true).data]).toEqual([7, 1, 3, 70000]);
  });

  it("is the same in bands, and of constant images constant", () => {
    const cases = fc.record({
      height: fc.integer({ min: 1, max: 20 }),
      width: fc.integer({ min: 1, max: 9 }),
      rows: fc.integer({ min: 1, max: 5 }).map((n) => 2 * n),
      type: fc.constantFrom("uint8" as const, "uint16" as const, "int32" as const, "float32" as const),
      isLabels: fc.boolean(),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(cases, ({ height, width, rows, type, isLabels, seed }) => {
        const data = new writtenArrays[type](height * width);
        for (let i = 0; i < data.length; i++) data[i] = Math.imul(seed + i, 2654435761) >>> 20;
        const whole = halved(band(data, height, width), type, isLabels);
        expect([whole.height, whole.width]).toEqual([half(height), half(width)]);
        const parts: number[] = [];
        for (let y = 0; y < height; y += rows) {
          const end = Math.min(height, y + rows);
          parts.push(
            ...halved(band(data.subarray(y * width, end * width), end - y, width), type, isLabels).data,
          );
        }
        expect(parts).toEqual([...whole.data]);
        const same = halved(band(data.fill(9), height, width), type, isLabels);
        expect(new Set(same.data)).toEqual(new Set([9]));
      }),
    );
  });

  it("ends where the larger side is small enough", () => {
    expect(halvedSizes({ height: 1025, width: 10 }, 512)).toEqual([
      { height: 1025, width: 10 },
      { height: 513, width: 5 },
      { height: 257, width: 3 },
    ]);
    expect(halvedSizes({ height: 512, width: 512 }, 512)).toHaveLength(1);
  });
});
