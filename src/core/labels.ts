import { InvalidInput } from "./errors.js";
import { croppedPixels, type Window } from "./image.js";

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
  /**
   * The values that a file has for the labels: label k stands for `ids[k - 1]`, ascending. Undefined where
   * the labels are the values themselves.
   */
  readonly ids?: Int32Array | undefined;
}

/** The value that a file has for a label; see `LabelImage.ids`. */
export const idOf = ({ ids }: Pick<LabelImage, "ids">, label: number): number => ids?.[label - 1] ?? label;

/**
 * A largest label up to this is never too large: a table of a number for each label has 8 MB.
 */
const alwaysDense = 2 ** 20;

/** Labels above that are compact when there are fewer than this many values for each object. */
const valuesPerObject = 4;

/**
 * Numbers labels 1..n by ascending value where they are too far apart for tables by label, and keeps the
 * values in `ids`: a file may use any 32-bit number. Labels stay as they are, and `ids` undefined, when the
 * largest is at most 2^20, or at most four times the number of objects. -1 stays.
 */
export function compactLabels(labels: LabelImage): LabelImage {
  if (labels.count <= alwaysDense) return labels;
  const { height, width, data } = labels;
  const ids = valuesOf(data);
  if (labels.count <= valuesPerObject * ids.length) return labels;
  const compact = new Int32Array(data.length);
  let [value, label] = [0, 0];
  for (let i = 0; i < data.length; i++) {
    // Pixels come in runs of equal labels, and a label is only looked up once a run.
    if (data[i] !== value) {
      value = data[i]!;
      label = value > 0 ? placeOf(ids, value) + 1 : value;
    }
    compact[i] = label;
  }
  return { height, width, data: compact, count: ids.length, ids };
}

/** The positive values that occur, ascending. */
function valuesOf(data: Int32Array): Int32Array {
  const firstOfRun = data.filter((value, i) => value > 0 && value !== data[i - 1]).sort();
  return firstOfRun.filter((value, i) => value !== firstOfRun[i - 1]);
}

/** Place of a value that occurs in ascending values. */
function placeOf(values: Int32Array, value: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The values that a file has, pixel by pixel: `data` itself where labels were not made compact. */
export const fileValues = (labels: LabelImage): Int32Array =>
  labels.ids === undefined
    ? labels.data
    : labels.data.map((label) => (label > 0 ? idOf(labels, label) : label));

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

/** A rectangle of labels, copied; their numbers stay. */
export const croppedLabels = ({ width, data, count }: LabelImage, window: Window): LabelImage => ({
  height: window.height,
  width: window.width,
  data: croppedPixels(data, width, window),
  count,
});

/** Label images of a movie or of a set of images, read lazily, frame by frame. */
export interface LabelSource {
  readonly frames: number;
  /** One name a frame, as in the `ImageSource` that the labels are of. */
  readonly frameNames: readonly string[];
  /** Size of a frame, px, without decoding it. */
  size(frame: number): Promise<{ readonly height: number; readonly width: number }>;
  read(frame: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<LabelImage>;
  /** A rectangle of a frame; absent where frames are read whole or not at all. `count` is the largest label in it. */
  readWindow?(
    frame: number,
    window: Window,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<LabelImage>;
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
