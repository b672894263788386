/** How large the nuclei of a movie or of a set of images are, from the images alone. */
import { acquisitionsOf, type FrameKind, frameKind } from "../annotate/acquisitions.js";
import { measureScale } from "../annotate/measurescale.js";
import { poolScale, type ScaleEstimate } from "../annotate/scale.js";
import type { Image, ImageSource, ReadOptions } from "../core/image.js";
import { type StageContext, throwIfCancelled } from "../core/progress.js";
import { frameOf, previewWindows, type ReadableImage } from "./readable.js";

/** What was estimated from one frame. Plain data, so that a shard of the frames can hand it over. */
export interface SizeEstimate {
  readonly frame: number;
  readonly estimate: ScaleEstimate;
  /** What decides with which other frames it is pooled. */
  readonly kind: FrameKind;
}

/** Estimates the size of the nuclei in an image that is in memory. */
export type EstimateImage = (image: Image, signal?: AbortSignal) => Promise<ScaleEstimate>;

/**
 * Where sizes are estimated, in this thread or in a pool of workers: results of `task` for 0..count-1, in that
 * order, some at a time. The task is given what estimates.
 */
export type SizeEstimator = <T>(
  count: number,
  task: (index: number, estimate: EstimateImage) => Promise<T>,
) => Promise<T[]>;

/** Estimates in this thread. */
export const estimateHere: EstimateImage = (image) => Promise.resolve(measureScale(image));

/** Estimates in this thread, one image after the other. */
export const sizeEstimator: SizeEstimator = async (count, task) => {
  const results = [];
  for (let index = 0; index < count; index++) results.push(await task(index, estimateHere));
  return results;
};

/**
 * Images with more pixels are judged by a few windows of them: the filters of the estimate take far more
 * memory than the image.
 */
const maxEstimatedWhole = 2 ** 23;

/** Shares of a movie's length at which its nuclei are measured: it has one scale, so that a few frames tell it. */
const sampledShares = [0, 0.25, 0.5, 0.75, 1];

/** The frames from which the size of the nuclei is estimated: five of a movie, all of independent images. */
export const framesToEstimate = ({ kind, frames, frameNames }: ImageSource): number[] =>
  kind === "movie"
    ? [...new Set(sampledShares.map((share) => Math.round(share * (frames - 1))))]
    : frameNames.map((_, frame) => frame);

/** Estimates the size of the nuclei in one image. */
export async function estimateSize(
  image: ReadableImage,
  estimate: EstimateImage = estimateHere,
  signal?: AbortSignal,
): Promise<Omit<SizeEstimate, "frame">> {
  const size = { height: image.height, width: image.width };
  const isVast = size.height * size.width > maxEstimatedWhole;
  const estimates: ScaleEstimate[] = [];
  let kind: FrameKind | undefined;
  for (const window of isVast ? previewWindows(size) : [undefined]) {
    const part = window === undefined ? await image.read() : await image.readWindow(window);
    estimates.push(await estimate(part, signal));
    kind = frameKind({ ...part, ...size }, poolScale(estimates));
  }
  return { estimate: poolScale(estimates), kind: kind! };
}

/**
 * Estimates the size of the nuclei in single frames.
 *
 * @param frames of `framesToEstimate`, all or a part of them
 * @throws Cancelled; what reading throws
 */
export function estimateSizes(
  source: ImageSource,
  frames: readonly number[],
  options: ReadOptions & { readonly estimator: SizeEstimator },
  context: StageContext = {},
): Promise<SizeEstimate[]> {
  const { estimator, channel, z } = options;
  const { signal } = context;
  return estimator(frames.length, async (index, estimate) => {
    throwIfCancelled(context, "Segmentation");
    const frame = frames[index]!;
    const image = await frameOf(source, frame, { channel, z, signal });
    const found = await estimateSize(image, estimate, signal);
    const message = `nucleus size, ${source.frameNames[frame]}`;
    context.onProgress?.({ done: 0, total: source.frames, message });
    return { frame, ...found };
  });
}

/**
 * Diameter of the nuclei by frame name, px, pooled over acquisitions; NaN where nothing could be measured.
 *
 * @param estimates of all `framesToEstimate`, in any order
 */
export function diametersFrom(
  source: ImageSource,
  estimates: readonly SizeEstimate[],
): ReadonlyMap<string, number> {
  const sorted = [...estimates].sort((a, b) => a.frame - b.frame);
  const groups = acquisitionsOf(
    sorted.map(({ kind }) => kind),
    source.kind,
  );
  const diameters = new Map<number, number>();
  for (const group of new Set(groups)) {
    const members = sorted.filter((_, index) => groups[index] === group);
    diameters.set(group, poolScale(members.map(({ estimate }) => estimate)).seen);
  }
  return new Map(
    source.frameNames.map((name, frame) => [
      name,
      diameters.get(source.kind === "movie" ? 0 : groups[frame]!)!,
    ]),
  );
}
