import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import { expectCommutes, planes } from "../../test/planes.js";
import { random } from "../core/random.js";
import { gatherBackground, localBackground } from "./background.js";

const HEIGHT = 230;
const WIDTH = 310;

/** A slope with bright discs over a fifth of it and a little noise. */
function scene(): { image: Float32Array; slope: Float32Array } {
  const rng = random(5);
  const slope = Float32Array.from(
    { length: HEIGHT * WIDTH },
    (_, i) => 100 + 0.1 * (i % WIDTH) + 0.05 * Math.floor(i / WIDTH),
  );
  const centres = Array.from({ length: 45 }, () => [rng.uniform(0, HEIGHT), rng.uniform(0, WIDTH)] as const);
  const image = slope.map((value, i) => {
    const inside = centres.some(([y, x]) => (Math.floor(i / WIDTH) - y) ** 2 + ((i % WIDTH) - x) ** 2 < 100);
    return value + rng.normal() + (inside ? 80 : 0);
  });
  return { image, slope };
}

describe("localBackground", () => {
  it("can be gathered and made in rows, to the bit", () => {
    const { image } = scene();
    const holed = image.map((value, i) => (i % 11 === 0 ? NaN : value));
    const expected = localBackground(holed, HEIGHT, WIDTH, 80);
    for (const step of [1, 17, HEIGHT]) {
      const gathered = gatherBackground(HEIGHT, WIDTH, 80);
      for (let from = 0; from < HEIGHT; from += step)
        gathered.add(holed.subarray(from * WIDTH, Math.min(HEIGHT, from + step) * WIDTH), from);
      const background = gathered.finish();
      for (let from = 0; from < HEIGHT; from += step) {
        const to = Math.min(HEIGHT, from + step);
        expect(background.rows(from, to)).toEqual(expected.subarray(from * WIDTH, to * WIDTH));
      }
    }
  });

  it("keeps a constant image", () => {
    expect(localBackground(new Float32Array(60 * 90).fill(7), 60, 90, 30)).toEqual(
      new Float32Array(60 * 90).fill(7),
    );
  });

  const cases = goldens<{ image: Golden<Float32Array>; scale: number; expected: Golden<Float32Array> }>(
    "background",
  );
  it.each(cases)("equals its definition in numpy, scipy and OpenCV: $name", ({ image, scale, expected }) => {
    // Grey values up to 255 in float32, rounded by each of four steps.
    localBackground(image.data, image.height, image.width, scale).forEach((value, i) =>
      expect(Math.abs(value - expected.data[i]!)).toBeLessThan(1e-4),
    );
  });

  // The blocks of means and the windows start at the top left, so that a flip shifts them by less than a
  // block unless all divide evenly (180 x 240 px: blocks of 4, windows of 60); a transpose never does. What
  // then remains is rounding, of columns before rows.
  it("commutes with flips and transposes where blocks and windows fit the image", () => {
    const [height, width] = [180, 240];
    const rng = random(8);
    const image = {
      height,
      width,
      data: Float32Array.from(
        { length: height * width },
        (_, i) => 50 + (i % width) / 9 + rng.uniform(0, 40),
      ),
    };
    expectCommutes(
      [image],
      (p) => localBackground(p.data, p.height, p.width, 60),
      (actual, expected) => {
        expect(Math.max(...actual.data.map((value, i) => Math.abs(value - expected.data[i]!)))).toBeLessThan(
          1e-4,
        );
      },
    );
  });

  it("lies within the image's values, whatever holes it has and however thin it is", () => {
    const images = planes(
      (values) => Float32Array.from(values, (value) => (value < 0 ? NaN : value)),
      fc.integer({ min: -3, max: 200 }),
    );
    fc.assert(
      fc.property(images, fc.constantFrom(2, 7, 20, 100), (image, scale) => {
        const known = image.data.filter((value) => !Number.isNaN(value));
        const out = localBackground(image.data, image.height, image.width, scale);
        if (known.length === 0) {
          expect(out.every(Number.isNaN)).toBe(true);
          return;
        }
        expect(Math.min(...out)).toBeGreaterThanOrEqual(Math.min(...known) - 1e-4);
        expect(Math.max(...out)).toBeLessThanOrEqual(Math.max(...known) + 1e-4);
      }),
    );
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
    // The slope climbs 12 grey levels across a window, and at the border of the image the window lies to one
    // side.
    expect(largest).toBeLessThan(10);
    // In the lower part of that range, and far from the objects' 80.
    expect(sum / out.length).toBeGreaterThan(1);
    expect(sum / out.length).toBeLessThan(5);
  });

  it("shifts with the grey values and ignores NaN", () => {
    const { image } = scene();
    const plain = localBackground(image, HEIGHT, WIDTH, 80);
    const raised = localBackground(
      image.map((value) => value + 50),
      HEIGHT,
      WIDTH,
      80,
    );
    const holed = localBackground(
      image.map((value, i) => (i % 7 === 0 || i % WIDTH < 90 ? NaN : value)),
      HEIGHT,
      WIDTH,
      80,
    );
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
