import { describe, expect, it } from "vitest";
import { simulate } from "../simulate/simulate.js";
import { type SimulateOptions, simulatePresets } from "../simulate/scene.js";
import { darknessWarning, maskWarning } from "./likeness.js";
import { preparePixels } from "./prepare.js";

const [height, width] = [160, 160];
const scene = (options: Partial<SimulateOptions>): ReturnType<typeof simulate> =>
  simulate({ ...simulatePresets.easy, height, width, frames: 1, diameter: 20, seed: 7, ...options });

describe("maskWarning", () => {
  it("is told of masks and of label images, and not of images", () => {
    const movie = scene({ coverage: 0.3 });
    const labels = Uint16Array.from(movie.labels(0).data);
    expect(maskWarning({ height, width, data: labels })).toMatch(/as in a label image/);
    const mask = labels.map((label) => Math.min(1, label));
    expect(maskWarning({ height, width, data: mask })).toMatch(/two values only/);
    const data = Uint8Array.from(movie.image(0).data);
    expect(maskWarning({ height, width, data })).toBeUndefined();
    // A few grey values lie all over the image.
    expect(maskWarning({ height, width, data: data.map((value) => value & 0xe0) })).toBeUndefined();
    expect(maskWarning({ height, width, data: new Uint8Array(height * width) })).toBeUndefined();
  });
});

describe("darknessWarning", () => {
  it.each([0.1, 0.3, 0.5, 0.65])(
    "is told of dark nuclei, and not of bright ones, at a coverage of %d",
    (coverage) => {
      const data = Uint8Array.from(scene({ coverage }).image(0).data);
      const told = (values: Uint8Array): string | undefined => {
        const image = { height, width, data: values };
        return darknessWarning(image, preparePixels(image), 18);
      };
      expect(told(data)).toBeUndefined();
      if (coverage <= 0.3) expect(told(data.map((value) => 255 - value))).toMatch(/invert the image/);
    },
  );
});
