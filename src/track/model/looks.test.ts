import { describe, expect, it } from "vitest";
import { nucleiOf, type Spot } from "../../../test/spots.js";
import { movieOf } from "../detections.js";
import { type Looks, looksOf } from "./looks.js";

const size = { height: 100, width: 80 };
const looksAt = (spots: readonly Spot[], frame: Parameters<typeof looksOf>[2] = size): Looks =>
  looksOf(movieOf(nucleiOf(spots), 2), 10, frame);

describe("looksOf", () => {
  it("compares the intensity with the median of the frame, whatever the unit", () => {
    const means = [10, 20, 40];
    const spots = (factor: number): Spot[] =>
      [0, 1].flatMap((t) =>
        means.map((mean, k) => ({ t, y: 50, x: 20 * k, mean: t === 1 ? factor * mean : mean })),
      );
    for (const factor of [1, 0.01, 300])
      [...looksAt(spots(factor)).intensity].forEach((value, k) =>
        expect(value).toBeCloseTo(Math.log(means[k % 3]! / 20), 12),
      );
  });

  it("knows no intensity where there is none, or none above 0", () => {
    const unknown = looksAt([
      { t: 0, y: 50, x: 10 },
      { t: 0, y: 50, x: 30, mean: 5 },
      { t: 1, y: 50, x: 10, mean: 0 },
      { t: 1, y: 50, x: 30, mean: 4 },
      { t: 1, y: 50, x: 50, mean: 4 },
    ]);
    expect(Number.isNaN(unknown.intensity[0])).toBe(true);
    expect(Number.isNaN(unknown.intensity[2])).toBe(true);
    expect(unknown.intensity[3]).toBe(0);
    const black = looksAt([{ t: 0, y: 50, x: 10, mean: 0 }]);
    expect(Number.isNaN(black.intensity[0])).toBe(true);
  });

  it("knows the nuclei whose centre is within a diameter of any border", () => {
    const places: (readonly [number, number, number])[] = [
      [50, 40, 0],
      [9.9, 40, 1],
      [50, 9.9, 1],
      [10, 10, 0],
      [89.1, 40, 1],
      [50, 69.1, 1],
      [89, 69, 0],
    ];
    const { border } = looksAt(places.map(([y, x]) => ({ t: 0, y, x })));
    const byPlace = [...places].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    expect([...border]).toEqual(byPlace.map(([, , flag]) => flag));
    const moved = looksAt(
      places.map(([y, x]) => ({ t: 0, y: y - 30, x: x + 7 })),
      { ...size, top: -30, left: 7 },
    );
    expect(moved.border).toEqual(border);
  });

  it("divides the image into what is at the border and what is inside", () => {
    const { insideArea, borderArea } = looksAt([{ t: 0, y: 50, x: 40 }]);
    expect(insideArea).toBe(80 * 60);
    expect(insideArea + borderArea).toBe(100 * 80);
    // An image in which everything is at the border has something to divide by all the same.
    const narrow = looksAt([{ t: 0, y: 5, x: 40 }], { height: 12, width: 80 });
    expect(narrow.insideArea).toBeGreaterThan(0);
    expect(narrow.border[0]).toBe(1);
  });
});
