import { describe, expect, it } from "vitest";
import { discLabel, pixels, planeOf } from "../../test/browser/renderscene.js";
import { boxShape, isInside, labelAt, labelsByCentroid, labelsByPixels } from "./picking.js";

const size = { height: 130, width: 160 };
const data = pixels(Int32Array, size, discLabel);
const plane = planeOf(size, data, { tile: 32 });

describe("the label under the pointer", () => {
  it("is that of the pixel whose square the pointer is in", () => {
    for (let k = 0; k < 500; k++) {
      const [y, x] = [(k * 7.31) % 129, (k * 13.77) % 159];
      expect(labelAt(plane, y, x)).toBe(data[Math.round(y) * 160 + Math.round(x)]);
    }
    expect([labelAt(plane, -0.6, 5), labelAt(plane, 5, 159.6), labelAt(plane, -0.4, 5)]).toEqual([
      0,
      0,
      data[5],
    ]);
  });

  it("comes from a coarser tile, or is not known", () => {
    const coarse = planeOf(size, data, { tile: 32, isThere: (level) => level === 1 });
    expect(labelAt(coarse, 13, 13)).toBe(data[12 * 160 + 12]);
    expect(labelAt(planeOf(size, data, { isThere: () => false }), 12, 12)).toBeUndefined();
  });
});

describe("objects in a shape", () => {
  const centroids = { y: new Float64Array(100).fill(NaN), x: new Float64Array(100).fill(NaN) };
  for (let row = 0; row < 5; row++)
    for (let column = 0; column < 5; column++)
      [centroids.y[row * 17 + column + 1], centroids.x[row * 17 + column + 1]] = [
        row * 25 + 12,
        column * 25 + 12,
      ];

  it("are those whose centroid lies in a box", () => {
    expect(Array.from(labelsByCentroid(boxShape(40, 60, 0, 0), centroids))).toEqual([1, 2, 18, 19]);
  });

  it("are those whose centroid lies in a lasso with a bay", () => {
    // An L: the first column of discs, and the last row.
    const shape = [0, 0, 0, 25, 100, 25, 100, 125, 125, 125, 125, 0];
    expect(Array.from(labelsByCentroid(shape, centroids))).toEqual([1, 18, 35, 52, 69, 70, 71, 72, 73]);
    expect(isInside(shape, 50, 60)).toBe(false);
  });

  it("are those that have a pixel in it, across tiles", () => {
    const shape = [2, 20, 2, 60, 70, 40];
    const expected = new Set<number>();
    for (let y = 0; y < 130; y++)
      for (let x = 0; x < 160; x++)
        if (isInside(shape, y, x) && data[y * 160 + x]! > 0) expected.add(data[y * 160 + x]!);
    expect(expected.size).toBeGreaterThan(4);
    expect(Array.from(labelsByPixels(shape, plane))).toEqual([...expected].sort((a, b) => a - b));
    expect(Array.from(labelsByPixels(boxShape(-50, -50, 20, 20), plane))).toEqual([1]);
  });
});
