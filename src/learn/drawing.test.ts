import { describe, expect, it } from "vitest";
import { labelImage } from "../core/labels.js";
import { prepareSample } from "../dataset/samples.js";
import { diametersOf } from "./drawing.js";

/** So many squares of `side` px, in a row. */
function squares(count: number, side: number): ReturnType<typeof prepareSample> {
  const [height, width] = [side + 2, count * (side + 2)];
  const labels = Int32Array.from({ length: height * width }, (_, i) => {
    const [y, x] = [Math.floor(i / width), i % width];
    return y >= 1 && y <= side && x % (side + 2) < side ? Math.floor(x / (side + 2)) + 1 : 0;
  });
  const image = labelImage(height, width, labels);
  return prepareSample({ name: `${side}`, data: new Float32Array(height * width), labels: image });
}

const diameterOf = (side: number): number => Math.sqrt((4 * side ** 2) / Math.PI);

describe("the sizes that a network is told to have learned", () => {
  it("are those of its images", () => {
    const { diameter, diameterRange } = diametersOf([squares(20, 12), squares(15, 8), squares(10, 20)]);
    expect(diameter).toBeCloseTo(diameterOf(12), 3);
    expect(diameterRange.low).toBeCloseTo(diameterOf(8), 3);
    expect(diameterRange.high).toBeCloseTo(diameterOf(20), 3);
    const one = diametersOf([squares(1, 12)]);
    expect(one.diameterRange).toEqual({ low: one.diameter, high: one.diameter });
  });

  it("are not those of an image whose only nucleus is dirt", () => {
    const images = [squares(1, 2), squares(50, 12), squares(40, 14), squares(1, 60)];
    const { diameterRange } = diametersOf(images);
    expect(diameterRange.low).toBeCloseTo(diameterOf(12), 3);
    expect(diameterRange.high).toBeCloseTo(diameterOf(14), 3);
  });
});
