import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import { distinct, expectCommutes, planes, sizes } from "../../test/planes.js";
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

  const cases = goldens<{ image: Golden<Float32Array>; sigma: number; expected: Golden<Float32Array> }>(
    "gaussian",
  );
  it.each(cases)("equals scipy: $name", ({ image, sigma, expected }) => {
    expect(gaussian(image.data, image.height, image.width, sigma)).toEqual(expected.data);
  });

  it("copies for sigma 0", () => {
    const image = Float32Array.of(1, 2, 3, 4);
    const out = gaussian(image, 2, 2, 0);
    expect(out).toEqual(image);
    expect(out).not.toBe(image);
  });

  const holed = goldens<{ image: Golden<Float32Array>; sigma: number; expected: Golden<Float32Array> }>(
    "holes",
  );
  it.each(holed)(
    "equals the quotient of two of scipy's where there are holes: $name",
    ({ image, sigma, expected }) => {
      expect(gaussian(image.data, image.height, image.width, sigma)).toEqual(expected.data);
    },
  );

  const sigmas = fc.constantFrom(0.3, 1, 2.7, 6);
  it("is the same after flips and transposes, with and without holes", () => {
    fc.assert(
      fc.property(distinct(), sigmas, fc.integer({ min: 0, max: 6 }), (image, sigma, holes) => {
        const holed = { ...image, data: image.data.map((value) => (value < holes ? NaN : value)) };
        expectCommutes(
          [holed],
          ({ data, height, width }) => gaussian(data, height, width, sigma),
          (actual, expected, symmetry) => {
            if (symmetry !== "transposed") return expect(actual).toEqual(expected);
            // Columns come first, and are rounded to float32 before the rows: 2^-24 of the values (at most
            // 200), four times with the quotient.
            actual.data.forEach((value, i) => {
              if (Number.isNaN(expected.data[i]!)) expect(value).toBeNaN();
              else expect(Math.abs(value - expected.data[i]!)).toBeLessThanOrEqual(4 * 200 * 2 ** -24);
            });
          },
        );
      }),
    );
  });

  it("keeps the sum, the range, and a constant image, since the border mirrors", () => {
    const sum = (values: Float32Array): number => values.reduce((a, b) => a + b, 0);
    fc.assert(
      fc.property(distinct(), sigmas, ({ data, height, width }, sigma) => {
        const out = gaussian(data, height, width, sigma);
        expect(sum(out) / data.length).toBeCloseTo(sum(data) / data.length, 3);
        expect(Math.max(...out)).toBeLessThanOrEqual(data.length - 1 + 1e-4);
        expect(Math.min(...out)).toBeGreaterThanOrEqual(0);
        for (const value of [0, 65535]) {
          const constant = gaussian(new Float32Array(data.length).fill(value), height, width, sigma);
          constant.forEach((got) => expect(Math.abs(got - value)).toBeLessThanOrEqual(value * 2 ** -23));
        }
      }),
      { numRuns: 50 },
    );
  });

  it("gives NaN for NaN alone, and the only value of an image everywhere it has one", () => {
    expect(gaussian(new Float32Array(12).fill(NaN), 3, 4, 2).every(Number.isNaN)).toBe(true);
    const [a, b, one, c] = gaussian(Float32Array.of(NaN, NaN, 5, NaN), 2, 2, 3);
    expect([a, b, c]).toEqual([NaN, NaN, NaN]);
    expect(one).toBeCloseTo(5, 5);
    expect(gaussian(Float32Array.of(7), 1, 1, 50)[0]).toBeCloseTo(7, 5);
    expect(gaussian(new Float32Array(0), 0, 0, 2)).toHaveLength(0);
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

  it("is bit by bit the same after flips and transposes", () => {
    const images = planes((values) => Uint8Array.from(values), fc.integer({ min: 0, max: 255 }), 20);
    fc.assert(
      fc.property(images, (image) =>
        expectCommutes([image], ({ data, height, width }) => gaussianOpenCv9(data, height, width)),
      ),
    );
  });

  it("keeps a black, a saturated and any other constant image", () => {
    fc.assert(
      fc.property(sizes(), fc.constantFrom(0, 1, 127, 254, 255), ({ height, width }, value) => {
        const image = new Uint8Array(height * width).fill(value);
        expect(gaussianOpenCv9(image, height, width)).toEqual(image);
      }),
    );
  });
});
