import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scattered } from "../../test/planes.js";
import { labelImage } from "../core/labels.js";
import { fillRings } from "../geometry/fillrings.js";
import { type Outline, type Ring, twiceSignedArea } from "../geometry/outlines.js";
import { smoothOutlinesOf } from "./smoothoutlines.js";

const ringsOf = ({ pieces }: Outline): Ring[] => pieces.flatMap(({ outer, holes }) => [outer, ...holes]);
const areaOf = (outline: Outline): number =>
  ringsOf(outline).reduce((sum, ring) => sum + twiceSignedArea(ring) / 2, 0);
const lengthOf = (ring: Ring): number => {
  let sum = 0;
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2)
    sum += Math.hypot(ring[i]! - ring[j]!, ring[i + 1]! - ring[j + 1]!);
  return sum;
};
const discOf = (size: number, cy: number, cx: number, radius: number): Int32Array =>
  Int32Array.from({ length: size * size }, (_, p) =>
    Math.hypot(Math.floor(p / size) - cy, (p % size) - cx) < radius ? 1 : 0,
  );

describe("smoothOutlinesOf", () => {
  it("fills to the very labels, whatever they are, at the border, too", () => {
    fc.assert(
      fc.property(scattered(12), ({ height, width, data }) => {
        const filled = { height, width, data: new Int32Array(data.length) };
        for (const outline of smoothOutlinesOf(labelImage(height, width, data)))
          fillRings(filled, ringsOf(outline), outline.label);
        expect(filled.data).toEqual(data);
      }),
    );
  });

  it("has the area of a disc and its length, where steps of pixels are a quarter too long", () => {
    for (const radius of [6.3, 12.1, 25.7]) {
      const [outline] = smoothOutlinesOf(labelImage(64, 64, discOf(64, 31.4, 32.2, radius)));
      const [ring] = ringsOf(outline!);
      expect(Math.abs(areaOf(outline!) / (Math.PI * radius ** 2) - 1)).toBeLessThan(0.02);
      expect(Math.abs(lengthOf(ring!) / (2 * Math.PI * radius) - 1)).toBeLessThan(0.02);
    }
  });

  it("lies within three quarters of a pixel of a disc's edge", () => {
    const [outline] = smoothOutlinesOf(labelImage(64, 64, discOf(64, 31.4, 32.2, 20)));
    const [ring] = ringsOf(outline!);
    for (let i = 0; i < ring!.length; i += 2)
      expect(Math.abs(Math.hypot(ring![i]! - 32.7, ring![i + 1]! - 31.9) - 20)).toBeLessThan(0.75);
  });

  it("ends on the border of the image", () => {
    const [outline] = smoothOutlinesOf(labelImage(20, 20, discOf(20, 0, 10, 6)));
    const ys = ringsOf(outline!)[0]!.filter((_, i) => i % 2 === 1);
    expect(Math.min(...ys)).toBe(0);
  });

  it("keeps holes, and pieces that meet at a corner apart", () => {
    const rows = ["111110", "100010", "101010", "100010", "111110", "000001"];
    const data = Int32Array.from(rows.join(""), Number);
    const [outline] = smoothOutlinesOf(labelImage(6, 6, data));
    expect(outline!.pieces.map(({ holes }) => holes.length)).toEqual([1, 0, 0]);
  });
});
