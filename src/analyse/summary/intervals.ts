import {
  type BootstrapOptions,
  bootstrapIntervals,
  fewestUnits,
  type Interval,
  type LineageGroups,
} from "../../stats/bootstrap.js";
import type { BranchStatistics } from "../lineage/branches.js";
import type { Divisions } from "../lineage/divisions.js";
import { persistenceOf } from "../motion/autocorrelation.js";
import { type DisplacementSums, powerLawOf } from "../motion/msd.js";
import type { Steps } from "../motion/steps.js";

/** What gets an interval by drawing lineages anew. */
export const resampled = [
  "meanSpeed",
  "meanStraightness",
  "trackResultant",
  "stepResultant",
  "msdExponent",
  "msdCoefficient",
  "persistenceTime",
  "fluctuationPersistenceTime",
  "localisationError",
  "divisionRate",
  "beginsInside",
  "endsInside",
  "timeBetweenBreaks",
  "fastSteps",
] as const;
/** Name of an estimate that gets an interval. */
export type Resampled = (typeof resampled)[number];

/** Sums over branches and steps, by group of lineages; `totals` counts columns in this order. */
const scalars = [
  "steps",
  "speed",
  "straight",
  "straightness",
  "trackDirections",
  "trackCos",
  "trackSin",
  "stepDirections",
  "stepCos",
  "stepSin",
  "followed",
  "divisions",
  "branches",
  "beginsInside",
  "endsInside",
  "fast",
] as const;
const column = Object.fromEntries(scalars.map((name, k) => [name, k])) as Record<
  (typeof scalars)[number],
  number
>;

/** What the estimates are made from. */
export interface ResamplingInput {
  readonly branches: BranchStatistics;
  readonly steps: Steps;
  readonly divisions: Divisions;
  readonly reliability: {
    readonly beginsInside: Uint8Array;
    readonly endsInside: Uint8Array;
    readonly fastSpeed: number;
  };
  readonly displacements: DisplacementSums;
  readonly autocorrelation: Float64Array;
  readonly groups: LineageGroups;
  /** Units of time per frame, and per unit of the division rate (60 min an hour). */
  readonly perFrame: number;
  readonly perRate: number;
}

/** The estimates of the data themselves, and their intervals. */
export function estimatesOf(
  input: ResamplingInput,
  options: BootstrapOptions,
): {
  readonly values: Readonly<Record<Resampled, number>>;
  readonly intervals: Readonly<Record<Resampled, Interval>>;
} {
  const { groups, lineages } = input.groups;
  const blocks = [scalarSums(input), input.displacements.sums, input.autocorrelation];
  const estimate = ([sums, displacements, correlation]: readonly Float64Array[]): number[] => {
    const ratio = (top: keyof typeof column, bottom: keyof typeof column): number =>
      sums![column[top]]! / sums![column[bottom]]!;
    const resultant = (n: keyof typeof column, cos: keyof typeof column, sin: keyof typeof column): number =>
      Math.min(1, Math.hypot(ratio(cos, n), ratio(sin, n)));
    const { exponent, coefficient } = powerLawOf(displacements!, input.perFrame);
    const { time, fluctuationTime, localisationError } = persistenceOf(correlation!, input.perFrame);
    return [
      ratio("speed", "steps"),
      ratio("straightness", "straight"),
      resultant("trackDirections", "trackCos", "trackSin"),
      resultant("stepDirections", "stepCos", "stepSin"),
      exponent,
      coefficient,
      time,
      fluctuationTime,
      localisationError,
      ratio("divisions", "followed") * input.perRate,
      ratio("beginsInside", "branches"),
      ratio("endsInside", "branches"),
      ratio("followed", "endsInside"),
      ratio("fast", "steps"),
    ];
  };
  const whole = blocks.map((block) => {
    const total = new Float64Array(groups === 0 ? 0 : block.length / groups);
    for (let i = 0; i < block.length; i++) total[i % total.length]! += block[i]!;
    return total;
  });
  const values = groups === 0 ? resampled.map(() => NaN) : estimate(whole);
  const intervals =
    groups === 0
      ? resampled.map(() => ({ low: NaN, high: NaN, n: 0 }))
      : bootstrapIntervals(blocks, groups, lineages, estimate, options);
  if (lineages >= fewestUnits && options.resamples > 0)
    widenWithoutEvents(values, intervals, whole[0]!, lineages, input.perRate);
  const named = <T>(list: readonly T[]): Record<Resampled, T> =>
    Object.fromEntries(resampled.map((name, k) => [name, list[k]!])) as Record<Resampled, T>;
  return { values: named(values), intervals: named(intervals) };
}

/**
 * Events that are compatible with none having been seen: 0.025 is the probability of none where so many are
 * expected.
 */
const unseenEvents = -Math.log(0.025);

/**
 * Where no event was seen every resample has none, too, which says nothing: the limit is then that of a
 * Poisson process, of lineages for shares.
 */
function widenWithoutEvents(
  values: readonly number[],
  intervals: Interval[],
  sums: Float64Array,
  lineages: number,
  perRate: number,
): void {
  const limits: Partial<Record<Resampled, { low: number; high: number }>> = {
    divisionRate: { low: 0, high: (unseenEvents / sums[column.followed]!) * perRate },
    beginsInside: { low: 0, high: Math.min(1, unseenEvents / lineages) },
    endsInside: { low: 0, high: Math.min(1, unseenEvents / lineages) },
    fastSteps: { low: 0, high: Math.min(1, unseenEvents / lineages) },
    timeBetweenBreaks: { low: sums[column.followed]! / unseenEvents, high: Infinity },
  };
  resampled.forEach((name, k) => {
    const limit = limits[name];
    if (limit !== undefined && values[k] === (name === "timeBetweenBreaks" ? Infinity : 0))
      intervals[k] = { ...limit, n: lineages };
  });
}

function scalarSums({
  branches,
  steps,
  divisions,
  reliability,
  groups: { groupOf, groups },
}: ResamplingInput): Float64Array {
  const sums = new Float64Array(groups * scalars.length);
  const add = (branch: number, name: keyof typeof column, value: number): void => {
    sums[groupOf[branch]! * scalars.length + column[name]]! += value;
  };
  const direction = (branch: number, kind: "track" | "step", degrees: number): void => {
    if (Number.isNaN(degrees)) return;
    add(branch, `${kind}Directions`, 1);
    add(branch, `${kind}Cos`, Math.cos((degrees * Math.PI) / 180));
    add(branch, `${kind}Sin`, Math.sin((degrees * Math.PI) / 180));
  };
  for (let i = 0; i < branches.count; i++) {
    add(i, "branches", 1);
    add(i, "followed", branches.duration[i]!);
    add(i, "beginsInside", reliability.beginsInside[i]!);
    add(i, "endsInside", reliability.endsInside[i]!);
    direction(i, "track", branches.direction[i]!);
    if (Number.isNaN(branches.straightness[i]!)) continue;
    add(i, "straight", 1);
    add(i, "straightness", branches.straightness[i]!);
  }
  for (let i = 0; i < steps.count; i++) {
    const branch = steps.branch[i]!;
    add(branch, "steps", 1);
    add(branch, "speed", steps.speed[i]!);
    if (steps.speed[i]! > reliability.fastSpeed) add(branch, "fast", 1);
    direction(branch, "step", steps.direction[i]!);
  }
  for (const mother of divisions.mother) add(mother - 1, "divisions", 1);
  return sums;
}
