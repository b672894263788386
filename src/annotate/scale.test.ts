import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differing, type Plane, sizes, symmetries, turned } from "../../test/planes.js";
import type { Image, PixelData } from "../core/image.js";
import { random } from "../core/random.js";
import { simulatePresets } from "../simulate/scene.js";
import { simulate } from "../simulate/simulate.js";
import { annotateAuto } from "./auto.js";
import { estimateIntensity, estimateScale } from "./scale.js";

const imageOf = (height: number, width: number, data: PixelData): Image => ({ height, width, data });
const frame = (height: number, width: number): Image =>
  simulate({ ...simulatePresets.mdck, height, width, frames: 1, bits: 16 }).image(0);

describe("estimateScale", () => {
  // The image is halved as the size grows; where a side is odd, its last pixels stand alone, at the other end
  // after a flip.
  it.each([
    [256, 320, 1e-6],
    [251, 307, 0.02],
  ])("finds the same size after flips and transposes, of %i x %i px", (height, width, tolerance) => {
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

  it(
    "finds the same size whatever the offset and gain of the camera, and scales background and " +
      "noise with them",
    () => {
      const image = frame(200, 240);
      const here = estimateScale(image);
      for (const [gain, offset] of [
        [3, 0],
        [0.01, 0],
        [0.5, 1000],
        [1e-4, -0.2],
      ] as const) {
        const there = estimateScale({
          ...image,
          data: Float32Array.from(image.data, (value) => gain * value + offset),
        });
        // float32 keeps 24 bits of a value.
        expect(there.diameter / here.diameter).toBeCloseTo(1, 4);
        expect(there.background).toBeCloseTo(gain * here.background + offset, 3);
        expect(there.noise / (gain * here.noise)).toBeCloseTo(1, 3);
      }
    },
  );

  it.each<[string, Image]>([
    ["no pixel", imageOf(0, 0, new Uint8Array(0))],
    ["one pixel", imageOf(1, 1, Uint8Array.of(255))],
    [
      "one row",
      imageOf(
        1,
        90,
        Uint8Array.from({ length: 90 }, (_, i) => i),
      ),
    ],
    [
      "one column",
      imageOf(
        90,
        1,
        Uint8Array.from({ length: 90 }, (_, i) => i),
      ),
    ],
    ["black", imageOf(40, 50, new Uint8Array(2000))],
    ["white", imageOf(40, 50, new Uint16Array(2000).fill(65535))],
    ["NaN", imageOf(40, 50, new Float32Array(2000).fill(NaN))],
    ["infinity", imageOf(40, 50, new Float32Array(2000).fill(-Infinity))],
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
    expect(estimateScale({ ...image, data: holed }).diameter / estimateScale(image).diameter).toBeCloseTo(
      1,
      1,
    );
    const clipped = estimateScale({ ...image, data: image.data.map((value) => Math.min(value, 4000)) });
    expect(clipped.saturation).toBeGreaterThan(0.05);
    expect(clipped.warnings.join(" ")).toMatch(/saturated/);
  });

  it("answers with finite numbers, and a diameter that fits the image or none, for any image", () => {
    fc.assert(
      fc.property(sizes(40), fc.integer({ min: 0, max: 2 ** 31 }), ({ height, width }, seed) => {
        const data = Float32Array.from({ length: height * width }, (_, i) => (((i + 1) * seed) % 1009) - 300);
        const { diameter, background, noise, saturation, signal } = estimateScale(
          imageOf(height, width, data),
        );
        for (const value of [background, noise, saturation, signal])
          expect(Number.isFinite(value)).toBe(true);
        expect(saturation >= 0 && saturation <= 1 && noise >= 0).toBe(true);
        // Half a step of 1.25 more than the largest searched, for the vertex may lie beside it.
        if (!Number.isNaN(diameter))
          expect(diameter >= 5 && diameter <= 0.6 * Math.min(height, width) * 1.25).toBe(true);
      }),
    );
  });

  it("finds the same size and the same nuclei in values of a billionth", () => {
    const image = frame(200, 240);
    const [here, there] = [1, 1e-9].map((gain) =>
      annotateAuto({ ...image, data: Float32Array.from(image.data, (value) => gain * value) }),
    );
    // float32 keeps 24 bits of a value.
    expect(Number(there!.settings["diameter"]) / Number(here!.settings["diameter"])).toBeCloseTo(1, 6);
    expect(here!.labels.count).toBeGreaterThan(10);
    expect(differing(there!.candidates.data, here!.candidates.data)).toBe(0);
    expect(differing(there!.labels.data, here!.labels.data)).toBe(0);
  });

  it("sizes what it sees of an image of which half has no value", () => {
    const image = frame(256, 256);
    const [half, width] = [128, 256];
    const data = Float32Array.from(image.data, (value, i) => (i % width < half ? value : NaN));
    const seen = imageOf(
      256,
      half,
      Float32Array.from(
        { length: 256 * half },
        (_, i) => image.data[Math.floor(i / half) * width + (i % half)]!,
      ),
    );
    const [there, here] = [estimateScale({ ...image, data }), estimateScale(seen)];
    // The nuclei cut by the edge of the hole look a little smaller or larger.
    expect(Math.abs(there.diameter / here.diameter - 1)).toBeLessThan(0.05);
    expect(there.background / here.background).toBeCloseTo(1, 1);
  });
});

/** Disks of one diameter with a soft edge on a lattice, jittered, in a noisy image. */
function lattice(
  height: number,
  width: number,
  diameter: number,
): { image: Image; centres: readonly (readonly [number, number])[] } {
  const rng = random(diameter);
  const pitch = Math.ceil(2 * diameter);
  const data = Uint16Array.from({ length: height * width }, () => 200 + rng.integer(20));
  const centres: (readonly [number, number])[] = [];
  for (let top = 0; top + pitch <= height; top += pitch) {
    for (let left = 0; left + pitch <= width; left += pitch) {
      const [cy, cx, bright] = [
        top + pitch / 2 + rng.uniform(-1, 1),
        left + pitch / 2 + rng.uniform(-1, 1),
        rng.uniform(600, 1200),
      ];
      for (let y = top; y < top + pitch; y++)
        for (let x = left; x < left + pitch; x++)
          data[y * width + x]! += Math.round(
            bright / (1 + Math.exp((Math.hypot(y - cy, x - cx) - diameter / 2) / 0.7)),
          );
      centres.push([cy, cx]);
    }
  }
  return { image: imageOf(height, width, data), centres };
}

describe("estimateScale of a large image", () => {
  // From 1024 x 1024 px on, the size is looked for at half of the resolution first.
  it.each([8, 12, 20, 41])("finds what it finds at full resolution: %i px", (diameter) => {
    const { image } = lattice(1024, 1024, diameter);
    const whole = estimateScale(image);
    const nearly = estimateScale(imageOf(1023, 1024, image.data.subarray(0, 1023 * 1024)));
    expect(Math.abs(whole.diameter / nearly.diameter - 1)).toBeLessThan(0.03);
    expect(Math.abs(whole.diameter / diameter - 1)).toBeLessThan(0.15);
    expect(Math.abs(whole.signal / nearly.signal - 1)).toBeLessThan(0.3);
  });

  it("still finds nuclei of 8 px, each of four thousand", () => {
    const { image, centres } = lattice(1024, 1024, 8);
    const { labels } = annotateAuto(image);
    const found = new Set(
      centres
        .map(([y, x]) => labels.data[Math.round(y) * 1024 + Math.round(x)]!)
        .filter((label) => label > 0),
    );
    expect(centres).toHaveLength(4096);
    expect(found.size).toBeGreaterThan(0.99 * centres.length);
    expect(labels.count).toBeLessThan(1.01 * centres.length);
  });

  it("sees nothing in noise alone at any resolution", () => {
    const rng = random(7);
    const data = Uint16Array.from({ length: 1024 * 1024 }, () => 500 + rng.normal(0, 30));
    expect(estimateScale(imageOf(1024, 1024, data)).diameter).toBeNaN();
  });
});

describe("estimateLight", () => {
  /** Squares of 120 on 20, an eighth of the image. */
  const squares = (noise: number): Uint8Array => {
    const rng = random(3);
    return Uint8Array.from(
      { length: 80 * 80 },
      (_, i) =>
        (i % 8 === 0 && Math.floor(i / 80) >= 40 ? 100 : i % 80 < 10 ? 100 : 0) + 20 + rng.normal(0, noise),
    );
  };

  it("takes for brightness the median of what stands out, above the background", () => {
    expect(estimateIntensity(imageOf(80, 80, squares(0)))).toMatchObject({ background: 20, brightness: 100 });
    const noisy = estimateIntensity(imageOf(80, 80, squares(4)));
    // The background is a low percentile: 1.28 deviations below the middle.
    expect(noisy.brightness).toBeGreaterThan(97);
    expect(noisy.brightness).toBeLessThan(108);
    const [gain, offset] = [7, 300];
    const brighter = estimateIntensity(
      imageOf(
        80,
        80,
        Float32Array.from(squares(4), (value) => gain * value + offset),
      ),
    );
    expect(brighter.brightness / noisy.brightness).toBeCloseTo(gain, 3);
  });

  it("has no brightness where nothing stands out of the noise, and no light where there is no number", () => {
    const rng = random(5);
    expect(
      estimateIntensity(
        imageOf(
          100,
          100,
          Uint16Array.from({ length: 10_000 }, () => 900 + rng.uniform(-20, 20)),
        ),
      ).brightness,
    ).toBe(0);
    expect(estimateIntensity(imageOf(10, 10, new Uint8Array(100).fill(9)))).toMatchObject({
      background: 9,
      noise: 0,
      brightness: 0,
    });
    const none = { background: 0, noise: 0, brightness: 0, saturation: 0 };
    expect(estimateIntensity(imageOf(10, 10, new Float32Array(100).fill(NaN)))).toMatchObject(none);
    expect(estimateIntensity(imageOf(0, 0, new Uint8Array(0)))).toMatchObject(none);
  });

  it("measures noise and brightness where there are numbers, whatever share has none", () => {
    const rng = random(6);
    const whole = Float32Array.from(
      { length: 64 * 64 },
      (_, i) => 100 + rng.normal(0, 10) + (i % 16 === 0 ? 500 : 0),
    );
    const half = whole.map((value, i) => (i % 64 < 32 ? value : NaN));
    const [all, some] = [estimateIntensity(imageOf(64, 64, whole)), estimateIntensity(imageOf(64, 64, half))];
    expect(some.noise / all.noise).toBeGreaterThan(0.9);
    expect(some.noise / all.noise).toBeLessThan(1.1);
    expect(some.brightness / all.brightness).toBeGreaterThan(0.97);
    expect(some.brightness / all.brightness).toBeLessThan(1.03);
  });
});
