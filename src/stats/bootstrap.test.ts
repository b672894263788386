import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { bootstrapIntervals, lineageGroups, maxGroups } from "./bootstrap.js";
import { fitDecay } from "./decay.js";

const options = { resamples: 200, seed: 1 };
const meanOf = ([totals]: readonly Float64Array[]): number[] => [totals![0]! / totals![1]!];

describe("bootstrapIntervals", () => {
  it("hold the truth in 19 of 20 data sets, where values of one lineage are alike", () => {
    const [sets, lineages, steps] = [300, 40, 10];
    let [held, heldBySteps] = [0, 0];
    const rng = random(7);
    for (let set = 0; set < sets; set++) {
      const values = Array.from({ length: lineages }, () => {
        const own = rng.normal(5, 1);
        return Array.from({ length: steps }, () => rng.normal(own, 1));
      });
      const holds = (rows: readonly (readonly number[])[]): number => {
        const block = Float64Array.from(rows.flatMap((row) => [row.reduce((a, b) => a + b, 0), row.length]));
        const { low, high } = bootstrapIntervals([block], rows.length, rows.length, meanOf, {
          resamples: 200,
          seed: set,
        })[0]!;
        return low < 5 && high > 5 ? 1 : 0;
      };
      held += holds(values);
      heldBySteps += holds(values.flat().map((value) => [value]));
    }
    // Binomial about 0.94 of 300 = 282, standard deviation 4.
    expect(held).toBeGreaterThan(268);
    // Steps taken for independent of each other: an interval 2.5 times too narrow.
    expect(heldBySteps).toBeLessThan(220);
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
