/**
 * All frames of a movie, or of a set of images, to labels and nuclei: the scale is settled, then each frame is
 * segmented. One frame is in memory at a time.
 */
import type { Image, ImageSource, ReadOptions } from "../core/image.js";
import { type LabelImage, type LabelSource, labelSourceOf } from "../core/labels.js";
import { concatNuclei, type Nuclei } from "../core/nuclei.js";
import { type StageContext, throwIfCancelled } from "../core/progress.js";
import {
  diametersFrom,
  estimateSizes,
  framesToEstimate,
  type SizeEstimator,
  sizeEstimator,
} from "./nucleussize.js";
import { frameOf, type ReadableImage } from "./readable.js";
import { correctionAt, scalePlan, type ScalePlan, settledPlan } from "./scaleplan.js";
import {
  collecting,
  defaultLabelOptions,
  type ImageJob,
  type LabelOptions,
  type LabelReceiver,
  predictTileRows,
  type RowReceiver,
  type SegmentationModel,
  segmentReadable,
  type TileRowsFound,
  type TileRowsPart,
  type TileRowsShard,
} from "./segmentimage.js";

/** Options of `segmentMovie`. */
export interface SegmentMovieOptions extends LabelOptions, Pick<ReadOptions, "channel" | "z"> {
  /** px of the network's input per px of the images. Default: from the size of the nuclei. */
  readonly rescale?: number | undefined;
  /** Diameter of the nuclei by frame name, px, where an annotation tells it. Default: estimated. */
  readonly diameters?: ReadonlyMap<string, number> | undefined;
  /** Where sizes are estimated. Default: in this thread. */
  readonly estimator: SizeEstimator;
  /** The frames to segment, ascending. Default: all. */
  readonly frames?: readonly number[] | undefined;
  /** The scales, where they are known: a shard of the frames has those of the whole. Default: `planScales`. */
  readonly plan?: ScalePlan | undefined;
  /** What shards of the tile rows of a frame found. Default: the network is asked. */
  readonly tileRows?: ((frame: number) => TileRowsFound) | undefined;
}

/** Options of `segmentMovie` that are not given. */
export const defaultSegmentMovieOptions: SegmentMovieOptions = {
  ...defaultLabelOptions,
  estimator: sizeEstimator,
};

/** A frame that is being segmented. */
export interface FrameFacts {
  readonly frame: number;
  readonly name: string;
  readonly height: number;
  readonly width: number;
}

/** Where the labels of the frames go, frame by frame. */
export interface FrameReceiver {
  /** Takes a frame and its labels as a whole. */
  whole(facts: FrameFacts, image: Image, labels: LabelImage): Promise<void>;
  /** Opens what takes the labels of a frame that is never held as a whole. */
  rows(facts: FrameFacts): Promise<RowReceiver>;
}

/** What was found in one frame; its labels went to the receiver. */
export interface SegmentedFrame extends FrameFacts {
  /** px of the network's input per px of the image. */
  readonly scale: number;
  /** Pixels without a finite number. */
  readonly missing: number;
  /** By label; the column `frame` holds the frame. */
  readonly nuclei: Nuclei;
}

/** A movie in memory: what was found, and the labels. */
export interface SegmentedMovie {
  readonly frames: readonly SegmentedFrame[];
  /** Of all frames, by frame, then label. */
  readonly nuclei: Nuclei;
  readonly labels: LabelSource;
}

/**
 * Segments all frames and holds their labels, exactly as `karyon segment` does. For labels that are not to be
 * held use `segmentFrames`.
 *
 * @throws InvalidInput for an option out of range, or memory that does not suffice; Cancelled; what reading
 *   throws
 */
export async function segmentMovie(
  source: ImageSource,
  model: SegmentationModel,
  options: Partial<SegmentMovieOptions> = {},
  context: StageContext = {},
): Promise<SegmentedMovie> {
  const images: LabelImage[] = [];
  const receiver: FrameReceiver = {
    whole: async (_, __, labels) => void images.push(labels),
    rows: (facts) => collecting(facts, (labels) => images.push(labels)).rows(),
  };
  const frames = await segmentFrames(source, model, receiver, options, context);
  const names = frames.map(({ name }) => name);
  return {
    frames,
    nuclei: concatNuclei(frames.map(({ nuclei }) => nuclei)),
    labels: labelSourceOf(images, names),
  };
}

/**
 * Segments frames one after the other.
 *
 * @param receiver takes the labels of each frame before the next one is read
 * @throws as `segmentMovie`; what the receiver throws
 */
export async function segmentFrames(
  source: ImageSource,
  model: SegmentationModel,
  receiver: FrameReceiver,
  options: Partial<SegmentMovieOptions> = {},
  context: StageContext = {},
): Promise<SegmentedFrame[]> {
  const settings = { ...defaultSegmentMovieOptions, ...options };
  const frames = settings.frames ?? source.frameNames.map((_, frame) => frame);
  let plan = await planOf(source, model, frames, settings, context);
  const results: SegmentedFrame[] = [];
  for (const [index, frame] of frames.entries()) {
    throwIfCancelled(context, "Segmentation");
    const name = source.frameNames[frame]!;
    const report = (share: number, message: string): void =>
      context.onProgress?.({ done: index + share, total: frames.length, message });
    const part: StageContext = {
      signal: context.signal,
      onProgress: ({ done, total }) => report(done / total, name),
    };
    const result = await segmentFrame({ source, frame, plan }, model, receiver, settings, part);
    plan = settledPlan(plan, result.scale);
    results.push(result);
    report(1, `${name}: ${result.nuclei.count} nuclei`);
  }
  return results;
}

/**
 * The scales of all frames: as given, or estimated. That of a movie is not settled before its first frame was
 * segmented (`settleScale`).
 *
 * @throws Cancelled; what reading throws
 */
export async function planScales(
  source: ImageSource,
  { description }: Pick<SegmentationModel, "description">,
  options: Partial<SegmentMovieOptions> = {},
  context: StageContext = {},
): Promise<ScalePlan> {
  const settings = { ...defaultSegmentMovieOptions, ...options };
  const { rescale, diameters } = settings;
  if (rescale !== undefined || diameters !== undefined)
    return scalePlan(source, description, { rescale, diameters });
  const estimates = await estimateSizes(source, framesToEstimate(source), settings, context);
  return scalePlan(source, description, { estimated: diametersFrom(source, estimates) });
}

/**
 * Settles the scale of a movie by its first frame, which is segmented for that alone: for those that segment
 * other frames of it. Other plans are returned as they are.
 *
 * @throws as `segmentMovie`
 */
export async function settleScale(
  source: ImageSource,
  model: SegmentationModel,
  plan: ScalePlan,
  options: Partial<SegmentMovieOptions> = {},
  context: StageContext = {},
): Promise<ScalePlan> {
  if (plan.correctedBy !== "first frame") return plan;
  const settings = { ...defaultSegmentMovieOptions, ...options };
  const { scale } = await segmentFrame({ source, frame: 0, plan }, model, nowhere, settings, {
    signal: context.signal,
  });
  return settledPlan(plan, scale);
}

const nowhere: FrameReceiver = {
  whole: async () => undefined,
  rows: async () => ({
    add: async () => undefined,
    close: async () => undefined,
    abort: async () => undefined,
  }),
};

async function planOf(
  source: ImageSource,
  model: SegmentationModel,
  frames: readonly number[],
  options: SegmentMovieOptions,
  context: StageContext,
): Promise<ScalePlan> {
  const plan = options.plan ?? (await planScales(source, model, options, context));
  return frames.length === 0 || frames[0] === 0 ? plan : settleScale(source, model, plan, options, context);
}

/** A frame of a movie, and the scales of all. */
interface PlannedFrame {
  readonly source: ImageSource;
  readonly frame: number;
  readonly plan: ScalePlan;
}

/** How a frame is segmented, but for where its labels go. */
async function jobOf(
  { source, frame, plan }: PlannedFrame,
  options: SegmentMovieOptions,
  { signal }: StageContext,
): Promise<{ readonly image: ReadableImage; readonly job: Omit<ImageJob, "receiver" | "tileRows"> }> {
  const { channel, z, tileRows: _, ...rest } = options;
  const image = await frameOf(source, frame, { channel, z, signal });
  const start = { scale: plan.scales[frame]!, correction: correctionAt(plan, frame) };
  return { image, job: { ...rest, name: source.frameNames[frame]!, start } };
}

/**
 * A shard of the tile rows of a frame, for frames that are fewer than the shards (`predictTileRows`).
 *
 * @throws as `segmentMovie`
 */
export async function predictFrame(
  frame: PlannedFrame,
  model: SegmentationModel,
  shard: TileRowsShard,
  options: Partial<SegmentMovieOptions> = {},
  context: StageContext = {},
): Promise<TileRowsPart> {
  const settings = { ...defaultSegmentMovieOptions, ...options };
  const { image, job } = await jobOf(frame, settings, context);
  return predictTileRows(image, model, job, shard, context);
}

async function segmentFrame(
  { source, frame, plan }: PlannedFrame,
  model: SegmentationModel,
  receiver: FrameReceiver,
  options: SegmentMovieOptions,
  context: StageContext,
): Promise<SegmentedFrame> {
  const { image, job } = await jobOf({ source, frame, plan }, options, context);
  const { name } = job;
  const facts: FrameFacts = { frame, name, height: image.height, width: image.width };
  const into: LabelReceiver = {
    whole: (whole, labels) => receiver.whole(facts, whole, labels),
    rows: () => receiver.rows(facts),
  };
  const found = { ...job, receiver: into, tileRows: options.tileRows?.(frame) };
  const { scale, missing, nuclei } = await segmentReadable(image, model, found, context);
  return { ...facts, scale, missing, nuclei: { ...nuclei, frame: nuclei.frame.map(() => frame) } };
}
