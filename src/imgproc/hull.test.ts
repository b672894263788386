import fc from "fast-check";
import { describe, expect, it } from "vitest";
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

  const points = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 6, maxLength: 60 }).map((list) => list.slice(0, list.length - (list.length % 2)));
  it("turns one way and holds every point", () => {
    fc.assert(
      fc.property(points, (list) => {
        const hull = convexHull(list);
        const n = hull.length / 2;
        fc.pre(n >= 3);
        const at = (i: number): [number, number] => [hull[2 * (i % n)]!, hull[2 * (i % n) + 1]!];
        const cross = ([ay, ax]: [number, number], [by, bx]: [number, number], [cy, cx]: [number, number]): number => (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
        for (let i = 0; i < n; i++) {
          expect(cross(at(i), at(i + 1), at(i + 2))).toBeGreaterThan(0);
          for (let k = 0; k < list.length; k += 2) expect(cross(at(i), at(i + 1), [list[k]!, list[k + 1]!])).toBeGreaterThanOrEqual(0);
        }
        expect(convexHullArea(list)).toBeGreaterThan(0);
      }),
    );
  });
});

describe("hullPixelCount", () => {
  it("equals testing every pixel against the hull of all edge middles", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 9 * 8, maxLength: 9 * 8 }), (cells) => {
        const set = cells.flatMap((value, i) => (value === 0 ? [[Math.floor(i / 8), i % 8] as const] : []));
        fc.pre(set.length > 0);
        // In half pixels, so that all is exact.
        const hull = convexHull(set.flatMap(([y, x]) => [2 * y - 1, 2 * x, 2 * y + 1, 2 * x, 2 * y, 2 * x - 1, 2 * y, 2 * x + 1]));
        const n = hull.length;
        const inside = (y: number, x: number): boolean => {
          for (let i = 0; i < n; i += 2) {
            const j = (i + 2) % n;
            if ((hull[j + 1]! - hull[i + 1]!) * (y - hull[i]!) - (hull[j]! - hull[i]!) * (x - hull[i + 1]!) < 0) return false;
          }
          return true;
        };
        const expected = cells.filter((_, i) => inside(2 * Math.floor(i / 8), 2 * (i % 8))).length;
        const runs = runsOf(labelImage(9, 8, Int32Array.from(cells, (value) => (value === 0 ? 1 : 0))));
        expect(hullPixelCount(runs, 0, runs.y.length)).toBe(expected);
      }),
    );
  });
});
