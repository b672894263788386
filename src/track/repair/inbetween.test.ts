import { describe, expect, it } from "vitest";
import { nucleiOf } from "../../../test/spots.js";
import { type LabelImage, labelImage } from "../../core/labels.js";
import { measure } from "../../imgproc/regions.js";
import { type Crop, cropOf } from "./labelcrop.js";
import { countLabels, depth, shapeAt, shapeBetween } from "./inbetween.js";

const size = 60;

function disc(y: number, x: number, radius: number): LabelImage {
  const data = Int32Array.from({ length: size * size }, (_, p) =>
    Math.hypot(Math.floor(p / size) - y, (p % size) - x) <= radius ? 1 : 0,
  );
  return labelImage(size, size, data);
}
const whole = (image: LabelImage): Crop => cropOf(image, [30, 30], size);

describe("shapeAt", () => {
  it("is the outline at another place", () => {
    const image = disc(20, 20, 8);
    const nuclei = measure(image);
    const shape = shapeAt(whole(image), nuclei, 0, [30, 35]);
    expect(shape.area).toBe(nuclei.area[0]);
    expect(countLabels(shape, whole(disc(30, 35, 8)))).toEqual(new Map([[1, nuclei.area[0]]]));
  });

  it("counts only what lies in the image", () => {
    const image = disc(20, 20, 8);
    const shape = shapeAt(whole(image), measure(image), 0, [20, 0]);
    const counts = [...countLabels(shape, whole(image)).values()].reduce((a, b) => a + b, 0);
    expect(counts).toBeLessThan(0.6 * shape.area);
    expect(counts).toBeGreaterThan(0.4 * shape.area);
  });

  it("is a pixel where an object is not where its row says", () => {
    const shape = shapeAt(whole(disc(20, 20, 8)), nucleiOf([{ t: 0, y: 50, x: 50 }]), 0, [30, 35]);
    expect([shape.area, shape.y, shape.x]).toEqual([1, 30, 35]);
  });
});

describe("shapeBetween", () => {
  it("lies between both in place and size, the nearer one in time the likelier", () => {
    const [first, last] = [disc(20, 15, 6), disc(20, 35, 10)];
    const spots = [measure(first), measure(last, { frame: 4 })];
    const nuclei = nucleiOf(
      spots.map(({ y, x, area }, k) => ({ t: 4 * k, y: y[0]!, x: x[0]!, area: area[0]! })),
    );
    const shapes = [1, 2, 3].map((frame) =>
      shapeBetween((t) => whole(t === 0 ? first : last), nuclei, 0, 1, frame),
    );
    expect(shapes.map(({ x }) => x)).toEqual([20, 25, 30]);
    const radii = shapes.map(({ area }) => Math.sqrt(area / Math.PI));
    [7, 8, 9].forEach((radius, k) => expect(Math.abs(radii[k]! - radius)).toBeLessThan(0.4));
  });
});

describe("depth", () => {
  it("falls with the distance to the outline, far beyond the shape's window, too", () => {
    const image = disc(30, 30, 8);
    const shape = shapeAt(whole(image), measure(image), 0, [30, 30]);
    for (const [dy, dx] of [
      [0, 1],
      [1, 0],
      [-1, 0],
      [0.6, -0.8],
      [0.8, 0.6],
    ] as const) {
      for (const distance of [0, 5, 10, 20, 40]) {
        const [y, x] = [Math.round(30 + distance * dy), Math.round(30 + distance * dx)];
        const truth = 8 - Math.hypot(y - 30, x - 30);
        // From the corner of the window the way is not straight: 4 px more at most for this radius.
        expect(Math.abs(depth(shape, y, x) - truth), `${distance} px to ${dy}, ${dx}`).toBeLessThan(4);
      }
    }
    for (let x = 30; x < 90; x++) expect(depth(shape, 33, x + 1)).toBeLessThan(depth(shape, 33, x));
  });
});
