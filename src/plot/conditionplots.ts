/**
 * Plots of conditions: a dot a movie, courses with a line a movie, and roses in which each movie counts once.
 */
import type { Comparison, ConditionTest } from "../analyse/compare/conditions.js";
import { meanCourse, meanRose, type MovieMeasures } from "../analyse/compare/movies.js";
import { palette } from "../draw/colours.js";
import { type Axis, axisOf } from "./axis.js";
import { fixed, framed, type Place } from "./chart.js";
import { formatNumber } from "./markup.js";
import { quantityLabel, quantityName } from "./quantities.js";
import { roseChart } from "./rose.js";

export interface NamedPlot {
  /** Usable as a file name, without extension. */
  readonly name: string;
  readonly svg: string;
}

export interface PlotGroup {
  readonly title: string;
  readonly plots: readonly NamedPlot[];
}

/** All plots of a comparison, by what they show. Colours go by condition. */
export function comparisonPlots(movies: readonly MovieMeasures[], comparison: Comparison): PlotGroup[] {
  const quantities = comparison.quantities.filter((quantity) =>
    movies.some(({ values }) => Number.isFinite(values.get(quantity) ?? NaN)),
  );
  const groups: PlotGroup[] = [
    {
      title: "Conditions",
      plots: quantities.map((quantity) => ({ name: quantity, svg: dotPlot(quantity, movies, comparison) })),
    },
  ];
  if (!movies[0]!.tracked) return groups;
  const { units } = movies[0]!;
  const density = units.density === "1/mm²" ? "nuclei/mm²" : "nuclei/megapixel";
  return [
    ...groups,
    {
      title: "Courses",
      plots: [
        {
          name: "course_density",
          svg: coursePlot("Density of nuclei", `density [${density}]`, "density", movies, comparison),
        },
        {
          name: "course_speed",
          svg: coursePlot("Speed of nuclei", `mean speed [${units.speed}]`, "speed", movies, comparison),
        },
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

const colourOf = (index: number): string => palette[index % palette.length]!;

/** Marks of conditions beyond the colours: their lines are dashed. */
const isDashed = (index: number): boolean => index >= palette.length;

/**
 * A large dot a movie, mean and 95 % interval over the replicates beside them, and single tracks or nuclei,
 * where there are any, as small pale dots behind. Paired replicates are joined. After the "SuperPlots" of
 * Lord et al. 2020.
 */
export function dotPlot(quantity: string, movies: readonly MovieMeasures[], comparison: Comparison): string {
  const { conditions, summaries, tests, design } = comparison;
  const own = (condition: string): MovieMeasures[] =>
    movies.filter(
      (movie) => movie.condition === condition && Number.isFinite(movie.values.get(quantity) ?? NaN),
    );
  const values = movies.map((movie) => movie.values.get(quantity) ?? NaN);
  const rows = summaries.filter((row) => row.quantity === quantity);
  const singles = movies.flatMap((movie) => movie.singles.get(quantity) ?? []).sort((a, b) => a - b);
  // A few far away would squeeze the movies into a line.
  const shown = [
    singles[Math.floor(0.05 * singles.length)] ?? NaN,
    singles[Math.floor(0.95 * singles.length)] ?? NaN,
  ];
  const [least, most] = [
    Math.min(...values.filter(Number.isFinite)),
    Math.max(...values.filter(Number.isFinite)),
  ];
  // An interval of two movies can be many times as wide as all there is to see: it is cut off.
  const reach = (most - least || Math.abs(most) || 1) * 2;
  const ends = rows.flatMap(({ low, high }) => [Math.max(low, least - reach), Math.min(high, most + reach)]);
  const y = axisOf([...values, ...shown, ...ends], {
    label: quantityLabel(quantity),
    ...(least >= 0 ? { include: [0] } : {}),
  });
  const low = least >= 0 ? Math.max(0, y.low) : y.low;
  const axis = low === y.low ? y : axisOf([], { label: y.label, range: [low, y.high] });
  const x: Axis = {
    label: design === "paired" ? "one large dot a movie; lines join replicates" : "one large dot a movie",
    low: 0,
    high: conditions.length,
    ticks: conditions.map((_, i) => i + 0.5),
    tickLabels: shortened(conditions),
    position: (value) => value / conditions.length,
  };
  const test = tests.filter((row) => row.quantity === quantity);
  const { text } = quantityName(quantity);
  return framed(
    {
      title: text.charAt(0).toUpperCase() + text.slice(1),
      note: noteOf(
        test,
        rows.map(({ n }) => n),
      ),
      x: { label: x.label },
      y: { label: axis.label },
    },
    x,
    axis,
    [],
    (at) => {
      const inside = (value: number): boolean => value >= axis.low && value <= axis.high;
      const placed = new Map<MovieMeasures, readonly [number, number]>();
      const groups = conditions.map((condition, index) => {
        const list = own(condition);
        const step = Math.min(0.09, 0.4 / Math.max(1, list.length - 1));
        list.forEach((movie, i) =>
          placed.set(movie, [
            at.x(index + 0.42 + (i - (list.length - 1) / 2) * step),
            at.y(movie.values.get(quantity)!),
          ]),
        );
        const small = list
          .flatMap((movie) => (movie.singles.get(quantity) ?? []).filter(inside))
          .map((value, i) =>
            dot(
              at.x(index + 0.42 + 0.62 * (corput(i + 1) - 0.5)),
              at.y(value),
              1.7,
              `fill="${colourOf(index)}" fill-opacity="0.22"`,
            ),
          );
        const large = list.map((movie) =>
          dot(...placed.get(movie)!, 6, `fill="${colourOf(index)}" stroke="#ffffff" stroke-width="1.5"`),
        );
        return {
          small: small.join(""),
          large:
            large.join("") +
            meanMark(
              rows.find((row) => row.condition === condition)!,
              at.x(index + 0.86),
              at,
              axis,
            ),
        };
      });
      const joined = design === "paired" ? pairLines(conditions, movies, placed) : "";
      return groups.map(({ small }) => small).join("") + joined + groups.map(({ large }) => large).join("");
    },
  );
}

const dot = (x: number, y: number, radius: number, style: string): string =>
  `<circle cx="${fixed(x)}" cy="${fixed(y)}" r="${radius}" ${style}/>`;

/** Evenly scattered numbers from 0 to 1: the binary digits of i, mirrored. Source: van der Corput 1935. */
function corput(i: number): number {
  let value = 0;
  for (let [rest, part] = [i, 0.5]; rest > 0; [rest, part] = [rest >> 1, part / 2])
    value += (rest & 1) * part;
  return value;
}

/** A short line at the mean, and a thin one over its interval. */
function meanMark(
  { mean, low, high }: { readonly mean: number; readonly low: number; readonly high: number },
  x: number,
  at: Place,
  axis: Axis,
): string {
  if (!Number.isFinite(mean)) return "";
  const clip = (value: number): number => Math.max(axis.low, Math.min(axis.high, value));
  const ink = "#222222";
  const cap = (value: number): string =>
    value === clip(value)
      ? `<line x1="${fixed(x - 5)}" x2="${fixed(x + 5)}" y1="${fixed(at.y(value))}" ` +
        `y2="${fixed(at.y(value))}" stroke="${ink}" stroke-width="1.5"/>`
      : "";
  const interval = Number.isFinite(low)
    ? `<line x1="${fixed(x)}" x2="${fixed(x)}" y1="${fixed(at.y(clip(low)))}" ` +
      `y2="${fixed(at.y(clip(high)))}" stroke="${ink}" stroke-width="1.5"/>${cap(low)}${cap(high)}`
    : "";
  return (
    `${interval}<line x1="${fixed(x - 13)}" x2="${fixed(x + 13)}" y1="${fixed(at.y(mean))}" ` +
    `y2="${fixed(at.y(mean))}" stroke="${ink}" stroke-width="3"/>`
  );
}

function pairLines(
  conditions: readonly string[],
  movies: readonly MovieMeasures[],
  placed: ReadonlyMap<MovieMeasures, readonly [number, number]>,
): string {
  const replicates = [...new Set(movies.map(({ replicate }) => replicate))];
  const middle = (
    condition: string,
    replicate: string | undefined,
  ): readonly [number, number] | undefined => {
    const points = movies
      .filter((movie) => movie.condition === condition && movie.replicate === replicate)
      .flatMap((movie) => placed.get(movie) ?? []);
    return points.length === 0
      ? undefined
      : [
          points.filter((_, i) => i % 2 === 0).reduce((a, b) => a + b) / (points.length / 2),
          points.filter((_, i) => i % 2 === 1).reduce((a, b) => a + b) / (points.length / 2),
        ];
  };
  return replicates
    .flatMap((replicate) =>
      conditions.slice(1).map((condition, i) => {
        const [from, to] = [middle(conditions[i]!, replicate), middle(condition, replicate)];
        return from && to
          ? `<line x1="${fixed(from[0])}" y1="${fixed(from[1])}" x2="${fixed(to[0])}" ` +
              `y2="${fixed(to[1])}" stroke="#8a8a8a" stroke-width="1.2"/>`
          : "";
      }),
    )
    .join("");
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
  title: string,
  label: string,
  key: "density" | "speed",
  movies: readonly MovieMeasures[],
  { conditions }: Comparison,
): string {
  const x = axisOf(
    movies.flatMap(({ courses }) => courses.time),
    { label: movies[0]!.units.time === "min" ? "time [min]" : "frame (from 0)" },
    7,
  );
  const y = axisOf(
    movies.flatMap(({ courses }) => courses[key]),
    { label, include: [0] },
  );
  const legend = conditions.map((name, index) => ({ name, x: [], y: [], dashed: isDashed(index) }));
  return framed(
    {
      title,
      note: "thin: one movie each; thick: mean over the movies of the condition",
      x: { label: x.label },
      y: { label },
    },
    x,
    y,
    conditions.length > 1 ? legend : [],
    (at) => {
      const lines = conditions.map((condition, index) => {
        const own = movies
          .filter((movie) => movie.condition === condition)
          .map(({ courses }) => ({ time: courses.time, value: courses[key] }));
        const style =
          `fill="none" stroke="${colourOf(index)}" ` +
          `stroke-linejoin="round"${isDashed(index) ? ' stroke-dasharray="7 4"' : ""}`;
        const mean = meanCourse(own);
        return {
          thin: own
            .map(
              (course) =>
                `<path d="${path(course.time, course.value, at)}" ${style} stroke-width="1.2" stroke-opacity="0.55"/>`,
            )
            .join(""),
          thick: `<path d="${path(mean.time, mean.value, at)}" ${style} stroke-width="3.5"/>`,
        };
      });
      return lines.map(({ thin }) => thin).join("") + lines.map(({ thick }) => thick).join("");
    },
  );
}

/** NaN interrupts the line. */
function path(x: readonly number[], y: readonly number[], at: Place): string {
  return x
    .map((value, i) =>
      Number.isNaN(y[i]!)
        ? ""
        : `${i > 0 && !Number.isNaN(y[i - 1]!) ? "L" : "M"}${fixed(at.x(value))} ${fixed(at.y(y[i]!))}`,
    )
    .join("");
}

function conditionRose(condition: string, index: number, movies: readonly MovieMeasures[]): string {
  const own = movies.filter((movie) => movie.condition === condition);
  const rose = meanRose(own.map((movie) => movie.rose));
  const tracks = own.reduce((sum, movie) => sum + movie.rose.total, 0);
  const mean = Number.isNaN(rose.meanDirection)
    ? "no mean direction"
    : `mean direction ${formatNumber(rose.meanDirection)}°, resultant length ${formatNumber(rose.resultant, 2)}`;
  return roseChart(rose, {
    title: `Direction of tracks, ${condition}`,
    note:
      `${own.length} ${own.length === 1 ? "movie" : "movies"} of equal weight, ` +
      `${formatNumber(tracks)} tracks; ${mean}`,
    colour: colourOf(index),
  });
}
