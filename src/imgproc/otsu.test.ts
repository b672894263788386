import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import { histogram8, histogramOf, otsuThreshold } from "./otsu.js";

const countsOf = (values: readonly number[]): Float64Array => histogram8(Uint8Array.from(values));

/** Between the values up to `t` and those above. */
const variance = (values: readonly number[], t: number): number => {
  const low = values.filter((v) => v <= t);
  const high = values.filter((v) => v > t);
  if (low.length === 0 || high.length === 0) return 0;
  const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
  return (low.length * high.length * (mean(low) - mean(high)) ** 2) / values.length ** 2;
};

describe("histogram8", () => {
  it("counts each value, in arrays of any length that begin anywhere in their memory", () => {
    const values = Uint8Array.from({ length: 41 }, (_, i) => (i % 3 === 0 ? 255 : (i * i) % 256));
    for (let from = 0; from < 5; from++) {
      for (let to = from; to <= values.length; to++) {
        const expected = new Float64Array(256);
        for (const value of values.slice(from, to)) expected[value]!++;
        expect(histogram8(values.subarray(from, to))).toEqual(expected);
      }
    }
  });
});

describe("otsuThreshold", () => {
  it("separates two peaks at the lowest bin that does", () => {
    // By hand: every threshold from 10 to 199 splits the values alike, and the lowest wins.
    expect(otsuThreshold(countsOf([10, 10, 10, 200, 200]))).toBe(10);
  });

  const cases = goldens<{ image: Golden<Uint8Array>; opencv: number; skimage: number }>("otsu");
  it.each(cases)("equals OpenCV and scikit-image: $name", ({ image, opencv, skimage }) => {
    expect(otsuThreshold(histogram8(image.data))).toBe(skimage);
    // A constant image has no two classes; OpenCV then says 0, and everything lies above.
    expect(opencv).toBe(new Set(image.data).size === 1 ? 0 : skimage);
  });

  it("gives the only value of a constant image", () => {
    expect(otsuThreshold(countsOf([77, 77]))).toBe(77);
  });

  it("refuses an empty histogram", () => {
    expect(() => otsuThreshold(new Float64Array(256))).toThrow(/at least one value/);
  });

  it("counts the same values whatever their order, and moves with them", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 0, max: 156 }),
        (values, shift) => {
          const counts = countsOf(values);
          const threshold = otsuThreshold(counts);
          expect(countsOf(values.toReversed())).toEqual(counts);
          expect(threshold).toBeGreaterThanOrEqual(Math.min(...values));
          expect(threshold).toBeLessThanOrEqual(Math.max(...values));
          // Three of each: the same quotients, bit by bit.
          expect(otsuThreshold(counts.map((n) => 3 * n))).toBe(threshold);
          // Shifted sums round otherwise, which may decide between thresholds that are equally good: they
          // split the values alike, or as well.
          const split = (t: number): number => values.filter((value) => value <= t).length;
          const moved = otsuThreshold(countsOf(values.map((value) => value + shift))) - shift;
          if (split(moved) !== split(threshold))
            expect(variance(values, moved)).toBeCloseTo(variance(values, threshold), 9);
        },
      ),
    );
  });

  it("separates the saturated half of an image from the black one, and counts beyond 32 bits", () => {
    const counts = new Float64Array(256);
    counts[0] = 2 ** 33;
    counts[255] = 2 ** 33;
    expect(otsuThreshold(counts)).toBe(0);
    counts[0] = 0;
    expect(otsuThreshold(counts)).toBe(255);
  });

  it("maximises the between-class variance (checked against a direct search)", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 3, maxLength: 200 }), (values) => {
        const best = Math.max(...Array.from({ length: 256 }, (_, t) => variance(values, t)));
        expect(variance(values, otsuThreshold(countsOf(values)))).toBeCloseTo(best, 6);
      }),
    );
  });
});

describe("histogramOf", () => {
  const cases = goldens<{
    data: Golden<Float64Array>;
    bins: number;
    low: number;
    high: number;
    expected: Golden<Float64Array>;
  }>("histogram");
  it.each(cases)("equals numpy: $name", ({ data, bins, low, high, expected }) => {
    expect(histogramOf(data.data, bins, low, high)).toEqual(expected.data);
  });

  it("counts nothing of an image without values, and infinity only within the range", () => {
    expect(histogramOf(new Float32Array(9).fill(NaN), 3, 0, 1)).toEqual(new Float64Array(3));
    expect(histogramOf(Float32Array.of(-Infinity, 0.5, Infinity), 1, 0, 1)).toEqual(Float64Array.of(1));
    expect(histogram8(new Uint8Array(70_000).fill(255))[255]).toBe(70_000);
  });

  it("skips NaN and refuses an empty range", () => {
    expect(histogramOf(Float32Array.of(NaN, 1, 2), 2, 1, 2)).toEqual(Float64Array.of(1, 1));
    expect(() => histogramOf(new Uint8Array(3), 4, 7, 7)).toThrow(/low < high/);
  });
});
