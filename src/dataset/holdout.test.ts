import { describe, expect, it } from "vitest";
import { convexShapes } from "../../test/fakes.js";
import { labelImage } from "../core/labels.js";
import { random } from "../core/random.js";
import type { TrainingSample } from "./samples.js";
import { labelsOf } from "./pickedpixels.js";
import { splitSamples } from "./holdout.js";

const sample = (i: number, objects = 16): TrainingSample => {
  const labels = convexShapes(16, objects, false, random(i));
  const { height, width, data } = labels;
  return {
    name: `image ${i}`,
    image: { height, width, data: Uint16Array.from(data, (v, p) => 100 * v + (p % 13)) },
    labels,
    scale: 1,
  };
};

const empty = (i: number): TrainingSample => ({
  ...sample(i),
  labels: labelImage(116, 116, new Int32Array(116 * 116)),
});
const names = (list: readonly { name: string }[]): string[] => list.map(({ name }) => name);

describe("splitSamples by images", () => {
  const samples = Array.from({ length: 20 }, (_, i) => sample(i));

  it("holds back a share of the images, each on one side only, in their order", () => {
    const { training, validation } = splitSamples(samples, 0.15, random(1));
    expect([training.length, validation.length]).toEqual([17, 3]);
    expect(new Set([...names(training), ...names(validation)]).size).toBe(20);
    expect(names(training)).toEqual(names(samples).filter((name) => names(training).includes(name)));
  });

  it("depends on the seed alone", () => {
    const held = (seed: number): string[] => names(splitSamples(samples, 0.15, random(seed)).validation);
    expect(held(1)).toEqual(held(1));
    expect(new Set([1, 2, 3, 4].map((seed) => held(seed).join()))).not.toHaveProperty("size", 1);
  });

  it("does not judge by images without objects", () => {
    const { training, validation } = splitSamples(
      [sample(1), ...Array.from({ length: 9 }, (_, i) => empty(i)), sample(2)],
      0.1,
      random(3),
    );
    expect(validation.some(({ labels }) => labels.count > 0)).toBe(true);
    expect(training.some(({ labels }) => labels.count > 0)).toBe(true);
  });

  it("keeps everything for training when nothing can be spared", () => {
    const one = splitSamples([sample(1), ...Array.from({ length: 9 }, (_, i) => empty(i))], 0.1, random(3));
    expect([one.training.length, one.validation.length]).toEqual([10, 0]);
    const none = splitSamples(samples, 0, random(1));
    expect([none.training.length, none.validation.length]).toEqual([20, 0]);
  });
});

describe("splitSamples by blocks", () => {
  it("shows no pixel of an object to both sides", () => {
    for (const seed of [1, 2, 3]) {
      const whole = sample(seed, 100);
      const { training, validation } = splitSamples([whole], 0.2, random(seed));
      const [trained, held] = [training[0]!, validation[0]!];
      expect(held.height * held.width).toBeGreaterThan(0.18 * trained.height * trained.width);
      expect(held.height * held.width).toBeLessThan(0.22 * trained.height * trained.width);
      // Where the block lies, by the grey values, which are unique enough.
      const corners = [
        [0, 0],
        [0, trained.width - held.width],
        [trained.height - held.height, 0],
        [trained.height - held.height, trained.width - held.width],
      ];
      const at = corners.filter(([y, x]) =>
        held.data.every(
          (v, p) =>
            v === trained.data[(y! + Math.floor(p / held.width)) * trained.width + x! + (p % held.width)],
        ),
      );
      expect(at.length).toBe(1);
      const [y0, x0] = at[0] as [number, number];
      let ignored = 0;
      for (let y = 0; y < held.height; y++) {
        for (let x = 0; x < held.width; x++) {
          expect(trained.labels.data[(y0 + y) * trained.width + x0 + x]).toBe(-1);
          if (held.labels.data[y * held.width + x] === -1) ignored++;
        }
      }
      // Objects on the boundary are unknown to both; all others are known to exactly one.
      const [a, b] = [trained.labels.count, held.labels.count];
      expect(a + b).toBeLessThan(100);
      expect(a + b).toBeGreaterThan(85);
      expect(ignored).toBeGreaterThan(0);
      expect(b).toBeGreaterThan(8);
      expect(
        areasOf(labelsOf(trained.labels).data)
          .concat(areasOf(labelsOf(held.labels).data))
          .every((area) => areasOf(whole.labels.data).includes(area)),
      ).toBe(true);
    }
  });

  it("takes the same corner in every frame of a movie", () => {
    const frames = Array.from({ length: 8 }, (_, i) => ({ ...sample(5, 64), name: `frame ${i}` }));
    const { training, validation } = splitSamples(frames, 0.2, random(1), { by: "blocks" });
    expect([training.length, validation.length]).toEqual([8, 8]);
    for (const { labels } of validation) expect(labels).toEqual(validation[0]!.labels);
  });
});

describe("samples", () => {
  it("are brought to the network's scale, image and labels alike", () => {
    const { training } = splitSamples([{ ...sample(1), scale: 2 }], 0, random(1));
    expect([training[0]!.height, training[0]!.width]).toEqual([232, 232]);
    expect(training[0]!.labels.count).toBe(16);
    expect(training[0]!.centres.count).toBe(4 * sample(1).labels.data.filter((v) => v > 0).length);
  });

  it("are unknown where the image has no value", () => {
    const { image, labels, ...rest } = sample(1);
    const data = Float32Array.from(image.data);
    data.fill(NaN, 0, 116);
    const { training } = splitSamples([{ ...rest, labels, image: { ...image, data } }], 0, random(1));
    expect(training[0]!.labels.data.subarray(0, 116).every((v) => v === -1)).toBe(true);
    expect(training[0]!.data.some(Number.isNaN)).toBe(false);
  });

  it("are refused when labels and image differ in size, and when there are none", () => {
    expect(() =>
      splitSamples([{ ...sample(1), labels: labelImage(2, 2, new Int32Array(4)) }], 0.1, random(1)),
    ).toThrow(/labels of image 1/);
    expect(() => splitSamples([], 0.1, random(1))).toThrow(/at least one/);
    expect(() => splitSamples([sample(1)], 0.9, random(1))).toThrow(/validation fraction/);
  });
});

function areasOf(data: Int32Array): number[] {
  const areas = new Map<number, number>();
  for (const label of data) if (label > 0) areas.set(label, (areas.get(label) ?? 0) + 1);
  return [...areas.values()];
}
