/**
 * Conditions compared by what was measured in their movies. The movie is the unit: what it gives is one
 * number a quantity, and cells and tracks count only within it. Movies that share condition and replicate
 * (fields of one dish) are averaged first and count once.
 */
import { type Random, random } from "../../core/random.js";
import { numbersOf, textsOf } from "../../core/table.js";
import { mean } from "../../stats/average.js";
import type { Statistics } from "../analyse.js";
import { statisticsTables } from "../tables/statisticstables.js";
import {
  hedgesG,
  holm,
  meanInterval,
  pairedPermutationTest,
  pairedTest,
  permutationTest,
  type PermutationTest,
  standardDeviation,
  type TTest,
  welchTest,
} from "../../stats/twosamples.js";

/** What one movie (or set of images) gives. */
export interface Measured {
  readonly name: string;
  readonly condition: string;
  /** Undefined where the movie is a replicate of its own. */
  readonly replicate: string | undefined;
  /** By name of the quantity, which ends in its unit; NaN where there was nothing to measure. */
  readonly values: ReadonlyMap<string, number>;
}

/** The headline numbers of a movie by name, as its `summary.csv` has them. */
export function summaryValues(statistics: Statistics): Map<string, number> {
  const summary = statisticsTables(statistics).find(({ name }) => name === "summary")!;
  const values = numbersOf(summary, "value");
  return new Map(textsOf(summary, "quantity").map((name, i) => [name, values[i]!]));
}

/** These grow with the length and the field of a movie: they are listed, and not compared. */
const counts: ReadonlySet<string> = new Set([
  "frames",
  "nuclei_in_all_frames",
  "nuclei_at_edge_in_all_frames",
  "tracks",
  "lineages",
  "divisions",
  "cell_cycles_begun",
  "cell_cycles_whole",
]);

/**
 * Not counts, nor P values of a movie's own tests, nor directions, whose mean is not that of their degrees.
 */
export const isCompared = (quantity: string): boolean => !counts.has(quantity) && !/_(p|deg)$/.test(quantity);

/** Below so many replicates a condition, a warning is given; below two, nothing is tested. */
export const fewReplicates = 3;

/** What the replicates of one condition give for one quantity. */
export interface ConditionSummary {
  readonly quantity: string;
  readonly condition: string;
  /** Movies with a value. */
  readonly movies: number;
  /**
   * Replicates with a value: the movies, but for those that share condition and replicate. All that follows
   * is over these.
   */
  readonly n: number;
  readonly mean: number;
  readonly sd: number;
  /** 95 % interval of the mean, by Student's t. */
  readonly low: number;
  readonly high: number;
}

/** Two conditions compared in one quantity. */
export interface ConditionTest {
  readonly quantity: string;
  readonly first: string;
  readonly second: string;
  /** Replicates of each; pairs, where they are paired. */
  readonly nFirst: number;
  readonly nSecond: number;
  /** Second - first, by Welch's test or that of pairs. */
  readonly t: TTest;
  readonly tHolm: number;
  readonly permutation: PermutationTest;
  readonly permutationHolm: number;
  readonly hedgesG: number;
  /** What limits the test, or why there is none; "" where nothing does. */
  readonly note: string;
}

/** All conditions of a study described and compared. */
export interface Comparison {
  /** In the order of their first movie. */
  readonly conditions: readonly string[];
  /** Compared ones. */
  readonly quantities: readonly string[];
  /** Paired: replicates are blocks, such as days, of which each has every condition. */
  readonly design: "independent" | "paired";
  readonly summaries: readonly ConditionSummary[];
  /** All pairs of conditions for all quantities; none of a single condition. */
  readonly tests: readonly ConditionTest[];
  /** For the reader, before any number. */
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

/** Values of the replicates of a condition, in the order of their first movie. */
interface Group {
  readonly movies: number;
  readonly byReplicate: ReadonlyMap<string, number>;
}

/**
 * Describes each condition and tests each pair of conditions, for every quantity that any movie has.
 *
 * @param paired whether replicates of the same name in two conditions belong together. Never guessed from
 *   the names: most tables number the replicates of each condition from 1, and those have nothing in common.
 *   Where pairs are asked for and not every replicate has every condition, the pairs that there are are tested.
 * @param seed of the relabelings that are drawn where there are too many
 */
export function compareConditions(
  movies: readonly Measured[],
  { paired, seed }: { readonly paired?: boolean | undefined; readonly seed: number },
): Comparison {
  const conditions = [...new Set(movies.map(({ condition }) => condition))];
  const quantities = [...new Set(movies.flatMap(({ values }) => [...values.keys()]))];
  const isPaired = conditions.length > 1 && paired === true;
  const groups = new Map(
    quantities.map((quantity) => [
      quantity,
      new Map(conditions.map((condition) => [condition, groupOf(movies, condition, quantity)])),
    ]),
  );
  const compared = quantities.filter(isCompared);
  const summaries = quantities.flatMap((quantity) =>
    conditions.map((condition) => summaryOf(quantity, condition, groups.get(quantity)!.get(condition)!)),
  );
  const tests = compared.flatMap((quantity, index) =>
    testsOf(quantity, conditions, groups.get(quantity)!, isPaired, seed + index),
  );
  return {
    conditions,
    quantities: compared,
    design: isPaired ? "paired" : "independent",
    summaries,
    tests,
    warnings: warningsOf(movies, conditions),
    notes: notesOf(movies, conditions, paired),
  };
}

/** Whether each replicate, of which there are several, has every condition. */
function isBlocked(movies: readonly Measured[], conditions: readonly string[]): boolean {
  const replicates = conditions.map(
    (condition) =>
      new Set(movies.filter((movie) => movie.condition === condition).map(({ replicate }) => replicate)),
  );
  const [first] = replicates;
  return (
    first!.size > 1 &&
    !first!.has(undefined) &&
    replicates.every((set) => set.size === first!.size && [...set].every((name) => first!.has(name)))
  );
}

const key = ({ replicate, name }: Measured): string =>
  replicate === undefined ? `movie ${name}` : `replicate ${replicate}`;

function groupOf(movies: readonly Measured[], condition: string, quantity: string): Group {
  const lists = new Map<string, number[]>();
  let count = 0;
  for (const movie of movies) {
    const value = movie.values.get(quantity) ?? NaN;
    if (movie.condition !== condition || Number.isNaN(value)) continue;
    lists.set(key(movie), [...(lists.get(key(movie)) ?? []), value]);
    count++;
  }
  return { movies: count, byReplicate: new Map([...lists].map(([name, values]) => [name, mean(values)])) };
}

function summaryOf(quantity: string, condition: string, { movies, byReplicate }: Group): ConditionSummary {
  const values = [...byReplicate.values()];
  return {
    quantity,
    condition,
    movies,
    n: values.length,
    mean: mean(values),
    sd: standardDeviation(values),
    ...meanInterval(values),
  };
}

function testsOf(
  quantity: string,
  conditions: readonly string[],
  groups: ReadonlyMap<string, Group>,
  paired: boolean,
  seed: number,
): ConditionTest[] {
  const pairs = conditions.flatMap((first, i) =>
    conditions.slice(i + 1).map((second) => [first, second] as const),
  );
  const tests = pairs.map(([first, second], index) => {
    const [x, y] = valuesOf(groups.get(first)!, groups.get(second)!, paired);
    return { quantity, first, second, ...testOf(x, y, paired, random(seed).fork(index)) };
  });
  const [byT, byPermutation] = [
    holm(tests.map(({ t }) => t.p)),
    holm(tests.map(({ permutation }) => permutation.p)),
  ];
  return tests.map((test, i) => ({ ...test, tHolm: byT[i]!, permutationHolm: byPermutation[i]! }));
}

/** Values of two conditions; of pairs only those replicates that both have, in the same order. */
function valuesOf(
  { byReplicate: a }: Group,
  { byReplicate: b }: Group,
  paired: boolean,
): [number[], number[]] {
  if (!paired) return [[...a.values()], [...b.values()]];
  const shared = [...a.keys()].filter((name) => b.has(name));
  return [shared.map((name) => a.get(name)!), shared.map((name) => b.get(name)!)];
}

type SingleTest = Pick<ConditionTest, "nFirst" | "nSecond" | "t" | "permutation" | "hedgesG" | "note">;

function testOf(x: readonly number[], y: readonly number[], paired: boolean, rng: Random): SingleTest {
  const sizes = { nFirst: x.length, nSecond: y.length };
  if (x.length < 2 || y.length < 2) {
    const t = { ...untested, difference: mean(y) - mean(x) };
    const note = noteOf(x.length, y.length, t, paired);
    return { ...sizes, t, permutation: unpermuted, hedgesG: NaN, note };
  }
  const t = paired ? pairedTest(x, y) : welchTest(x, y);
  return {
    ...sizes,
    t,
    permutation: paired ? pairedPermutationTest(x, y, rng) : permutationTest(x, y, rng),
    hedgesG: hedgesG(x, y),
    note: noteOf(x.length, y.length, t, paired),
  };
}

const untested: TTest = { difference: NaN, low: NaN, high: NaN, t: NaN, df: NaN, p: NaN };
const unpermuted: PermutationTest = { p: NaN, relabelings: 0, exact: true, smallest: NaN };

function noteOf(first: number, second: number, { t }: TTest, paired: boolean): string {
  const minimum = Math.min(first, second);
  const unit = paired ? "pairs" : "replicates a condition";
  if (minimum < 2) return `not available: fewer than two ${unit}`;
  if (Number.isNaN(t))
    return paired
      ? "t not available: all pairs differ alike"
      : "t not available: no variation within the conditions";
  return minimum < fewReplicates ? `fewer than three ${unit}` : "";
}

/** Replicates of each condition. */
const replicatesOf = (
  movies: readonly Measured[],
  conditions: readonly string[],
): { readonly condition: string; readonly n: number }[] =>
  conditions.map((condition) => ({
    condition,
    n: new Set(movies.filter((movie) => movie.condition === condition).map(key)).size,
  }));

function warningsOf(movies: readonly Measured[], conditions: readonly string[]): string[] {
  const few = replicatesOf(movies, conditions).filter(({ n }) => n < fewReplicates);
  if (few.length === 0) return [];
  const list = few.map(({ condition, n }) => `${condition} (${n})`).join(", ");
  const untestable = few.some(({ n }) => n < 2) && conditions.length > 1;
  return [
    `There are fewer than three independent movies in ${list}: intervals and tests are hardly informative ` +
      `there${untestable ? ", and with fewer than two movies there are none" : ""}. ` +
      "However many cells a movie holds, it is one replicate; record more movies.",
  ];
}

function notesOf(
  movies: readonly Measured[],
  conditions: readonly string[],
  paired: boolean | undefined,
): string[] {
  const replicates = replicatesOf(movies, conditions).reduce((sum, { n }) => sum + n, 0);
  return [
    ...(conditions.length < 2 ? ["There is only one condition, so nothing is compared."] : []),
    ...(movies.length > replicates
      ? ["Movies of the same condition and replicate are averaged first, and count as one replicate."]
      : []),
    ...(conditions.length < 2 ? [] : [designNote(movies, conditions, paired)]),
  ];
}

/** What the tests take for independent, and how to change it. */
function designNote(
  movies: readonly Measured[],
  conditions: readonly string[],
  paired: boolean | undefined,
): string {
  if (paired === true)
    return (
      "Tests are paired by replicate, as requested (study.paired: false treats the movies as " +
      "independent)."
    );
  if (paired === false) return "Tests treat the movies as independent, as requested (study.paired: false).";
  if (isBlocked(movies, conditions))
    return (
      "Tests treat the movies as independent, although every condition has the same names of replicates. " +
      "Where equal names belong together, such as movies of one day, pair them with study.paired: true."
    );
  return "Tests treat the movies as independent (study.paired: true pairs those of the same replicate).";
}
