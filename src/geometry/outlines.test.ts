import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lattice, type Plane, scattered } from "../../test/planes.js";
import { labelImage } from "../core/labels.js";
import { fillRings } from "./fillrings.js";
import { isInRing, type Outline, outlinesOf, type Ring, twiceSignedArea } from "./outlines.js";

const labelsOf = (rows: readonly string[]): Plane<Int32Array> => ({
  height: rows.length,
  width: rows[0]!.length,
  data: Int32Array.from(rows.join(""), Number),
});
const outlines = ({ height, width, data }: Plane<Int32Array>): Outline[] =>
  outlinesOf(labelImage(height, width, data));
const ringsOf = ({ pieces }: Outline): Ring[] => pieces.flatMap(({ outer, holes }) => [outer, ...holes]);

describe("outlinesOf", () => {
  it("goes round a pixel clockwise, by its corners", () => {
    expect(outlines(labelsOf(["000", "010"]))).toEqual([
      { label: 1, pieces: [{ outer: Float64Array.of(1, 1, 2, 1, 2, 2, 1, 2), holes: [] }] },
    ]);
  });

  it("keeps pixels that meet at a corner apart, and gives each piece its holes", () => {
    const [both] = outlines(labelsOf(["10000", "01110", "01010", "01110"]));
    expect(both!.pieces).toEqual([
      { outer: Float64Array.of(0, 0, 1, 0, 1, 1, 0, 1), holes: [] },
      {
        outer: Float64Array.of(1, 1, 4, 1, 4, 4, 1, 4),
        holes: [Float64Array.of(3, 2, 2, 2, 2, 3, 3, 3)],
      },
    ]);
  });

  it("gives a piece in the hole of another its own holes", () => {
    const rows = ["1111111", "1000001", "1011101", "1010101", "1011101", "1000001", "1111111"];
    const [nested] = outlines(labelsOf(rows));
    expect(nested!.pieces.map(({ outer, holes }) => [outer[0], holes.map((hole) => hole[0])])).toEqual([
      [0, [6]],
      [2, [4]],
    ]);
  });

  it("is by ascending label, and takes -1 for background", () => {
    const found = outlines({ height: 1, width: 4, data: Int32Array.of(7, -1, 2, 7) });
    expect(found.map(({ label, pieces }) => [label, pieces.length])).toEqual([
      [2, 1],
      [7, 2],
    ]);
  });

  it("encloses as many pixels as the object has, and fills to the very labels", () => {
    fc.assert(
      fc.property(scattered(12), (plane) => {
        const filled = { ...plane, data: new Int32Array(plane.data.length) };
        for (const outline of outlines(plane)) {
          const rings = ringsOf(outline);
          const pixels = plane.data.filter((label) => label === outline.label).length;
          expect(rings.reduce((sum, ring) => sum + twiceSignedArea(ring), 0)).toBe(2 * pixels);
          expect(fillRings(filled, rings, outline.label)).toBe(pixels);
        }
        expect(filled.data).toEqual(plane.data);
      }),
    );
  });

  it("has four points for each of many squares", () => {
    const found = outlinesOf(lattice(20, 8, 5));
    expect(found).toHaveLength(400);
    expect(found.every((outline) => ringsOf(outline).every((ring) => ring.length === 8))).toBe(true);
  });
});

describe("fillRings", () => {
  const image = (): { height: number; width: number; data: Int32Array } => ({
    height: 4,
    width: 6,
    data: new Int32Array(24),
  });

  it("takes the pixels whose centres are inside, and none outside of the image", () => {
    const triangle = Float64Array.of(0, 0, 4, 0, 0, 4);
    const plane = image();
    expect(fillRings(plane, [triangle], 3)).toBe(6);
    expect([...plane.data.subarray(0, 6)]).toEqual([3, 3, 3, 0, 0, 0]);
    expect(fillRings(image(), [Float64Array.of(-5, -5, 50, -5, 50, 50, -5, 50)], 1)).toBe(24);
    expect(fillRings(image(), [Float64Array.of(-5, -5, -2, -5, -2, 50)], 1)).toBe(0);
  });

  it("gives each pixel to one of two outlines that share an edge", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 6, noNaN: true }),
        fc.double({ min: 0, max: 6, noNaN: true }),
        (top, bottom) => {
          const plane = image();
          const left = fillRings(plane, [Float64Array.of(0, 0, top, 0, bottom, 4, 0, 4)], 1);
          const right = fillRings(plane, [Float64Array.of(top, 0, 6, 0, 6, 4, bottom, 4)], 2);
          expect(left + right).toBe(24);
          expect(plane.data.every((value) => value > 0)).toBe(true);
        },
      ),
    );
  });

  it("has centres on edges inside by the one rule or the other", () => {
    const square = Float64Array.of(0.5, 0.5, 2.5, 0.5, 2.5, 2.5, 0.5, 2.5);
    const first = (rule: "right" | "left"): number => {
      const plane = image();
      expect(fillRings(plane, [square], 1, undefined, rule)).toBe(4);
      return plane.data.indexOf(1);
    };
    expect(first("right")).toBe(0);
    expect(first("left")).toBe(7);
  });

  it("leaves what is not free", () => {
    const plane = image();
    plane.data.fill(9, 0, 6);
    const square = Float64Array.of(0, 0, 2, 0, 2, 2, 0, 2);
    expect(fillRings(plane, [square], 1, (present) => present === 0)).toBe(2);
    expect(plane.data[0]).toBe(9);
  });
});

describe("isInRing", () => {
  it("is true inside, false outside and in a notch", () => {
    const notched = Float64Array.of(0, 0, 4, 0, 4, 4, 2, 1, 0, 4);
    expect(isInRing(notched, 0.5, 1)).toBe(true);
    expect(isInRing(notched, 2, 3)).toBe(false);
    expect(isInRing(notched, 5, 1)).toBe(false);
  });
});
