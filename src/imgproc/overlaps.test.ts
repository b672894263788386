import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { labelImage, type LabelImage } from "../core/labels.js";
import { countOverlaps } from "./overlaps.js";

const row = (...values: number[]): LabelImage => labelImage(1, values.length, Int32Array.from(values));

describe("countOverlaps", () => {
  it("counts pairs, areas and what is ignored", () => {
    const { a, b, shared, areaA, areaB, ignoredB } = countOverlaps(
      row(1, 1, 2, 0, -1, -1, 1),
      row(5, 5, 5, 5, 5, 0, -1),
    );
    expect([[...a], [...b], [...shared]]).toEqual([
      [1, 2],
      [5, 5],
      [2, 1],
    ]);
    expect([[...areaA], areaB[5], ignoredB[5]]).toEqual([[0, 3, 1], 4, 1]);
  });

  it("refuses images of different size", () => {
    expect(() => countOverlaps(row(1), row(1, 1))).toThrow(/equal size/);
  });

  it("agrees with counting pixel by pixel, in ascending order of pairs", () => {
    const labels = fc.array(fc.tuple(fc.integer({ min: -1, max: 5 }), fc.integer({ min: -1, max: 5 })), {
      maxLength: 80,
    });
    fc.assert(
      fc.property(labels, (pixels) => {
        const counts = new Map<string, number>();
        for (const [p, q] of pixels)
          if (p > 0 && q > 0) counts.set(`${p} ${q}`, (counts.get(`${p} ${q}`) ?? 0) + 1);
        const { a, b, shared } = countOverlaps(
          row(...pixels.map(([p]) => p)),
          row(...pixels.map(([, q]) => q)),
        );
        expect([...shared].map((n, k) => [`${a[k]} ${b[k]}`, n])).toEqual(
          [...counts].sort(([p], [q]) => (p < q ? -1 : 1)),
        );
      }),
    );
  });
});
