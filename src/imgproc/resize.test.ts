import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import { expectCommutes, type Plane, planes, sizes, symmetries, turned } from "../../test/planes.js";
import { downsampleMean, resizeBilinear, resizeNearest } from "./resize.js";

const cases = goldens<{
  image: Golden<Float32Array>;
  labels: Golden<Uint16Array>;
  bilinear: Golden<Float32Array>;
  nearest: Golden<Uint16Array>;
}>("resize");

const whole = planes((values) => Float32Array.from(values), fc.integer({ min: 0, max: 255 }));

/** Per symmetry: what resizing the turned plane gives, turned back, beside what resizing gives at once. */
function resizedTurned<T extends Float32Array | Int32Array>(
  plane: Plane<T>,
  to: { height: number; width: number },
  resize: (plane: Plane<T>, size: { height: number; width: number }) => T,
): [T, T][] {
  const expected = resize(plane, to);
  return symmetries.map((symmetry) => {
    const other = turned(plane, symmetry);
    const size = symmetry === "transposed" ? { height: to.width, width: to.height } : to;
    return [turned({ ...size, data: resize(other, size) }, symmetry).data, expected];
  });
}

describe("resizeBilinear", () => {
  it("interpolates at the centres of the new pixels", () => {
    // By hand: new centres lie at -0.25, 0.25, 0.75, 1.25 of the old ones.
    const row = { height: 1, width: 2, data: Float32Array.of(0, 4) };
    expect(resizeBilinear(row, { height: 1, width: 4 })).toEqual(Float32Array.of(0, 1, 3, 4));
  });

  it.each(cases)("equals OpenCV: $name", ({ image, bilinear }) => {
    const out = resizeBilinear(image, bilinear);
    // OpenCV computes in float32 throughout.
    out.forEach((value, i) => expect(Math.abs(value - bilinear.data[i]!)).toBeLessThan(2e-6));
  });

  it("commutes with flips and transposes, and stays within the values", () => {
    fc.assert(
      fc.property(whole, sizes(20), (image, to) => {
        // The weights of the two ends are computed from one of them, so the last of 24 bits may differ.
        for (const [actual, expected] of resizedTurned(image, to, resizeBilinear)) {
          actual.forEach((value, i) =>
            expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(255 * 2 ** -23),
          );
          expect(Math.max(...actual)).toBeLessThanOrEqual(Math.max(...image.data));
          expect(Math.min(...actual)).toBeGreaterThanOrEqual(Math.min(...image.data));
        }
      }),
    );
  });

  it("is constant for a constant image, NaN for NaN, and enlarges one pixel to any size", () => {
    const filled = (value: number): Float32Array =>
      resizeBilinear(
        { height: 3, width: 4, data: new Float32Array(12).fill(value) },
        { height: 5, width: 2 },
      );
    expect(filled(7)).toEqual(new Float32Array(10).fill(7));
    expect(filled(NaN).every(Number.isNaN)).toBe(true);
    const pixel = { height: 1, width: 1, data: Float32Array.of(3) };
    expect(resizeBilinear(pixel, { height: 4, width: 5 })).toEqual(new Float32Array(20).fill(3));
  });

  it("keeps NaN where it is", () => {
    const row = { height: 1, width: 3, data: Float32Array.of(1, NaN, 3) };
    expect(resizeBilinear(row, row)).toEqual(row.data);
  });
});

describe("resizeNearest", () => {
  it.each(cases)("equals OpenCV: $name", ({ labels, nearest }) => {
    const out = resizeNearest({ ...labels, data: Int32Array.from(labels.data) }, nearest);
    expect(out).toEqual(Int32Array.from(nearest.data));
  });
});

describe("resizeNearest, turned", () => {
  // To a multiple or an odd part of the size no new centre lies on an edge between two pixels, where the
  // right or lower one is taken.
  it("commutes with flips and transposes by whole factors", () => {
    const labels = planes((values) => Int32Array.from(values), fc.integer({ min: -1, max: 70_000 }), 9);
    fc.assert(
      fc.property(labels, fc.integer({ min: 1, max: 4 }), (plane, factor) => {
        const large = { height: plane.height * factor, width: plane.width * factor };
        for (const [actual, expected] of resizedTurned(plane, large, resizeNearest))
          expect(actual).toEqual(expected);
        const enlarged = { ...large, data: resizeNearest(plane, large) };
        expect(resizeNearest(enlarged, plane)).toEqual(plane.data);
      }),
    );
  });

  it("keeps numbers beyond 16 bits and -1", () => {
    const row = { height: 1, width: 2, data: Int32Array.of(70_001, -1) };
    expect(resizeNearest(row, { height: 2, width: 4 })).toEqual(
      Int32Array.of(70_001, 70_001, -1, -1, 70_001, 70_001, -1, -1),
    );
  });
});

describe("downsampleMean", () => {
  const blocks = goldens<{ image: Golden<Float32Array>; factor: number; expected: Golden<Float32Array> }>(
    "blocks",
  );
  it.each(blocks)("equals scikit-image with numpy's nanmean: $name", ({ image, factor, expected }) => {
    expect(downsampleMean(image.data, image.height, image.width, factor)).toEqual(expected);
  });

  it("commutes with flips where the blocks fill the image, and always with transposes", () => {
    fc.assert(
      fc.property(whole, fc.integer({ min: 1, max: 4 }), ({ data, height, width }, factor) => {
        const size = { height: height * factor, width: width * factor };
        const image = {
          ...size,
          data: resizeNearest({ height, width, data: Int32Array.from(data) }, size),
        };
        // Sums of whole numbers do not depend on their order.
        const noisy = {
          ...image,
          data: Float32Array.from(image.data, (value, i) => value + ((i * 7919) % 13)),
        };
        const spread = (p: Plane<Float32Array>): Int32Array => {
          const small = downsampleMean(p.data, p.height, p.width, factor);
          return resizeNearest({ ...small, data: Int32Array.from(small.data, (value) => value * 144) }, p);
        };
        expectCommutes([noisy], spread);
        const other = turned({ height, width, data }, "transposed");
        const [small, turnedSmall] = [
          downsampleMean(data, height, width, factor),
          downsampleMean(other.data, width, height, factor),
        ];
        expect(turned(turnedSmall, "transposed")).toEqual(small);
      }),
    );
  });

  it("means nothing where nothing is, and the whole image where the block is larger", () => {
    expect(downsampleMean(new Float32Array(4).fill(NaN), 2, 2, 2).data).toEqual(Float32Array.of(NaN));
    expect(downsampleMean(Float32Array.of(1, 2, 6), 1, 3, 50)).toEqual({
      data: Float32Array.of(3),
      height: 1,
      width: 1,
    });
    // A saturated block's sum is beyond 24 bits.
    expect(downsampleMean(new Float32Array(90_000).fill(65535), 300, 300, 300).data).toEqual(
      Float32Array.of(65535),
    );
  });

  it("averages blocks, smaller ones at the end, without NaN", () => {
    const out = downsampleMean(Float32Array.of(1, 3, 5, NaN, 3, 5, 2, 2, NaN), 3, 3, 2);
    expect(out).toEqual({ data: Float32Array.of(7 / 3, 5, 2, NaN), height: 2, width: 2 });
  });

  it("copies for factor 1", () => {
    expect(downsampleMean(Float32Array.of(1, 2, 3, 4), 2, 2, 1).data).toEqual(Float32Array.of(1, 2, 3, 4));
  });
});
