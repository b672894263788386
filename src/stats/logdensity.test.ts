import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Random, random } from "../core/random.js";
import {
  fitNormal,
  fitStudent,
  logAny,
  logNormal,
  logStudent,
  logStudentPlane,
  scaleFor,
  squaredWhere,
} from "./logdensity.js";

/** Integral of a function by the rule of the midpoint, in steps that grow away from 0 by a share of the place. */
function integral(f: (x: number) => number, from: number, to: number, steps = 20_000): number {
  const [low, high] = [Math.asinh(from), Math.asinh(to)];
  const step = (high - low) / steps;
  let sum = 0;
  for (let k = 0; k < steps; k++) {
    const s = low + (k + 0.5) * step;
    sum += f(Math.sinh(s)) * Math.cosh(s) * step;
  }
  return sum;
}

/** Sums of squares of draws from Student's t: a normal one, divided by the root of a chi square one over nu. */
function studentSquares(rng: Random, count: number, dimensions: 1 | 2, sigma: number, nu: number): number[] {
  return Array.from({ length: count }, () => {
    let [chi, squared] = [0, 0];
    for (let k = 0; k < nu; k++) chi += rng.normal() ** 2;
    for (let k = 0; k < dimensions; k++) squared += rng.normal(0, sigma) ** 2;
    return squared / (chi / nu);
  });
}

const students = [
  { sigma: 0.2, nu: 1.5 },
  { sigma: 1, nu: 4 },
  { sigma: 6, nu: 30 },
];

describe("log densities", () => {
  it("equal scipy's", () => {
    interface Golden {
      sigma: number;
      nu: number;
      mean: number;
      x: number[];
      plane: number[];
      line: number[];
      normal: number[];
    }
    const cases = JSON.parse(
      readFileSync(new URL("../../fixtures/tracking/densities.json", import.meta.url), "utf8"),
    ) as Golden[];
    expect(cases.length).toBeGreaterThan(3);
    for (const { sigma, nu, mean, x, plane, line, normal } of cases) {
      const [inPlane, onLine, gauss] = [
        logStudentPlane({ sigma, nu }),
        logStudent({ sigma, nu }),
        logNormal({ mean, sd: sigma }),
      ];
      x.forEach((value, k) => {
        // The logarithm of the gamma function has 12 to 13 digits.
        expect(inPlane(value * value)).toBeCloseTo(plane[k]!, 9);
        expect(onLine(value)).toBeCloseTo(line[k]!, 9);
        expect(gauss(value) / normal[k]!).toBeCloseTo(1, 12);
      });
    }
  });

  it.each(students)("integrate to 1, sigma $sigma, nu $nu", (student) => {
    const [plane, line] = [logStudentPlane(student), logStudent(student)];
    const far = 1e6 * student.sigma;
    // Beyond that lies nu^(nu / 2) / 1e6^nu of either, 1e-9 at most.
    expect(integral((r) => 2 * Math.PI * r * Math.exp(plane(r * r)), 0, far)).toBeCloseTo(1, 6);
    expect(integral((x) => Math.exp(line(x)), -far, far)).toBeCloseTo(1, 6);
    const normal = { mean: -0.4, sd: student.sigma };
    for (const log of [logNormal(normal), logAny(normal)])
      expect(integral((x) => Math.exp(log(x - 0.4)), -50 * student.sigma, 50 * student.sigma)).toBeCloseTo(
        1,
        6,
      );
  });

  it("of anything is higher than the normal one far away, and nearly that of the normal one near by", () => {
    const normal = { mean: 5, sd: 0.3 };
    expect(logAny(normal)(5)).toBeLessThan(logNormal(normal)(5));
    expect(logAny(normal)(5)).toBeGreaterThan(logNormal(normal)(5) - 0.2);
    expect(logAny(normal)(7)).toBeGreaterThan(logNormal(normal)(7) + 5);
  });

  it("of anything stays a number where a nucleus is unlike all others", () => {
    // One of 40,000 that is unlike all the others, which are alike, lies 200 deviations from the mean.
    const normal = { mean: 5, sd: 0.1 };
    const far = logAny(normal)(5 + 200 * normal.sd);
    expect(far).toBeCloseTo(Math.log(0.1) + logNormal({ mean: 5, sd: 0.3 })(25), 9);
  });
});

describe("squaredWhere", () => {
  it("inverts the density in the plane, and is 0 above its peak", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: 1, max: 60, noNaN: true }),
        fc.double({ min: 0, max: 1e3, noNaN: true }),
        (sigma, nu, ratio) => {
          const student = { sigma, nu };
          const squared = ratio * sigma * sigma;
          const log = logStudentPlane(student)(squared);
          expect(squaredWhere(log, student) / (sigma * sigma)).toBeCloseTo(ratio, 6);
          expect(squaredWhere(logStudentPlane(student)(0) + 1e-6, student)).toBe(0);
        },
      ),
      { seed: 1 },
    );
  });
});

describe("fitStudent", () => {
  const noPrior = { sigma: 1, weight: 0 };

  it.each([
    { dimensions: 1 as const, sigma: 0.3, nu: 2 },
    { dimensions: 1 as const, sigma: 2, nu: 6 },
    { dimensions: 2 as const, sigma: 4, nu: 2 },
    { dimensions: 2 as const, sigma: 0.1, nu: 4 },
    { dimensions: 2 as const, sigma: 1, nu: 30 },
  ])("finds scale and tails of 4,000 values: $dimensions dimensions, nu $nu", ({ dimensions, sigma, nu }) => {
    const fitted = fitStudent(studentSquares(random(7), 4000, dimensions, sigma, nu), dimensions, noPrior);
    // The standard error of a scale is about 1 / sqrt(2 n), 1.2 %; 5 % leaves room for tails that are one class off.
    expect(fitted.sigma / sigma).toBeGreaterThan(0.95);
    expect(fitted.sigma / sigma).toBeLessThan(1.05);
    expect(Math.abs(Math.log(fitted.nu / nu))).toBeLessThan(0.5);
  });

  it("falls back to the prior's scale with no values, and is near it with one", () => {
    for (const dimensions of [1, 2] as const) {
      const prior = { sigma: 0.7, weight: 5 };
      expect(fitStudent([], dimensions, prior).sigma).toBeCloseTo(0.7, 9);
      const { sigma } = fitStudent([0.01], dimensions, prior);
      expect(sigma).toBeGreaterThan(0.5);
      expect(sigma).toBeLessThan(0.7);
    }
  });

  it("is a number where all values are 0", () => {
    for (const dimensions of [1, 2] as const) {
      const { sigma, nu } = fitStudent([0, 0, 0], dimensions, noPrior);
      expect(sigma).toBeGreaterThan(0);
      expect(Number.isFinite(logStudentPlane({ sigma, nu })(0))).toBe(true);
    }
  });

  it("is hardly moved by a far value among many", () => {
    const values = studentSquares(random(3), 400, 2, 1, 30);
    const [without, withOne] = [fitStudent(values, 2, noPrior), fitStudent([...values, 1e6], 2, noPrior)];
    expect(withOne.sigma / without.sigma).toBeGreaterThan(0.8);
    expect(withOne.sigma / without.sigma).toBeLessThan(1.2);
    expect(withOne.nu).toBeLessThan(without.nu);
  });

  it("finds the likeliest scale", () => {
    const values = studentSquares(random(5), 60, 1, 1, 4);
    const { sigma } = scaleFor(values, 1, 4, noPrior);
    const likelihood = (scale: number): number => {
      const log = logStudent({ sigma: scale, nu: 4 });
      return values.reduce((sum, squared) => sum + log(Math.sqrt(squared)), 0);
    };
    for (const factor of [0.97, 1.03]) expect(likelihood(sigma)).toBeGreaterThan(likelihood(factor * sigma));
  });
});

describe("scaleFor", () => {
  const squares = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { maxLength: 20 });
  const few = fc.constantFrom(1.5, 4, 30);
  // The iteration ends at a relative step of 1e-4 and may be a little more than that from its limit.
  const settled = 1.01;

  it("rises with each value and with the prior's scale", () => {
    fc.assert(
      fc.property(squares, few, fc.constantFrom(1 as const, 2 as const), (values, nu, dimensions) => {
        const prior = { sigma: 1, weight: 3 };
        const { sigma } = scaleFor(values, dimensions, nu, prior);
        const wider = scaleFor(
          values.map((squared) => 2 * squared + 0.1),
          dimensions,
          nu,
          prior,
        );
        expect(wider.sigma * settled).toBeGreaterThanOrEqual(sigma);
        const broader = scaleFor(values, dimensions, nu, { sigma: 2, weight: 3 });
        expect(broader.sigma * settled).toBeGreaterThanOrEqual(sigma);
      }),
      { seed: 1 },
    );
  });

  it("scales with its values", () => {
    fc.assert(
      fc.property(squares, few, fc.double({ min: 0.1, max: 10, noNaN: true }), (values, nu, factor) => {
        const { sigma } = scaleFor(values, 2, nu, { sigma: 1, weight: 3 });
        const scaled = scaleFor(
          values.map((squared) => factor * factor * squared),
          2,
          nu,
          { sigma: factor, weight: 3 },
        );
        expect(scaled.sigma / factor / sigma).toBeCloseTo(1, 9);
      }),
      { seed: 1 },
    );
  });
});

describe("fitNormal", () => {
  it("is the weighted mean and deviation, with the prior as further values", () => {
    // By hand: weights 1 and 3 about values 0 and 4: mean 3, variance (9 + 3) / 4 = 3.
    const none = { mean: 0, sd: 1, weight: 0 };
    expect(fitNormal([0, 4], [1, 3], none)).toEqual({ mean: 3, sd: Math.sqrt(3) });
    // Two further values at -1 and 1 are a prior of mean 0, deviation 1 and weight 2.
    const { mean, sd } = fitNormal([2, 5], [1, 0.5], { mean: 0, sd: 1, weight: 2 });
    const same = fitNormal([2, 5, -1, 1], [1, 0.5, 1, 1], none);
    expect(mean).toBeCloseTo(same.mean, 12);
    expect(sd).toBeCloseTo(same.sd, 12);
  });

  it("is the prior with no values, or with values that count nothing", () => {
    const prior = { mean: 1.5, sd: 0.4, weight: 4 };
    for (const { mean, sd } of [fitNormal([], [], prior), fitNormal([9], [0], prior)]) {
      expect(mean).toBeCloseTo(1.5, 12);
      expect(sd).toBeCloseTo(0.4, 12);
    }
  });
});
