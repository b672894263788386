import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { localBackground } from "./background.js";

const HEIGHT = 230;
const WIDTH = 310;

/** A slope with bright discs over a fifth of it and a little noise. */
function scene(): { image: Float32Array; slope: Float32Array } {
  const rng = random(5);
  const slope = Float32Array.from({ length: HEIGHT * WIDTH }, (_, i) => 100 + 0.1 * (i % WIDTH) + 0.05 * Math.floor(i / WIDTH));
  const centres = Array.from({ length: 45 }, () => [rng.uniform(0, HEIGHT), rng.uniform(0, WIDTH)] as const);
  const image = slope.map((value, i) => {
    const inside = centres.some(([y, x]) => (Math.floor(i / WIDTH) - y) ** 2 + ((i % WIDTH) - x) ** 2 < 100);
    return value + rng.normal() + (inside ? 80 : 0);
  });
  return { image, slope };
}

describe("localBackground", () => {
  it("keeps a constant image", () => {
    expect(localBackground(new Float32Array(60 * 90).fill(7), 60, 90, 30)).toEqual(new Float32Array(60 * 90).fill(7));
  });

  it("follows a slope below bright objects, from below", () => {
    const { image, slope } = scene();
    const out = localBackground(image, HEIGHT, WIDTH, 80);
    let sum = 0;
    let largest = 0;
    for (let i = 0; i < out.length; i++) {
      const below = slope[i]! - out[i]!;
      sum += below;
      largest = Math.max(largest, Math.abs(below));
    }
    // The slope climbs 12 grey levels across a window, and at the border of the image the window lies to one side.
    expect(largest).toBeLessThan(10);
    // In the lower part of that range, and far from the objects' 80.
    expect(sum / out.length).toBeGreaterThan(1);
    expect(sum / out.length).toBeLessThan(5);
  });

  it("shifts with the grey values and ignores NaN", () => {
    const { image } = scene();
    const plain = localBackground(image, HEIGHT, WIDTH, 80);
    const raised = localBackground(image.map((value) => value + 50), HEIGHT, WIDTH, 80);
    const holed = localBackground(image.map((value, i) => (i % 7 === 0 || (i % WIDTH) < 90 ? NaN : value)), HEIGHT, WIDTH, 80);
    for (let i = 0; i < plain.length; i += 11) {
      expect(raised[i]).toBeCloseTo(plain[i]! + 50, 3);
      expect(holed[i]).not.toBeNaN();
      if (i % WIDTH > 200) expect(Math.abs(holed[i]! - plain[i]!)).toBeLessThan(1);
    }
  });

  it("has one value where the image is no larger than the window", () => {
    const image = Float32Array.from({ length: 20 * 30 }, (_, i) => i % 30);
    const out = localBackground(image, 20, 30, 64);
    expect(new Set(out).size).toBe(1);
    expect(out[0]).toBeGreaterThan(1);
    expect(out[0]).toBeLessThan(5);
    expect(localBackground(Float32Array.of(3), 1, 1, 100)).toEqual(Float32Array.of(3));
  });

  it("is NaN only if everything is", () => {
    expect(localBackground(new Float32Array(50).fill(NaN), 5, 10, 4).every(Number.isNaN)).toBe(true);
  });
});
