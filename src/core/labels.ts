import { InvalidInput } from "./errors.js";

/** Instance labels of one image. */
export interface LabelImage {
  readonly height: number;
  readonly width: number;
  /**
   * height x width, row-major; 0 background, 1..count objects, -1 "unknown, ignore in training" (annotations
   * only).
   */
  readonly data: Int32Array;
  /** The largest label. Labels are consecutive wherever a stage of Karyon made them. */
  readonly count: number;
}

/** Wraps label data, counting the largest label. */
export function labelImage(height: number, width: number, data: Int32Array): LabelImage {
  let count = 0;
  for (let i = 0; i < data.length; i++) if (data[i]! > count) count = data[i]!;
  return { height, width, data, count };
}

/**
 * Renumbers labels to 1..n in the order of their first pixel (row-major), so that equal partitions get equal
 * bytes. -1 stays.
 */
export const relabelSequential = (labels: LabelImage): LabelImage =>
  renumber({ ...labels, data: labels.data.slice() });

/** The same in place, for labels that nobody else holds. */
export function renumber({ height, width, data, count: most }: LabelImage): LabelImage {
  const map = new Int32Array(most + 1);
  let count = 0;
  for (let i = 0; i < data.length; i++) {
    const label = data[i]!;
    if (label > 0) data[i] = map[label] || (map[label] = ++count);
  }
  return { height, width, data, count };
}

/** The label images of a movie or a set of images, read when they are asked for. */
export interface LabelSource {
  readonly frames: number;
  readonly frameNames: readonly string[];
  size(frame: number): Promise<{ readonly height: number; readonly width: number }>;
  read(frame: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<LabelImage>;
}

/**
 * Label images in memory as a source.
 *
 * @param names one a frame. Default: the numbers of the frames, from 0
 * @throws InvalidInput from `size` and `read`, for a frame that is not there
 */
export function labelSourceOf(
  images: readonly LabelImage[],
  names: readonly string[] = images.map((_, frame) => String(frame)),
): LabelSource {
  const at = (frame: number): LabelImage => {
    const image = images[frame];
    if (image === undefined) throw new InvalidInput("frame", `0 to ${images.length - 1}`, String(frame));
    return image;
  };
  return {
    frames: images.length,
    frameNames: names,
    size: async (frame) => ({ height: at(frame).height, width: at(frame).width }),
    read: async (frame) => at(frame),
  };
}
