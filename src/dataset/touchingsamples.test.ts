import { describe, expect, it } from "vitest";
import { lonelyNuclei } from "../../test/touching.js";
import { random } from "../core/random.js";
import { batchProvider } from "./patches.js";
import { pixelOfNumber } from "./pickedpixels.js";
import { patchWeight, type TrainingSample } from "./samples.js";
import { splitSamples } from "./holdout.js";
import { composedSamples } from "./touchingsamples.js";

const sample = (seed: number): TrainingSample => ({
  name: `image ${seed}`,
  scale: 1,
  ...lonelyNuclei({ diameter: 16, nuclei: 14, type: "uint8", noise: 2 }, random(seed)),
});

describe("composedSamples", () => {
  it("show nothing of what is held back", () => {
    const { training, validation } = splitSamples([sample(1), sample(2)], 0.2, random(3), { by: "blocks" });
    const { samples } = composedSamples(training, 0.5, random(1));
    expect(validation.length).toBe(2);
    expect(samples.length).toBe(12);
    for (const composed of samples) {
      const source = training.find(({ name }) => name === composed.name)!;
      expect(composed.labels.count).toBeGreaterThan(source.labels.count);
      expect(
        composed.labels.data.every((label, i) => (label === -1) === (source.labels.data[i] === -1)),
      ).toBe(true);
    }
  });

  it("get the share of the patches that was asked for, centred on nuclei that touch", () => {
    const { training } = splitSamples([sample(1), sample(2)], 0, random(3));
    const { samples } = composedSamples(training, 0.3, random(1));
    const total = (of: typeof samples): number => of.reduce((sum, one) => sum + patchWeight(one), 0);
    expect(total(samples) / (total(samples) + total(training))).toBeCloseTo(0.3, 9);
    for (const { centres, labels } of samples) {
      const numbers = Array.from({ length: centres.count }, (_, number) => number);
      const on = new Set(numbers.map((number) => labels.data[pixelOfNumber(labels, centres, number)]!));
      expect(on.size).toBeGreaterThan(1);
      expect(on.size).toBeLessThan(labels.count);
      expect(on.has(0)).toBe(false);
    }
    expect(
      batchProvider([...training, ...samples], {
        patch: 32,
        batch: 4,
        rays: 8,
        grid: 2,
        augment: "none",
        seed: 1,
        foregroundFraction: 1,
      })(0).image.length,
    ).toBe(4 * 32 * 32);
  });

  it("are none when none are wanted, and say why when none can be made", () => {
    const { training } = splitSamples([sample(1)], 0, random(3));
    expect(composedSamples(training, 0, random(1))).toEqual({ samples: [], notices: [] });
    const empty = training.map((one) => ({
      ...one,
      labels: { ...one.labels, data: one.labels.data.map(() => 0), count: 0 },
    }));
    expect(composedSamples(empty, 0.3, random(1))).toMatchObject({
      samples: [],
      notices: [expect.stringMatching(/fewer than two/)],
    });
  });
});
