import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import { histogram8, histogramOf, otsuThreshold } from "./otsu.js";

const countsOf = (values: readonly number[]): Float64Array => histogram8(Uint8Array.from(values));

describe("otsuThreshold", () => {
  it("separates two peaks at the lowest bin that does", () => {
    // By hand: every threshold from 10 to 199 splits the values alike, and the lowest wins.
    expect(otsuThreshold(countsOf([10, 10, 10, 200, 200]))).toBe(10);
  });

  it("gives the only value of a constant image", () => {
    expect(otsuThreshold(countsOf([77, 77]))).toBe(77);
  });

  it("refuses an empty histogram", () => {
    expect(() => otsuThreshold(new Float64Array(256))).toThrow(/at least one value/);
  });

  it("maximises the between-class variance (checked against a direct search)", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 3, maxLength: 200 }), (values) => {
        const variance = (t: number): number => {
          const low = values.filter((v) => v <= t);
          const high = values.filter((v) => v > t);
          if (low.length === 0 || high.length === 0) return 0;
          const mean = (list: number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
          return (low.length * high.length * (mean(low) - mean(high)) ** 2) / values.length ** 2;
        };
        const best = Math.max(...Array.from({ length: 256 }, (_, t) => variance(t)));
        expect(variance(otsuThreshold(countsOf(values)))).toBeCloseTo(best, 6);
      }),
    );
  });
});

describe("histogramOf", () => {
  const cases = goldens<{ data: Golden<Float64Array>; bins: number; low: number; high: number; expected: Golden<Float64Array> }>("histogram");
  it.each(cases)("equals numpy: $name", ({ data, bins, low, high, expected }) => {
    expect(histogramOf(data.data, bins, low, high)).toEqual(expected.data);
  });

  it("skips NaN and refuses an empty range", () => {
    expect(histogramOf(Float32Array.of(NaN, 1, 2), 2, 1, 2)).toEqual(Float64Array.of(1, 1));
    expect(() => histogramOf(new Uint8Array(3), 4, 7, 7)).toThrow(/low < high/);
  });
});
