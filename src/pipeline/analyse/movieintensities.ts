/**
 * Grey values of every channel in and around the nuclei of a tracked movie, frame by frame: `intensities.csv`
 * and `intensity_frames.csv`.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Statistics } from "../../analyse/analyse.js";
import {
  type FrameIntensities,
  frameIntensitiesOf,
  frameIntensityTable,
  intensitiesOf,
  intensityColumnNames,
  type IntensityRows,
  intensityTable,
  type ObjectIntensities,
  ringOptionsFor,
  ringRatio,
} from "../../analyse/population/intensities.js";
import { rowsByFrame } from "../../analyse/population/neighbours.js";
import { suffixesOf } from "../../analyse/units/suffixes.js";
import { InvalidInput } from "../../core/errors.js";
import type { ImageSource } from "../../core/image.js";
import type { LabelSource } from "../../core/labels.js";
import { type StageContext, throwIfCancelled } from "../../core/progress.js";
import { equivalentDiameter } from "../../imgproc/regions.js";
import { type RingOptions, ringsOf } from "../../imgproc/rings.js";
import { formatTable, formatTableHeader, formatTableRows, parseTable } from "../../io/csvtable.js";
import { mean } from "../../stats/average.js";
import { median } from "../../stats/percentile.js";
import type { Config } from "../config/options.js";
import { openAtomic, writeFileAtomic } from "../store/files.js";
import { storedNumber } from "../../io/nucleifile.js";

const tableName = "intensities.csv";
const frameTableName = "intensity_frames.csv";

/** A movie whose brightness is measured. */
export interface MeasuredMovie {
  readonly statistics: Statistics;
  /** The images that the labels were made from. */
  readonly images: ImageSource;
  /** Label images of the frames, and the label that each nucleus, by row, has in them. */
  readonly masks: LabelSource;
  readonly labelOfRow: Int32Array;
}

/**
 * Measures every channel of the images and writes both tables into `folder`, which must exist. One ` +
 `frame is in
 * memory at a time.
 *
 * @returns what `intensity_frames.csv` holds
 * @throws InvalidInput when images and tracks do not have the same frames; Cancelled; OutputError; what reading
 *   throws
 */
export async function measureIntensities(
  folder: string,
  movie: MeasuredMovie,
  config: Config,
  context: StageContext,
): Promise<FrameIntensities> {
  const { statistics, images } = movie;
  const frames = statistics.frames.count;
  if (images.frames !== frames)
    throw new InvalidInput(
      "measure.images",
      `the ${frames} frames that were tracked`,
      `${images.frames} frames in ${images.name}`,
      "give the images that the labels were made from",
    );
  const suffixes = suffixesOf(statistics.units);
  const rowsOf = rowReader(movie);
  const rings = ringsFor(statistics, config);
  const summary: FrameBrightness[] = [];
  const table = await openTable(join(folder, tableName));
  try {
    await table.write(formatTableHeader({ columns: intensityColumnNames(suffixes) }));
    for (let frame = 0; frame < frames; frame++) {
      throwIfCancelled(context, "The analysis");
      const rows = rowsOf(frame);
      for (const [channel, values] of (await measureFrame(frame, movie, rings)).entries()) {
        await table.write(formatTableRows(intensityTable(values, { ...rows, channel }, suffixes)));
        summary.push(brightnessOf(values, { ...rows, channel }));
      }
      context.onProgress?.({ done: frame + 1, total: frames, message: "measuring brightness" });
    }
    await table.close();
  } catch (error) {
    await table.abort();
    throw error;
  }
  const result = columnsOf(summary);
  await writeFileAtomic(join(folder, frameTableName), formatTable(frameIntensityTable(result, suffixes)));
  return asStored(result);
}

/** The values with as many digits as the table holds, so that they are those that are read back. */
const asStored = (i: FrameIntensities): FrameIntensities => ({
  ...i,
  time: i.time.map(storedNumber),
  meanNucleus: i.meanNucleus.map(storedNumber),
  medianNucleus: i.medianNucleus.map(storedNumber),
  meanRing: i.meanRing.map(storedNumber),
  medianRatio: i.medianRatio.map(storedNumber),
  background: i.background.map(storedNumber),
});

/** Rings as wide as the nuclei ask for: those cut by the edge of the image tell no diameter, if there are others. */
function ringsFor({ nuclei }: Statistics, { analyse }: Config): RingOptions {
  const inside = nuclei.area.filter((_, row) => nuclei.touchesEdge[row] === 0);
  const area = median(inside.length > 0 ? inside : nuclei.area) || 0;
  return ringOptionsFor(equivalentDiameter(area), analyse.ringWidth);
}

/** Text that is written piece by piece under a temporary name until it is closed. */
interface OpenTable {
  write(text: string): Promise<void>;
  close(): Promise<void>;
  abort(): Promise<void>;
}

async function openTable(path: string): Promise<OpenTable> {
  const file = await openAtomic(path);
  const encoder = new TextEncoder();
  let position = 0;
  return {
    async write(text) {
      const bytes = encoder.encode(text);
      await file.write(position, bytes);
      position += bytes.length;
    },
    close: () => file.close(),
    abort: () => file.abort(),
  };
}

/** What is known of the nuclei of a frame, whatever the channel. */
type FrameRows = Omit<IntensityRows, "channel">;

function rowReader({ statistics, labelOfRow }: MeasuredMovie): (frame: number) => FrameRows {
  const { nuclei, units, frames, branches, branchOfNucleus } = statistics;
  const { starts, order } = rowsByFrame(nuclei, frames.count);
  return (frame) => {
    const rows = order.subarray(starts[frame], starts[frame + 1]);
    const ofBranch = (column: Int32Array): Int32Array =>
      Int32Array.from(rows, (row) => column[branchOfNucleus[row]! - 1]!);
    return {
      frame,
      time: frame * units.perFrame,
      label: Int32Array.from(rows, (row) => nuclei.label[row]!),
      track: Int32Array.from(rows, (row) => branchOfNucleus[row]!),
      parent: ofBranch(branches.parent),
      root: ofBranch(branches.root),
      touchesEdge: Uint8Array.from(rows, (row) => nuclei.touchesEdge[row]!),
      measured: Int32Array.from(rows, (row) => labelOfRow[row]!),
    };
  };
}

async function measureFrame(
  frame: number,
  { masks, images }: MeasuredMovie,
  options: RingOptions,
): Promise<ObjectIntensities[]> {
  const labels = await masks.read(frame);
  const rings = ringsOf(labels, options);
  const channels: ObjectIntensities[] = [];
  for (let channel = 0; channel < images.channels; channel++) {
    const image = await images.read(frame, { channel });
    if (image.height !== labels.height || image.width !== labels.width) {
      throw new InvalidInput(
        "measure.images",
        `frames of ${labels.height} x ${labels.width} px, as the labels`,
        `${image.height} x ${image.width} px in ${images.frameNames[frame]!}`,
        "give the images that the labels were made from",
      );
    }
    channels.push(intensitiesOf(rings, image));
  }
  return channels;
}

/** One row of `intensity_frames.csv`. */
type FrameBrightness = Readonly<Record<keyof FrameIntensities, number>>;

/** The brightness of one frame in one channel, of the nuclei that the edge of the image does not cut. */
function brightnessOf(
  i: ObjectIntensities,
  { frame, time, channel, measured, touchesEdge }: IntensityRows,
): FrameBrightness {
  const labels = measured.filter((_, k) => touchesEdge[k] === 0);
  const of = (value: (k: number) => number): Float64Array =>
    Float64Array.from(labels, (label) => value(label - 1)).filter((x) => !Number.isNaN(x));
  const nucleus = of((k) => i.mean[k]! - i.background);
  const ratios = Float64Array.from(labels, (label) =>
    ringRatio(i.mean[label - 1]!, i.ringMean[label - 1]!, i.background),
  );
  return {
    frame,
    time,
    channel,
    nuclei: labels.length,
    meanNucleus: mean(nucleus),
    medianNucleus: median(nucleus),
    meanRing: mean(of((k) => i.ringMean[k]! - i.background)),
    medianRatio: medianRatio(ratios),
    background: i.background,
  };
}

/**
 * NaN where half of the nuclei have no ratio: the others are those with the brightest rings, not a sample.
 */
function medianRatio(ratios: Float64Array): number {
  const known = ratios.filter((ratio) => !Number.isNaN(ratio));
  return known.length > ratios.length / 2 ? median(known) : NaN;
}

function columnsOf(rows: readonly FrameBrightness[]): FrameIntensities {
  const column = (key: keyof FrameIntensities): number[] => rows.map((row) => row[key]);
  return {
    frame: Int32Array.from(column("frame")),
    time: Float64Array.from(column("time")),
    channel: Int32Array.from(column("channel")),
    nuclei: Int32Array.from(column("nuclei")),
    meanNucleus: Float64Array.from(column("meanNucleus")),
    medianNucleus: Float64Array.from(column("medianNucleus")),
    meanRing: Float64Array.from(column("meanRing")),
    medianRatio: Float64Array.from(column("medianRatio")),
    background: Float64Array.from(column("background")),
  };
}

/** What `measureIntensities` wrote; undefined where nothing was measured. */
export function readFrameIntensities(folder: string): FrameIntensities | undefined {
  const path = join(folder, frameTableName);
  if (!existsSync(path)) return undefined;
  return frameIntensitiesOf(parseTable(readFileSync(path, "utf8"), path));
}
