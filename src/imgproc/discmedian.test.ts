import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { discMedian } from "./discmedian.js";

/** By sorting the disc of every pixel. */
function bySorting(height: number, width: number, data: Uint8Array, radius: number): Uint8Array {
  return data.map((_, p) => {
    const [y, x] = [Math.floor(p / width), p % width];
    const values = [...data].filter(
      (_value, q) => (Math.floor(q / width) - y) ** 2 + ((q % width) - x) ** 2 <= radius * radius,
    );
    return values.sort((a, b) => a - b)[values.length >> 1]!;
  });
}

describe("discMedian", () => {
  it.each([
    [9, 13, 0],
    [9, 13, 1],
    [12, 7, 2.5],
    [20, 17, 5],
    [4, 5, 9],
    [1, 30, 3],
  ])("of %i x %i px with radius %d is the middle of the sorted disc", (height, width, radius) => {
    const rng = random(7);
    const data = Uint8Array.from({ length: height * width }, () => Math.floor(rng.uniform(0, 256)));
    expect(discMedian({ height, width, data }, radius)).toEqual(bySorting(height, width, data, radius));
  });

  it("takes a spot out of a plateau and keeps the step beside it", () => {
    const [height, width] = [15, 30];
    const data = Uint8Array.from({ length: height * width }, (_, p) => (p % width < 15 ? 100 : 10));
    data[7 * width + 6] = 255;
    const out = discMedian({ height, width, data }, 3);
    expect(out[7 * width + 6]).toBe(100);
    expect([out[7 * width + 14], out[7 * width + 15]]).toEqual([100, 10]);
  });
});
