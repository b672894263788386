import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { roseOf, screenAngle } from "./direction.js";

describe("screenAngle", () => {
  it("is 0° to the right and grows counter-clockwise on the screen, where y points down", () => {
    expect(screenAngle(0, 1)).toBe(0);
    expect(screenAngle(-1, 0)).toBe(90);
    expect(screenAngle(0, -1)).toBe(180);
    expect(screenAngle(1, 0)).toBe(270);
    expect(screenAngle(-1, 1)).toBe(45);
    expect(screenAngle(1, 1)).toBe(315);
    expect(screenAngle(0, 0)).toBeNaN();
  });

  it("never reaches 360", () => {
    expect(screenAngle(1e-20, 1)).toBe(0);
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (dy, dx) => {
          fc.pre(dy !== 0 || dx !== 0);
          const angle = screenAngle(dy, dx);
          expect(angle >= 0 && angle < 360).toBe(true);
        },
      ),
    );
  });
});

describe("roseOf", () => {
  it("puts an angle on an edge into the bin that begins there", () => {
    const { counts, total } = roseOf([0, 14.999, 15, 90, 359.9, NaN]);
    expect(counts.length).toBe(24);
    expect([counts[0], counts[1], counts[6], counts[23], total]).toEqual([2, 1, 1, 1, 5]);
  });

  it("averages on the circle: 350° and 10° point to 0°", () => {
    const { meanDirection, resultant } = roseOf([350, 10]);
    expect(Math.min(meanDirection, 360 - meanDirection)).toBeCloseTo(0, 9);
    expect(resultant).toBeCloseTo(Math.cos((10 * Math.PI) / 180), 12);
  });

  it("has no mean where directions cancel out", () => {
    const { meanDirection, resultant, rayleighP } = roseOf([0, 90, 180, 270]);
    expect(meanDirection).toBeNaN();
    expect(resultant).toBeCloseTo(0, 12);
    expect(rayleighP).toBeCloseTo(1, 6);
  });

  it("gives Rayleigh's p of a worked example", () => {
    // n = 10, R = 0.5: exp(sqrt(1 + 40 + 4 (100 - 25)) - 21) = exp(sqrt(341) - 21). Five pairs at ±60° have R
    // = cos 60°.
    const { rayleighP } = roseOf([60, 300, 60, 300, 60, 300, 60, 300, 60, 300]);
    expect(rayleighP).toBeCloseTo(Math.exp(Math.sqrt(341) - 21), 10);
  });

  it("gives directions without preference a p below 0.1 in one case of ten", () => {
    const rng = random(4);
    const low = Array.from(
      { length: 2000 },
      () => roseOf(Array.from({ length: 12 }, () => 360 * rng.next())).rayleighP,
    ).filter((p) => p < 0.1).length;
    // Binomial: 200 ± 13; three standard deviations.
    expect(Math.abs(low - 200)).toBeLessThan(40);
  });

  it("turns with its data", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 359 }), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 0, max: 23 }),
        (angles, k) => {
          const [a, b] = [roseOf(angles), roseOf(angles.map((angle) => (angle + 15 * k) % 360))];
          expect(b.resultant).toBeCloseTo(a.resultant, 9);
          expect([...b.counts]).toEqual(Array.from(b.counts, (_, i) => a.counts[(i - k + 24) % 24]));
        },
      ),
    );
  });
});
