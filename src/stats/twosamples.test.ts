import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { criticalT, twoSidedP } from "./student.js";
import {
  binomial,
  hedgesG,
  holm,
  meanInterval,
  pairedPermutationTest,
  pairedTest,
  permutationTest,
  welchTest,
} from "./twosamples.js";

/**
 * P of 12 against 12 values below, of all 2,704,156 relabelings, 157,002 of which are as extreme: counted
 * once with numpy.
 */
const exact12 = 157_002 / 2_704_156;

interface Golden {
  readonly cases: readonly {
    readonly first: number[];
    readonly second: number[];
    readonly permutation: number;
    readonly hedges: number;
    readonly firstInterval: [number, number];
    readonly welch: { t: number; df: number; p: number; low: number; high: number };
    readonly paired?: { t: number; df: number; p: number; low: number; high: number; permutation: number };
  }[];
  readonly student: readonly { t: number; df: number; p: number }[];
  readonly quantiles: readonly { p: number; df: number; t: number }[];
  readonly holm: readonly { p: number[]; adjusted: number[] }[];
}
const golden = JSON.parse(
  readFileSync(new URL("../../fixtures/conditions/tests.json", import.meta.url), "utf8"),
) as Golden;

/** Relative error: both sides compute in doubles, through other series. */
const close = (value: number, expected: number): void =>
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-9 * Math.abs(expected) + 1e-13);

describe("Student's t", () => {
  it.each(golden.student)("has scipy's tails: t $t, $df degrees of freedom", ({ t, df, p }) =>
    close(twoSidedP(t, df), p),
  );
  it.each(golden.quantiles)("has scipy's quantiles: p $p, $df degrees of freedom", ({ p, df, t }) =>
    close(criticalT(p, df), t),
  );
  it("has the values of every printed table", () => {
    expect(criticalT(0.05, 2).toFixed(3)).toBe("4.303");
    expect(criticalT(0.05, 30).toFixed(3)).toBe("2.042");
  });
});

describe("tests of two samples", () => {
  it.each(golden.cases)(
    "agree with scipy: $first.length and $second.length values, Welch's p $welch.p",
    ({ first, second, welch, permutation, hedges, firstInterval, paired }) => {
      const test = welchTest(first, second);
      for (const key of ["t", "df", "p", "low", "high"] as const) close(test[key], welch[key]);
      const permuted = permutationTest(first, second, random(1));
      expect(permuted).toMatchObject({
        exact: true,
        relabelings: binomial(first.length + second.length, first.length),
      });
      close(permuted.p, permutation);
      close(hedgesG(first, second), hedges);
      const interval = meanInterval(first);
      close(interval.low, firstInterval[0]);
      close(interval.high, firstInterval[1]);
      if (paired === undefined) return;
      const pairs = pairedTest(first, second);
      for (const key of ["t", "df", "p", "low", "high"] as const) close(pairs[key], paired[key]);
      close(pairedPermutationTest(first, second, random(1)).p, paired.permutation);
    },
  );

  it("find by hand what three against three can tell: 2 of 20 relabelings separate them", () => {
    expect(permutationTest([1, 2, 3], [4, 5, 6], random(1))).toEqual({
      p: 0.1,
      relabelings: 20,
      exact: true,
      smallest: 0.1,
    });
    expect(pairedPermutationTest([1, 2, 3], [4, 5, 6], random(1))).toEqual({
      p: 0.25,
      relabelings: 8,
      exact: true,
      smallest: 0.25,
    });
    expect(permutationTest([1, 2], [4, 5, 6], random(1))).toMatchObject({ p: 0.1, smallest: 0.1 });
  });

  it("draw relabelings where they are too many, near to the exact p and reproducibly", () => {
    const [first, second] = [
      Array.from({ length: 12 }, (_, i) => Math.sin(i)),
      Array.from({ length: 12 }, (_, i) => Math.sin(i) + 0.6 + 0.1 * Math.cos(3 * i)),
    ];
    const test = permutationTest(first, second, random(7));
    expect(test).toMatchObject({ exact: false, relabelings: 99_999 });
    expect(permutationTest(first, second, random(7))).toEqual(test);
    // Three standard errors of 99,999 draws.
    expect(Math.abs(test.p - exact12)).toBeLessThan(3 * Math.sqrt((exact12 * (1 - exact12)) / 99_999));
    const pairs = pairedPermutationTest(
      Array.from({ length: 20 }, () => 0),
      Array.from({ length: 20 }, (_, i) => i - 6),
      random(7),
    );
    expect(pairs).toMatchObject({ exact: false });
  });

  it("say nothing where nothing can be said", () => {
    expect(welchTest([1], [2, 3]).p).toBeNaN();
    expect(welchTest([1, 1], [1, 1])).toMatchObject({ difference: 0, t: NaN, p: NaN, low: NaN });
    expect(hedgesG([1], [2, 3])).toBeNaN();
    expect(hedgesG([1, 1], [1, 1])).toBeNaN();
    expect(permutationTest([], [1], random(1)).p).toBeNaN();
    expect(meanInterval([3]).low).toBeNaN();
    // Rounding must not make equal sums differ.
    expect(permutationTest([0.1, 0.2, 0.3], [0.3, 0.1, 0.2], random(1)).p).toBe(1);
  });

  const sample = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 6 });
  it("do not depend on order, unit or zero, and change sign with the labels", () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const [test, swapped, scaled] = [
          welchTest(a, b),
          welchTest(b, a),
          welchTest(
            a.map((x) => 4 * x + 8),
            b.map((x) => 4 * x + 8).reverse(),
          ),
        ];
        expect(swapped.difference).toBe(-test.difference + 0);
        if (Number.isNaN(test.p)) return;
        close(swapped.p, test.p);
        expect(Math.abs(scaled.p - test.p)).toBeLessThan(1e-9);
        expect(permutationTest(a, b, random(1)).p).toBe(
          permutationTest(
            b.map((x) => 4 * x),
            a.map((x) => 4 * x).reverse(),
            random(1),
          ).p,
        );
      }),
    );
  });
});

describe("Holm's correction", () => {
  it.each(golden.holm)("is its definition: $p", ({ p, adjusted }) =>
    holm(p).forEach((value, i) => close(value, adjusted[i]!)),
  );
  it("leaves out what is not known", () =>
    expect(holm([0.01, NaN, 0.04, 0.03])).toEqual([0.03, NaN, 0.06, 0.06]));
});
