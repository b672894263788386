import { describe, expect, it } from "vitest";
import { type Random, random } from "../core/random.js";
import { bootstrapIntervals, lineageGroups, maxGroups } from "./bootstrap.js";
import { fitDecay } from "./decay.js";

const options = { resamples: 200, seed: 1 };
const meanOf = ([totals]: readonly Float64Array[]): number[] => [totals![0]! / totals![1]!];

describe("bootstrapIntervals", () => {
  /** Whether the interval of the mean of all values holds the true mean, 5. */
  const holds = (rows: readonly (readonly number[])[], seed: number): boolean => {
    const block = Float64Array.from(rows.flatMap((row) => [row.reduce((a, b) => a + b, 0), row.length]));
    const { low, high } = bootstrapIntervals([block], rows.length, rows.length, meanOf, {
      resamples: 200,
      seed,
    })[0]!;
    return low < 5 && high > 5;
  };
  /** Lineages of ten steps; steps of a lineage are alike. */
  const lineagesOf = (rng: Random, count: number): number[][] =>
    Array.from({ length: count }, () => {
      const own = rng.normal(5, 1);
      return Array.from({ length: 10 }, () => rng.normal(own, 1));
    });

  it("hold the truth in 93 % of data sets of 40 lineages, less than the 95 % they are called by", () => {
    const sets = 1500;
    const rng = random(7);
    let held = 0;
    for (let set = 0; set < sets; set++) if (holds(lineagesOf(rng, 40), set)) held++;
    // Linear interpolation puts the 2.5 % percentile of 200 resamples at rank 5.975, beyond which 2.97 % of all
    // resamples lie: 1.884 deviations. Resamples have the deviation of n values, not of n - 1, and are normal
    // where Student's t is right: P(|t| < 1.884 sqrt(39 / 40)) = 0.930 with 39 degrees of freedom. Three
    // binomial deviations.
    const expected = 0.93;
    expect(Math.abs(held / sets - expected)).toBeLessThan(3 * Math.sqrt((expected * (1 - expected)) / sets));
  });

  it("hold it in fewer where steps of one lineage are taken for independent", () => {
    const sets = 150;
    const rng = random(8);
    let held = 0;
    for (let set = 0; set < sets; set++)
      if (
        holds(
          lineagesOf(rng, 40)
            .flat()
            .map((value) => [value]),
          set,
        )
      )
        held++;
    // Variance 1 + 1 / 10 of a lineage's mean, taken for 2 / 10: intervals 2.35 times too narrow, and
    // P(|z| < 1.96 / 2.35) = 0.596. Binomial deviation 0.04; three of them.
    expect(Math.abs(held / sets - 0.596)).toBeLessThan(0.12);
  });

  it("are none for fewer than five lineages, or where the estimate often is none", () => {
    expect(bootstrapIntervals([Float64Array.of(1, 1, 2, 1)], 2, 2, meanOf, options)).toEqual([
      { low: NaN, high: NaN, n: 2 },
    ]);
    expect(bootstrapIntervals([new Float64Array(20)], 10, 10, meanOf, options)[0]!.low).toBeNaN();
  });

  it("say where the data bound one side only", () => {
    const block = Float64Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 1 : Number(i < 4)));
    const { low, high } = bootstrapIntervals([block], 10, 10, meanOf, options)[0]!;
    // Two of ten groups hold the denominator: some resamples have none of them.
    expect([low > 1, high]).toEqual([true, Infinity]);
  });
});

describe("lineageGroups", () => {
  it("keeps a lineage together", () => {
    const { groupOf, lineages, groups } = lineageGroups([1, 2, 1, 1, 5, 2]);
    expect([[...groupOf], lineages, groups]).toEqual([[0, 1, 0, 0, 2, 1], 3, 3]);
    const many = lineageGroups(Int32Array.from({ length: maxGroups + 5 }, (_, i) => i + 1));
    expect([many.lineages, many.groups, many.groupOf[maxGroups]]).toEqual([maxGroups + 5, maxGroups, 0]);
  });
});

describe("fitDecay", () => {
  const x = [2, 3, 4, 5, 6];
  const ones = [1, 1, 1, 1, 1];

  it("finds an exponential", () => {
    const { amplitude, scale } = fitDecay(
      x,
      x.map((at) => 3 * Math.exp(-at / 2.5)),
      ones,
    );
    expect(scale).toBeCloseTo(2.5, 6);
    expect(amplitude).toBeCloseTo(3, 6);
  });

  it("says on which side a scale lies that the values do not tell", () => {
    expect(fitDecay(x, ones, ones).scale).toBe(Infinity);
    expect(fitDecay(x, [0.1, -0.2, 0.1, -0.1, 0], ones).scale).toBe(0);
    expect(fitDecay(x, [-1, -1, -1, -1, -1], ones).scale).toBe(0);
    expect(fitDecay([2, 3], [2, 1], [1, 1]).scale).toBeNaN();
    expect(fitDecay(x, [1, NaN, 0.5, NaN, NaN], ones).scale).toBeNaN();
  });
});
