import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import { random } from "../core/random.js";
import { median, medianInPlace, percentiles, percentilesOfParts, select, type Values } from "./percentile.js";

describe("percentiles", () => {
  it("interpolates between neighbours", () => {
    // By hand: 25 % of the way through 4 values is 0.75 steps after the first.
    expect(percentiles([4, 1, 3, 2], [25, 50, 100, 0])).toEqual([1.75, 2.5, 4, 1]);
  });

  const cases = goldens<{
    data: Golden<Exclude<Values, readonly number[]>>;
    qs: number[];
    expected: Golden<Float64Array>;
    median: number;
  }>("percentile");
  it.each(cases)("equals numpy: $name", ({ data, qs, expected, median: middle }) => {
    expect(Float64Array.from(percentiles(data.data, qs))).toEqual(expected.data);
    expect(median(data.data)).toBe(middle);
  });

  it("is NaN of nothing", () => {
    expect(percentiles([], [50])).toEqual([NaN]);
    expect(percentiles(Float32Array.of(NaN, NaN), [1, 99])).toEqual([NaN, NaN]);
    expect(percentiles(new Uint8Array(0), [1])).toEqual([NaN]);
    expect(medianInPlace(new Float32Array(3), 0)).toBeNaN();
  });

  it("takes the median of a million values that are all equal, of two kinds, or sorted", () => {
    // Each of these makes a careless selection quadratic: it would not end within the test's time.
    const n = 1_000_001;
    const of = (value: (i: number) => number): number[] =>
      percentiles(
        Float32Array.from({ length: n }, (_, i) => value(i)),
        [0, 50, 100],
      );
    expect(of(() => 7)).toEqual([7, 7, 7]);
    expect(of((i) => (i % 3 === 0 ? 0 : 65535))).toEqual([0, 65535, 65535]);
    expect(of((i) => i)).toEqual([0, (n - 1) / 2, n - 1]);
    expect(of((i) => Math.min(i, n - 1 - i))).toEqual([0, (n - 1) / 4, (n - 1) / 2]);
  });

  it("has saturated values and infinity at the ends", () => {
    expect(percentiles(new Uint16Array(9).fill(65535), [0, 50, 100])).toEqual([65535, 65535, 65535]);
    expect(percentiles(Float32Array.of(Infinity, 1, -Infinity, 2, NaN, 3), [0, 50, 100])).toEqual([
      -Infinity,
      2,
      Infinity,
    ]);
    expect(median([4])).toBe(4);
  });

  it("does not reorder its input", () => {
    const data = Float64Array.of(3, 1, 2);
    percentiles(data, [10, 90]);
    expect(data).toEqual(Float64Array.of(3, 1, 2));
  });

  it("gives the same for any order of the same numbers, types of equal values included", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 60 }),
        fc.array(fc.double({ min: 0, max: 100, noNaN: true })),
        (values, qs) => {
          const sorted = [...values].sort((a, b) => a - b);
          const expected = qs.map((q) => {
            const at = (q / 100) * (values.length - 1);
            const low = sorted[Math.floor(at)]!;
            return low + (at % 1) * (sorted[Math.ceil(at)]! - low);
          });
          const close = (got: number[]): void =>
            got.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 9));
          close(percentiles(values, qs));
          close(percentiles(Uint8Array.from(values), qs));
          close(percentiles(Float32Array.from(values.reverse()), qs));
        },
      ),
    );
  });
});

describe("select", () => {
  it("puts the right value in place and the rest on the right sides", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 80 }),
        fc.nat(),
        (list, n) => {
          const index = n % list.length;
          const values = Float64Array.from(list);
          expect(select(values, index)).toBe(Float64Array.from(list).sort()[index]);
          expect(Math.max(...values.subarray(0, index + 1))).toBe(values[index]);
          expect(Math.min(...values.subarray(index))).toBe(values[index]);
        },
      ),
    );
  });

  it("takes medians of the front of a buffer", () => {
    expect(medianInPlace(Float32Array.of(9, 1, 5, 100), 3)).toBe(5);
    expect(medianInPlace(Float32Array.of(9, 1, 5, 100), 4)).toBe(7);
  });
});

describe("percentilesOfParts", () => {
  const qs = [0, 1, 37.3, 50, 99.8, 100];
  const inParts = <T extends Uint8Array | Uint16Array | Float32Array>(data: T, size: number) =>
    async function* (): AsyncGenerator<T> {
      for (let at = 0; at < data.length; at += size)
        yield await Promise.resolve(data.subarray(at, at + size) as T);
    };
  const rng = random(4);
  const signed = Float32Array.from({ length: 3001 }, () => rng.normal(0, 10 ** rng.integer(6)));

  it.each([
    ["8 bit", Uint8Array.from({ length: 999 }, () => rng.integer(256))],
    ["16 bit", Uint16Array.from({ length: 1000 }, () => rng.integer(65536))],
    ["of both signs", signed],
    [
      "with NaN and infinities",
      signed.map((value, i) =>
        i % 5 === 0 ? NaN : i % 97 === 0 ? Infinity : i % 89 === 0 ? -Infinity : value,
      ),
    ],
    ["of few values, zeros of both signs", signed.map((value) => Math.sign(Math.trunc(value)) * 3)],
    ["tiny", signed.map((value) => value * 1e-44)],
    ["one number", Float32Array.of(NaN, -2.5)],
    ["no number", Float32Array.of(NaN, NaN)],
    ["nothing", new Uint8Array(0)],
  ])("equals percentiles to the bit: %s", async (_, data) => {
    // Both zeros are one value.
    const expected = percentiles(data, qs).map((value) => value + 0);
    for (const size of [1, 7, 1000, 5000])
      expect((await percentilesOfParts(inParts(data, size), qs)).map((value) => value + 0)).toEqual(expected);
  });
});
