import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import { distinct, expectCommutes, lattice, masks } from "../../test/planes.js";
import { random } from "../core/random.js";
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

  const marked = (peaks: Int32Array, size: number): Uint8Array => {
    const out = new Uint8Array(size);
    for (const peak of peaks) out[peak] = 1;
    return out;
  };

  // Of equal maxima the first pixel wins, which is another one in a flipped image: so the pixels all differ.
  it("finds the same peaks after flips and transposes, with and without a mask", () => {
    fc.assert(
      fc.property(
        distinct(),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 2, max: 9 }),
        (image, distance, modulus) => {
          const mask = {
            ...image,
            data: Uint8Array.from(image.data, (value) => (value % modulus === 0 ? 0 : 1)),
          };
          expectCommutes([image], ({ data, height, width }) =>
            marked(localMaxima(data, height, width, distance), data.length),
          );
          expectCommutes([image, mask], (i, m) =>
            marked(localMaxima(i.data, i.height, i.width, distance, m.data), i.data.length),
          );
        },
      ),
    );
  });

  it("gives peaks by descending value, inside the mask, none of them exceeded nearby, and no two of them near", () => {
    fc.assert(
      fc.property(masks(), fc.integer(), fc.integer({ min: 1, max: 4 }), (mask, seed, distance) => {
        const { height, width } = mask;
        const rng = random(seed);
        const data = Float32Array.from(mask.data, () => rng.integer(5));
        const peaks = Array.from(localMaxima(data, height, width, distance, mask.data));
        const far = (a: number, b: number): number =>
          Math.max(
            Math.abs(Math.floor(a / width) - Math.floor(b / width)),
            Math.abs((a % width) - (b % width)),
          );
        peaks.forEach((peak, k) => {
          expect(mask.data[peak]).toBe(1);
          if (k > 0) expect(data[peak]! - data[peaks[k - 1]!]! || peaks[k - 1]! - peak).toBeLessThan(0);
          data.forEach((value, i) => {
            if (mask.data[i] === 1 && far(peak, i) <= distance)
              expect(value).toBeLessThanOrEqual(data[peak]!);
          });
          for (const other of peaks.slice(0, k)) expect(far(peak, other)).toBeGreaterThanOrEqual(distance);
        });
      }),
    );
  });

  it(
    "finds none in one pixel, in NaN, and in what the mask leaves of a constant image; the first " +
      "of a saturated plateau",
    () => {
      expect(localMaxima(Float32Array.of(5), 1, 1, 3)).toHaveLength(0);
      expect(localMaxima(new Float32Array(12).fill(NaN), 3, 4, 2)).toHaveLength(0);
      expect(
        localMaxima(
          new Float32Array(12).fill(9),
          3,
          4,
          2,
          Uint8Array.from({ length: 12 }, (_, i) => i % 2),
        ),
      ).toHaveLength(0);
      expect(localMaxima(new Float32Array(12), 3, 4, 2, new Uint8Array(12))).toHaveLength(0);
      expect(localMaxima(new Float32Array(12).fill(255).fill(0, 0, 4), 3, 4, 1)).toEqual(Int32Array.of(4));
    },
  );

  it("finds seventy thousand peaks, by descending value", () => {
    const { data, height, width, count } = lattice(265, 3, 1);
    const peaks = localMaxima(Float32Array.from(data), height, width, 2);
    expect(peaks).toHaveLength(count);
    expect(peaks.findIndex((peak, k) => data[peak] !== count - k)).toBe(-1);
  });

  it("has one peak per regional maximum at distance 1 (found as components of equal value)", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 8 * 9, maxLength: 8 * 9 }),
        (values) => {
          const neighbours = (i: number): number[] =>
            [-1, 0, 1].flatMap((dy) =>
              [-1, 0, 1].flatMap((dx) => {
                const [y, x] = [Math.floor(i / 9) + dy, (i % 9) + dx];
                return y >= 0 && y < 8 && x >= 0 && x < 9 ? [y * 9 + x] : [];
              }),
            );
          // Pixels that none of their neighbours exceeds, connected through such pixels of the same value.
          const lowest = Math.min(...values);
          const maxima = values.map(
            (value, i) => value > lowest && neighbours(i).every((j) => values[j]! <= value),
          );
          const expected = components(Uint8Array.from(maxima, Number), 8, 9, 8).count;
          expect(localMaxima(Float32Array.from(values), 8, 9, 1)).toHaveLength(expected);
        },
      ),
    );
  });
});
