import { InvalidInput } from "../core/errors.js";
import { croppedPixels, type Window } from "../core/image.js";
import { type LabelImage, renumber } from "../core/labels.js";
import { shuffle, type Random } from "../core/random.js";
import {
  defaultNormalisation,
  prepareSample,
  scaleSample,
  type Normalisation,
  type PreparedSample,
  type ScaledSample,
  type TrainingSample,
} from "./samples.js";

/** How samples are divided. */
export interface SplitOptions {
  /**
   * `images`: whole images are held back. `blocks`: the same corner of every image is; for single images, and
   * for movies, where neighbouring frames show the same nuclei, so that a frame held back would have been
   * seen. Default: `images` from six on.
   */
  readonly by?: "images" | "blocks" | undefined;
  readonly normalisation?: Normalisation | undefined;
}

/** Samples for training and for validation. */
export interface Split {
  readonly training: PreparedSample[];
  /** Empty when no whole object could be held back without leaving nothing to learn from. */
  readonly validation: PreparedSample[];
}

/** Number of images from which on whole ones are held back (see `SplitOptions`). */
const minImages = 6;

/**
 * Divides samples into those to learn from and those to judge by, at random, and prepares both.
 *
 * With `blocks`, a validation sample is a corner with about `validationFraction` of the area, cut out; the
 * training sample is the whole image, where that corner is "unknown". An object on the boundary is unknown to
 * both. Of the four corners the one is taken that holds the most nearly `validationFraction` of the objects.
 *
 * @param validationFraction 0..0.5 of the images or of the area
 * @throws InvalidInput when there is no sample or the fraction is out of range
 */
export function splitSamples(
  samples: readonly TrainingSample[],
  validationFraction: number,
  rng: Random,
  options: SplitOptions = {},
): Split {
  return splitScaled(
    samples.map((sample) => scaleSample(sample, options.normalisation ?? defaultNormalisation)),
    validationFraction,
    rng,
    options,
  );
}

/** The same for samples that are at the network's scale already. */
export function splitScaled(
  samples: readonly ScaledSample[],
  validationFraction: number,
  rng: Random,
  { by }: Pick<SplitOptions, "by"> = {},
): Split {
  if (samples.length === 0) throw new InvalidInput("samples", "at least one", "none");
  if (!(validationFraction >= 0 && validationFraction <= 0.5))
    throw new InvalidInput("validation fraction", "0..0.5", String(validationFraction));
  if (validationFraction === 0) return { training: samples.map(prepareSample), validation: [] };
  const byImages = by === undefined ? samples.length >= minImages : by === "images" && samples.length > 1;
  return byImages
    ? splitByImages(samples, validationFraction, rng)
    : splitByBlocks(samples, validationFraction, rng);
}

/** Both parts keep the order of the samples. */
function splitByImages(samples: readonly ScaledSample[], fraction: number, rng: Random): Split {
  const order = shuffle(
    samples.map((_, i) => i),
    rng,
  );
  const requested = Math.max(1, Math.round(fraction * samples.length));
  const held = new Set(order.slice(0, requested));
  // A validation without any object judges nothing: change empty images for the next ones that are not.
  if (order.slice(0, requested).every((i) => samples[i]!.labels.count === 0)) {
    const filled = order.find((i) => samples[i]!.labels.count > 0);
    if (filled !== undefined) held.add(filled);
  }
  const split = {
    training: samples.filter((_, i) => !held.has(i)),
    validation: samples.filter((_, i) => held.has(i)),
  };
  return split.training.some((sample) => sample.labels.count > 0)
    ? { training: split.training.map(prepareSample), validation: split.validation.map(prepareSample) }
    : { training: samples.map(prepareSample), validation: [] };
}

function splitByBlocks(samples: readonly ScaledSample[], fraction: number, rng: Random): Split {
  const total = samples.reduce((sum, sample) => sum + sample.labels.count, 0);
  const held = (
    sample: ScaledSample,
    [bottom, right]: readonly [boolean, boolean],
  ): { training: ScaledSample; validation: ScaledSample } =>
    holdBack(sample, cornerBlock(sample.labels, fraction, bottom, right));
  const corners = shuffle<readonly [boolean, boolean]>(
    [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ],
    rng,
  ).map((corner) => {
    // Only counted here, and cut for the corner that is taken: four versions of all labels would fill the
    // memory.
    let [whole, remaining] = [0, false];
    for (const { labels } of samples) {
      const sides = sidesOf(labels, cornerBlock(labels, fraction, ...corner));
      for (const side of sides) {
        if (side === insideBlock) whole++;
        remaining ||= side === outsideBlock;
      }
    }
    return { corner, whole, remaining, miss: Math.abs(whole - fraction * total) };
  });
  const best = corners.reduce((a, b) => (b.miss < a.miss ? b : a));
  if (best.whole === 0 || !best.remaining) return { training: samples.map(prepareSample), validation: [] };
  // Prepared one by one: prepared labels take less memory than those that were divided.
  const parts = samples.map((sample) => {
    const { training, validation } = held(sample, best.corner);
    return { training: prepareSample(training), validation: prepareSample(validation) };
  });
  return {
    training: parts.map(({ training }) => training),
    validation: parts.map(({ validation }) => validation),
  };
}

function cornerBlock(
  { height, width }: LabelImage,
  fraction: number,
  bottom: boolean,
  right: boolean,
): Window {
  const h = Math.max(1, Math.round(height * Math.sqrt(fraction)));
  const w = Math.max(1, Math.round(width * Math.sqrt(fraction)));
  return { y: bottom ? height - h : 0, x: right ? width - w : 0, height: h, width: w };
}

/** Where the pixels of a label lie: bits, so that both say across the border. */
const insideBlock = 1;
const outsideBlock = 2;

/** By label: inside of a block, outside, both, or 0 where it does not occur. */
function sidesOf({ data, height, width, count }: LabelImage, block: Window): Uint8Array {
  const sides = new Uint8Array(count + 1);
  const mark = (from: number, to: number, side: number): void => {
    for (let i = from; i < to; i++) if (data[i]! > 0) sides[data[i]!]! |= side;
  };
  for (let y = 0; y < height; y++) {
    const at = y * width;
    const within = y >= block.y && y < block.y + block.height;
    const [from, to] = within ? [at + block.x, at + block.x + block.width] : [at, at];
    mark(at, from, outsideBlock);
    mark(from, to, insideBlock);
    mark(to, at + width, outsideBlock);
  }
  return sides;
}

/** The sample with a block made unknown, and the block by itself. */
function holdBack(sample: ScaledSample, block: Window): { training: ScaledSample; validation: ScaledSample } {
  const { labels } = sample;
  const sides = sidesOf(labels, block);
  const trained = labels.data.slice();
  const held = croppedPixels(labels.data, labels.width, block);
  for (let i = 0; i < held.length; i++) if (held[i]! > 0 && sides[held[i]!] !== insideBlock) held[i] = -1;
  for (let i = 0; i < trained.length; i++)
    if (trained[i]! > 0 && sides[trained[i]!] !== outsideBlock) trained[i] = -1;
  for (let y = block.y; y < block.y + block.height; y++)
    trained.fill(-1, y * labels.width + block.x, y * labels.width + block.x + block.width);
  const size = { height: labels.height, width: labels.width, count: labels.count };
  const cropped = { ...block, count: labels.count, data: held };
  return {
    training: { ...sample, labels: renumber({ ...size, data: trained }) },
    validation: {
      name: sample.name,
      data: croppedPixels(sample.data, labels.width, block),
      labels: renumber(cropped),
    },
  };
}
