import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import { random } from "../core/random.js";
import { gaussian, gaussianOpenCv9 } from "./gaussian.js";

describe("gaussian", () => {
  it("spreads a point by the weights of the kernel", () => {
    // By hand: sigma 0.3 has radius 1 and weights 1 and exp(-1 / 0.18), before normalisation.
    const side = Math.exp(-1 / 0.18);
    const out = gaussian(Float32Array.of(0, 0, 1, 0, 0), 1, 5, 0.3);
    expect(out[1]).toBeCloseTo(side / (1 + 2 * side), 7);
    expect(out[2]).toBeCloseTo(1 / (1 + 2 * side), 7);
    expect(out[0]).toBe(0);
  });

  const cases = goldens<{ image: Golden<Float32Array>; sigma: number; expected: Golden<Float32Array> }>("gaussian");
  it.each(cases)("equals scipy: $name", ({ image, sigma, expected }) => {
    expect(gaussian(image.data, image.height, image.width, sigma)).toEqual(expected.data);
  });

  it("copies for sigma 0", () => {
    const image = Float32Array.of(1, 2, 3, 4);
    const out = gaussian(image, 2, 2, 0);
    expect(out).toEqual(image);
    expect(out).not.toBe(image);
  });

  it("leaves NaN out of the sums and keeps it in place", () => {
    const image = new Float32Array(9 * 11).fill(5);
    for (const hole of [0, 40, 41, 98]) image[hole] = NaN;
    const out = gaussian(image, 9, 11, 1.5);
    for (let i = 0; i < out.length; i++) {
      if (Number.isNaN(image[i]!)) expect(out[i]).toBeNaN();
      else expect(out[i]).toBeCloseTo(5, 5);
    }
  });
});

describe("gaussianOpenCv9", () => {
  const cases = goldens<{ image: Golden<Uint8Array>; expected: Golden<Uint8Array> }>("gaussian9");
  it.each(cases)("equals OpenCV: $name", ({ image, expected }) => {
    expect(gaussianOpenCv9(image.data, image.height, image.width)).toEqual(expected.data);
  });

  it("commutes with transposing", () => {
    const rng = random(3);
    const image = Uint8Array.from({ length: 13 * 21 }, () => rng.integer(256));
    const transpose = (data: Uint8Array, h: number, w: number): Uint8Array => Uint8Array.from(data, (_, i) => data[(i % h) * w + Math.floor(i / h)]!);
    expect(gaussianOpenCv9(transpose(image, 13, 21), 21, 13)).toEqual(transpose(gaussianOpenCv9(image, 13, 21), 13, 21));
  });
});
