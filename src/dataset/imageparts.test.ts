import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LabelImage, labelImage } from "../core/labels.js";
import { fullestPart, labelsOfPart, pixelsOfEach } from "./imageparts.js";

describe("pixelsOfEach", () => {
  it("takes small images whole and shares the rest among the others", () => {
    expect(pixelsOfEach([10, 100, 100], 110)).toBe(50);
    expect(pixelsOfEach([100, 10, 30], 70)).toBe(30);
    expect(pixelsOfEach([10, 20], 30)).toBe(Infinity);
    expect(pixelsOfEach([], 30)).toBe(Infinity);
  });

  it("uses all pixels that there may be, and no more, whatever the images", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 5000 }), (pixels, maximum) => {
        const each = pixelsOfEach(pixels, maximum);
        const used = pixels.reduce((sum, count) => sum + Math.min(count, each), 0);
        const all = pixels.reduce((sum, count) => sum + count, 0);
        expect(used).toBeCloseTo(Math.min(all, maximum), 6);
      }),
    );
  });
});

/** Labels with a square of 2 x 2 px for each place. */
function squares(
  height: number,
  width: number,
  places: readonly (readonly [y: number, x: number])[],
): LabelImage {
  const data = new Int32Array(height * width);
  for (const [index, [y, x]] of places.entries())
    for (const pixel of [0, 1, width, width + 1]) data[y * width + x + pixel] = index + 1;
  return labelImage(height, width, data);
}

describe("fullestPart", () => {
  it("lies where most is annotated", () => {
    const labels = squares(40, 60, [
      [2, 2],
      [30, 50],
      [34, 54],
    ]);
    const { y, x, height, width } = fullestPart(labels, 16 ** 2);
    expect([height, width]).toEqual([16, 16]);
    expect(y).toBeLessThanOrEqual(30);
    expect(y + height).toBeGreaterThanOrEqual(36);
    expect(x).toBeLessThanOrEqual(50);
    expect(x + width).toBeGreaterThanOrEqual(56);
  });

  it("is the first of equal ones, reaches the last row and column, and uses a narrow image along its length", () => {
    expect(fullestPart(squares(20, 20, []), 100)).toEqual({ y: 0, x: 0, height: 10, width: 10 });
    expect(fullestPart(squares(23, 23, [[21, 21]]), 100)).toMatchObject({ y: 13, x: 13 });
    expect(fullestPart(squares(4, 100, [[1, 97]]), 100)).toEqual({ y: 0, x: 75, height: 4, width: 25 });
    expect(fullestPart(squares(100, 4, [[97, 1]]), 100)).toEqual({ y: 75, x: 0, height: 25, width: 4 });
  });

  it("lies within the image, and has no more pixels than it may", () => {
    const side = fc.integer({ min: 2, max: 60 });
    fc.assert(
      fc.property(side, side, fc.integer({ min: 1, max: 4000 }), (height, width, most) => {
        const part = fullestPart(squares(height, width, [[0, 0]]), most);
        expect(part.height * part.width).toBeLessThanOrEqual(most);
        expect(Math.min(part.y, part.x, part.height - 1, part.width - 1)).toBeGreaterThanOrEqual(0);
        expect(part.y + part.height).toBeLessThanOrEqual(height);
        expect(part.x + part.width).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe("labelsOfPart", () => {
  it("does not know what nuclei are of which less than half is within", () => {
    const data = [1, 1, 1, 0, 2, 2, 0, -1, 3, 3];
    const { data: cut } = labelsOfPart(labelImage(1, 10, Int32Array.from(data)), {
      y: 0,
      x: 2,
      height: 1,
      width: 7,
    });
    // One of three pixels of the first, both of the second, one of the two of the third.
    expect([...cut]).toEqual([-1, 0, 2, 2, 0, -1, 3]);
  });
});
