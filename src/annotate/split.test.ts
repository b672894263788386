import { describe, expect, it } from "vitest";
import { symmetries, turned } from "../../test/planes.js";
import { random } from "../core/random.js";
import { gaussian } from "../imgproc/gaussian.js";
import { splitAtNecks } from "./split.js";

const [height, width] = [60, 110];

interface Region {
  readonly labels: Int32Array;
  readonly heights: Float32Array;
}

/** One region of pixels at which `heightAt` is above 0. */
function region(heightAt: (dy: number, dx: number, p: number) => number): Region {
  const heights = Float32Array.from({ length: height * width }, (_, p) =>
    heightAt(Math.floor(p / width) - height / 2, (p % width) - width / 2, p),
  );
  return { labels: Int32Array.from(heights, (value) => (value > 0 ? 1 : 0)), heights };
}

/**
 * Two disks of 18 px radius whose waist is filled up; the brightness falls to `bottom` of itself half-way
 * between the centres.
 */
const pair = (distance: number, waist: number, bottom: number): Region =>
  region((dy, dx) => {
    const inside =
      Math.hypot(dy, Math.abs(dx) - distance / 2) <= 18 ||
      (Math.abs(dx) <= distance / 2 && Math.abs(dy) <= waist);
    return inside ? 100 * (1 - (1 - bottom) * Math.max(0, 1 - Math.abs(dx) / (distance / 4))) : 0;
  });

const count = ({ labels, heights }: Region, diameter: number): number =>
  Math.max(...splitAtNecks({ height, width, data: labels }, heights, diameter));

const smoothNoise = (seed: number, sigma: number): Float32Array => {
  const rng = random(seed);
  const noise = gaussian(
    Float32Array.from({ length: height * width }, () => rng.normal()),
    height,
    width,
    sigma,
  );
  const deviation = Math.sqrt(noise.reduce((sum, value) => sum + value ** 2, 0) / noise.length);
  return noise.map((value) => value / deviation);
};

describe("splitAtNecks, by brightness", () => {
  // The waist is 16 of 18 px: by its shape the union is one nucleus, and so is its size.
  it.each([
    [24, 40],
    [28, 48],
    [32, 48],
  ])(
    "cuts two that touch along a valley though their union is convex but for a pixel or two: %i " +
      "px apart, expected %i px",
    (distance, diameter) => {
      expect(count(pair(distance, 16, 1), diameter)).toBe(1);
      expect(count(pair(distance, 16, 0.8), diameter)).toBe(2);
      expect(count(pair(distance, 16, 0.6), diameter)).toBe(2);
    },
  );

  it("cuts along the bottom of the valley", () => {
    const { labels, heights } = pair(28, 16, 0.6);
    const pieces = splitAtNecks({ height, width, data: labels }, heights, 48);
    for (let p = 0; p < pieces.length; p++)
      if (labels[p] === 1 && Math.abs((p % width) - width / 2) > 4)
        expect(pieces[p]).toBe(p % width < width / 2 ? pieces[30 * width + 41] : pieces[30 * width + 69]);
  });

  it("takes a step of the brightness for no valley, whichever side is the dim one", () => {
    const { labels } = pair(24, 16, 1);
    for (const side of [1, -1]) {
      const heights = Float32Array.from(labels, (label, p) =>
        label === 0 ? 0 : side * ((p % width) - width / 2 + 0.5) > 0 ? 100 : 60,
      );
      expect(count({ labels, heights }, 40)).toBe(1);
    }
  });

  it("cuts two at a deep neck without any valley", () => {
    expect(count(pair(36, 0, 1), 36)).toBe(2);
    expect(count(pair(32, 12, 1), 36)).toBe(2);
  });

  it("does not cut a single nucleus for its texture or its uneven outline, round or long", () => {
    for (const [a, b] of [
      [20, 20],
      [26, 16],
      [28, 14],
    ] as const) {
      for (let seed = 1; seed <= 6; seed++) {
        const [texture, outline] = [smoothNoise(seed, 3), smoothNoise(seed + 100, 4)];
        // A quarter of standard deviation inside, and an outline that goes in and out by a twentieth.
        const single = region((dy, dx, p) =>
          Math.hypot(dy / b, dx / a) <= 1 + 0.05 * outline[p]! ? 100 * Math.exp(0.25 * texture[p]!) : 0,
        );
        for (const diameter of [28, 34, 40, 48])
          expect(count({ ...single, labels: largest(single.labels) }, diameter)).toBe(1);
      }
    }
  });

  it("decides alike for the flipped region, and for one twice as bright", () => {
    for (const bottom of [1, 0.8]) {
      const { labels, heights } = pair(24, 16, bottom);
      const expected = count({ labels, heights }, 40);
      expect(count({ labels, heights: heights.map((value) => 2 * value) }, 40)).toBe(expected);
      for (const symmetry of symmetries) {
        const [l, h] = [
          turned({ height, width, data: labels }, symmetry),
          turned({ height, width, data: heights }, symmetry),
        ];
        expect(Math.max(...splitAtNecks(l, h.data, 40))).toBe(expected);
      }
    }
  });
});

/** The 4-connected part of a mask around its middle. */
function largest(mask: Int32Array): Int32Array {
  const out = new Int32Array(mask.length);
  const stack = [(height / 2) * width + width / 2];
  for (let p = stack.pop(); p !== undefined; p = stack.pop()) {
    if (mask[p] !== 1 || out[p] === 1) continue;
    out[p] = 1;
    stack.push(p - 1, p + 1, p - width, p + width);
  }
  return out;
}
