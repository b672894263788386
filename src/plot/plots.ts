/** The figures of a report, each an SVG: statistics in, text out. */
import type { Statistics } from "../analyse/analyse.js";
import type { Rose } from "../stats/direction.js";
import { formatNumber } from "../core/wording.js";
import { roundSteps } from "./axis.js";
import { barChart, lineChart, type Mark } from "./chart.js";
import type { Markup } from "./markup.js";
import { densityUnit, timeAxis, timeUnit } from "./quantities.js";
import { roseChart } from "./rose.js";

/** What is drawn of a training record. */
export interface LossRecord {
  /** Steps done. */
  readonly step: number;
  readonly trainingLoss: number;
  /** NaN or absent where there was nothing to validate with. */
  readonly validationLoss?: number | undefined;
}

/** F1 at a threshold of IoU. */
export interface ThresholdScore {
  readonly threshold: number;
  readonly f1: number;
}

/** Loss of training and validation against the steps. */
export function lossPlot(records: readonly LossRecord[]): Markup {
  const x = records.map(({ step }) => step);
  const training = { name: "training", x, y: records.map(({ trainingLoss }) => trainingLoss) };
  const validation = {
    name: "validation",
    x,
    y: records.map(({ validationLoss }) => validationLoss ?? NaN),
    dashed: true,
  };
  const series = validation.y.some(Number.isFinite) ? [training, validation] : [training];
  return lineChart(series, {
    title: "Training",
    x: { label: "step", include: [0], whole: true },
    y: { label: "loss" },
  });
}

/** Nuclei in each frame. */
export function countPlot({ frames, units, summary }: Statistics): Markup {
  const [x, label] = summary.tracked ? [frames.time, timeAxis(units)] : [frames.frame, "image (from 0)"];
  return lineChart([{ name: "nuclei", x, y: frames.nuclei, draw: summary.tracked ? "line" : "points" }], {
    title: "Number of nuclei",
    x: { label, whole: !summary.tracked },
    y: { label: "nuclei", include: [0], whole: true },
  });
}

/** Density of nuclei in each frame. */
export function densityPlot({ frames, units, summary }: Statistics): Markup {
  const [x, label] = summary.tracked ? [frames.time, timeAxis(units)] : [frames.frame, "image (from 0)"];
  return lineChart([{ name: "density", x, y: frames.density, draw: summary.tracked ? "line" : "points" }], {
    title: "Density of nuclei",
    x: { label, whole: !summary.tracked },
    y: { label: `density [${densityUnit(units)}]`, include: [0] },
  });
}

/** Mean and median speed against time. */
export function speedPlot({ frames, units }: Statistics): Markup {
  return lineChart(
    [
      { name: "mean", x: frames.time, y: frames.meanSpeed },
      { name: "median", x: frames.time, y: frames.medianSpeed, dashed: true },
    ],
    {
      title: "Speed of nuclei",
      x: { label: timeAxis(units) },
      y: { label: `speed [${units.speed}]`, include: [0] },
    },
  );
}

/** Divisions in each frame. */
export function divisionPlot({ frames, units }: Statistics): Markup {
  const edges = Array.from({ length: frames.count + 1 }, (_, i) => (i - 0.5) * units.perFrame);
  return barChart(edges, frames.divisions, {
    title: "Divisions",
    x: { label: timeAxis(units) },
    y: { label: "divisions per frame", whole: true },
  });
}

/** Distribution of the areas of all nuclei of all frames. */
export function areaHistogram({ areas, units, summary }: Statistics): Markup {
  const whole = `median ${formatNumber(summary.medianArea)} ${units.area}`;
  return histogram(areas, {
    title: "Area of nuclei",
    label: `area [${units.area}]`,
    unit: "nuclei",
    mark: { x: summary.medianArea, text: whole },
    clip: true,
  });
}

/** Distribution of the durations of the branches. */
export function durationHistogram({ branches, units, summary }: Statistics): Markup {
  const text = `median ${formatNumber(summary.medianDuration)} ${timeUnit(units)}`;
  return histogram(branches.duration, {
    title: "Duration of tracks",
    label: `duration [${timeUnit(units)}]`,
    unit: "tracks",
    mark: { x: summary.medianDuration, text },
    grain: units.perFrame,
  });
}

/** Distribution of the mean speeds of the branches. */
export function speedHistogram({ branches, units }: Statistics): Markup {
  return histogram(branches.meanSpeed, {
    title: "Speed of tracks",
    label: `mean speed of the track [${units.speed}]`,
    unit: "tracks",
    clip: true,
  });
}

/** Net directions of the tracks, in bins as figure 7B of Englbrecht et al. 2021. */
export const trackRose = (statistics: Statistics): Markup =>
  rosePlot(statistics.trackDirections, "Direction of tracks", "tracks", true);

/** Directions of all steps from frame to frame. */
export const stepRose = (statistics: Statistics): Markup =>
  rosePlot(statistics.stepDirections, "Direction of steps", "steps", false);

/** F1 of the objects against the threshold of IoU at which they count as found. */
export function f1Plot(scores: readonly ThresholdScore[]): Markup {
  return lineChart(
    [
      {
        name: "F1",
        x: scores.map(({ threshold }) => threshold),
        y: scores.map(({ f1 }) => f1),
        draw: "both",
      },
    ],
    {
      title: "Agreement with the given truth",
      x: { label: "threshold of IoU" },
      y: { label: "F1", range: [0, 1] },
    },
  );
}

function rosePlot(rose: Rose, title: string, unit: string, test: boolean): Markup {
  if (rose.total === 0) return roseChart(rose, { title, note: `no ${unit}` });
  const p = rose.rayleighP < 1e-4 ? "< 0.0001" : `= ${formatNumber(rose.rayleighP, 2)}`;
  const tested = test ? `, Rayleigh test p ${p}` : "";
  return roseChart(rose, {
    title,
    note: `${formatNumber(rose.total)} ${unit}; ${meanDirectionText(rose)}${tested}`,
  });
}

/** The mean direction of a rose in words. */
export const meanDirectionText = ({ meanDirection, resultant }: Rose): string =>
  Number.isNaN(meanDirection)
    ? "no mean direction"
    : `mean direction ${formatNumber(meanDirection)}°, resultant length ${formatNumber(resultant, 2)}`;

interface HistogramOptions {
  readonly title: string;
  readonly label: string;
  /** What is counted. */
  readonly unit: string;
  readonly mark?: Mark | undefined;
  /** Values are whole multiples of this: bins are multiples of it, centred on the values. */
  readonly grain?: number | undefined;
  /**
   * Gather what lies above the 99.5th percentile in the last bin, so that a few giants do not squeeze the
   * rest.
   */
  readonly clip?: boolean | undefined;
}

function histogram(values: Float64Array, options: HistogramOptions): Markup {
  const finite = values.filter(Number.isFinite).sort();
  const { edges, clipped } = finite.length === 0 ? { edges: [0, 1], clipped: 0 } : binEdges(finite, options);
  const counts = new Float64Array(edges.length - 1);
  const width = edges[1]! - edges[0]!;
  for (const value of finite)
    counts[Math.max(0, Math.min(counts.length - 1, Math.floor((value - edges[0]!) / width)))]!++;
  const note =
    `${formatNumber(finite.length)} ${options.unit}` +
    (clipped > 0 ? `; the last bar also holds ${formatNumber(clipped)} larger ones` : "");
  return barChart(
    edges,
    counts,
    { title: options.title, note, x: { label: options.label }, y: { label: options.unit, whole: true } },
    options.mark ? [options.mark] : [],
  );
}

/** About this many bins have a histogram whose values are no whole multiples of a grain. */
const fineBins = 30;

/** About 30 bins of a round width from a round value on. @param sorted at least one value, ascending */
function binEdges(
  sorted: Float64Array,
  { grain, clip }: HistogramOptions,
): { edges: number[]; clipped: number } {
  const low = sorted[0]!;
  const high = clip ? sorted[Math.floor(0.995 * (sorted.length - 1))]! : sorted[sorted.length - 1]!;
  if (grain !== undefined) {
    const width = grain * Math.max(1, Math.ceil((high - low) / grain / 40));
    const bins = Math.floor((high - low) / width) + 1;
    return { edges: Array.from({ length: bins + 1 }, (_, i) => low - grain / 2 + i * width), clipped: 0 };
  }
  // Of equal values there is one bin, as wide as it would be if others lay up to twice as high.
  const edges =
    high > low
      ? roundSteps(low, high, fineBins)
      : roundSteps(low, low + (Math.abs(low) || 1), fineBins).slice(0, 2);
  // The last bin holds what is below its end.
  if (edges.at(-1)! <= high) edges.push(Number((2 * edges.at(-1)! - edges.at(-2)!).toPrecision(12)));
  return { edges, clipped: sorted.filter((value) => value >= edges.at(-1)!).length };
}
