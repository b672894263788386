import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nucleiOf } from "../../../test/spots.js";
import { labelImage } from "../../core/labels.js";
import { cropOf, labelAt, placesOf, reachOf } from "./labelcrop.js";

const [height, width] = [7, 9];
const image = labelImage(
  height,
  width,
  Int32Array.from({ length: height * width }, (_, p) => p + 1),
);

describe("cropOf", () => {
  it("has the labels of the frame, and -1 where it does not reach, at and beyond the border, too", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -6, max: 14 }),
        fc.integer({ min: -6, max: 16 }),
        fc.integer({ min: 0, max: 5 }),
        (y, x, reach) => {
          const crop = cropOf(image, [y, x], reach);
          expect(crop.data.length).toBe(crop.height * crop.width);
          for (let py = -7; py < 15; py++)
            for (let px = -7; px < 17; px++) {
              const isIn = py >= 0 && px >= 0 && py < height && px < width;
              const isNear = Math.max(Math.abs(py - y), Math.abs(px - x)) <= reach;
              const expected = isIn && isNear ? image.data[py * width + px] : -1;
              if (labelAt(crop, py, px) !== expected)
                expect([py, px, labelAt(crop, py, px)]).toEqual([py, px, expected]);
            }
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });

  it("holds a copy, not the frame", () => {
    const crop = cropOf(image, [3, 3], 100);
    expect(crop.data).toEqual(image.data);
    expect(crop.data.buffer).not.toBe(image.data.buffer);
  });
});

describe("placesOf", () => {
  it("finds all pixels of an object at the border of the image", () => {
    const data = new Int32Array(40 * 40);
    const pixels: [number, number][] = [];
    for (let y = 0; y < 12; y++)
      for (let x = 0; x < 5; x++) {
        data[y * 40 + x] = 3;
        pixels.push([y, x]);
      }
    const nuclei = nucleiOf([
      { t: 0, y: 30, x: 30 },
      { t: 0, y: 31, x: 31 },
      { t: 0, y: 5.5, x: 2, area: 60 },
    ]);
    const crop = cropOf(labelImage(40, 40, data), [5, 2], reachOf(60));
    expect(placesOf(crop, nuclei, 2)).toEqual(pixels);
  });
});
