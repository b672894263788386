import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evenlySpreadFromFirst, evenlySpreadIndices, evenlySpreadWithEnds } from "./evenly.js";

describe("evenly spread indices", () => {
  it("are the middles of equal parts, their beginnings, or reach from end to end: by hand", () => {
    expect(evenlySpreadIndices(10, 2)).toEqual([2, 7]);
    expect(evenlySpreadFromFirst(10, 2)).toEqual([0, 5]);
    expect(evenlySpreadWithEnds(10, 4)).toEqual([0, 3, 6, 9]);
    expect(evenlySpreadWithEnds(10, 1)).toEqual([0]);
  });

  it("are as many as asked for or as there are, ascending, different, and evenly far apart", () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(250), (length, count) => {
        for (const spread of [evenlySpreadIndices, evenlySpreadFromFirst, evenlySpreadWithEnds]) {
          const indices = spread(length, count);
          expect(indices).toHaveLength(Math.min(length, count));
          expect(indices.every((index) => index >= 0 && index < length)).toBe(true);
          const steps = indices.slice(1).map((index, i) => index - indices[i]!);
          expect(steps.every((step) => step >= 1)).toBe(true);
          expect(steps.length === 0 || Math.max(...steps) - Math.min(...steps) <= 1).toBe(true);
        }
      }),
    );
  });
});
