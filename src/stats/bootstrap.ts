import { random } from "../core/random.js";
import { percentiles } from "./percentile.js";

/**
 * A 95 % interval. Both NaN where the data do not give one; 0 or infinity where they do not bound it on that
 * side.
 */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** Units that were drawn from: lineages. */
  readonly n: number;
}

/** How intervals are drawn. */
export interface BootstrapOptions {
  /** 0: no intervals. */
  readonly resamples: number;
  readonly seed: number;
}

/** Fewest units that an interval is given for: of fewer, the resamples hardly differ from each other. */
export const fewestUnits = 5;

/**
 * Units are dealt into so many groups at most, which then are what is drawn: the intervals stay, and time and
 * memory no longer grow with the movie.
 */
export const maxGroups = 2000;

/** Which of the groups that are drawn each branch belongs to. */
export interface LineageGroups {
  /** Group of each branch, by id - 1. */
  readonly groupOf: Int32Array;
  readonly lineages: number;
  readonly groups: number;
}

/**
 * Which group each branch belongs to: branches of one lineage share one, since mother and daughters are not
 * independent of each other.
 *
 * @param roots of each branch, by id - 1
 */
export function lineageGroups(roots: ArrayLike<number>): LineageGroups {
  const groupOf = new Int32Array(roots.length);
  let lineages = 0;
  // A root comes before its descendants.
  for (let i = 0; i < roots.length; i++)
    groupOf[i] = roots[i] === i + 1 ? lineages++ % maxGroups : groupOf[roots[i]! - 1]!;
  return { groupOf, lineages, groups: Math.min(lineages, maxGroups) };
}

/**
 * Percentile bootstrap: groups are drawn with replacement, their sums added, and the estimates made from the
 * totals as from the data themselves. An interval is given where at most one resample in twenty has no
 * estimate.
 *
 * @param blocks sums by group, groups x columns each
 * @param estimate from the totals of each block (columns) to the estimates
 * @param n units behind the groups
 * Source: Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapter 13.
 */
export function bootstrapIntervals(
  blocks: readonly Float64Array[],
  groups: number,
  n: number,
  estimate: (totals: readonly Float64Array[]) => readonly number[],
  { resamples, seed }: BootstrapOptions,
): Interval[] {
  const widths = blocks.map((block) => (groups === 0 ? 0 : block.length / groups));
  const totals = widths.map((width) => new Float64Array(width));
  const rng = random(seed);
  const drawn: (readonly number[])[] = [];
  for (let resample = 0; resample < resamples && n >= fewestUnits; resample++) {
    for (const total of totals) total.fill(0);
    for (let draw = 0; draw < groups; draw++) {
      const group = rng.integer(groups);
      for (let b = 0; b < blocks.length; b++) addRow(totals[b]!, blocks[b]!, group * widths[b]!);
    }
    drawn.push(estimate(totals));
  }
  const estimates = drawn[0]?.length ?? estimate(totals).length;
  return Array.from({ length: estimates }, (_, k) =>
    intervalOf(
      drawn.map((values) => values[k]!),
      n,
    ),
  );
}

function addRow(total: Float64Array, block: Float64Array, from: number): void {
  for (let column = 0; column < total.length; column++) total[column]! += block[from + column]!;
}

function intervalOf(values: readonly number[], n: number): Interval {
  const known = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  if (known.length === 0 || known.length < 0.95 * values.length) return { low: NaN, high: NaN, n };
  // Infinite values have no differences: order statistics are taken as they are.
  if (known.some((value) => !Number.isFinite(value)))
    return {
      low: known[Math.floor(0.025 * (known.length - 1))]!,
      high: known[Math.ceil(0.975 * (known.length - 1))]!,
      n,
    };
  const [low, high] = percentiles(known, [2.5, 97.5]);
  return { low: low!, high: high!, n };
}

/** The totals of a block: what the estimates of the data themselves are made from. */
export function totalsOf(block: Float64Array, groups: number): Float64Array {
  const total = new Float64Array(groups === 0 ? 0 : block.length / groups);
  for (let group = 0; group < groups; group++) addRow(total, block, group * total.length);
  return total;
}
