import { describe, expect, it } from "vitest";
import { outlineColours } from "../draw/colours.js";
import {
  classColours,
  featureColour,
  featureColours,
  featureRange,
  labelColours,
  withoutValue,
} from "./featurecolours.js";
import { packed } from "./packedcolour.js";

/** As the eye weighs the channels, 0..255. */
const lightness = ([red, green, blue]: readonly number[]): number =>
  0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;

describe("colours by feature", () => {
  it("rises in lightness from one end of the ramp to the other", () => {
    const ramp = Array.from({ length: 101 }, (_, i) => lightness(featureColour(i / 100)));
    expect(ramp.every((value, i) => i === 0 || value >= ramp[i - 1]!)).toBe(true);
    expect(ramp[0]).toBeGreaterThan(60);
    expect(ramp[100]! - ramp[0]!).toBeGreaterThan(130);
  });

  it("clips, shows what has no value grey, and hides", () => {
    const values = Float64Array.of(0, 10, 20, 15, -5, 99, NaN, 12);
    const colours = featureColours(values, { low: 10, high: 20 }, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1));
    const [low, high] = [packed(featureColour(0)), packed(featureColour(1))];
    expect(Array.from(colours)).toEqual([
      0,
      low,
      high,
      packed(featureColour(128 / 255)),
      low,
      high,
      packed(withoutValue),
      0,
    ]);
  });

  it("takes percentiles 1 and 99 as its range, NaN left out", () => {
    const values = Array.from({ length: 101 }, (_, i) => i);
    expect(featureRange([...values, NaN])).toEqual({ low: 1, high: 99 });
    expect(featureRange([NaN])).toEqual({ low: 0, high: 1 });
    expect(featureRange([3, 3])).toEqual({ low: 3, high: 6 });
  });

  it("colours 60,000 objects within 10 ms", () => {
    const values = Float32Array.from({ length: 60_001 }, (_, i) => Math.sin(i));
    const times = Array.from({ length: 15 }, () => {
      const start = performance.now();
      featureColours(values, { low: -1, high: 1 });
      return performance.now() - start;
    });
    expect(Math.min(...times)).toBeLessThan(10);
  });
});

it("colours classes and labels, neighbours in number apart", () => {
  const colours = classColours(Int32Array.of(0, 0, 1, -1, 7));
  expect(Array.from(colours)).toEqual([
    0,
    packed(outlineColours[0]!),
    packed(outlineColours[1]!),
    packed(withoutValue),
    packed(outlineColours[1]!),
  ]);
  const labels = labelColours(8, Uint8Array.of(0, 0, 0, 0, 0, 1, 0, 0, 0));
  expect(labels).toHaveLength(9);
  expect(labels[5]).toBe(0);
  expect(labels[7]).toBe(packed(outlineColours[1]!));
});
