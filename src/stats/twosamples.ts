/**
 * Tests of two small samples: t and permutation tests, of independent and of paired values, effect size, and
 * Holm's correction.
 */
import type { Random } from "../core/random.js";
import { mean } from "./average.js";
import { criticalT, logGamma, twoSidedP } from "./student.js";

/** Difference of two means, second - first. What cannot be computed is NaN. */
export interface TTest {
  readonly difference: number;
  /** 95 % interval of the difference. */
  readonly low: number;
  readonly high: number;
  readonly t: number;
  readonly df: number;
  /** Two-sided. */
  readonly p: number;
}

/** Outcome of a permutation test. */
export interface PermutationTest {
  /**
   * Two-sided: the share of relabelings with a difference of means at least as large, in absolute value, as
   * that observed.
   */
  readonly p: number;
  /** Relabelings looked at. */
  readonly relabelings: number;
  /** True where these are all there are. */
  readonly exact: boolean;
  /** Smallest p that this many values can give. */
  readonly smallest: number;
}

/** Up to so many relabelings are gone through one by one; of more, `draws` are drawn. */
const maxRelabelings = 200_000;
const draws = 99_999;

/** Share outside of every interval. */
const outside = 0.05;

/** Standard deviation of a sample, with n - 1; NaN of fewer than two values. */
export function standardDeviation(values: readonly number[]): number {
  const middle = mean(values);
  return values.length < 2
    ? NaN
    : Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}

/** 95 % interval of a mean: mean ± t(n - 1) SD / √n. NaN of fewer than two values. */
export function meanInterval(values: readonly number[]): { readonly low: number; readonly high: number } {
  const half = (criticalT(outside, values.length - 1) * standardDeviation(values)) / Math.sqrt(values.length);
  return { low: mean(values) - half, high: mean(values) + half };
}

/**
 * Welch's test of independent samples whose variances may differ. With v = s² / n of each: t = difference /
 * √(v1 + v2), and df = (v1 + v2)² / (v1² / (n1 - 1) + v2² / (n2 - 1)).
 *
 * Source: Welch 1947.
 */
export function welchTest(first: readonly number[], second: readonly number[]): TTest {
  const [v1, v2] = [first, second].map((values) => standardDeviation(values) ** 2 / values.length) as [
    number,
    number,
  ];
  return tTest(
    mean(second) - mean(first),
    Math.sqrt(v1 + v2),
    (v1 + v2) ** 2 / (v1 ** 2 / (first.length - 1) + v2 ** 2 / (second.length - 1)),
  );
}

/** Student's test of the differences of pairs. */
export function pairedTest(first: readonly number[], second: readonly number[]): TTest {
  const differences = differencesOf(first, second);
  return tTest(
    mean(differences),
    standardDeviation(differences) / Math.sqrt(differences.length),
    differences.length - 1,
  );
}

function tTest(difference: number, error: number, df: number): TTest {
  const t = error > 0 ? difference / error : NaN;
  const half = error > 0 ? criticalT(outside, df) * error : NaN;
  return {
    difference,
    low: difference - half,
    high: difference + half,
    t,
    df: error > 0 ? df : NaN,
    p: twoSidedP(t, df),
  };
}

const differencesOf = (first: readonly number[], second: readonly number[]): number[] =>
  second.map((value, i) => value - first[i]!);

/**
 * Hedges' g: the difference in units of the pooled standard deviation, times J = Γ(m / 2) / (√(m / 2) Γ((m -
 * 1) / 2)), m = n1 + n2 - 2, which takes out the bias of small samples.
 *
 * Source: Hedges 1981.
 */
export function hedgesG(first: readonly number[], second: readonly number[]): number {
  const m = first.length + second.length - 2;
  const spread = (values: readonly number[]): number => (values.length - 1) * standardDeviation(values) ** 2;
  const pooled = Math.sqrt((spread(first) + spread(second)) / m);
  // For m = 1 the mean of g does not exist.
  if (!(pooled > 0) || m < 2) return NaN;
  return (
    (((mean(second) - mean(first)) / pooled) * Math.exp(logGamma(m / 2) - logGamma((m - 1) / 2))) /
    Math.sqrt(m / 2)
  );
}

/**
 * Permutation test of independent samples: which value has which label is exchangeable where labels do not
 * matter. All ways to choose the first sample are gone through, or, where they are more than 200,000, 99,999
 * are drawn and p = (1 + as extreme) / (1 + drawn).
 *
 * Source: Pitman 1937; Phipson & Smyth 2010 (drawn relabelings).
 */
export function permutationTest(
  first: readonly number[],
  second: readonly number[],
  rng: Random,
): PermutationTest {
  const values = [...first, ...second];
  const [n, total] = [first.length, values.length];
  if (n < 1 || second.length < 1) return none;
  const sum = values.reduce((a, b) => a + b, 0);
  // The difference of means grows with the distance of the first sample's sum from its expectation.
  const distance = (chosen: number): number => Math.abs(chosen - (sum * n) / total);
  const reached = thresholdOf(distance(first.reduce((a, b) => a + b, 0)), values);
  const count = binomial(total, n);
  const smallest = (n === second.length ? 2 : 1) / count;
  if (count <= maxRelabelings) {
    let extreme = 0;
    const choose = (from: number, left: number, chosen: number): void => {
      if (left === 0) extreme += distance(chosen) >= reached ? 1 : 0;
      else for (let i = from; i <= total - left; i++) choose(i + 1, left - 1, chosen + values[i]!);
    };
    choose(0, n, 0);
    return { p: extreme / count, relabelings: count, exact: true, smallest };
  }
  return drawn(() => {
    let chosen = 0;
    for (let i = 0; i < n; i++) {
      const j = i + rng.integer(total - i);
      [values[i], values[j]] = [values[j]!, values[i]!];
      chosen += values[i]!;
    }
    return distance(chosen) >= reached;
  }, smallest);
}

/**
 * The same of pairs: within each, which value has which label is exchangeable. All 2ⁿ ways are gone through,
 * up to n = 17.
 */
export function pairedPermutationTest(
  first: readonly number[],
  second: readonly number[],
  rng: Random,
): PermutationTest {
  const differences = differencesOf(first, second);
  if (differences.length < 1) return none;
  const reached = thresholdOf(Math.abs(differences.reduce((a, b) => a + b, 0)), differences);
  const count = 2 ** differences.length;
  const smallest = 2 / count;
  if (count > maxRelabelings)
    return drawn(
      () =>
        Math.abs(differences.reduce((sum, value) => sum + (rng.next() < 0.5 ? -value : value), 0)) >= reached,
      smallest,
    );
  let extreme = 0;
  for (let signs = 0; signs < count; signs++)
    extreme +=
      Math.abs(differences.reduce((sum, value, i) => sum + ((signs >> i) & 1 ? -value : value), 0)) >= reached
        ? 1
        : 0;
  return { p: extreme / count, relabelings: count, exact: true, smallest };
}

const none: PermutationTest = { p: NaN, relabelings: 0, exact: true, smallest: NaN };

/** Sums of the same numbers in another order differ by rounding, and are equal all the same. */
const thresholdOf = (observed: number, values: readonly number[]): number =>
  observed - 1e-12 * values.reduce((sum, value) => sum + Math.abs(value), 0);

function drawn(isExtreme: () => boolean, smallest: number): PermutationTest {
  let extreme = 0;
  for (let i = 0; i < draws; i++) extreme += isExtreme() ? 1 : 0;
  return {
    p: (1 + extreme) / (1 + draws),
    relabelings: draws,
    exact: false,
    smallest: Math.max(smallest, 1 / (1 + draws)),
  };
}

/** n over k, exact while it is below 2^53. */
export function binomial(n: number, k: number): number {
  let value = 1;
  for (let i = 1; i <= Math.min(k, n - k); i++)
    value = Math.round((value * (n - Math.min(k, n - k) + i)) / i);
  return value;
}

/**
 * P values corrected for their number, so that the chance of any false one among them is no larger than
 * stated. Those that are NaN stay so and do not count.
 *
 * Source: Holm 1979.
 */
export function holm(p: readonly number[]): number[] {
  const order = p
    .map((_, i) => i)
    .filter((i) => !Number.isNaN(p[i]!))
    .sort((a, b) => p[a]! - p[b]! || a - b);
  const corrected = p.map(() => NaN);
  order.reduce(
    (minimum, index, rank) =>
      (corrected[index] = Math.min(1, Math.max(minimum, (order.length - rank) * p[index]!))),
    0,
  );
  return corrected;
}
