/** Rates and speeds over many populations: those of a single one say little. */
import { describe, expect, it } from "vitest";
import { median } from "../stats/percentile.js";
import type { NucleusState } from "./cell.js";
import { type Population, simulatePopulation } from "./model.js";
import { simulatePresets } from "./scene.js";

const [frames, cycle, speed] = [20, 100, 3];
const populations = Array.from({ length: 20 }, (_, k) =>
  simulatePopulation({
    ...simulatePresets.mdck,
    height: 700,
    width: 700,
    frames,
    cycle,
    speed,
    deaths: 0,
    seed: k + 1,
  }),
);

/** Lengths of the moves of all cells from frame to frame, px. */
const stepsOf = ({ frames: states }: Population): number[] =>
  states.slice(1).flatMap((later, t) => {
    const before = new Map(states[t]!.map((state) => [state.cell, state]));
    return later.flatMap(({ cell, y, x }) => {
      const from = before.get(cell);
      return from === undefined ? [] : [Math.hypot(y - from.y, x - from.x)];
    });
  });

interface BirthOfTwo {
  readonly mother: NucleusState;
  readonly first: NucleusState;
  readonly second: NucleusState;
}

/** Births: the mother's last state, and the first of both daughters. */
const birthsOf = ({ frames: states, cells }: Population): BirthOfTwo[] =>
  states.slice(1).flatMap((later, t) =>
    states[t]!.flatMap((mother) => {
      const [first, second] = later.filter(({ cell }) => cells[cell]!.mother === mother.cell);
      return first === undefined || second === undefined ? [] : [{ mother, first, second }];
    }),
  );

describe("simulatePopulation", () => {
  it("divides at the rate of a population that doubles once a cycle", () => {
    let [divisions, expected] = [0, 0];
    for (const population of populations) {
      divisions += birthsOf(population).length;
      // Exponential growth: ln 2 / cycle divisions per cell and frame.
      for (const states of population.frames.slice(0, -1)) expected += (states.length * Math.LN2) / cycle;
    }
    expect(expected).toBeGreaterThan(600);
    // Divisions are rare and nearly independent: Poisson, three deviations.
    expect(Math.abs(divisions - expected)).toBeLessThan(3 * Math.sqrt(expected));
  });

  it("puts daughters 1.12 radii apart, about where the mother would have moved", () => {
    const births = populations.flatMap(birthsOf);
    const moves = births.map(({ mother, first, second }) => {
      expect(Math.hypot(first.y - second.y, first.x - second.x) / mother.traits.radius).toBeCloseTo(1.12, 6);
      return Math.hypot((first.y + second.y) / 2 - mother.y, (first.x + second.x) / 2 - mother.x);
    });
    // The standard error of the median of some 700 such moves is 0.1 px.
    expect(Math.abs(median(moves) - median(populations.flatMap(stepsOf)))).toBeLessThan(0.3);
  });

  it("moves cells at the speed asked for", () => {
    const medians = populations.map((population) => median(stepsOf(population)));
    // Neighbours share their movement, so that a population's median spreads by 0.15 px; the mean of twenty by
    // 0.034. What repulsion takes away is known to a few per cent only.
    const mean = medians.reduce((a, b) => a + b) / medians.length;
    expect(Math.abs(mean / speed - 1)).toBeLessThan(0.06);
    for (const one of medians) expect(Math.abs(one - speed)).toBeLessThan(4 * 0.15);
  });
});
