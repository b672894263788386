import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mean } from "../../test/fakes.js";
import { lonelyNuclei, touchingPairs, type Scene } from "../../test/touching.js";
import type { Image } from "../core/image.js";
import { labelImage, type LabelImage } from "../core/labels.js";
import { random } from "../core/random.js";
import { areas, components } from "../imgproc/components.js";
import { distanceTransform } from "../imgproc/distance.js";
import { equivalentDiameter } from "../imgproc/regions.js";
import {
  composeTouching,
  defaultComposeOptions,
  type ComposedImage,
  type ComposeOptions,
} from "./touching.js";

const composeOnce = (
  { image, labels }: Scene,
  seed: number,
  options: Partial<ComposeOptions> = {},
): ComposedImage | undefined =>
  composeTouching(
    [{ name: "scene", image, labels }],
    { ...defaultComposeOptions, images: 1, ...options },
    random(seed),
  ).images[0];

const types = fc.constantFrom("uint8", "uint16", "float32");
const scenes = fc.record({
  diameter: fc.integer({ min: 8, max: 30 }),
  nuclei: fc.integer({ min: 4, max: 10 }),
  type: types,
  noise: fc.constantFrom(0, 3),
  seed: fc.nat(10_000),
});
const sceneOf = ({
  seed,
  ...options
}: {
  diameter: number;
  nuclei: number;
  type: "uint8" | "uint16" | "float32";
  noise: number;
  seed: number;
}): Scene => lonelyNuclei(options, random(seed));

/** A scene with a corner that nobody knows. */
function withUnknown({ image, labels }: Scene): Scene {
  const { height, width } = labels;
  const cut = new Set<number>();
  const inCorner = (i: number): boolean => i % width < width / 3 && Math.floor(i / width) < height / 3;
  labels.data.forEach((label, i) => {
    if (inCorner(i)) cut.add(label);
  });
  return {
    image,
    labels: labelImage(
      height,
      width,
      labels.data.map((label, i) => (inCorner(i) || (label > 0 && cut.has(label)) ? -1 : label)),
    ),
  };
}

/** Of each label the share of its pixels that were on nuclei before. */
function shareBefore(before: LabelImage, after: LabelImage): Float64Array {
  const on = new Float64Array(after.count + 1);
  after.data.forEach((label, i) => {
    if (label > 0 && before.data[i]! > 0) on[label]!++;
  });
  const all = areas(after);
  return on.map((n, label) => n / all[label]!);
}

/** 1 on the pasted nuclei: hardly any of their pixels was on a nucleus before. */
function pastedMask(before: LabelImage, after: LabelImage): Uint8Array {
  const share = shareBefore(before, after);
  return Uint8Array.from(after.data, (label) => (label > 0 && share[label]! < 0.5 ? 1 : 0));
}

const medianDiameter = (labels: LabelImage): number =>
  equivalentDiameter([...areas(labels).slice(1)].sort((a, b) => a - b)[labels.count >> 1]!);

describe("composeTouching", () => {
  it("keeps labels whole, apart, counted and off what is unknown", () => {
    let made = 0;
    fc.assert(
      fc.property(scenes, (options) => {
        const scene = withUnknown(sceneOf(options));
        const composed = composeOnce(scene, options.seed);
        if (composed === undefined) return;
        made++;
        const { labels, pairs, touching, pasted } = composed;
        const { height, width, data } = labels;
        const before = scene.labels.data;
        const known = [...new Set(before)].filter((label) => label > 0).length;
        expect(labels.count).toBe(known + pasted);
        for (let label = 1; label <= labels.count; label++) {
          expect(
            components(
              Uint8Array.from(data, (v) => (v === label ? 1 : 0)),
              height,
              width,
              4,
            ).count,
          ).toBe(1);
        }
        // What was unknown still is, and nothing became background.
        expect(
          before.every((label, i) => (label === -1) === (data[i] === -1) && !(label > 0 && data[i] === 0)),
        ).toBe(true);
        const mask = pastedMask(scene.labels, labels);
        const newLabels = new Set(data.filter((_, i) => mask[i] === 1));
        expect(newLabels.size).toBe(pasted);
        for (let i = 0; i < data.length; i++) {
          const border = i < width || i >= data.length - width || i % width === 0 || (i + 1) % width === 0;
          if (border) expect(mask[i]).toBe(0);
        }
        const found = [...touchingPairs(labels)]
          .map((pair) => pair.split(" ").map(Number))
          .filter((pair) => pair.some((label) => newLabels.has(label)));
        expect(found.length).toBe(pairs);
        expect(pairs).toBeGreaterThan(0);
        expect([...touching]).toEqual([...new Set(found.flat())].sort((a, b) => a - b));
      }),
      { numRuns: 60, seed: 7 },
    );
    expect(made).toBeGreaterThan(30);
  });

  it("changes no pixel farther from pasted nuclei than their glow, and no type or range", () => {
    fc.assert(
      fc.property(scenes, (options) => {
        const scene = sceneOf(options);
        const composed = composeOnce(scene, options.seed);
        if (composed === undefined) return;
        const { image, labels } = composed;
        expect(image.data.constructor).toBe(scene.image.data.constructor);
        const mask = pastedMask(scene.labels, labels);
        const away = distanceTransform(
          mask.map((m) => 1 - m),
          labels.height,
          labels.width,
        );
        const d = medianDiameter(scene.labels);
        // An outline may be cut where it is deeper in another nucleus: by less than a tenth of a diameter.
        const glow = Math.max(3, defaultComposeOptions.glow * d) + 0.1 * d + 1;
        const [low, high] = [Math.min(...scene.image.data), Math.max(...scene.image.data)];
        let wrong = 0;
        image.data.forEach((value, i) => {
          if (away[i]! > glow && value !== scene.image.data[i]) wrong++;
          if (value < low || value > high) wrong++;
        });
        expect(wrong).toBe(0);
      }),
      { numRuns: 40, seed: 3 },
    );
  });

  it("depends on the seed alone", () => {
    const scene = lonelyNuclei({ diameter: 20, nuclei: 8, type: "uint8", noise: 3 }, random(1));
    expect(composeOnce(scene, 5)).toEqual(composeOnce(scene, 5));
    expect(composeOnce(scene, 5)).not.toEqual(composeOnce(scene, 6));
  });

  it("leaves no rectangle, halo or change of noise around a pasted nucleus", () => {
    const ratios: number[] = [];
    const steps: number[] = [];
    for (let seed = 1; seed <= 6; seed++) {
      const scene = lonelyNuclei(
        { diameter: 24, nuclei: 8, type: seed % 2 === 0 ? "uint16" : "float32", noise: 4 },
        random(seed),
      );
      const { image, labels } = composeOnce(scene, seed, { apart: 1 })!;
      const mask = Uint8Array.from(labels.data, (label) => (label > 0 ? 0 : 1));
      const before = distanceTransform(
        Uint8Array.from(scene.labels.data, (label) => (label > 0 ? 0 : 1)),
        labels.height,
        labels.width,
      );
      const away = distanceTransform(mask, labels.height, labels.width);
      // Beyond the blurred edges (sigma 1 px) of all nuclei, but within the glow of pasted ones: 4 to 10 px.
      const ring = [...labels.data.keys()].filter((i) => away[i]! >= 4 && away[i]! <= 10 && before[i]! > 14);
      expect(ring.length).toBeGreaterThan(500);
      const unit = seed % 2 === 0 ? 100 : 0.01;
      const [old, now] = [
        ring.map((i) => scene.image.data[i]! / unit),
        ring.map((i) => image.data[i]! / unit),
      ];
      const variance = (values: number[]): number => mean(values.map((v) => (v - mean(values)) ** 2));
      steps.push(mean(now) - mean(old));
      ratios.push(variance(now) / variance(old));
    }
    // Noise of 4 over hundreds of pixels: the mean is known to 0.2, the background of each cutout to 0.3; the
    // variance to some 6 %.
    expect(Math.max(...steps.map(Math.abs))).toBeLessThan(0.6);
    expect(Math.abs(mean(steps))).toBeLessThan(0.3);
    expect(Math.abs(mean(ratios) - 1)).toBeLessThan(0.06);
    expect(Math.max(...ratios) - Math.min(...ratios)).toBeLessThan(0.3);
  });

  it("keeps saturated nuclei saturated, and adds up nothing beyond", () => {
    const { image, labels } = lonelyNuclei({ diameter: 24, nuclei: 8, type: "uint8", noise: 3 }, random(4));
    const bright: Image = {
      ...image,
      data: Uint8Array.from(image.data, (v) => Math.min(255, v > 60 ? 5 * v : v)),
    };
    const composed = composeOnce({ image: bright, labels }, 2)!;
    const mask = pastedMask(labels, composed.labels);
    const share = (of: Image, on: (i: number) => boolean): number =>
      mean([...of.data].filter((_, i) => on(i)).map((v) => (v === 255 ? 1 : 0)));
    const [before, after] = [
      share(bright, (i) => labels.data[i]! > 0),
      share(composed.image, (i) => mask[i] === 1),
    ];
    expect(before).toBeGreaterThan(0.8);
    expect(Math.abs(after - before)).toBeLessThan(0.08);
  });

  it.each([8, 40, 100])("works for nuclei of %i px", (diameter) => {
    const scene = lonelyNuclei({ diameter, nuclei: 5, type: "uint8", noise: 2 }, random(diameter));
    expect(composeOnce(scene, 1)!.pairs).toBeGreaterThan(0);
  });

  it("takes turns among images", () => {
    const sources = [1, 2, 3].map((seed) => ({
      name: `scene ${seed}`,
      ...lonelyNuclei({ diameter: 16, nuclei: 6, type: "uint8", noise: 2 }, random(seed)),
    }));
    const { images } = composeTouching(sources, { ...defaultComposeOptions, images: 5 }, random(1));
    expect(images.map(({ source }) => source)).toEqual([0, 1, 2, 0, 1]);
    expect(images[3]!.labels).not.toEqual(images[0]!.labels);
  });

  it("says why it made nothing: too few nuclei that are alone, or no room", () => {
    const scene = lonelyNuclei({ diameter: 20, nuclei: 6, type: "uint8", noise: 2 }, random(2));
    const only = { ...scene.labels, data: scene.labels.data.map((label) => (label === 1 ? 1 : 0)) };
    // Known to be background only within 12 px of the nuclei.
    const away = distanceTransform(
      scene.labels.data.reduce(
        (mask, label, i) => ((mask[i] = label > 0 ? 0 : 1), mask),
        new Uint8Array(scene.labels.data.length),
      ),
      only.height,
      only.width,
    );
    const crowded = {
      ...scene.labels,
      data: scene.labels.data.map((label, i) => (label === 0 && away[i]! > 12 ? -1 : label)),
    };
    const sources = [
      { name: "one", image: scene.image, labels: only },
      { name: "crowded", image: scene.image, labels: crowded },
    ];
    const { images, notices } = composeTouching(sources, { ...defaultComposeOptions, images: 2 }, random(1));
    expect(images).toEqual([]);
    expect(notices[0]).toMatch(/^one: fewer than two nuclei are alone .*\.$/);
    expect(notices[1]).toMatch(/^crowded: there is no room .*\.$/);
  });

  it("leaves out what has no value, and refuses labels of another size", () => {
    const { image, labels } = lonelyNuclei({ diameter: 20, nuclei: 6, type: "float32", noise: 2 }, random(2));
    const holed = {
      ...image,
      data: Float32Array.from(image.data, (v, i) => (i % image.width < 25 ? NaN : v)),
    };
    const composed = composeOnce({ image: holed, labels }, 3)!;
    expect([...composed.image.data].every((v, i) => Number.isNaN(v) === Number.isNaN(holed.data[i]!))).toBe(
      true,
    );
    expect(
      composed.labels.data.every(
        (label, i) => !Number.isNaN(holed.data[i]!) || label > 0 === labels.data[i]! > 0,
      ),
    ).toBe(true);
    expect(() => composeOnce({ image, labels: labelImage(2, 2, new Int32Array(4)) }, 1)).toThrow(
      /labels of scene: expected \d+ x \d+ px/,
    );
  });
});
