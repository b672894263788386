/**
 * Plots of conditions: a dot a movie, courses with a line a movie, and roses in which each movie counts once.
 */
import type { Comparison, ConditionSummary, ConditionTest } from "../analyse/compare/conditions.js";
import { type MeanCourse, meanCourse, meanRose, type MovieMeasures } from "../analyse/compare/movies.js";
import { counted, formatNumber } from "../core/wording.js";
import { palette } from "../draw/colours.js";
import { type Axis, axisOf } from "./axis.js";
import { dashes, dot, framed, ink, linePath, type Place, type Point, segment } from "./chart.js";
import { type Markup, svg } from "./markup.js";
import { meanDirectionText } from "./plots.js";
import { densityUnit, quantityLabel, quantityName, timeAxis } from "./quantities.js";
import { roseChart } from "./rose.js";

/** A plot and what its file is called. */
export interface NamedPlot {
  /** Usable as a file name, without extension. */
  readonly name: string;
  readonly svg: Markup;
}

/** Plots of one section of a report. */
export interface PlotGroup {
  readonly title: string;
  readonly plots: readonly NamedPlot[];
}

/** All plots of a comparison, by what they show. Colours go by condition. */
export function comparisonPlots(movies: readonly MovieMeasures[], comparison: Comparison): PlotGroup[] {
  const quantities = comparison.quantities.filter((quantity) =>
    movies.some((movie) => Number.isFinite(valueOf(movie, quantity))),
  );
  const groups: PlotGroup[] = [
    {
      title: "Conditions",
      plots: quantities.map((quantity) => ({ name: quantity, svg: dotPlot(quantity, movies, comparison) })),
    },
  ];
  if (!movies[0]!.tracked) return groups;
  return [
    ...groups,
    {
      title: "Courses",
      plots: [
        { name: "course_density", svg: coursePlot("density", movies, comparison) },
        { name: "course_speed", svg: coursePlot("speed", movies, comparison) },
      ],
    },
    {
      title: "Directions",
      plots: comparison.conditions.map((condition, index) => ({
        name: `rose_${index + 1}`,
        svg: conditionRose(condition, index, movies),
      })),
    },
  ];
}

const valueOf = ({ values }: MovieMeasures, quantity: string): number => values.get(quantity) ?? NaN;

const colourOf = (index: number): string => palette[index % palette.length]!;

/** Marks of conditions beyond the colours: their lines are dashed. */
const isDashed = (index: number): boolean => index >= palette.length;

/** Where a condition's dots have their middle, and its mean, from 0 to 1 of its part of the axis. */
const [dotsAt, meanAt] = [0.42, 0.86];

/** Shares of such a part: of the dots of all movies, from one to the next, and of the single ones. */
const [dotSpan, dotStep, singleSpan] = [0.4, 0.09, 0.62];

/** The movies of a condition that have a value, with what is drawn of them. */
interface ConditionDots {
  readonly index: number;
  readonly placed: ReadonlyMap<MovieMeasures, Point>;
  readonly singles: readonly number[];
  readonly summary: ConditionSummary;
}

/**
 * A large dot a movie, mean and 95 % interval over the replicates beside them, and single tracks or nuclei,
 * where there are any, as small pale dots behind. Paired replicates are joined. After the "SuperPlots" of
 * Lord et al. 2020.
 */
export function dotPlot(quantity: string, movies: readonly MovieMeasures[], comparison: Comparison): Markup {
  const { conditions, tests, design } = comparison;
  const summaries = comparison.summaries.filter((row) => row.quantity === quantity);
  const [x, y] = [conditionAxis(comparison), quantityAxis(quantity, movies, summaries)];
  const { text } = quantityName(quantity);
  const note = noteOf(
    tests.filter((row) => row.quantity === quantity),
    summaries.map(({ n }) => n),
  );
  return framed({ title: text.charAt(0).toUpperCase() + text.slice(1), note, x, y }, (at) => {
    const groups = conditions.map((condition, index): ConditionDots => {
      const own = movies.filter(
        (movie) => movie.condition === condition && Number.isFinite(valueOf(movie, quantity)),
      );
      const step = Math.min(dotStep, dotSpan / Math.max(1, own.length - 1));
      const place = (movie: MovieMeasures, i: number): Point => [
        at.x(index + dotsAt + (i - (own.length - 1) / 2) * step),
        at.y(valueOf(movie, quantity)),
      ];
      return {
        index,
        placed: new Map(own.map((movie, i) => [movie, place(movie, i)])),
        singles: own.flatMap((movie) => movie.singles.get(quantity) ?? []),
        summary: summaries.find((row) => row.condition === condition)!,
      };
    });
    return [
      ...groups.flatMap((group) => singleDots(group, at, y)),
      ...(design === "paired" ? pairLines(conditions, movies, groups) : []),
      ...groups.flatMap((group) => [...movieDots(group), meanMark(group, at, y)]),
    ];
  });
}

const conditionAxis = ({ conditions, design }: Comparison): Axis => ({
  label:
    design === "paired"
      ? "one large dot for each movie; lines join replicates"
      : "one large dot for each movie",
  low: 0,
  high: conditions.length,
  ticks: conditions.map((_, i) => i + 0.5),
  tickLabels: shortened(conditions),
  position: (value) => value / conditions.length,
});

/** Around movies, most single ones, and intervals; from 0 where nothing is below. */
function quantityAxis(
  quantity: string,
  movies: readonly MovieMeasures[],
  summaries: readonly ConditionSummary[],
): Axis {
  const values = movies.map((movie) => valueOf(movie, quantity)).filter(Number.isFinite);
  const singles = movies.flatMap((movie) => movie.singles.get(quantity) ?? []).sort((a, b) => a - b);
  // A few far away would squeeze the movies into a line.
  const shown = [0.05, 0.95].map((share) => singles[Math.floor(share * singles.length)] ?? NaN);
  const [minimum, maximum] = [Math.min(...values), Math.max(...values)];
  // An interval of two movies can be many times as wide as all there is to see: it is cut off.
  const reach = (maximum - minimum || Math.abs(maximum) || 1) * 2;
  const ends = summaries.flatMap(({ low, high }) => [
    Math.max(low, minimum - reach),
    Math.min(high, maximum + reach),
  ]);
  const label = quantityLabel(quantity);
  const include = minimum >= 0 ? [0] : [];
  const axis = axisOf([...values, ...shown, ...ends], { label, include });
  return minimum >= 0 && axis.low < 0 ? axisOf([], { label, range: [0, axis.high] }) : axis;
}

function singleDots({ index, singles }: ConditionDots, at: Place, axis: Axis): Markup[] {
  const style = svg`fill="${colourOf(index)}" fill-opacity="0.22"`;
  return singles
    .filter((value) => value >= axis.low && value <= axis.high)
    .map((value, i) =>
      dot([at.x(index + dotsAt + singleSpan * (corput(i + 1) - 0.5)), at.y(value)], 1.7, style),
    );
}

const movieDots = ({ index, placed }: ConditionDots): Markup[] =>
  [...placed.values()].map((place) =>
    dot(place, 6, svg`fill="${colourOf(index)}" stroke="#ffffff" stroke-width="1.5"`),
  );

/** Evenly scattered numbers from 0 to 1: the binary digits of i, mirrored. Source: van der Corput 1935. */
function corput(i: number): number {
  let value = 0;
  for (let [rest, part] = [i, 0.5]; rest > 0; [rest, part] = [rest >> 1, part / 2])
    value += (rest & 1) * part;
  return value;
}

/** A short line at the mean, and a thin one over its interval; ends that the axis cuts off have no cap. */
function meanMark({ index, summary }: ConditionDots, at: Place, axis: Axis): Markup | undefined {
  const { mean, low, high } = summary;
  if (!Number.isFinite(mean)) return undefined;
  const x = at.x(index + meanAt);
  const across = (value: number, reach: number, style: Markup): Markup =>
    segment([x - reach, at.y(value)], [x + reach, at.y(value)], style);
  const clipped = (value: number): number => at.y(Math.max(axis.low, Math.min(axis.high, value)));
  const thin = svg`stroke="${ink}" stroke-width="1.5"`;
  const interval = Number.isFinite(low) && [
    segment([x, clipped(low)], [x, clipped(high)], thin),
    ...[low, high]
      .filter((value) => value >= axis.low && value <= axis.high)
      .map((value) => across(value, 5, thin)),
  ];
  return svg`${interval}${across(mean, 13, svg`stroke="${ink}" stroke-width="3"`)}`;
}

/** From each replicate's dots, in their middle, to those of the same name in the next condition. */
function pairLines(
  conditions: readonly string[],
  movies: readonly MovieMeasures[],
  groups: readonly ConditionDots[],
): Markup[] {
  const replicates = [...new Set(movies.map(({ replicate }) => replicate))];
  const middle = (index: number, replicate: string | undefined): Point | undefined => {
    const points = [...groups[index]!.placed]
      .filter(([movie]) => movie.replicate === replicate)
      .map(([, point]) => point);
    const mean = (axis: 0 | 1): number => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
    return points.length === 0 ? undefined : [mean(0), mean(1)];
  };
  return replicates.flatMap((replicate) =>
    conditions.slice(1).flatMap((_, i) => {
      const [from, to] = [middle(i, replicate), middle(i + 1, replicate)];
      return from && to ? [segment(from, to, svg`stroke="#8a8a8a" stroke-width="1.2"`)] : [];
    }),
  );
}

/** Names that fit below their part of the axis. */
function shortened(names: readonly string[]): string[] {
  const maximum = Math.max(4, Math.floor(560 / names.length / 9));
  return names.map((name) => (name.length <= maximum ? name : `${name.slice(0, maximum - 1)}…`));
}

function noteOf(tests: readonly ConditionTest[], replicates: readonly number[]): string {
  const n = `n = ${replicates.join(", ")}`;
  const [test] = tests;
  if (test === undefined) return n;
  if (tests.length > 1) return `${n}; tests in the table`;
  if (Number.isNaN(test.permutation.p)) return `${n}; ${test.note}`;
  return `${n}; p = ${formatNumber(test.t.p, 2)} (t), ${formatNumber(test.permutation.p, 2)} (permutation)`;
}

/** A thin line a movie, and a thick one for the mean over the movies of a condition. */
function coursePlot(
  key: "density" | "speed",
  movies: readonly MovieMeasures[],
  { conditions }: Comparison,
): Markup {
  const { units } = movies[0]!;
  const label = key === "density" ? `density [${densityUnit(units)}]` : `mean speed [${units.speed}]`;
  const times = movies.flatMap(({ courses }) => courses.time);
  const values = movies.flatMap(({ courses }) => courses[key]);
  const frame = {
    title: key === "density" ? "Density of nuclei" : "Speed of nuclei",
    note: "thin lines: single movies; thick lines: mean over the movies of the condition",
    x: axisOf(times, { label: timeAxis(units) }, 7),
    y: axisOf(values, { label, include: [0] }),
    legend:
      conditions.length > 1
        ? conditions.map((name, index) => ({ name, x: [], y: [], dashed: isDashed(index) }))
        : [],
  };
  return framed(frame, (at) => {
    const lines = conditions.map((condition, index) => {
      const own = movies
        .filter((movie) => movie.condition === condition)
        .map(({ courses }) => ({ time: courses.time, value: courses[key] }));
      const style = svg`
        fill="none" stroke="${colourOf(index)}" stroke-linejoin="round" ${dashes(isDashed(index))}`;
      const curve = (course: MeanCourse, width: Markup): Markup =>
        svg`<path d="${coursePath(course, at)}" ${style} ${width}/>`;
      return {
        thin: own.map((course) => curve(course, svg`stroke-width="1.2" stroke-opacity="0.55"`)),
        thick: curve(meanCourse(own), svg`stroke-width="3.5"`),
      };
    });
    return [...lines.flatMap(({ thin }) => thin), ...lines.map(({ thick }) => thick)];
  });
}

/** NaN interrupts it. */
const coursePath = ({ time, value }: MeanCourse, at: Place): string =>
  linePath(time.map((t, i): Point => [at.x(t), at.y(value[i]!)]));

function conditionRose(condition: string, index: number, movies: readonly MovieMeasures[]): Markup {
  const own = movies.filter((movie) => movie.condition === condition);
  const rose = meanRose(own.map((movie) => movie.rose));
  const tracks = own.reduce((sum, movie) => sum + movie.rose.total, 0);
  return roseChart(rose, {
    title: `Direction of tracks, ${condition}`,
    note:
      `${counted(own.length, "movie")} of equal weight, ${formatNumber(tracks)} tracks; ` +
      meanDirectionText(rose),
    colour: colourOf(index),
  });
}
