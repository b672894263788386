import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Plane, sizes, symmetries, turned } from "../../test/planes.js";
import type { Image, PixelData } from "../core/image.js";
import { simulatePresets } from "../simulate/options.js";
import { simulate } from "../simulate/simulate.js";
import { estimateScale } from "./scale.js";

const imageOf = (height: number, width: number, data: PixelData): Image => ({ height, width, data });
const frame = (height: number, width: number): Image => simulate({ ...simulatePresets.mdck, height, width, frames: 1, bits: 16 }).image(0);

describe("estimateScale", () => {
  // The image is halved as the size grows; where a side is odd, its last pixels stand alone, at the other end after a flip.
  it.each([[256, 320, 1e-6], [251, 307, 0.02]])("finds the same size after flips and transposes, of %i x %i px", (height, width, tolerance) => {
    const image = frame(height, width);
    const here = estimateScale(image);
    expect(here.diameter).toBeGreaterThan(20);
    for (const symmetry of symmetries) {
      const there = estimateScale(turned(image as Image & Plane, symmetry));
      expect(Math.abs(there.diameter / here.diameter - 1)).toBeLessThan(tolerance);
      expect(there.background).toBe(here.background);
      expect(there.saturation).toBe(here.saturation);
      expect(there.noise / here.noise).toBeCloseTo(1, 9);
    }
  });

  it("finds the same size whatever the offset and gain of the camera, and scales background and noise with them", () => {
    const image = frame(200, 240);
    const here = estimateScale(image);
    for (const [gain, offset] of [[3, 0], [0.01, 0], [0.5, 1000], [1e-4, -0.2]] as const) {
      const there = estimateScale({ ...image, data: Float32Array.from(image.data, (value) => gain * value + offset) });
      // float32 keeps 24 bits of a value.
      expect(there.diameter / here.diameter).toBeCloseTo(1, 4);
      expect(there.background).toBeCloseTo(gain * here.background + offset, 3);
      expect(there.noise / (gain * here.noise)).toBeCloseTo(1, 3);
    }
  });

  it.each<[string, Image]>([
    ["no pixel", imageOf(0, 0, new Uint8Array(0))], ["one pixel", imageOf(1, 1, Uint8Array.of(255))],
    ["one row", imageOf(1, 90, Uint8Array.from({ length: 90 }, (_, i) => i))], ["one column", imageOf(90, 1, Uint8Array.from({ length: 90 }, (_, i) => i))],
    ["black", imageOf(40, 50, new Uint8Array(2000))], ["white", imageOf(40, 50, new Uint16Array(2000).fill(65535))],
    ["NaN", imageOf(40, 50, new Float32Array(2000).fill(NaN))], ["infinity", imageOf(40, 50, new Float32Array(2000).fill(-Infinity))],
  ])("has no diameter, and says why, for an image of %s", (_, image) => {
    const { diameter, warnings, background, noise } = estimateScale(image);
    expect(diameter).toBeNaN();
    expect(warnings).toHaveLength(1);
    expect(Number.isFinite(background) && Number.isFinite(noise)).toBe(true);
    // A diameter that is given is kept.
    expect(estimateScale(image, { diameter: 17 }).diameter).toBe(17);
  });

  it("does the same with holes as without, where they are few, and warns of saturation", () => {
    const image = frame(200, 240);
    const holed = Float32Array.from(image.data, (value, i) => (i % 97 === 0 ? NaN : value));
    expect(estimateScale({ ...image, data: holed }).diameter / estimateScale(image).diameter).toBeCloseTo(1, 1);
    const clipped = estimateScale({ ...image, data: image.data.map((value) => Math.min(value, 4000)) });
    expect(clipped.saturation).toBeGreaterThan(0.05);
    expect(clipped.warnings.join(" ")).toMatch(/saturated/);
  });

  it("answers with finite numbers, and a diameter that fits the image or none, for any image", () => {
    fc.assert(
      fc.property(sizes(40), fc.integer({ min: 0, max: 2 ** 31 }), ({ height, width }, seed) => {
        const data = Float32Array.from({ length: height * width }, (_, i) => (((i + 1) * seed) % 1009) - 300);
        const { diameter, background, noise, saturation, signal } = estimateScale(imageOf(height, width, data));
        for (const value of [background, noise, saturation, signal]) expect(Number.isFinite(value)).toBe(true);
        expect(saturation >= 0 && saturation <= 1 && noise >= 0).toBe(true);
        // Half a step of 1.25 more than the largest searched, for the vertex may lie beside it.
        if (!Number.isNaN(diameter)) expect(diameter >= 5 && diameter <= 0.6 * Math.min(height, width) * 1.25).toBe(true);
      }),
    );
  });
});
