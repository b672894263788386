import type { Image } from "../../core/image.js";
import { column, columnName, type ColumnName, numbersOf, type Table } from "../../core/table.js";
import type { PixelGroups, RingOptions, Rings } from "../../imgproc/rings.js";
import { medianInPlace, percentiles } from "../../stats/percentile.js";
import type { Suffixes } from "../units/suffixes.js";

/**
 * Grey values of one channel in and around the objects of one frame: by label, entry k - 1 for label k; NaN
 * for a label without pixels.
 */
export interface ObjectIntensities {
  /** Pixels with a value. */
  readonly pixels: Int32Array;
  readonly mean: Float64Array;
  readonly median: Float64Array;
  readonly sum: Float64Array;
  readonly ringPixels: Int32Array;
  readonly ringMean: Float64Array;
  readonly ringMedian: Float64Array;
  /** Grey value of the frame where there are no objects. */
  readonly background: number;
  /**
   * Pixels that it is the median of; 0 where too few are far from all objects, and the 5th percentile of all
   * pixels outside of objects stands in.
   */
  readonly backgroundPixels: number;
}

/** Fewest pixels far from all objects whose median is the background. */
export const fewestBackground = 1000;
const standInPercentile = 5;

/**
 * Gap and width of rings, and the distance from which on pixels are background, from the diameter of the
 * nuclei in px. The gap is 1 px, 2 px from a diameter of 25 px on; the width is 15 % of the diameter, 2 px at
 * least; background begins half a diameter away.
 *
 * @param width px, where the user set it
 */
export function ringOptionsFor(diameter: number, width?: number): RingOptions {
  const gap = diameter < 25 ? 1 : 2;
  const ring = width ?? Math.max(2, Math.round(0.15 * diameter));
  return { gap, width: ring, far: Math.max(gap + ring, diameter / 2) };
}

/**
 * Measures one channel in and around the objects.
 *
 * @param image of the size of the labels that the rings were made from
 */
export function intensitiesOf(
  { objects, rings, background, outside }: Rings,
  { data }: Image,
): ObjectIntensities {
  const [inside, around] = [groupIntensities(objects, data), groupIntensities(rings, data)];
  const far = background.length >= fewestBackground;
  const pixels = far ? background : outside;
  // Of the type of the image: integers are counted, which is faster than choosing among floats.
  const values = new (data.constructor as new (length: number) => Image["data"])(pixels.length);
  for (let i = 0; i < values.length; i++) values[i] = data[pixels[i]!]!;
  return {
    ...inside,
    ringPixels: around.pixels,
    ringMean: around.mean,
    ringMedian: around.median,
    background: percentiles(values, [far ? 50 : standInPercentile])[0]!,
    backgroundPixels: far ? background.length : 0,
  };
}

function groupIntensities(
  { first, pixels }: PixelGroups,
  data: Image["data"],
): { pixels: Int32Array; mean: Float64Array; median: Float64Array; sum: Float64Array } {
  const count = first.length - 1;
  const out = {
    pixels: new Int32Array(count),
    mean: new Float64Array(count),
    median: new Float64Array(count),
    sum: new Float64Array(count),
  };
  let maximum = 0;
  for (let k = 0; k < count; k++) maximum = Math.max(maximum, first[k + 1]! - first[k]!);
  const values = new Float64Array(maximum);
  for (let k = 0; k < count; k++) {
    let [n, sum] = [0, 0];
    for (let i = first[k]!; i < first[k + 1]!; i++) {
      const value = data[pixels[i]!]!;
      if (value !== value) continue;
      values[n++] = value;
      sum += value;
    }
    out.pixels[k] = n;
    out.sum[k] = n === 0 ? NaN : sum;
    out.mean[k] = sum / n;
    out.median[k] = medianInPlace(values, n);
  }
  return out;
}

/** Brightness of each frame by channel: one row a frame and channel; NaN where a frame has no nucleus. */
export interface FrameIntensities {
  readonly frame: Int32Array;
  /** In the unit of time. */
  readonly time: Float64Array;
  readonly channel: Int32Array;
  /** Nuclei that do not touch the edge, which the others are made from. */
  readonly nuclei: Int32Array;
  /** Of the nuclei's mean grey values less the background: mean and median over the nuclei. */
  readonly meanNucleus: Float64Array;
  readonly medianNucleus: Float64Array;
  /** Of the rings' mean grey values less the background. */
  readonly meanRing: Float64Array;
  /** Median of the ratio of both. */
  readonly medianRatio: Float64Array;
  readonly background: Float64Array;
}

/**
 * (nucleus - background) / (ring - background); NaN where the ring is not brighter than the background, for
 * then the ratio says nothing.
 */
export const ringRatio = (nucleus: number, ring: number, background: number): number =>
  ring > background ? (nucleus - background) / (ring - background) : NaN;

/** Rows of a table of brightness: the nuclei of one frame in one channel. */
export interface IntensityRows {
  readonly frame: number;
  /** In the unit of time. */
  readonly time: number;
  readonly channel: number;
  readonly label: Int32Array;
  readonly track: Int32Array;
  readonly parent: Int32Array;
  readonly root: Int32Array;
  readonly touchesEdge: Uint8Array;
  /** Label in the images that were measured. */
  readonly measured: Int32Array;
}

type IntensityValues = (i: ObjectIntensities, rows: IntensityRows) => ArrayLike<number>;

const constant =
  (of: (i: ObjectIntensities, rows: IntensityRows) => number): IntensityValues =>
  (i, rows) =>
    new Float64Array(rows.label.length).fill(of(i, rows));

/** By label, to seven digits. */
const measured =
  (of: (i: ObjectIntensities) => ArrayLike<number>): IntensityValues =>
  (i, rows) => {
    const values = of(i);
    return Float32Array.from(rows.measured, (label) => values[label - 1]!);
  };

/** By label, to all digits: counts and sums. */
const exact =
  (of: (i: ObjectIntensities) => ArrayLike<number>): IntensityValues =>
  (i, rows) => {
    const values = of(i);
    return Float64Array.from(rows.measured, (label) => values[label - 1]!);
  };

/** Columns of `intensities`, in order. */
const intensityValues: Readonly<Record<string, IntensityValues>> = {
  frame: constant((_, rows) => rows.frame),
  time: constant((_, rows) => rows.time),
  track: (_, rows) => rows.track,
  parent: (_, rows) => rows.parent,
  root: (_, rows) => rows.root,
  label: (_, rows) => rows.label,
  channel: constant((_, rows) => rows.channel),
  touches_edge: (_, rows) => rows.touchesEdge,
  pixels: exact((i) => i.pixels),
  mean: measured((i) => i.mean),
  median: measured((i) => i.median),
  sum: exact((i) => i.sum),
  ring_pixels: exact((i) => i.ringPixels),
  ring_mean: measured((i) => i.ringMean),
  ring_median: measured((i) => i.ringMedian),
  background: constant((i) => i.background),
  background_pixels: constant((i) => i.backgroundPixels),
  mean_minus_background: measured((i) => i.mean.map((value) => value - i.background)),
  sum_minus_background: exact((i) => i.sum.map((sum, k) => sum - i.pixels[k]! * i.background)),
  ring_mean_minus_background: measured((i) => i.ringMean.map((value) => value - i.background)),
  nucleus_to_ring: measured((i) => i.mean.map((value, k) => ringRatio(value, i.ringMean[k]!, i.background))),
};

const intensityColumnName = (key: string, u: Suffixes): ColumnName =>
  columnName(key, key === "time" ? u.time : undefined);

/** Names of the columns of the table `intensities`. */
export const intensityColumnNames = (u: Suffixes): ColumnName[] =>
  Object.keys(intensityValues).map((key) => intensityColumnName(key, u));

/** The part of the table `intensities` for one frame and channel: one row a nucleus. */
export const intensityTable = (i: ObjectIntensities, rows: IntensityRows, u: Suffixes): Table => ({
  name: "intensities",
  columns: Object.entries(intensityValues).map(([key, valuesOf]) => ({
    ...intensityColumnName(key, u),
    values: valuesOf(i, rows),
  })),
});

/** Names of the columns of `intensity_frames` and what they hold. */
const frameColumns: Readonly<Record<keyof FrameIntensities, string>> = {
  frame: "frame",
  time: "time",
  channel: "channel",
  nuclei: "nuclei_inside",
  meanNucleus: "mean_nucleus_minus_background",
  medianNucleus: "median_nucleus_minus_background",
  meanRing: "mean_ring_minus_background",
  medianRatio: "median_nucleus_to_ring",
  background: "background",
};

/** The table `intensity_frames`: one row a frame and channel. */
export function frameIntensityTable(f: FrameIntensities, u: Suffixes): Table {
  const keys = Object.keys(frameColumns) as (keyof FrameIntensities)[];
  return {
    name: "intensity_frames",
    columns: keys.map((key) => column(frameColumns[key], f[key], key === "time" ? u.time : undefined)),
  };
}

/** What a table `intensity_frames` holds. @throws InvalidInput when a column is missing, or holds no numbers */
export function frameIntensitiesOf(table: Table): FrameIntensities {
  const numbers = (key: keyof FrameIntensities): Float64Array => numbersOf(table, frameColumns[key]);
  return {
    frame: Int32Array.from(numbers("frame")),
    time: numbers("time"),
    channel: Int32Array.from(numbers("channel")),
    nuclei: Int32Array.from(numbers("nuclei")),
    meanNucleus: numbers("meanNucleus"),
    medianNucleus: numbers("medianNucleus"),
    meanRing: numbers("meanRing"),
    medianRatio: numbers("medianRatio"),
    background: numbers("background"),
  };
}
