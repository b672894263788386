import { describe, expect, it } from "vitest";
import { labelImage, type LabelImage } from "../core/labels.js";
import { contourLines } from "./contours.js";

const labelsOf = (rows: readonly string[]): LabelImage =>
  labelImage(
    rows.length,
    rows[0]!.length,
    Int32Array.from(rows.join(""), (c) => (c === "." ? 0 : Number(c))),
  );

/** Points where the pieces begin, and their length in all. */
function shape(lines: readonly number[]): { ys: number[]; xs: number[]; length: number } {
  const pieces = Array.from(
    { length: lines.length / 4 },
    (_, i) => lines.slice(4 * i, 4 * i + 4) as [number, number, number, number],
  );
  return {
    ys: pieces.map(([y]) => y),
    xs: pieces.map(([, x]) => x),
    length: pieces.reduce((sum, [y0, x0, y1, x1]) => sum + Math.hypot(y1 - y0, x1 - x0), 0),
  };
}

const disk = (size: number, radius: number, hole = -1): LabelImage => {
  const c = (size - 1) / 2;
  return labelImage(
    size,
    size,
    Int32Array.from({ length: size * size }, (_, i) => {
      const r = Math.hypot(Math.floor(i / size) - c, (i % size) - c);
      return r <= radius && r > hole ? 1 : 0;
    }),
  );
};

describe("contourLines", () => {
  it("follows the edge of a single pixel through the midpoints of its sides", () => {
    const { ys, xs } = shape(contourLines(labelsOf(["...", ".1.", "..."]), 1, 0));
    expect(ys.map((y, i) => [y, xs[i]])).toEqual([
      [0.5, 1],
      [1, 1.5],
      [1.5, 1],
      [1, 0.5],
    ]);
  });

  it("is smooth around a disk: radius and circumference are those of a circle", () => {
    const { ys, xs, length } = shape(contourLines(disk(61, 20), 1, 0));
    const radii = ys.map((y, i) => Math.hypot(y - 30, xs[i]! - 30));
    expect(Math.min(...radii)).toBeGreaterThan(19.5);
    expect(Math.max(...radii)).toBeLessThan(20.8);
    expect(length / (2 * Math.PI * 20)).toBeGreaterThan(0.98);
    // The edges between the pixels themselves are longer by 4 / pi.
    expect(length / (2 * Math.PI * 20)).toBeLessThan(1.05);
  });

  it("goes around holes, too, and is drawn in towards the object", () => {
    const { ys, xs } = shape(contourLines(disk(61, 20, 10), 1, 1));
    const radii = ys.map((y, i) => Math.hypot(y - 30, xs[i]! - 30));
    const outer = radii.filter((radius) => radius > 15);
    const inner = radii.filter((radius) => radius <= 15);
    expect(Math.max(...outer)).toBeLessThan(19.9);
    expect(Math.min(...inner)).toBeGreaterThan(10.5);
  });

  it("lies in px of the enlarged picture", () => {
    // The pixel's sides are at 3 - 0.5 and 6 - 0.5 of the picture.
    const { ys, xs } = shape(contourLines(labelsOf(["...", ".1.", "..."]), 3, 0));
    expect([Math.min(...ys), Math.max(...ys), Math.min(...xs), Math.max(...xs)]).toEqual([
      2.5, 5.5, 2.5, 5.5,
    ]);
  });

  it("keeps objects apart that touch, at a corner too, and draws none along the border of the image", () => {
    expect(shape(contourLines(labelsOf(["....", ".12.", "...."]), 1, 0)).ys).toHaveLength(8);
    expect(shape(contourLines(labelsOf(["....", ".1..", "..1.", "...."]), 1, 0)).ys).toHaveLength(8);
    expect(contourLines(labelsOf(["11", "11"]), 1, 0)).toEqual([]);
    expect(contourLines(labelsOf(["."]), 1, 0)).toEqual([]);
  });
});
