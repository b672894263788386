/**
 * Shards of a segmentation: each machine segments some of the frames into the same folder, or into one that is
 * copied there, and one of them writes the tables. Labels and tables are those of the whole, byte for byte,
 * because the scales come from all frames: each shard estimates sizes (`estimateShard`), `poolShards` makes
 * the plan of them, and each shard segments its frames with that plan (`segmentShard`). Images
 * that are fewer than the shards are parted in `mosaicparts.ts`.
 */
import { readFileSync } from "node:fs";
import { deserialize, serialize } from "node:v8";
import { CorruptFile, InvalidInput } from "../../core/errors.js";
import type { ImageSource } from "../../core/image.js";
import type { StageContext } from "../../core/progress.js";
import {
  diametersFrom,
  type EstimateImage,
  estimateSizes,
  framesToEstimate,
  type SizeEstimate,
  type SizeEstimator,
  sizeEstimator,
} from "../../segment/nucleussize.js";
import { scalePlan, type ScalePlan } from "../../segment/scaleplan.js";
import type { SegmentationModel } from "../../segment/segmentimage.js";
import {
  type Outliners,
  planScales,
  type SegmentedFrame,
  segmentFrames,
  type SegmentMovieOptions,
} from "../../segment/segmentmovie.js";
import { type FramePool, framePool, mapOrdered } from "../../workers/pool.js";
import type { Config } from "../config/options.js";
import { threadsOf } from "../config/threads.js";
import { unreadable, writeFileAtomic } from "../store/files.js";
import { openLabelOutput } from "./labeloutput.js";
import { memoryLimit } from "./memory.js";

/** What is segmented, and with what. */
export interface SegmentationInput {
  readonly source: ImageSource;
  readonly model: SegmentationModel;
  /**
   * Diameter of the nuclei by frame name, px, where they are known from an annotation. Default: estimated, and
   * corrected by the nuclei found.
   */
  readonly diameters?: ReadonlyMap<string, number> | undefined;
}

/** The frames of a shard, ascending, and the scales of the whole. */
export interface ShardOfFrames {
  readonly frames: readonly number[];
  /** Default: planned from all frames, by this shard. */
  readonly plan?: ScalePlan | undefined;
  /** What shards of the tile rows of a frame found. Default: the network is asked. */
  readonly tileRows?: SegmentMovieOptions["tileRows"];
}

/**
 * Segments some of the frames: labels and overlays go into `folder`, which is made; tables are written by
 * `writeSegmentation`, from what all shards return.
 *
 * @throws InvalidInput for an option out of range; Cancelled; OutputError; what reading throws
 */
export async function segmentShard(
  folder: string,
  { source, model, diameters }: SegmentationInput,
  { frames, plan, tileRows }: ShardOfFrames,
  config: Config,
  context: StageContext,
): Promise<SegmentedFrame[]> {
  const options = { ...movieOptions(config), diameters, frames, tileRows };
  const scales = plan ?? (await planScales(source, model, options, context));
  const output = await openLabelOutput(folder, source.pixelSize);
  const outliners = outlinerThreads(threadsOf(config));
  const used = { ...options, plan: scales, outliners };
  try {
    const found = await segmentFrames(source, model, output, used, context);
    await output.finish();
    return found;
  } finally {
    await output.close();
    await outliners.close();
  }
}

/**
 * Estimates the size of the nuclei in those of the frames from which it is estimated at all.
 *
 * @throws Cancelled; what reading throws
 */
export function estimateShard(
  source: ImageSource,
  frames: readonly number[],
  config: Config,
  context: StageContext,
): Promise<SizeEstimate[]> {
  const some = new Set(frames);
  const chosen = framesToEstimate(source).filter((frame) => some.has(frame));
  return estimateSizes(source, chosen, movieOptions(config), context);
}

/**
 * The scales of all frames, from the estimates of all shards. Those of a movie are settled by its first frame:
 * shards without it segment it for that alone, unless `settleScale` has.
 */
export const poolShards = (
  source: ImageSource,
  { description }: Pick<SegmentationModel, "description">,
  shards: readonly (readonly SizeEstimate[])[],
): ScalePlan => scalePlan(source, description, { estimated: diametersFrom(source, shards.flat()) });

/**
 * The frames of all shards in their order.
 *
 * @throws InvalidInput when a frame of the source is missing, or segmented by two shards
 */
export function mergeShards(
  source: ImageSource,
  shards: readonly (readonly SegmentedFrame[])[],
): SegmentedFrame[] {
  const frames = shards.flat().sort((a, b) => a.frame - b.frame);
  const isWhole = frames.length === source.frames && frames.every(({ frame }, index) => frame === index);
  if (!isWhole)
    throw new InvalidInput(
      "shards",
      `each of the ${source.frames} frames once`,
      `the frames ${frames.map(({ frame }) => frame).join(", ")}`,
      "segment the shards that are missing",
    );
  return frames;
}

/** Keeps what a shard found, plain data, for the machine that merges. @throws OutputError */
export const writeShard = (path: string, found: unknown): Promise<void> =>
  writeFileAtomic(path, serialize(found));

/** Reads what `writeShard` wrote. @throws InvalidInput when there is no such file; CorruptFile when it is another */
export function readShard<T = SegmentedFrame[]>(path: string): T {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    return deserialize(bytes) as T;
  } catch {
    throw new CorruptFile(path, 0, "it is no part of a segmentation", "segment the shard again");
  }
}

/** The configuration as `segmentFrames` takes it. */
export function movieOptions(config: Config): SegmentMovieOptions {
  const { segment } = config;
  return {
    outline: segment.outline,
    memory: memoryLimit(config),
    tile: segment.tile,
    rescale: segment.rescale,
    probabilityThreshold: segment.probabilityThreshold,
    overlapThreshold: segment.overlapThreshold,
    estimator: inWorkers(threadsOf(config)),
  };
}

/** Threads that outline frames while the network sees the next one; they begin when they are needed. */
function outlinerThreads(threads: number): Outliners & { close(): Promise<void> } {
  const most = Math.max(1, threads - 1);
  let pool: FramePool | undefined;
  return {
    most,
    outline: (request, signal) => (pool ??= framePool(most)).run("outline", request, signal),
    close: async () => pool?.close(),
  };
}

/** Estimates in worker threads, which are there for that time only; one image is not worth a thread. */
const inWorkers =
  (threads: number): SizeEstimator =>
  async (count, task) => {
    if (count < 2) return sizeEstimator(count, task);
    const pool = framePool(threads);
    const estimate: EstimateImage = (image, signal) =>
      pool.run("estimate", { image, diameter: undefined }, signal);
    try {
      return await mapOrdered(count, threads, (index) => task(index, estimate));
    } finally {
      await pool.close();
    }
  };
