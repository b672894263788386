/**
 * Grey values of every channel in and around the nuclei of a tracked movie, frame by frame: `intensities.csv`
 * and `intensity_frames.csv`.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Statistics } from "../../analyse/analyse.js";
import { mean } from "../../stats/average.js";
import { median } from "../../stats/percentile.js";
import {
  type FrameIntensities,
  frameIntensitiesOf,
  frameIntensityTable,
  intensitiesOf,
  intensityColumnNames,
  intensityTable,
  type ObjectIntensities,
  ringOptionsFor,
  ringRatio,
} from "../../analyse/population/intensities.js";
import { rowsByFrame } from "../../analyse/population/neighbours.js";
import { suffixesOf } from "../../analyse/units/suffixes.js";
import { InvalidInput } from "../../core/errors.js";
import type { ImageSource } from "../../core/image.js";
import type { LabelImage } from "../../core/labels.js";
import { type StageContext, throwIfCancelled } from "../../core/progress.js";
import { equivalentDiameter } from "../../imgproc/regions.js";
import { type RingOptions, ringsOf } from "../../imgproc/rings.js";
import { maskName } from "../../io/ctc.js";
import { formatTable, formatTableHeader, formatTableRows, parseTable } from "../../io/table.js";
import { toCtc } from "../../track/ctcgraph.js";
import { openAtomic, writeFileAtomic } from "../store/files.js";
import { listImages } from "../source/imagefolder.js";
import { readLabels } from "../store/labelfiles.js";
import type { Config } from "../config/options.js";
import type { StoredTracks } from "../track/tracking.js";

/** Label images of the frames of a movie, and the label that each nucleus, by row, has in them. */
export interface LabelledFrames {
  readonly read: (frame: number) => Promise<LabelImage>;
  readonly labelOfRow: Int32Array;
}

/** The masks of the Cell Tracking Challenge that tracking wrote. @throws InvalidInput when there are none */
export function trackedMasks(folder: string, { graph }: StoredTracks): LabelledFrames {
  const path = (frame: number): string => join(folder, maskName(frame, graph.frames));
  const present = new Set(listImages(folder).values());
  for (let frame = 0; frame < graph.frames; frame++) {
    if (!present.has(path(frame)))
      throw new InvalidInput(
        folder,
        `a mask for each of the ${graph.frames} frames`,
        `no ${path(frame)}`,
        "track the labels again; movies with more than 65,535 tracks have no masks, and are measured by karyon run",
      );
  }
  return { read: (frame) => readLabels(path(frame)), labelOfRow: toCtc(graph).labelOfRow };
}

/** The label images of a segmentation, by frame name. */
export const segmentedLabels = (
  folder: string,
  frameNames: readonly string[],
  { graph }: StoredTracks,
): LabelledFrames => ({
  read: (frame) => readLabels(join(folder, `${frameNames[frame]!}.tif`)),
  labelOfRow: graph.nuclei.label,
});

/**
 * The masks of the tracks, which may be repaired; those of the segmentation where there are too many tracks
 * for masks, and so none is repaired.
 */
export const labelsOf = (
  tracks: string,
  labels: string,
  frameNames: readonly string[],
  stored: StoredTracks,
): LabelledFrames =>
  existsSync(join(tracks, maskName(0, stored.graph.frames)))
    ? trackedMasks(tracks, stored)
    : segmentedLabels(labels, frameNames, stored);

const tableName = "intensities.csv";
const frameTableName = "intensity_frames.csv";

/**
 * Measures every channel of `source` and writes both tables into `folder`, which must exist. One frame is in
 * memory at a time.
 *
 * @throws InvalidInput when images and tracks do not have the same frames
 */
export async function measureIntensities(
  folder: string,
  statistics: Statistics,
  labelled: LabelledFrames,
  source: ImageSource,
  config: Config,
  context: StageContext,
): Promise<FrameIntensities> {
  const {
    nuclei,
    units,
    frames: { count: frames },
    branches,
    branchOfNucleus,
  } = statistics;
  if (source.frames !== frames)
    throw new InvalidInput(
      "--images",
      `the ${frames} frames that were tracked`,
      `${source.frames} frames in ${source.name}`,
      "give the images that the labels were made from",
    );
  const inside = nuclei.area.filter((_, row) => nuclei.touchesEdge[row] === 0);
  const options = ringOptionsFor(
    equivalentDiameter(median(inside.length > 0 ? inside : nuclei.area) || 0),
    config.analyse.ringWidth,
  );
  const suffixes = suffixesOf(units);
  const { starts, order } = rowsByFrame(nuclei, frames);
  const file = await openAtomic(join(folder, tableName));
  const summary: Record<keyof FrameIntensities, number[]> = {
    frame: [],
    time: [],
    channel: [],
    nuclei: [],
    meanNucleus: [],
    medianNucleus: [],
    meanRing: [],
    medianRatio: [],
    background: [],
  };
  let position = 0;
  const write = async (text: string): Promise<void> => {
    const bytes = new TextEncoder().encode(text);
    await file.write(position, bytes);
    position += bytes.length;
  };
  try {
    await write(formatTableHeader({ columns: intensityColumnNames(suffixes) }));
    for (let frame = 0; frame < frames; frame++) {
      throwIfCancelled(context, "The analysis");
      const rows = order.subarray(starts[frame], starts[frame + 1]);
      const measured = await measureFrame(frame, labelled, source, options, config);
      const of = (column: Int32Array): Int32Array =>
        Int32Array.from(rows, (row) => column[branchOfNucleus[row]! - 1]!);
      const facts = {
        frame,
        time: frame * units.perFrame,
        label: Int32Array.from(rows, (row) => nuclei.label[row]!),
        track: Int32Array.from(rows, (row) => branchOfNucleus[row]!),
        parent: of(branches.parent),
        root: of(branches.root),
        touchesEdge: Uint8Array.from(rows, (row) => nuclei.touchesEdge[row]!),
        measured: Int32Array.from(rows, (row) => labelled.labelOfRow[row]!),
      };
      for (const [channel, values] of measured.entries()) {
        await write(formatTableRows(intensityTable(values, { ...facts, channel }, suffixes)));
        addFrame(
          summary,
          frame,
          facts.time,
          channel,
          values,
          facts.measured.filter((_, i) => facts.touchesEdge[i] === 0),
        );
      }
      context.onProgress?.({ done: frame + 1, total: frames, message: "measuring brightness" });
    }
    await file.close();
  } catch (error) {
    await file.abort();
    throw error;
  }
  const result = columnsOf(summary);
  await writeFileAtomic(join(folder, frameTableName), formatTable(frameIntensityTable(result, suffixes)));
  return result;
}

async function measureFrame(
  frame: number,
  labelled: LabelledFrames,
  source: ImageSource,
  options: RingOptions,
  { input }: Config,
): Promise<ObjectIntensities[]> {
  const labels = await labelled.read(frame);
  const rings = ringsOf(labels, options);
  const channels: ObjectIntensities[] = [];
  for (let channel = 0; channel < source.channels; channel++) {
    const image = await source.read(frame, { channel, z: input.z });
    if (image.height !== labels.height || image.width !== labels.width) {
      throw new InvalidInput(
        "--images",
        `frames of ${labels.height} x ${labels.width} px, as the labels`,
        `${image.height} x ${image.width} px in ${source.frameNames[frame]!}`,
        "give the images that the labels were made from",
      );
    }
    channels.push(intensitiesOf(rings, image));
  }
  return channels;
}

function addFrame(
  summary: Record<keyof FrameIntensities, number[]>,
  frame: number,
  time: number,
  channel: number,
  i: ObjectIntensities,
  labels: Int32Array,
): void {
  const of = (value: (k: number) => number): Float64Array =>
    Float64Array.from(labels, (label) => value(label - 1)).filter((x) => !Number.isNaN(x));
  const nucleus = of((k) => i.mean[k]! - i.background);
  const row: Record<keyof FrameIntensities, number> = {
    frame,
    time,
    channel,
    nuclei: labels.length,
    meanNucleus: mean(nucleus),
    medianNucleus: median(nucleus),
    meanRing: mean(of((k) => i.ringMean[k]! - i.background)),
    medianRatio: medianRatio(
      Float64Array.from(labels, (label) =>
        ringRatio(i.mean[label - 1]!, i.ringMean[label - 1]!, i.background),
      ),
    ),
    background: i.background,
  };
  for (const key of Object.keys(row) as (keyof FrameIntensities)[]) summary[key].push(row[key]);
}

/**
 * NaN where half of the nuclei have no ratio: the others are those with the brightest rings, not a sample.
 */
function medianRatio(ratios: Float64Array): number {
  const known = ratios.filter((ratio) => !Number.isNaN(ratio));
  return known.length > ratios.length / 2 ? median(known) : NaN;
}

const columnsOf = (columns: Record<keyof FrameIntensities, readonly number[]>): FrameIntensities => ({
  frame: Int32Array.from(columns.frame),
  time: Float64Array.from(columns.time),
  channel: Int32Array.from(columns.channel),
  nuclei: Int32Array.from(columns.nuclei),
  meanNucleus: Float64Array.from(columns.meanNucleus),
  medianNucleus: Float64Array.from(columns.medianNucleus),
  meanRing: Float64Array.from(columns.meanRing),
  medianRatio: Float64Array.from(columns.medianRatio),
  background: Float64Array.from(columns.background),
});

/** What `measureIntensities` wrote; undefined where nothing was measured. */
export function readFrameIntensities(folder: string): FrameIntensities | undefined {
  const path = join(folder, frameTableName);
  if (!existsSync(path)) return undefined;
  return frameIntensitiesOf(parseTable(readFileSync(path, "utf8"), path));
}
