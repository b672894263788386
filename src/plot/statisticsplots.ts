/** The figures of movement, shape, cycles and brightness, each an SVG: statistics in, text out. */
import type { Statistics } from "../analyse/analyse.js";
import { formatNumber, formatRange } from "../core/wording.js";
import { lineChart, type Series } from "./chart.js";
import { fieldChart } from "./fieldchart.js";
import type { Markup } from "./markup.js";
import { timeAxis, timeUnit } from "./quantities.js";

/** Value and interval, or why there is none. */
function stated(
  name: string,
  { summary, intervals, notes }: Statistics,
  key: "msdExponent" | "fluctuationPersistenceTime",
  unit = "",
): string {
  const value = summary[key];
  if (Number.isNaN(value)) return notes[key] ?? `no ${name}`;
  const { low, high } = intervals[key];
  const range = Number.isNaN(low) ? "" : ` (95 % interval ${formatRange(low, high)})`;
  return `${name} ${formatNumber(value)}${unit}${range}`;
}

/** Mean squared displacement against lag, both logarithmic, with the power law that was fitted. */
export function displacementPlot(statistics: Statistics): Markup {
  const { meanSquaredDisplacement: msd, units } = statistics;
  const positive = (values: Float64Array): Float64Array => values.map((value) => (value > 0 ? value : NaN));
  const fitted = Number.isNaN(msd.fit.exponent)
    ? []
    : [
        {
          name: "power law",
          x: msd.time,
          y: msd.time.map((t) => 4 * msd.fit.coefficient * t ** msd.fit.exponent),
          dashed: true,
        },
      ];
  return lineChart(
    [
      {
        name: "all tracks",
        x: msd.time,
        y: positive(msd.value),
        draw: fitted.length > 0 ? "points" : "both",
      },
      ...fitted,
    ],
    {
      title: "Mean squared displacement",
      note: stated("exponent", statistics, "msdExponent"),
      x: { label: `lag [${timeUnit(units)}]`, logarithmic: true },
      y: { label: `MSD [${units.area}]`, logarithmic: true },
    },
  );
}

/** Velocity autocorrelation against lag, as measured and without the mean movement of the frame. */
export function autocorrelationPlot(statistics: Statistics): Markup {
  const { velocityAutocorrelation: c, units } = statistics;
  return lineChart(
    [
      { name: "velocity", x: c.time, y: c.normalised, draw: "both" },
      { name: "without the frame's mean", x: c.time, y: c.normalisedFluctuation, draw: "both", dashed: true },
    ],
    {
      title: "Velocity autocorrelation",
      note: stated("persistence time", statistics, "fluctuationPersistenceTime", ` ${timeUnit(units)}`),
      x: { label: `lag [${timeUnit(units)}]`, include: [0] },
      y: { label: "correlation", include: [0, 1] },
    },
  );
}

/** Correlation of the velocities of two nuclei against their distance. */
export function spatialCorrelationPlot({ spatialCorrelation: c, units, summary, notes }: Statistics): Markup {
  const note = Number.isNaN(summary.correlationLength)
    ? notes.correlationLength
    : `correlation length ${formatNumber(summary.correlationLength)} ${units.length}, without the frame's mean`;
  return lineChart(
    [
      { name: "velocity", x: c.distance, y: c.value, draw: "both" },
      { name: "without the frame's mean", x: c.distance, y: c.fluctuation, draw: "both", dashed: true },
    ],
    {
      title: "Velocity correlation between nuclei",
      note,
      x: { label: `distance [${units.length}]`, include: [0] },
      y: { label: "correlation", include: [0, 1] },
    },
  );
}

/** Mean velocity of each cell of the grid over the movie, as arrows. */
export function velocityFieldPlot({ velocityField, units, frames }: Statistics): Markup {
  return fieldChart(velocityField, {
    title: "Velocity field",
    unit: units.speed,
    length: units.length,
    frames: frames.count,
  });
}

/** Share of cells that have not divided yet against the time since their birth, with its 95 % interval. */
export function survivalPlot({
  cycles: { survival: s, time: followed, count, divided },
  units,
  summary,
}: Statistics): Markup {
  const seen = divided.reduce((sum, one) => sum + one, 0);
  const median = Number.isNaN(summary.medianCycle)
    ? "no median"
    : `median ${formatNumber(summary.medianCycle)} ${timeUnit(units)}`;
  const end = followed.reduce((a, b) => Math.max(a, b), 0);
  const share = { name: "undivided", ...stairs(s.time, s.share, end) };
  const limits = [
    { name: "lower 95 % limit", ...stairs(s.time, s.low, end), dashed: true },
    { name: "upper", ...stairs(s.time, s.high, end), dashed: true },
  ];
  const curves: Series[] = s.count === 0 ? [share] : [share, ...limits];
  return lineChart(count === 0 ? [] : curves, {
    title: "Cell cycle",
    note: `${formatNumber(seen)} of ${formatNumber(count)} cycles seen whole; ${median} (Kaplan-Meier)`,
    x: { label: `time since birth [${timeUnit(units)}]`, include: [0] },
    y: { label: "share undivided", range: [0, 1] },
  });
}

/**
 * A share that is 1 at time 0 and falls at once at each time, up to the longest that anything was followed.
 */
function stairs(times: Float64Array, shares: Float64Array, end: number): { x: number[]; y: number[] } {
  const [x, y] = [[0], [1]];
  times.forEach((at, i) => {
    x.push(at, at);
    y.push(y[y.length - 1]!, shares[i]!);
  });
  return { x: [...x, end], y: [...y, y[y.length - 1]!] };
}

/** Nuclear brightness above the background by channel. */
export function intensityPlot({ intensities, units }: Statistics): Markup {
  const channels = intensities === undefined ? [] : [...new Set(intensities.channel)].sort((a, b) => a - b);
  const series = channels.map((channel): Series => {
    const rows = Array.from(intensities!.channel.keys()).filter(
      (row) => intensities!.channel[row] === channel,
    );
    return {
      name: `channel ${channel}`,
      x: rows.map((row) => intensities!.time[row]!),
      y: rows.map((row) => intensities!.medianNucleus[row]!),
    };
  });
  return lineChart(series, {
    title: "Brightness of nuclei",
    note:
      intensities === undefined
        ? "no images were measured"
        : "median over the nuclei of the mean grey value, less the background",
    x: { label: timeAxis(units) },
    y: { label: "grey value above background", include: [0] },
  });
}

/** Eccentricity, solidity and the ratio of the axes of each frame. */
export function shapePlot({ frames, shapes, units, summary }: Statistics): Markup {
  const [x, label] = summary.tracked ? [frames.time, timeAxis(units)] : [frames.frame, "image (from 0)"];
  const draw = summary.tracked ? "line" : "points";
  return lineChart(
    [
      { name: "minor / major axis", x, y: shapes.median.aspectRatio.map((ratio) => 1 / ratio), draw },
      { name: "eccentricity", x, y: shapes.median.eccentricity, draw },
      { name: "solidity", x, y: shapes.median.solidity, draw },
    ],
    {
      title: "Shape of nuclei",
      note: "medians of the nuclei that do not touch the edge",
      x: { label, whole: !summary.tracked },
      y: { label: "ratio, eccentricity, solidity", range: [0, 1] },
    },
  );
}

/** Mean and median area of each frame. */
export function areaPlot({ frames, units, summary }: Statistics): Markup {
  const [x, label] = summary.tracked ? [frames.time, timeAxis(units)] : [frames.frame, "image (from 0)"];
  const draw = summary.tracked ? "line" : "points";
  return lineChart(
    [
      { name: "mean", x, y: frames.meanArea, draw },
      { name: "median", x, y: frames.medianArea, draw, dashed: true },
    ],
    {
      title: "Area of nuclei over time",
      note: "nuclei that do not touch the edge",
      x: { label, whole: !summary.tracked },
      y: { label: `area [${units.area}]`, include: [0] },
    },
  );
}
