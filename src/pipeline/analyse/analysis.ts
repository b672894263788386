/**
 * Tracks to statistics on disk: one CSV a table, `statistics.json`; with images also `intensities.csv` and
 * `intensity_frames.csv`.
 */
import { join } from "node:path";
import { analyse, type Statistics } from "../../analyse/analyse.js";
import type { LongTable } from "../../core/table.js";
import { nucleiTable } from "../../analyse/tables/nucleitable.js";
import { statisticsTables } from "../../analyse/tables/statisticstables.js";
import type { ImageSource } from "../../core/image.js";
import type { StageContext } from "../../core/progress.js";
import { formatLongTable, formatTable } from "../../io/csvtable.js";
import type { Config } from "../config/options.js";
import type { SegmentationResult } from "../segment/segmentation.js";
import { writeFileAtomic } from "../store/files.js";
import type { TrackingResult } from "../track/tracking.js";
import { measureIntensities, readFrameIntensities } from "./movieintensities.js";

/**
 * Statistics of a tracked movie, into `folder`, which must exist.
 *
 * @param images whose channels are measured in and around the nuclei: those that the labels were made from
 * @returns what was written, with the brightness of the frames as the table holds it
 * @throws InvalidInput when the images are not those of the tracks; Cancelled; OutputError; what reading throws
 */
export async function analyseInto(
  folder: string,
  tracking: TrackingResult,
  images: ImageSource | undefined,
  config: Config,
  context: StageContext,
): Promise<Statistics> {
  const statistics = statisticsOf(tracking, config);
  await writeStatistics(folder, statistics);
  if (images === undefined) return statistics;
  const movie = { statistics, images, masks: tracking.masks, labelOfRow: tracking.labelOfRow };
  return { ...statistics, intensities: await measureIntensities(folder, movie, config, context) };
}

/**
 * What `analyseInto` returned for these tracks when it filled `folder`: the tables hold fewer digits, so that
 * the statistics are computed again, and the images are not read.
 *
 * @throws InvalidInput when a table is damaged
 */
export function readStatistics(folder: string, tracking: TrackingResult, config: Config): Statistics {
  const statistics = statisticsOf(tracking, config);
  const intensities = readFrameIntensities(folder);
  return intensities === undefined ? statistics : { ...statistics, intensities };
}

/**
 * Statistics of tracks without brightness. The calibration is the one that tracking noted, unless the
 * configuration gives another.
 */
export function statisticsOf(
  { graph, branches, summary, probabilities }: TrackingResult,
  config: Config,
): Statistics {
  const { height, width } = summary;
  return analyse(
    graph,
    {
      height,
      width,
      pixelSize: config.input.pixelSize ?? summary.pixelSize,
      frameInterval: config.input.frameInterval ?? summary.frameInterval,
    },
    { seed: config.general.seed, resamples: config.analyse.resamples, probabilities, branches },
  );
}

/**
 * Statistics of independent images, in which nothing is tracked.
 *
 * @param pixelSize µm, where it is known
 */
export function imageStatistics(
  { summary: { images }, nuclei }: Pick<SegmentationResult, "summary" | "nuclei">,
  pixelSize: number | undefined,
): Statistics {
  const { height, width } = images[0]!;
  return analyse(
    { nuclei, frames: images.length, edges: new Uint32Array(0) },
    { height, width, pixelSize },
    { tracked: false, fieldAreas: images.map((image) => image.height * image.width) },
  );
}

/** Writes the tables into `folder`, which must exist. @throws OutputError */
export async function writeStatistics(folder: string, statistics: Statistics): Promise<void> {
  for (const table of statisticsTables(statistics))
    await writeFileAtomic(join(folder, `${table.name}.csv`), formatTable(table));
  const nuclei = nucleiTable(statistics);
  await writeFileAtomic(join(folder, `${nuclei.name}.csv`), pieces(nuclei));
  const { units, summary, intervals, notes } = statistics;
  await writeFileAtomic(
    join(folder, "statistics.json"),
    `${JSON.stringify({ units, summary, intervals, notes }, null, 2)}\n`,
  );
}

/** The table as bytes, part by part: that of a long movie is larger than a text can be. */
function* pieces(table: LongTable): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  for (const text of formatLongTable(table)) yield encoder.encode(text);
}
