import { describe, expect, it } from "vitest";
import { planeOf } from "../../test/browser/renderscene.js";
import { autoContrast, fullRange, histogramOf, rebinned, residentValues } from "./contrast.js";

/** 0, 1, ... below `count`, each 10 times. */
const ladder = Uint16Array.from({ length: 20000 }, (_, i) => 500 + Math.floor(i / 10));

describe("histograms", () => {
  it("counts every value of 16 bits", () => {
    const { counts, total, low, step } = histogramOf([ladder, Uint16Array.of(65535, 0)]);
    expect([counts[499], counts[500], counts[2499], counts[2500], counts[65535], counts[0]]).toEqual([
      0, 10, 10, 0, 1, 1,
    ]);
    expect({ total, low, step, bins: counts.length }).toEqual({ total: 20002, low: 0, step: 1, bins: 65536 });
  });

  it("has 256 bins for 8 bits, and none is lost when drawn in few", () => {
    const histogram = histogramOf([Uint8Array.of(3, 3, 250)]);
    expect(histogram.counts).toHaveLength(256);
    expect(Array.from(rebinned(histogram, { low: 0, high: 255 }, 4))).toEqual([2, 0, 0, 1]);
    expect(fullRange(histogram)).toEqual({ low: 3, high: 250 });
  });

  it("leaves NaN and infinities out, and is not spoilt by one hot pixel", () => {
    const values = Float32Array.from({ length: 40000 }, (_, i) => i / 40000);
    values.set([NaN, Infinity, -Infinity, 1e12]);
    const histogram = histogramOf([values]);
    expect(histogram.total).toBe(39997);
    const { low, high } = autoContrast(histogram);
    expect(low).toBeCloseTo(0.001, 2);
    expect(high).toBeCloseTo(0.999, 2);
    expect(autoContrast(histogramOf([Float32Array.of(NaN)]))).toEqual({ low: 0, high: 1 });
  });
});

describe("automatic contrast", () => {
  it("is percentile 0.1 and 99.9", () => {
    expect(autoContrast(histogramOf([ladder]))).toEqual({ low: 502, high: 2497 });
    expect(autoContrast(histogramOf([ladder]), [0, 100])).toEqual({ low: 500, high: 2499 });
  });

  it("has a width also where all values are equal", () => {
    expect(autoContrast(histogramOf([new Uint16Array(9).fill(7)]))).toEqual({ low: 7, high: 8 });
    const floats = autoContrast(histogramOf([new Float32Array(9).fill(-2)]));
    expect(floats.high).toBeGreaterThan(floats.low);
  });
});

it("takes the values of tiles without their padding", () => {
  const size = { height: 21, width: 35 };
  const data = Uint16Array.from({ length: 21 * 35 }, (_, i) => i + 1);
  const there = (level: number, row: number, column: number): boolean =>
    level === 0 && !(row === 0 && column === 1);
  const values = residentValues(planeOf(size, data, { tile: 16, isThere: there })).flatMap((part) =>
    Array.from(part),
  );
  const expected = Array.from(data).filter((_, i) => !(i < 16 * 35 && i % 35 >= 16 && i % 35 < 32));
  expect(values.sort((a, b) => a - b)).toEqual(expected);
});
