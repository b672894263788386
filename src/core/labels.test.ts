import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compactLabels, fileValues, idOf, labelImage, labelSourceOf, relabelSequential } from "./labels.js";

const row = (...values: number[]): ReturnType<typeof labelImage> =>
  labelImage(1, values.length, Int32Array.from(values));

describe("compactLabels", () => {
  it("leaves labels alone that are dense enough, gaps and all", () => {
    for (const labels of [row(0, 1, 5, -1), row(2 ** 20, 3), row(0)])
      expect(compactLabels(labels)).toBe(labels);
    const many = labelImage(
      1025,
      1024,
      Int32Array.from({ length: 1025 * 1024 }, (_, i) => 2 * i + 1),
    );
    expect(compactLabels(many)).toBe(many);
  });

  it("numbers labels that are far apart by ascending value, and keeps the values", () => {
    const labels = compactLabels(row(0, 2147483647, 9, 9, -1, 2 ** 20 + 1, 9));
    expect(labels).toEqual({
      height: 1,
      width: 7,
      data: Int32Array.of(0, 3, 1, 1, -1, 2, 1),
      count: 3,
      ids: Int32Array.of(9, 2 ** 20 + 1, 2147483647),
    });
    expect([1, 2, 3].map((label) => idOf(labels, label))).toEqual([9, 2 ** 20 + 1, 2147483647]);
    expect(idOf(row(7), 7)).toBe(7);
    expect(relabelSequential(labels).ids).toBeUndefined();
  });

  it("gives the values back for any labels", () => {
    const value = fc.oneof(fc.integer({ min: -1, max: 3 }), fc.integer({ min: 2 ** 20, max: 2 ** 31 - 1 }));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 30 }), (values) => {
        const compact = compactLabels(row(...values));
        expect([...fileValues(compact)]).toEqual(values);
        expect(compact.count).toBe(labelImage(1, values.length, compact.data).count);
      }),
    );
  });
});

describe("labelSourceOf", () => {
  it("gives images by frame with their sizes, and refuses other frames", async () => {
    const images = [labelImage(1, 2, Int32Array.of(0, 1)), labelImage(2, 1, Int32Array.of(1, 2))];
    const source = labelSourceOf(images);
    expect([source.frames, source.frameNames]).toEqual([2, ["0", "1"]]);
    expect([await source.read(1), await source.size(1)]).toEqual([images[1], { height: 2, width: 1 }]);
    expect(labelSourceOf(images, ["a", "b"]).frameNames).toEqual(["a", "b"]);
    await expect(source.read(2)).rejects.toThrow(/frame: expected 0 to 1, received 2/);
    await expect(source.size(-1)).rejects.toThrow(/received -1/);
  });
});
