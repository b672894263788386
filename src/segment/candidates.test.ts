import { describe, expect, it } from "vitest";
import { convexShapes, idealPrediction } from "../../test/fakes.js";
import { random } from "../core/random.js";
import { joinPolygons, takePolygons } from "../starconvex/geometry.js";
import { numbering, numberRows } from "./assemble.js";
import { candidatesAbove, candidatesIn, candidatesOf } from "./candidates.js";

describe("candidatesOf", () => {
  it("takes the cells above the threshold, at their pixel, and leaves out what is no polygon", () => {
    const distances = Float32Array.from([3, 3, 3, 0.1, 3, -1, 3, 3, 0.1, NaN, 5, 3, 3, 0.1, 3]);
    const prediction = {
      height: 1,
      width: 5,
      grid: 2,
      rays: 3,
      probability: Float32Array.from([0.9, 0.4, 0.8, 0.9, 0.9]),
      distances,
    };
    const { count, centers, scores, distances: rays } = candidatesOf(prediction, 0.5);
    // Cell 1 is not above, cell 3 covers no pixel, cell 4 has a NaN. The distance of -1 becomes 0.
    expect(count).toBe(2);
    expect([...centers]).toEqual([0, 0, 0, 4]);
    expect([...scores]).toEqual([Math.fround(0.9), Math.fround(0.8)]);
    expect([...rays]).toEqual([3, 0, 5, 3, 3, 3]);
  });

  it("takes no distance for longer than the farthest", () => {
    const part = {
      ...{ y: 0, x: 0, height: 1, width: 2, grid: 2, rays: 3, farthest: 4 },
      probability: Float32Array.from([0.9, 0.9]),
      distances: Float32Array.from([3, 9, 5, 3, Infinity, 1]),
    };
    expect([...candidatesIn(part, 0.5, 2).polygons.distances]).toEqual([3, 4, 4, 4, 3, 1]);
  });

  it("takes those of a higher threshold from those of a lower", () => {
    const whole = idealPrediction(convexShapes(14, 16, false, random(1)), 8, 2);
    const higher = candidatesAbove(candidatesOf(whole, 0.1), 0.6);
    expect(higher).toEqual(candidatesOf(whole, 0.6));
    expect(higher.count).toBeGreaterThan(10);
  });

  it("numbers the candidates of parts as in the whole", () => {
    const whole = idealPrediction(convexShapes(14, 16, false, random(1)), 8, 2);
    const expected = candidatesOf(whole, 0.3);
    expect(expected.count).toBeGreaterThan(100);
    const half = Math.floor(whole.width / 2);
    const parts = (
      [
        [0, half],
        [half, whole.width - half],
      ] as const
    ).map(([x, width]) => {
      const cut = (data: Float32Array): Float32Array =>
        data.filter((_, i) => i % whole.width >= x && i % whole.width < x + width);
      return candidatesIn(
        {
          ...{ ...whole, y: 0, x, width, farthest: Infinity },
          ...{ probability: cut(whole.probability), distances: cut(whole.distances) },
        },
        0.3,
        whole.width,
      );
    });
    const cells = parts.flatMap((part) => [...part.cells]);
    const order = cells.map((_, row) => row).sort((a, b) => cells[a]! - cells[b]!);
    expect(
      takePolygons(
        joinPolygons(
          8,
          parts.map(({ polygons }) => polygons),
        ),
        order,
      ),
    ).toEqual(expected);
    expect([...candidatesIn({ ...whole, y: 0, x: 0, farthest: Infinity }, 0.3, whole.width).cells]).toEqual(
      cells.sort((a, b) => a - b),
    );
  });
});

describe("assembly", () => {
  const labels = {
    height: 2,
    width: 7,
    count: 3,
    data: Int32Array.from([3, 0, 1, 2, 1, 1, 0, 3, 3, 0, 2, 1, 0, 0]),
  };

  it("numbers objects in the order of their first pixel, however many rows come at once", () => {
    for (const rows of [1, 2]) {
      const found = numbering(3);
      const data: number[] = [];
      for (let p = 0; p < 14; p += 7 * rows)
        data.push(...numberRows(found, labels.data.subarray(p, p + 7 * rows)));
      expect(data).toEqual([1, 0, 2, 3, 2, 2, 0, 1, 1, 0, 3, 2, 0, 0]);
      expect(found.labels).toEqual([3, 1, 2]);
    }
  });
});
