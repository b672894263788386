import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { labelImage, type LabelImage } from "../../core/labels.js";
import { ringsOf } from "../../imgproc/rings.js";
import { intensitiesOf, ringOptionsFor, ringRatio } from "./intensities.js";

const [height, width] = [80, 100];

/** Disks of radius 8 at the given places; a pixel of two belongs to the first. */
function disks(...centres: readonly (readonly [number, number])[]): LabelImage {
  const data = new Int32Array(height * width);
  for (let p = 0; p < data.length; p++) {
    const [y, x] = [Math.floor(p / width), p % width];
    data[p] = centres.findIndex(([cy, cx]) => (y - cy) ** 2 + (x - cx) ** 2 <= 64) + 1;
  }
  return labelImage(height, width, data);
}

const options = { gap: 2, width: 4, far: 10 };
/** 100 in nuclei, 70 in gaps, 40 in rings, 10 beyond. */
const painted = (labels: LabelImage): { height: number; width: number; data: Float32Array } => {
  const rings = ringsOf(labels, options);
  const data = new Float32Array(height * width).fill(70);
  for (const p of rings.outside) data[p] = 10;
  for (const p of rings.objects.pixels) data[p] = 100;
  for (const p of rings.rings.pixels) data[p] = 40;
  return { height, width, data };
};

describe("intensitiesOf", () => {
  it("keeps nucleus, ring and background apart", () => {
    const labels = disks([30, 30], [50, 75]);
    const i = intensitiesOf(ringsOf(labels, options), painted(labels));
    expect([[...i.mean], [...i.median], [...i.ringMean], [...i.ringMedian], i.background]).toEqual([
      [100, 100],
      [100, 100],
      [40, 40],
      [40, 40],
      10,
    ]);
    expect([...i.sum]).toEqual([100 * i.pixels[0]!, 100 * i.pixels[1]!]);
    expect(ringRatio(i.mean[0]!, i.ringMean[0]!, i.background)).toBe(3);
    expect(i.backgroundPixels).toBeGreaterThan(1000);
  });

  it("gives no ring a pixel of another nucleus or of its gap, and none to two", () => {
    const labels = disks([40, 40], [40, 60]);
    const rings = ringsOf(labels, options);
    const seen = new Set(rings.rings.pixels);
    expect(seen.size).toBe(rings.rings.pixels.length);
    // A nucleus 100 times as bright next to it changes neither the ring nor the ratio.
    const image = painted(labels);
    const bright = { ...image, data: image.data.map((value, p) => (labels.data[p] === 2 ? 10_000 : value)) };
    expect(intensitiesOf(rings, bright).ringMean[0]).toBe(40);
    expect(intensitiesOf(rings, bright).mean[0]).toBe(100);
  });

  it("leaves out pixels without a value, and knows when there is none", () => {
    const labels = disks([30, 30], [50, 75]);
    const rings = ringsOf(labels, options);
    const image = painted(labels);
    const holes = {
      ...image,
      data: image.data.map((value, p) =>
        labels.data[p] === 1 || (labels.data[p] === 2 && p % 2 === 0) ? NaN : value,
      ),
    };
    const i = intensitiesOf(rings, holes);
    expect([i.pixels[0], i.mean[0], i.sum[0], i.median[0]]).toEqual([0, NaN, NaN, NaN]);
    expect([i.mean[1], i.median[1]]).toEqual([100, 100]);
  });

  it("takes the dark end of what is outside where nothing is far from nuclei, and says so", () => {
    const labels = disks([20, 20], [20, 50], [20, 80], [60, 20], [60, 50], [60, 80], [40, 35], [40, 65]);
    const rings = ringsOf(labels, { ...options, far: 40 });
    const { background, backgroundPixels } = intensitiesOf(rings, painted(labels));
    expect([background, backgroundPixels]).toEqual([10, 0]);
  });

  it("follows gain and offset of the camera", () => {
    const labels = disks([30, 30], [50, 75]);
    const rings = ringsOf(labels, options);
    const image = painted(labels);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 500 }), (gain, offset) => {
        const [a, b] = [
          intensitiesOf(rings, image),
          intensitiesOf(rings, { ...image, data: image.data.map((value) => gain * value + offset) }),
        ];
        expect(b.mean[0]! - b.background).toBeCloseTo(gain * (a.mean[0]! - a.background), 6);
        expect(ringRatio(b.mean[1]!, b.ringMean[1]!, b.background)).toBeCloseTo(
          ringRatio(a.mean[1]!, a.ringMean[1]!, a.background),
          6,
        );
      }),
    );
  });
});

describe("ringRatio", () => {
  it("is none where the ring is not above the background", () => {
    expect(ringRatio(100, 10, 10)).toBeNaN();
    expect(ringRatio(100, 5, 10)).toBeNaN();
  });
});

describe("ringOptionsFor", () => {
  it("grows with the nuclei, and takes a width that is given", () => {
    expect(ringOptionsFor(42)).toEqual({ gap: 2, width: 6, far: 21 });
    expect(ringOptionsFor(10)).toEqual({ gap: 1, width: 2, far: 5 });
    expect(ringOptionsFor(20, 15)).toEqual({ gap: 1, width: 15, far: 16 });
  });
});
