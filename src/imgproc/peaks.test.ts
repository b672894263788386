import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import { components } from "./components.js";
import { localMaxima } from "./peaks.js";

describe("localMaxima", () => {
  it("drops the lower of two near peaks", () => {
    const line = Float32Array.of(0, 3, 0, 4, 0, 0, 0, 2, 0);
    expect(localMaxima(line, 1, 9, 1)).toEqual(Int32Array.of(3, 1, 7));
    expect(localMaxima(line, 1, 9, 2)).toEqual(Int32Array.of(3, 7));
    expect(localMaxima(line, 1, 9, 4)).toEqual(Int32Array.of(3));
  });

  const cases = goldens<{ image: Golden<Float32Array>; distances: number[]; expected: number[][] }>("peaks");
  it.each(cases)("equals scikit-image: $name", ({ image, distances, expected }) => {
    for (const [k, distance] of distances.entries()) {
      expect(Array.from(localMaxima(image.data, image.height, image.width, distance))).toEqual(expected[k]);
    }
  });

  it("gives a plateau one peak, however wide", () => {
    const image = new Float32Array(20 * 30);
    for (let y = 3; y < 17; y++) image.fill(7, y * 30 + 4, y * 30 + 27);
    expect(localMaxima(image, 20, 30, 2)).toEqual(Int32Array.of(3 * 30 + 4));
  });

  it("keeps equal peaks that are exactly the distance apart, and drops the later of nearer ones", () => {
    const line = Float32Array.of(0, 5, 0, 5, 0, 0, 5, 0);
    expect(localMaxima(line, 1, 8, 2)).toEqual(Int32Array.of(1, 3, 6));
    expect(localMaxima(line, 1, 8, 3)).toEqual(Int32Array.of(1, 6));
  });

  it("finds none in a constant image and ignores what is masked or NaN", () => {
    expect(localMaxima(new Float32Array(12).fill(2), 3, 4, 1)).toHaveLength(0);
    const line = Float32Array.of(1, 9, 2, NaN, 0);
    expect(localMaxima(line, 1, 5, 1)).toEqual(Int32Array.of(1));
    expect(localMaxima(line, 1, 5, 1, Uint8Array.of(1, 0, 1, 1, 1))).toEqual(Int32Array.of(2, 0));
  });

  it("has one peak per regional maximum at distance 1 (found as components of equal value)", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 8 * 9, maxLength: 8 * 9 }), (values) => {
        const neighbours = (i: number): number[] => [-1, 0, 1].flatMap((dy) => [-1, 0, 1].flatMap((dx) => {
          const [y, x] = [Math.floor(i / 9) + dy, (i % 9) + dx];
          return y >= 0 && y < 8 && x >= 0 && x < 9 ? [y * 9 + x] : [];
        }));
        // Pixels that none of their neighbours exceeds, connected through such pixels of the same value.
        const lowest = Math.min(...values);
        const maxima = values.map((value, i) => value > lowest && neighbours(i).every((j) => values[j]! <= value));
        const expected = components(Uint8Array.from(maxima, Number), 8, 9, 8).count;
        expect(localMaxima(Float32Array.from(values), 8, 9, 1)).toHaveLength(expected);
      }),
    );
  });
});
