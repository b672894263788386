/**
 * What is kept of a movie's statistics to set it beside others: headline numbers, courses, directions, and a
 * few single tracks to be drawn.
 */
import { mean } from "../../stats/average.js";
import { type Rose, roseOf, screenAngle } from "../../stats/direction.js";
import { evenlySpreadIndices } from "../../stats/evenly.js";
import type { Statistics } from "../analyse.js";
import type { Units } from "../units/units.js";
import { type Measured, summaryValues } from "./conditions.js";

/** What a movie is set beside others by. */
export interface MovieMeasures extends Measured {
  readonly units: Units;
  readonly tracked: boolean;
  readonly courses: Courses;
  /** Of the tracks. */
  readonly rose: Rose;
  /** Values of single tracks or nuclei behind a quantity, evenly drawn; of those quantities that have any. */
  readonly singles: ReadonlyMap<string, readonly number[]>;
}

/** Rows are frames. */
export interface Courses {
  /** In the unit of time; of images, their number. */
  readonly time: readonly number[];
  readonly density: readonly number[];
  readonly speed: readonly number[];
}

/** So many single values a movie and quantity are kept. */
const maxSingles = 150;

/** Quantities of the summary by their first words, and where the tracks have the like. */
const singlesOf: Readonly<Record<string, (statistics: Statistics) => Float64Array>> = {
  mean_speed: ({ branches }) => branches.meanSpeed,
  median_speed: ({ branches }) => branches.medianSpeed,
  median_straightness: ({ branches }) => branches.straightness,
  median_track_duration: ({ branches }) => branches.duration,
  median_area: ({ areas }) => areas,
};

/** Takes from the statistics of a movie what is compared. */
export function measuresOf(
  sample: Pick<Measured, "name" | "condition" | "replicate">,
  statistics: Statistics,
): MovieMeasures {
  const { frames, units, summary, trackDirections } = statistics;
  const values = summaryValues(statistics);
  const singles = [...values.keys()].flatMap((quantity) => {
    const first = Object.keys(singlesOf).find(
      (words) => quantity === words || quantity.startsWith(`${words}_`),
    );
    return first === undefined || (!summary.tracked && first !== "median_area")
      ? []
      : [[quantity, evenly(singlesOf[first]!(statistics))] as const];
  });
  return {
    name: sample.name,
    condition: sample.condition,
    replicate: sample.replicate,
    values,
    units,
    tracked: summary.tracked,
    courses: {
      time: Array.from(summary.tracked ? frames.time : frames.frame),
      density: Array.from(frames.density),
      speed: Array.from(frames.meanSpeed),
    },
    rose: trackDirections,
    singles: new Map(singles),
  };
}

function evenly(values: Float64Array): number[] {
  const finite = values.filter(Number.isFinite);
  return evenlySpreadIndices(finite.length, maxSingles).map((index) => finite[index]!);
}

/** Values over time. */
export interface MeanCourse {
  readonly time: readonly number[];
  readonly value: readonly number[];
}

/**
 * The mean over movies at each time that all of them cover, each movie counting once, whatever it holds.
 * Between the frames of a movie its values are interpolated; times are those of the movie with the fewest of
 * them in the common span. Where one has no value there is none.
 *
 * @param movies with ascending times
 */
export function meanCourse(movies: readonly MeanCourse[]): MeanCourse {
  const filled = movies.filter(({ time }) => time.length > 0);
  if (filled.length === 0) return { time: [], value: [] };
  const [from, to] = [
    Math.max(...filled.map(({ time }) => time[0]!)),
    Math.min(...filled.map(({ time }) => time.at(-1)!)),
  ];
  // Times are multiples of an interval: rounding must not cut off the last.
  const slack = 1e-9 * Math.abs(to);
  const grids = filled.map(({ time }) => time.filter((t) => t >= from - slack && t <= to + slack));
  const time = grids.reduce((best, grid) => (grid.length < best.length ? grid : best));
  return { time, value: time.map((t) => mean(filled.map((movie) => valueAt(movie, t, slack)))) };
}

function valueAt({ time, value }: MeanCourse, t: number, slack: number): number {
  const exact = time.findIndex((other) => Math.abs(other - t) <= slack);
  if (exact >= 0) return value[exact]!;
  const after = time.findIndex((other) => other > t);
  const share = (t - time[after - 1]!) / (time[after]! - time[after - 1]!);
  return value[after - 1]! * (1 - share) + value[after]! * share;
}

/**
 * Directions of several movies as one rose in which each movie counts the same: the mean of their shares, and
 * the mean of their mean vectors. Movies without a direction are left out.
 *
 * @param roses with bins of one width
 * @returns a rose without directions where no movie has any, or there is none
 */
export function meanRose(roses: readonly Rose[]): Rose {
  const { binWidth, counts } = roses[0] ?? roseOf([]);
  const filled = roses.filter(({ total }) => total > 0);
  if (filled.length === 0) return { ...roseOf([]), binWidth, counts: counts.map(() => 0), resultant: NaN };
  const shareOf = (bin: number): number => mean(filled.map((rose) => rose.counts[bin]! / rose.total));
  const [cosine, sine] = [meanComponent(filled, Math.cos), meanComponent(filled, Math.sin)];
  const resultant = Math.hypot(cosine, sine);
  return {
    binWidth,
    counts: counts.map((_, bin) => shareOf(bin)),
    total: 1,
    // The degrees of a rose are those of the screen, where y points up. `screenAngle` takes dy as images have
    // it, pointing down: so the sine changes its sign.
    meanDirection: resultant < negligible ? NaN : screenAngle(-sine, cosine),
    resultant,
    rayleighP: NaN,
  };
}

/** A resultant length below this is 0 but for rounding: there is no mean direction. */
const negligible = 1e-9;

/** Mean over the roses of one component of their mean vectors; 0 for a rose without a mean direction. */
const meanComponent = (roses: readonly Rose[], component: (radians: number) => number): number =>
  mean(
    roses.map(({ meanDirection, resultant }) =>
      Number.isNaN(meanDirection) ? 0 : resultant * component((meanDirection * Math.PI) / 180),
    ),
  );
