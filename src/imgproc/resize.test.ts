import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import { downsampleMean, resizeBilinear, resizeNearest } from "./resize.js";

const cases = goldens<{ image: Golden<Float32Array>; labels: Golden<Uint16Array>; bilinear: Golden<Float32Array>; nearest: Golden<Uint16Array> }>("resize");

describe("resizeBilinear", () => {
  it("interpolates at the centres of the new pixels", () => {
    // By hand: new centres lie at -0.25, 0.25, 0.75, 1.25 of the old ones.
    expect(resizeBilinear(Float32Array.of(0, 4), 1, 2, 1, 4)).toEqual(Float32Array.of(0, 1, 3, 4));
  });

  it.each(cases)("equals OpenCV: $name", ({ image, bilinear }) => {
    const out = resizeBilinear(image.data, image.height, image.width, bilinear.height, bilinear.width);
    // OpenCV computes in float32 throughout.
    out.forEach((value, i) => expect(Math.abs(value - bilinear.data[i]!)).toBeLessThan(2e-6));
  });

  it("keeps NaN where it is", () => {
    expect(resizeBilinear(Float32Array.of(1, NaN, 3), 1, 3, 1, 3)).toEqual(Float32Array.of(1, NaN, 3));
  });
});

describe("resizeNearest", () => {
  it.each(cases)("equals OpenCV: $name", ({ labels, nearest }) => {
    const out = resizeNearest(Int32Array.from(labels.data), labels.height, labels.width, nearest.height, nearest.width);
    expect(out).toEqual(Int32Array.from(nearest.data));
  });
});

describe("downsampleMean", () => {
  it("averages blocks, smaller ones at the end, without NaN", () => {
    const out = downsampleMean(Float32Array.of(1, 3, 5, NaN, 3, 5, 2, 2, NaN), 3, 3, 2);
    expect(out).toEqual({ data: Float32Array.of(7 / 3, 5, 2, NaN), height: 2, width: 2 });
  });

  it("copies for factor 1", () => {
    expect(downsampleMean(Float32Array.of(1, 2, 3, 4), 2, 2, 1).data).toEqual(Float32Array.of(1, 2, 3, 4));
  });
});
