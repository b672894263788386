import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import { expectCommutes, lattice, planes } from "../../test/planes.js";
import { labelImage } from "../core/labels.js";
import { convexHull, convexHullArea, hullPixelCount } from "./hull.js";
import { runsOf } from "./runs.js";

describe("convexHull", () => {
  it("drops points inside and on the edges, and repeats", () => {
    const points = [2, 2, 0, 0, 0, 2, 1, 1, 2, 0, 0, 1, 2, 2];
    expect(convexHull(points)).toEqual(Float64Array.of(0, 0, 0, 2, 2, 2, 2, 0));
    expect(convexHullArea(points)).toBe(4);
  });

  it("has no area for few points", () => {
    expect(convexHull([])).toHaveLength(0);
    expect(convexHull([3, 4, 3, 4])).toEqual(Float64Array.of(3, 4));
    expect(convexHullArea([0, 0, 1, 1, 2, 2])).toBe(0);
  });

  const cases = goldens<{ points: Golden<Float64Array>; corners: Golden<Float64Array>; area: number }>(
    "hull",
  );
  it.each(cases)("equals Qhull: $name", ({ points, corners, area }) => {
    const hull = convexHull(points.data);
    const pairs = Array.from(
      { length: hull.length / 2 },
      (_, i) => [hull[2 * i]!, hull[2 * i + 1]!] as const,
    ).sort(([a, b], [c, d]) => a - c || b - d);
    expect(Float64Array.from(pairs.flat())).toEqual(corners.data);
    expect(convexHullArea(points.data) / area).toBeCloseTo(1, 12);
  });

  const points = fc
    .array(fc.integer({ min: -9, max: 9 }), { minLength: 6, maxLength: 60 })
    .map((list) => list.slice(0, list.length - (list.length % 2)));
  it("has the same corners in any order of the points, and mirrored ones for mirrored points", () => {
    const corners = (list: readonly number[], map: (y: number, x: number) => [number, number]): string[] => {
      const hull = convexHull(list);
      return Array.from({ length: hull.length / 2 }, (_, i) =>
        map(hull[2 * i]!, hull[2 * i + 1]!)
          .map((v) => v + 0)
          .join(" "),
      ).sort();
    };
    fc.assert(
      fc.property(points, (list) => {
        const expected = corners(list, (y, x) => [y, x]);
        const turn = (map: (y: number, x: number) => [number, number]): number[] =>
          list.flatMap((_, i) => (i % 2 === 0 ? map(list[i]!, list[i + 1]!) : []));
        for (const map of [(y, x) => [-y, x], (y, x) => [y, -x], (y, x) => [x, y]] as ((
          y: number,
          x: number,
        ) => [number, number])[]) {
          expect(corners(turn(map), map)).toEqual(expected);
          expect(convexHullArea(turn(map))).toBe(convexHullArea(list));
        }
        const reversed = list.flatMap((_, i) =>
          i % 2 === 0 ? [list[list.length - 2 - i]!, list[list.length - 1 - i]!] : [],
        );
        expect(convexHull(reversed)).toEqual(convexHull(list));
      }),
    );
  });

  it("turns one way and holds every point", () => {
    fc.assert(
      fc.property(points, (list) => {
        const hull = convexHull(list);
        const n = hull.length / 2;
        fc.pre(n >= 3);
        const at = (i: number): [number, number] => [hull[2 * (i % n)]!, hull[2 * (i % n) + 1]!];
        const cross = (
          [ay, ax]: [number, number],
          [by, bx]: [number, number],
          [cy, cx]: [number, number],
        ): number => (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
        for (let i = 0; i < n; i++) {
          expect(cross(at(i), at(i + 1), at(i + 2))).toBeGreaterThan(0);
          for (let k = 0; k < list.length; k += 2)
            expect(cross(at(i), at(i + 1), [list[k]!, list[k + 1]!])).toBeGreaterThanOrEqual(0);
        }
        expect(convexHullArea(list)).toBeGreaterThan(0);
      }),
    );
  });
});

describe("hullPixelCount", () => {
  it("equals testing every pixel against the hull of all edge middles", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 9 * 8, maxLength: 9 * 8 }),
        (cells) => {
          const set = cells.flatMap((value, i) => (value === 0 ? [[Math.floor(i / 8), i % 8] as const] : []));
          fc.pre(set.length > 0);
          // In half pixels, so that all is exact.
          const hull = convexHull(
            set.flatMap(([y, x]) => [2 * y - 1, 2 * x, 2 * y + 1, 2 * x, 2 * y, 2 * x - 1, 2 * y, 2 * x + 1]),
          );
          const n = hull.length;
          const inside = (y: number, x: number): boolean => {
            for (let i = 0; i < n; i += 2) {
              const j = (i + 2) % n;
              if (
                (hull[j + 1]! - hull[i + 1]!) * (y - hull[i]!) - (hull[j]! - hull[i]!) * (x - hull[i + 1]!) <
                0
              )
                return false;
            }
            return true;
          };
          const expected = cells.filter((_, i) => inside(2 * Math.floor(i / 8), 2 * (i % 8))).length;
          const runs = runsOf(
            labelImage(
              9,
              8,
              Int32Array.from(cells, (value) => (value === 0 ? 1 : 0)),
            ),
          );
          expect(hullPixelCount(runs, 0, runs.y.length)).toBe(expected);
        },
      ),
    );
  });

  const countOf = (data: Int32Array, height: number, width: number): number => {
    const runs = runsOf(labelImage(height, width, data));
    return runs.y.length === 0 ? 0 : hullPixelCount(runs, 0, runs.y.length);
  };

  it("counts as many pixels after flips and transposes, never fewer than the region has", () => {
    fc.assert(
      fc.property(
        planes(
          (values) => Int32Array.from(values, (value) => (value === 0 ? 1 : 0)),
          fc.integer({ min: 0, max: 4 }),
        ),
        (region) => {
          const area = region.data.reduce((a, b) => a + b, 0);
          expect(countOf(region.data, region.height, region.width)).toBeGreaterThanOrEqual(area);
          expectCommutes([region], ({ data, height, width }) =>
            new Int32Array(data.length).fill(countOf(data, height, width)),
          );
        },
      ),
    );
  });

  it("is the area of a pixel, a line, a full image, and of each of sixty thousand squares", () => {
    expect(countOf(Int32Array.of(1), 1, 1)).toBe(1);
    expect(countOf(new Int32Array(9).fill(1), 1, 9)).toBe(9);
    expect(countOf(new Int32Array(9).fill(1), 9, 1)).toBe(9);
    expect(countOf(new Int32Array(35).fill(1), 5, 7)).toBe(35);
    const runs = runsOf(lattice(245, 4, 3));
    const counts = Array.from({ length: 245 * 245 }, (_, k) =>
      hullPixelCount(runs, runs.first[k]!, runs.first[k + 1]!),
    );
    expect(new Set(counts)).toEqual(new Set([9]));
  });
});
