import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { afterEpoch, learningRateAt, startOfPlateau } from "./schedule.js";

const schedules = fc.constantFrom("hold", "cosine", "plateau", "constant");
const options = { schedule: "cosine", learningRate: 0.8, steps: 110, warmup: 10 } as const;

describe("learningRateAt", () => {
  it("rises over the warm-up, then falls along a cosine to nearly zero", () => {
    expect(learningRateAt(options, 0)).toBeCloseTo(0.08, 12);
    expect(learningRateAt(options, 9)).toBeCloseTo(0.8, 12);
    expect(learningRateAt(options, 10)).toBeCloseTo(0.8, 12);
    expect(learningRateAt(options, 60)).toBeCloseTo(0.4, 12);
    expect(learningRateAt(options, 109)).toBeCloseTo(0.4 * (1 - Math.cos(Math.PI / 100)), 12);
  });

  it("stays when it is constant or left to the plateau", () => {
    for (const schedule of ["constant", "plateau"] as const)
      expect(learningRateAt({ ...options, schedule, warmup: 0 }, 70)).toBe(0.8);
  });

  it("is held for six tenths, then falls along a cosine, or falls earlier over as many steps", () => {
    const held = { ...options, schedule: "hold", steps: 100, warmup: 0 } as const;
    for (const step of [0, 30, 59, 60]) expect(learningRateAt(held, step)).toBe(0.8);
    expect(learningRateAt(held, 80)).toBeCloseTo(0.4, 12);
    expect(learningRateAt(held, 99)).toBeCloseTo(0.4 * (1 - Math.cos(Math.PI / 40)), 12);
    for (const step of [0, 20, 35, 39])
      expect(learningRateAt(held, step, 20)).toBeCloseTo(learningRateAt(held, step + 40), 12);
  });

  it("is positive and at most the given rate at every step", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.nat(500),
        fc.nat(499),
        schedules,
        (steps, warmup, step, schedule) => {
          const rate = learningRateAt(
            { schedule, learningRate: 0.1, steps, warmup: Math.min(warmup, steps) },
            Math.min(step, steps - 1),
          );
          expect(rate).toBeGreaterThan(0);
          expect(rate).toBeLessThanOrEqual(0.1 * (1 + 1e-12));
        },
      ),
    );
  });
});

describe("afterEpoch", () => {
  it("halves after so many epochs without a lower loss, and then waits again", () => {
    const losses = [1, 0.9, 0.9, 0.95, 0.8, 0.8, 0.8, 0.8, 0.8];
    let state = startOfPlateau;
    const factors = losses.map((loss) => (state = afterEpoch(state, loss, 2)).factor);
    // By hand, patience 2: an equal loss is no improvement.
    expect(factors).toEqual([1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.125]);
  });
});
