import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { StarPolygons } from "../core/polygons.js";
import { random } from "../core/random.js";
import { scalePolygons } from "./geometry.js";
import { paintPolygons } from "./raster.js";

const polygons = (
  rows: readonly { center: readonly number[]; distances: readonly number[] }[],
): StarPolygons => ({
  count: rows.length,
  rays: rows[0]!.distances.length,
  centers: Float32Array.from(rows.flatMap((row) => row.center)),
  distances: Float32Array.from(rows.flatMap((row) => row.distances)),
  scores: new Float32Array(rows.length),
});

describe("paintPolygons", () => {
  it("paints some rows as in the whole image", () => {
    const rng = random(6);
    const many = polygons(
      Array.from({ length: 60 }, () => ({
        // Whole and half numbers, so that centres lie on edges and corners.
        center: [rng.integer(90) / 2, rng.integer(60) / 2],
        distances: Array.from({ length: 8 }, () => rng.integer(30) / 2),
      })),
    );
    const order = Array.from({ length: 60 }, (_, i) => 59 - i);
    const whole = paintPolygons(many, order, { height: 45, width: 30 });
    for (const step of [1, 4, 20]) {
      for (let from = 0; from < 45; from += step) {
        const to = Math.min(45, from + step);
        const part = paintPolygons(many, order, { height: 45, width: 30 }, { from, to });
        expect([part.height, part.width, part.count]).toEqual([to - from, 30, 60]);
        expect(part.data).toEqual(whole.data.subarray(30 * from, 30 * to));
      }
    }
  });

  it("paints the pixels whose centre lies inside", () => {
    // By hand: a diamond of radius 1.5 around (2, 2) holds the centre and its four neighbours.
    const { data, count } = paintPolygons(
      polygons([{ center: [2, 2], distances: [1.5, 1.5, 1.5, 1.5] }]),
      [0],
      { height: 5, width: 5 },
    );
    expect([...data]).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    expect(count).toBe(1);
  });

  it("leaves a painted pixel to the first polygon, whatever the row", () => {
    const two = polygons([
      { center: [0, 1], distances: [1.4, 0.4, 1.4, 0.4] },
      { center: [0, 3], distances: [1.4, 0.4, 1.4, 0.4] },
    ]);
    expect([...paintPolygons(two, [0, 1], { height: 1, width: 5 }).data]).toEqual([1, 1, 1, 2, 2]);
    expect([...paintPolygons(two, [1, 0], { height: 1, width: 5 }).data]).toEqual([2, 2, 1, 1, 1]);
  });

  it("neither loses nor doubles a pixel on an edge that two polygons share", () => {
    // Squares with corners on pixel centres: 45 degree rays of 2 sqrt 2 from centres 4 px apart.
    const d = Math.fround(2 * Math.SQRT2);
    const square = (x: number): { center: number[]; distances: number[] } => ({
      center: [4, x],
      distances: [2, d, 2, d, 2, d, 2, d],
    });
    const labels = paintPolygons(polygons([square(3), square(7)]), [0, 1], { height: 9, width: 12 }).data;
    const reverse = paintPolygons(polygons([square(3), square(7)]), [1, 0], { height: 9, width: 12 }).data;
    expect(labels.filter((v) => v > 0).length).toBe(reverse.filter((v) => v > 0).length);
    expect(labels.map((v) => (v === 0 ? 0 : 3 - v))).toEqual(reverse);
  });

  it("agrees with scikit-image's polygon on random stars", () => {
    const { painted } = JSON.parse(
      readFileSync(new URL("../../fixtures/starconvex/polygons.json", import.meta.url), "utf8"),
    ) as {
      painted: { center: number[]; distances: number[]; rows: string[] }[];
    };
    painted.forEach((one) => {
      const { data } = paintPolygons(polygons([one]), [0], { height: 24, width: 24 });
      const rows = Array.from({ length: 24 }, (_, y) => data.subarray(y * 24, y * 24 + 24).join(""));
      expect(rows).toEqual(one.rows);
    });
  });

  it("paints nothing for a polygon that is not a number or lies outside", () => {
    const odd = polygons([
      { center: [2, 2], distances: [NaN, 1, 1, 1] },
      { center: [-9, 40], distances: [2, 2, 2, 2] },
    ]);
    expect(paintPolygons(odd, [0, 1], { height: 5, width: 5 }).data.every((v) => v === 0)).toBe(true);
  });
});

describe("scalePolygons", () => {
  it("keeps the corner of the image, not the centre of its first pixel", () => {
    const scaled = scalePolygons(polygons([{ center: [-0.5, 1.5], distances: [1, 2, 3] }]), 2);
    expect([...scaled.centers]).toEqual([-0.5, 3.5]);
    expect([...scaled.distances]).toEqual([2, 4, 6]);
  });
});
