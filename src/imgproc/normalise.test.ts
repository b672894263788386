import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Image } from "../core/image.js";
import { normalise, normaliseRange } from "./normalise.js";

const row = (values: readonly number[]): Image => ({
  height: 1,
  width: values.length,
  data: Float32Array.from(values),
});

describe("normalise", () => {
  it("maps the percentiles to 0 and 1 and clips nothing", () => {
    expect([...normalise(row([0, 10, 20, 30, 40]), 25, 75)]).toEqual([-0.5, 0, 0.5, 1, 1.5]);
  });

  it("agrees with numpy", () => {
    const golden = JSON.parse(
      readFileSync(new URL("../../fixtures/starconvex/normalise.json", import.meta.url), "utf8"),
    ) as {
      image: number[];
      low: number;
      high: number;
      normalised: number[];
    };
    const image = row(golden.image);
    const range = normaliseRange(image);
    expect(range.low / golden.low).toBeCloseTo(1, 6);
    expect(range.high / golden.high).toBeCloseTo(1, 6);
    const out = normalise(image);
    golden.normalised.forEach((value, i) => expect(out[37 * i]).toBeCloseTo(value, 5));
  });

  it("gives the same for 8-bit data as for the same values in float", () => {
    const values = Array.from({ length: 300 }, (_, i) => (i * 37) % 251);
    expect(normalise({ ...row(values), data: Uint8Array.from(values) })).toEqual(normalise(row(values)));
  });

  it("ignores NaN and sets it, and infinity, to 0", () => {
    expect([...normalise(row([0, NaN, 10]), 0, 100)]).toEqual([0, 0, 1]);
    expect([...normalise(row([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, Infinity]), 0, 50)].at(-1)).toBe(0);
  });

  it("gives zeros for a constant image and for one without any value", () => {
    expect([...normalise(row([7, 7, 7]))]).toEqual([0, 0, 0]);
    expect([...normalise(row([NaN, NaN]))]).toEqual([0, 0]);
  });
});
