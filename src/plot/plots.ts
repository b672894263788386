/** The figures of a report, each an SVG: statistics in, text out. */
import type { Statistics } from "../analyse/analyse.js";
import type { Rose } from "../stats/direction.js";
import { barChart, lineChart, type Mark } from "./chart.js";
import { formatNumber } from "./markup.js";
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
export function lossPlot(records: readonly LossRecord[]): string {
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
export function countPlot({ frames, units, summary }: Statistics): string {
  const [x, label] = summary.tracked
    ? [frames.time, timeLabel(units.time)]
    : [frames.frame, "image (from 0)"];
  return lineChart([{ name: "nuclei", x, y: frames.nuclei, draw: summary.tracked ? "line" : "points" }], {
    title: "Number of nuclei",
    x: { label, whole: !summary.tracked },
    y: { label: "nuclei", include: [0], whole: true },
  });
}

/** Density of nuclei in each frame. */
export function densityPlot({ frames, units, summary }: Statistics): string {
  const [x, label] = summary.tracked
    ? [frames.time, timeLabel(units.time)]
    : [frames.frame, "image (from 0)"];
  return lineChart([{ name: "density", x, y: frames.density, draw: summary.tracked ? "line" : "points" }], {
    title: "Density of nuclei",
    x: { label, whole: !summary.tracked },
    y: { label: `density [${densityUnit(units.density)}]`, include: [0] },
  });
}

/** Mean and median speed against time. */
export function speedPlot({ frames, units }: Statistics): string {
  return lineChart(
    [
      { name: "mean", x: frames.time, y: frames.meanSpeed },
      { name: "median", x: frames.time, y: frames.medianSpeed, dashed: true },
    ],
    {
      title: "Speed of nuclei",
      x: { label: timeLabel(units.time) },
      y: { label: `speed [${units.speed}]`, include: [0] },
    },
  );
}

/** Divisions in each frame. */
export function divisionPlot({ frames, units }: Statistics): string {
  const edges = Array.from({ length: frames.count + 1 }, (_, i) => (i - 0.5) * units.perFrame);
  return barChart(edges, frames.divisions, {
    title: "Divisions",
    x: { label: timeLabel(units.time) },
    y: { label: "divisions per frame", whole: true },
  });
}

/** Distribution of the areas of all nuclei of all frames. */
export function areaHistogram({ areas, units, summary }: Statistics): string {
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
export function durationHistogram({ branches, units, summary }: Statistics): string {
  const text = `median ${formatNumber(summary.medianDuration)} ${units.time === "min" ? "min" : "frames"}`;
  return histogram(branches.duration, {
    title: "Duration of tracks",
    label: `duration [${units.time === "min" ? "min" : "frames"}]`,
    unit: "tracks",
    mark: { x: summary.medianDuration, text },
    grain: units.perFrame,
  });
}

/** Distribution of the mean speeds of the branches. */
export function speedHistogram({ branches, units }: Statistics): string {
  return histogram(branches.meanSpeed, {
    title: "Speed of tracks",
    label: `mean speed of the track [${units.speed}]`,
    unit: "tracks",
    clip: true,
  });
}

/** Net directions of the tracks, in bins as figure 7B of Englbrecht et al. 2021. */
export const trackRose = (statistics: Statistics): string =>
  rosePlot(statistics.trackDirections, "Direction of tracks", "tracks", true);

/** Directions of all steps from frame to frame. */
export const stepRose = (statistics: Statistics): string =>
  rosePlot(statistics.stepDirections, "Direction of steps", "steps", false);

/** F1 of the objects against the threshold of IoU at which they count as found. */
export function f1Plot(scores: readonly ThresholdScore[]): string {
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

/** "1/mm²" is written "nuclei / mm²" on an axis. */
const densityUnit = (unit: string): string => (unit === "1/mm²" ? "nuclei/mm²" : "nuclei/megapixel");

const timeLabel = (unit: string): string => (unit === "min" ? "time [min]" : "frame (from 0)");

function rosePlot(rose: Rose, title: string, unit: string, test: boolean): string {
  const mean = Number.isNaN(rose.meanDirection)
    ? "no mean direction"
    : `mean direction ${formatNumber(rose.meanDirection)}°, resultant length ${formatNumber(rose.resultant, 2)}`;
  const p =
    test && rose.total > 0
      ? `, Rayleigh test p ${rose.rayleighP < 1e-4 ? "< 0.0001" : `= ${formatNumber(rose.rayleighP, 2)}`}`
      : "";
  return roseChart(rose, {
    title,
    note: rose.total === 0 ? `no ${unit}` : `${formatNumber(rose.total)} ${unit}; ${mean}${p}`,
  });
}

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

function histogram(values: Float64Array, options: HistogramOptions): string {
  const finite = values.filter(Number.isFinite).sort();
  const { edges, clipped } = finite.length === 0 ? { edges: [0, 1], clipped: 0 } : binEdges(finite, options);
  const counts = new Float64Array(edges.length - 1);
  const width = edges[1]! - edges[0]!;
  for (const value of finite)
    counts[Math.max(0, Math.min(counts.length - 1, Math.floor((value - edges[0]!) / width)))]!++;
  const note =
    `${formatNumber(finite.length)} ${options.unit}` +
    (clipped > 0 ? `; the last bar holds ${formatNumber(clipped)} larger ones, too` : "");
  return barChart(
    edges,
    counts,
    { title: options.title, note, x: { label: options.label }, y: { label: options.unit, whole: true } },
    options.mark ? [options.mark] : [],
  );
}

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
  const rough = (high - low || Math.abs(low) || 1) / 30;
  const power = 10 ** Math.floor(Math.log10(rough));
  const width = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.floor(low / width);
  const last = Math.max(first + 1, Math.floor(high / width) + 1);
  const edges = Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * width).toPrecision(12)),
  );
  return { edges, clipped: sorted.filter((value) => value >= edges[edges.length - 1]!).length };
}
