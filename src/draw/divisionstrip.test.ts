import { describe, expect, it } from "vitest";
import { labelImage, type LabelImage } from "../core/labels.js";
import type { Canvas } from "./canvas.js";
import { type DivisionCrop, divisionColours, divisionStrip } from "./divisionstrip.js";
import { ground } from "./legend.js";

/** A square of 8 px with this label in the middle of 16 x 16 px. */
function square(label: number): LabelImage {
  const data = new Int32Array(256);
  for (let y = 4; y < 12; y++) data.fill(label, 16 * y + 4, 16 * y + 12);
  return labelImage(16, 16, data);
}
const crop = (frame: number, label: number, grey: number): DivisionCrop => {
  const labels = square(label);
  const data = labels.data.map((value) => (value > 0 ? grey : 10));
  return { frame, labels, image: { height: 16, width: 16, data: Uint16Array.from(data) } };
};
const pixel = ({ data, width }: Canvas, y: number, x: number): number[] => [
  ...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
];

describe("divisionStrip", () => {
  it("draws frames side by side, with a wider gap where the division is", () => {
    const strip = divisionStrip([crop(3, 1, 50), crop(4, 1, 90), crop(5, 2, 90)], 32, 2);
    expect([strip.height, strip.width]).toEqual([32, 32 + 2 + 32 + 6 + 32]);
    // The outline of the mother, of the first daughter, and the white between them.
    expect(pixel(strip, 8, 16)).toEqual([...divisionColours.mother]);
    expect(pixel(strip, 8, 34 + 16)).toEqual([...divisionColours.mother]);
    expect(pixel(strip, 8, 72 + 16)).toEqual([...divisionColours.daughters[0]]);
    for (const x of [32, 33, 66, 71]) expect(pixel(strip, 16, x)).toEqual([255, 255, 255]);
  });

  it("gives all frames one contrast, so that a mother who gets brighter is seen to", () => {
    const strip = divisionStrip([crop(3, 1, 50), crop(4, 1, 90), crop(5, 3, 90)], 32, 2);
    const [before, last, after] = [0, 34, 72].map((left) => pixel(strip, 16, left + 16)[0]!);
    expect(before).toBeGreaterThan(70);
    expect(before).toBeLessThan(130);
    expect([last, after]).toEqual([204, 204]);
  });

  it("outlines others in grey, and never over the family", () => {
    const labels = square(4);
    // The second daughter beside the other nucleus.
    for (let y = 4; y < 12; y++) labels.data.fill(3, 16 * y + 8, 16 * y + 12);
    const strip = divisionStrip([{ frame: 0, labels }], 16, 1);
    expect(pixel(strip, 11, 4)).toEqual([...divisionColours.others]);
    expect(pixel(strip, 11, 8)).toEqual([...divisionColours.daughters[1]]);
    // The number of the frame is above. Filled, for there is no image.
    expect(pixel(strip, 10, 7)[0]).toBeGreaterThan(80);
    expect(pixel(strip, 14, 14)).toEqual([0, 0, 0]);
  });

  it("leaves a frame that the movie does not have empty, and a narrow crop in the middle", () => {
    const narrow: DivisionCrop = { frame: 1, labels: labelImage(16, 8, new Int32Array(128).fill(1)) };
    const strip = divisionStrip([undefined, narrow], 32, 1);
    expect(pixel(strip, 16, 16)).toEqual([...ground]);
    expect(pixel(strip, 16, 38 + 4)).toEqual([...ground]);
    expect(pixel(strip, 16, 38 + 27)).toEqual([...ground]);
    expect(pixel(strip, 16, 38 + 16)[0]).toBeGreaterThan(80);
  });
});
