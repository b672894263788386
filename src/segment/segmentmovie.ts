/**
 * All frames of a movie, or of a set of images, to labels and nuclei: the scale is settled, then each frame is
 * segmented. One frame is in memory at a time, and a few where other threads outline what the network found
 * while the next frame is predicted.
 */
import type { Image, ImageSource, ReadOptions } from "../core/image.js";
import { type LabelImage, type LabelSource, labelSourceOf } from "../core/labels.js";
import { concatNuclei, type Nuclei } from "../core/nuclei.js";
import { mapOrdered, oneByOne } from "../core/ordered.js";
import { type StageContext, throwIfCancelled } from "../core/progress.js";
import {
  diametersFrom,
  estimateSizes,
  framesToEstimate,
  type SizeEstimator,
  sizeEstimator,
} from "./nucleussize.js";
import type { Outliner } from "./outlining.js";
import { outlinersFor } from "./parts.js";
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
  type SharedNetwork,
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
  /**
   * Other threads that outline frames while the next is predicted, as many as the memory allows. The result is
   * the same. Default: none.
   */
  readonly outliners?: Outliners | undefined;
}

/** Threads that outline. */
export interface Outliners {
  readonly most: number;
  readonly outline: Outliner;
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

/** Where the labels of the frames go, frame by frame, in their order. */
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
 * Segments frames in their order.
 *
 * @param receiver takes the labels of each frame before those of the next
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
  const report = sumOfShares(frames.length, context);
  const given = inTheirOrder(receiver);
  const one = async (index: number, shared?: SharedNetwork): Promise<SegmentedFrame> => {
    throwIfCancelled(context, "Segmentation");
    const frame = frames[index]!;
    const name = source.frameNames[frame]!;
    const part: StageContext = {
      signal: context.signal,
      onProgress: ({ done, total }) => report(index, done / total, name),
    };
    const job = { source, frame, plan, shared };
    const result = await given((receives) => segmentFrame(job, model, receives, settings, part));
    report(index, 1, `${name}: ${result.nuclei.count} nuclei`);
    return result;
  };
  const first: SegmentedFrame[] = [];
  // It may settle the scale of all others.
  if (plan.correctedBy === "first frame" && frames.length > 0) {
    first.push(await one(0));
    plan = settledPlan(plan, first[0]!.scale);
  }
  const left = { source, plan, frames: frames.slice(first.length) };
  const threads = await outlinersOf(left, model, settings);
  const shared = threads === 0 ? undefined : { turn: oneByOne(), outline: settings.outliners!.outline };
  const others = await mapOrdered(left.frames.length, threads + 1, (index) =>
    one(first.length + index, shared),
  );
  return [...first, ...others];
}

/** Adds up the progress of frames of which a few are worked on at a time. */
function sumOfShares(
  total: number,
  { onProgress }: StageContext,
): (index: number, share: number, message: string) => void {
  const shares = new Float64Array(total);
  return (index, share, message) => {
    shares[index] = share;
    onProgress?.({ done: shares.reduce((sum, one) => sum + one, 0), total, message });
  };
}

/** Lets each frame have the receiver once the frame begun before it has ended, well or not. */
function inTheirOrder(
  receiver: FrameReceiver,
): <T>(frame: (receiver: FrameReceiver) => Promise<T>) => Promise<T> {
  let ended: Promise<unknown> = Promise.resolve();
  return (frame) => {
    const before = ended;
    const done = frame({
      whole: (...labels) => before.then(() => receiver.whole(...labels)),
      rows: (facts) => before.then(() => receiver.rows(facts)),
    });
    ended = done.catch(() => undefined);
    return done;
  };
}

/** In how many other threads frames are outlined: as many as there are, and as there is memory for each. */
async function outlinersOf(
  { source, plan, frames }: Pick<PlannedFrame, "source" | "plan"> & { readonly frames: readonly number[] },
  { predictor: { config } }: SegmentationModel,
  options: SegmentMovieOptions,
): Promise<number> {
  let least = frames.length < 2 ? 0 : (options.outliners?.most ?? 0);
  for (const frame of frames) {
    if (least === 0) break;
    least = Math.min(least, outlinersFor(await source.size(frame), plan.scales[frame]!, config, options));
    if (source.kind === "movie") break;
  }
  return least;
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
  const { channel, z, tileRows: _, outliners: __, ...rest } = options;
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
  { source, frame, plan, shared }: PlannedFrame & { readonly shared?: SharedNetwork | undefined },
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
  const found = { ...job, receiver: into, tileRows: options.tileRows?.(frame), shared };
  const { scale, missing, nuclei } = await segmentReadable(image, model, found, context);
  return { ...facts, scale, missing, nuclei: { ...nuclei, frame: nuclei.frame.map(() => frame) } };
}
