import { describe, expect, it } from "vitest";
import { convexShapes } from "../../test/fakes.js";
import type { Batch } from "../core/batch.js";
import { labelImage, type LabelImage } from "../core/labels.js";
import { random } from "../core/random.js";
import { starDistances } from "../starconvex/distances.js";
import { defaultAugmentOptions, type AugmentOptions } from "./augment.js";
import { batchProvider, type BatchOptions } from "./patches.js";
import { prepareSample, type PreparedSample } from "./samples.js";
import { edtProbability } from "./targets.js";

/** A sample whose grey value is its pixel's number, so that a patch tells where it was cut. */
const prepare = (labels: LabelImage): PreparedSample =>
  prepareSample({ name: "sample", labels, data: Float32Array.from(labels.data, (_, p) => p) });

const options: BatchOptions = {
  patch: 32,
  batch: 6,
  rays: 16,
  grid: 2,
  augment: "none",
  seed: 3,
  foregroundFraction: 0.9,
};
const still: AugmentOptions = { ...defaultAugmentOptions, gain: [1, 1], offset: 0, noise: 0 };
const labels = convexShapes(22, 36, true, random(6));
const sample = prepare(labels);

/** Pixel of the image under pixel (i, j) of patch n. */
const under = ({ image }: Batch, n: number, i: number, j: number): number => image[(n * 32 + i) * 32 + j]!;

/** Number of distances of patch n that differ from those of a patch by itself. */
function wrongDistances({ distances }: Batch, n: number, expected: Float32Array): number {
  const found = distances.subarray(n * expected.length, (n + 1) * expected.length);
  return found.reduce((wrong, distance, i) => wrong + (distance === expected[i] ? 0 : 1), 0);
}

describe("batchProvider", () => {
  it("depends on the seed and the step alone", () => {
    const [one, other] = [batchProvider([sample], options), batchProvider([sample], options)];
    other(0);
    other(7);
    expect(other(2)).toEqual(one(2));
    expect(one(2)).not.toEqual(one(3));
    expect(batchProvider([sample], { ...options, seed: 4 })(2)).not.toEqual(one(2));
  });

  it("cuts patches within the image, with whole probabilities and rays that end at the patch", () => {
    const whole = edtProbability(labels);
    let wrong = 0;
    const next = batchProvider([sample], options);
    const { width } = labels;
    for (let step = 0; step < 4; step++) {
      const batch = next(step);
      for (let n = 0; n < 6; n++) {
        const corner = under(batch, n, 0, 0);
        expect(under(batch, n, 31, 31)).toBe(corner + 31 * width + 31);
        const view = labelImage(
          32,
          32,
          Int32Array.from(
            { length: 1024 },
            (_, p) => labels.data[corner + Math.floor(p / 32) * width + (p % 32)]!,
          ),
        );
        const expected = starDistances(view, 16, 2);
        for (let point = 0; point < 16 * 16; point++) {
          const cell = n * 16 * 16 + point;
          const pixel = corner + 2 * Math.floor(point / 16) * width + 2 * (point % 16);
          if (batch.mask[cell] !== 1 || batch.probability[cell] !== whole[pixel]) wrong++;
        }
        expect(expected.length).toBe(16 * 16 * 16);
        wrong += wrongDistances(batch, n, expected);
      }
    }
    expect(wrong).toBe(0);
  });

  it("turns and mirrors image, probability and rays together", () => {
    const next = batchProvider([sample], { ...options, augment: still });
    const { height, width } = labels;
    const seen = new Set<string>();
    let wrong = 0;
    for (let step = 0; step < 8; step++) {
      const batch = next(step);
      for (let n = 0; n < 6; n++) {
        // Where a step down and a step right in the patch lead in the image.
        const [origin, down, right] = [under(batch, n, 0, 0), under(batch, n, 1, 0), under(batch, n, 0, 1)];
        seen.add(`${down - origin} ${right - origin}`);
        // The labels seen through the patch, by the grey values alone, and their distances by a plain call.
        const size = 32;
        const at = (i: number, j: number): number => {
          const y =
            Math.floor(origin / width) +
            i * Math.round((down - origin) / width) +
            j * Math.round((right - origin) / width);
          const x = (origin % width) + i * axis(down - origin) + j * axis(right - origin);
          return y >= 0 && y < height && x >= 0 && x < width ? labels.data[y * width + x]! : -1;
        };
        const axis = (d: number): number => (Math.abs(d) === 1 ? d : 0);
        const view = labelImage(
          size,
          size,
          Int32Array.from({ length: size * size }, (_, p) => at(Math.floor(p / size), p % size)),
        );
        const expected = starDistances(view, 16, 2);
        expect(expected.length).toBe(16 * 16 * 16);
        wrong += wrongDistances(batch, n, expected);
      }
    }
    expect([seen.size, wrong]).toEqual([8, 0]);
  });

  it("centres nine patches of ten on an object", () => {
    // One small object in the middle of a large image: a patch anywhere rarely holds it.
    const data = new Int32Array(300 * 300);
    for (let y = 148; y < 153; y++) data.fill(1, y * 300 + 148, y * 300 + 153);
    const next = batchProvider([prepare(labelImage(300, 300, data))], { ...options, grid: 1, batch: 50 });
    let hits = 0;
    for (let step = 0; step < 10; step++) {
      const { probability } = next(step);
      for (let n = 0; n < 50; n++)
        hits += probability.subarray(n * 1024, (n + 1) * 1024).some((v) => v > 0) ? 1 : 0;
    }
    // 0.9 of 500, and a few by chance: binomial, standard deviation 6.7.
    expect(hits).toBeGreaterThan(425);
    expect(hits).toBeLessThan(485);
  });

  it("mirrors an image smaller than the patch, and masks what lies beyond it", () => {
    const small = labelImage(20, 24, new Int32Array(480));
    for (let y = 5; y < 15; y++) small.data.fill(1, y * 24, y * 24 + 10);
    const { image, mask, probability, distances } = batchProvider([prepare(small)], {
      ...options,
      batch: 1,
      grid: 1,
    })(0);
    // 6 rows above and below, 4 columns left and right.
    expect(image[6 * 32 + 4]).toBe(0);
    expect(image[5 * 32 + 4]).toBe(24);
    expect(image[6 * 32 + 3]).toBe(1);
    expect([...image].every((v) => v >= 0 && v < 480)).toBe(true);
    const inside = Array.from({ length: 1024 }, (_, p) =>
      p >= 6 * 32 && p < 26 * 32 && p % 32 >= 4 && p % 32 < 28 ? 1 : 0,
    );
    expect([...mask]).toEqual(inside);
    expect(inside.every((here, p) => here === 1 || (probability[p] === 0 && distances[p] === 0))).toBe(true);
    // A ray ends where the image does: row 10, column 3 looks left (ray 8 of 16) over 3.5 px.
    expect(distances[8 * 1024 + 16 * 32 + 7]).toBe(3.5);
  });

  it("gives what nobody knows no weight and no distance", () => {
    const unknown = labelImage(40, 40, new Int32Array(1600).fill(-1));
    unknown.data.fill(0, 0, 800);
    const { mask, distances, probability } = batchProvider([prepare(unknown)], options)(1);
    expect(new Set(mask)).toEqual(new Set([0, 1]));
    expect(distances.every((v) => v === 0) && probability.every((v) => v === 0)).toBe(true);
  });

  it("draws images by the square root of their objects", () => {
    const one = prepare(
      labelImage(
        64,
        64,
        Int32Array.from({ length: 4096 }, (_, p) => (p % 64 < 5 ? 1 : 0)),
      ),
    );
    const many = prepareSample({
      name: "many",
      labels: convexShapes(10, 64, false, random(1)),
      data: new Float32Array(144 * 144).fill(-1),
    });
    const next = batchProvider([one, many], { ...options, batch: 90 });
    let fromMany = 0;
    for (let step = 0; step < 5; step++) {
      const { image } = next(step);
      for (let n = 0; n < 90; n++) if (image[n * 1024] === -1) fromMany++;
    }
    // 8 of 9 of 450; standard deviation 6.7.
    expect(Math.abs(fromMany - 400)).toBeLessThan(27);
  });

  it("scales and turns freely: distances grow with the patch, and stay in step with the labels", () => {
    const disc = labelImage(
      120,
      120,
      Int32Array.from({ length: 14400 }, (_, p) =>
        Math.hypot(Math.floor(p / 120) - 60, (p % 120) - 60) < 20.5 ? 1 : 0,
      ),
    );
    const next = batchProvider([prepare(disc)], {
      ...options,
      patch: 128,
      batch: 4,
      augment: { ...still, rotation: true, scale: [1.5, 1.5] },
      foregroundFraction: 1,
    });
    for (let step = 0; step < 3; step++) {
      const { distances, probability, image } = next(step);
      expect(image.every(Number.isFinite)).toBe(true);
      for (let cell = 0; cell < 4 * 4096; cell++) {
        const [n, at] = [Math.floor(cell / 4096), cell % 4096];
        const opposite = (k: number): number =>
          distances[(n * 16 + k) * 4096 + at]! + distances[(n * 16 + k + 8) * 4096 + at]!;
        if (probability[cell]! < 0.95) continue;
        // Near the centre every chord is a diameter: 41 px, enlarged to 61.5.
        for (let k = 0; k < 8; k++) expect(Math.abs(opposite(k) - 61.5)).toBeLessThan(2.5);
      }
    }
  });

  it("varies grey values within the ranges asked for, per patch", () => {
    const flat = prepareSample({ name: "flat", labels, data: new Float32Array(labels.data.length).fill(1) });
    const gains = new Set<number>();
    const next = batchProvider([flat], { ...options, augment: { ...defaultAugmentOptions, noise: 0 } });
    for (let step = 0; step < 10; step++) {
      const { image } = next(step);
      for (let n = 0; n < 6; n++) {
        const patch = new Set(image.subarray(n * 1024, (n + 1) * 1024));
        expect(patch.size).toBe(1);
        gains.add([...patch][0]!);
      }
    }
    expect(gains.size).toBe(60);
    expect(Math.min(...gains)).toBeGreaterThanOrEqual(0.5 - 1e-6);
    expect(Math.max(...gains)).toBeLessThanOrEqual(1.7 + 1e-6);
    expect(Math.max(...gains) - Math.min(...gains)).toBeGreaterThan(0.6);
  });

  it("adds noise of the size asked for", () => {
    const flat = prepareSample({ name: "flat", labels, data: new Float32Array(labels.data.length) });
    const { image } = batchProvider([flat], { ...options, batch: 64, augment: { ...still, noise: 0.3 } })(0);
    const deviations = Array.from({ length: 64 }, (_, n) =>
      Math.sqrt(image.subarray(n * 1024, (n + 1) * 1024).reduce((sum, v) => sum + v * v, 0) / 1024),
    );
    expect(Math.max(...deviations)).toBeLessThan(0.32);
    expect(Math.max(...deviations)).toBeGreaterThan(0.25);
    expect(Math.min(...deviations)).toBeLessThan(0.05);
  });

  it("refuses a patch that the grid does not divide, and no samples", () => {
    expect(() => batchProvider([sample], { ...options, patch: 33 })).toThrow(
      /patch: expected a multiple of 2 px/,
    );
    expect(() => batchProvider([], options)).toThrow(/samples/);
  });
});
