import { describe, expect, it } from "vitest";
import { differing, partition } from "../../test/planes.js";
import { InvalidInput } from "../core/errors.js";
import { labelImage, type LabelImage } from "../core/labels.js";
import { simulateMosaic } from "./mosaic.js";
import { simulatePresets, type SimulateOptions } from "./scene.js";
import { simulate } from "./simulate.js";

const options: SimulateOptions = {
  ...simulatePresets.crowded,
  height: 700,
  width: 400,
  diameter: 24,
  frames: 1,
  seed: 4,
  bits: 16,
};
const silent: SimulateOptions = { ...options, readNoise: 0, shotNoise: 0 };

/** The image and the labels, put together. */
function whole(
  settings: SimulateOptions,
  rows?: number,
): { data: Uint16Array; labels: LabelImage; nuclei: number } {
  const { height, width, nuclei, bands } = simulateMosaic(settings, {}, rows);
  const [data, labels] = [new Uint16Array(height * width), new Int32Array(height * width)];
  let next = 0;
  for (const band of bands()) {
    expect(band.y).toBe(next);
    next += band.height;
    data.set(band.data, band.y * width);
    labels.set(band.labels, band.y * width);
  }
  expect(next).toBe(height);
  return { data, labels: labelImage(height, width, labels), nuclei };
}

/** Largest difference of two images. */
const farthest = (a: Uint16Array, b: ArrayLike<number>): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

describe("simulateMosaic", () => {
  const once = whole(silent, 700);

  it("draws the scene of `simulate`, but for the noise", () => {
    const movie = simulate(silent);
    expect(differing(partition(once.labels), partition(movie.labels(0)))).toBe(0);
    // One band and no noise: nothing is different.
    expect(differing(once.data, movie.image(0).data)).toBe(0);
    const [noisy, mean] = [whole(options).data, movie.image(0).data];
    expect(farthest(noisy, mean)).toBeGreaterThan(400);
  });

  it.each([20, 64, 256])("leaves no trace of bands of %d rows", (rows) => {
    const banded = whole(silent, rows);
    expect(differing(banded.labels.data, once.labels.data)).toBe(0);
    // Of 40 counts a grey value: the blocks of the wide blurs do not quite divide the last band.
    expect(farthest(banded.data, once.data)).toBeLessThanOrEqual(20);
  });

  it("numbers the nuclei 1.., each seen, and gives the same bytes again", () => {
    expect(once.nuclei).toBe(once.labels.count);
    expect(once.nuclei).toBeGreaterThan(200);
    expect(new Set(once.labels.data).size).toBe(once.nuclei + 1);
    const [first, again] = [whole(options), whole(options)];
    expect([differing(first.data, again.data), differing(first.labels.data, again.labels.data)]).toEqual([
      0, 0,
    ]);
  });

  it("takes sizes that `simulate` does not", () => {
    const wide = { ...silent, height: 32, width: 9000 };
    expect(() => simulate(wide)).toThrow(/simulate\.width: .*32 to 8192/);
    expect(simulateMosaic(wide).nuclei).toBeGreaterThan(100);
    expect(() => simulateMosaic({ ...wide, width: 70_000 })).toThrow(InvalidInput);
  });
});
