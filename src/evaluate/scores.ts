import { random } from "../core/random.js";
import { matchedIou, matchesAt, type Matching } from "./matching.js";

/** IoU 0.50 to 0.95 in steps of 0.05. */
export const iouThresholds: readonly number[] = Array.from({ length: 10 }, (_, k) => (50 + 5 * k) / 100);

/**
 * Object scores at one IoU threshold. NaN where nothing was there to divide by, such as the precision without
 * predictions.
 */
export interface ThresholdScores {
  readonly threshold: number;
  /**
   * Matched, surplus predicted and unmatched true objects. There are no true negatives: no object that is
   * rightly absent can be counted.
   */
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  /** Sum of the IoU of all matches. */
  readonly iouSum: number;
  /** tp / (tp + fp). */
  readonly precision: number;
  /** tp / (tp + fn). */
  readonly recall: number;
  /** tp / (tp + (fp + fn) / 2). */
  readonly f1: number;
  /** tp / (tp + fp + fn): "average precision" of DSB 2018, "accuracy" of StarDist. */
  readonly ap: number;
  /** iouSum / (tp + (fp + fn) / 2). */
  readonly panopticQuality: number;
  /** iouSum / tp. */
  readonly meanMatchedIou: number;
  /** iouSum / number of true objects. */
  readonly meanTrueIou: number;
}

/** Foreground against background, no matter which object. NaN when both foregrounds are empty. */
export interface PixelScores {
  readonly truth: number;
  readonly predicted: number;
  readonly shared: number;
  /** 2 shared / (truth + predicted). */
  readonly dice: number;
  /** shared / union. */
  readonly iou: number;
}

/** Scores of one image, or of several whose counts were added. */
export interface ScoreSet {
  readonly truthObjects: number;
  readonly predictedObjects: number;
  /** One entry a threshold, in the order asked for. */
  readonly thresholds: readonly ThresholdScores[];
  readonly pixels: PixelScores;
}

/** Scores of a set of images. */
export interface InstanceScores {
  /** All images together, counts added before dividing: an image weighs as much as it has objects. */
  readonly pooled: ScoreSet;
  /** Each image alone, in the order given. */
  readonly images: readonly ScoreSet[];
}

/** The scores from the counts; also usable on counts added over images. */
export function scoresOfCounts(
  threshold: number,
  tp: number,
  fp: number,
  fn: number,
  iouSum: number,
): ThresholdScores {
  const balance = tp + (fp + fn) / 2;
  return {
    threshold,
    tp,
    fp,
    fn,
    iouSum,
    precision: tp / (tp + fp),
    recall: tp / (tp + fn),
    f1: tp / balance,
    ap: tp / (tp + fp + fn),
    panopticQuality: iouSum / balance,
    meanMatchedIou: iouSum / tp,
    meanTrueIou: iouSum / (tp + fn),
  };
}

/**
 * Object and pixel scores of a set of images.
 *
 * @param matchings one a image, of `matchInstances`
 * @param thresholds IoU above 0, at most 1; an IoU equal to the threshold is a match
 * @throws InvalidInput when a threshold is out of range Source: Kirillov et al. 2019 (panoptic quality);
 *   Caicedo et al. 2019, Nat. Methods 16:1247 (counts over thresholds).
 */
export function scoreInstances(
  matchings: readonly Matching[],
  thresholds: readonly number[] = iouThresholds,
): InstanceScores {
  const images = matchings.map((matching) => scoreImage(matching, thresholds));
  return { images, pooled: poolScores(images, thresholds) };
}

function scoreImage(matching: Matching, thresholds: readonly number[]): ScoreSet {
  const { truth, predicted } = matching;
  return {
    truthObjects: truth.count,
    predictedObjects: predicted.count,
    thresholds: thresholds.map((threshold) => {
      const partner = matchesAt(matching, threshold);
      const tp = partner.reduce((n, p) => n + (p >= 0 ? 1 : 0), 0);
      const iouSum = matchedIou(matching, partner).reduce((sum, value) => sum + value, 0);
      return scoresOfCounts(threshold, tp, predicted.count - tp, truth.count - tp, iouSum);
    }),
    pixels: pixelScores(matching.truthPixels, matching.predictedPixels, matching.sharedPixels),
  };
}

const pixelScores = (truth: number, predicted: number, shared: number): PixelScores => ({
  truth,
  predicted,
  shared,
  dice: (2 * shared) / (truth + predicted),
  iou: shared / (truth + predicted - shared),
});

/** Adds the counts of several images. @param thresholds those the images were scored at */
export function poolScores(images: readonly ScoreSet[], thresholds: readonly number[]): ScoreSet {
  const total = (value: (image: ScoreSet) => number): number =>
    images.reduce((sum, image) => sum + value(image), 0);
  return {
    truthObjects: total((image) => image.truthObjects),
    predictedObjects: total((image) => image.predictedObjects),
    thresholds: thresholds.map((threshold, k) =>
      scoresOfCounts(
        threshold,
        total((i) => i.thresholds[k]!.tp),
        total((i) => i.thresholds[k]!.fp),
        total((i) => i.thresholds[k]!.fn),
        total((i) => i.thresholds[k]!.iouSum),
      ),
    ),
    pixels: pixelScores(
      total((i) => i.pixels.truth),
      total((i) => i.pixels.predicted),
      total((i) => i.pixels.shared),
    ),
  };
}

/**
 * Mean over the images of a value, those images left out where it is not defined. NaN when it is defined
 * nowhere.
 */
export function meanOverImages(scores: InstanceScores, value: (image: ScoreSet) => number): number {
  const values = scores.images.map(value).filter((v) => !Number.isNaN(v));
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}

/** How an interval over images is drawn. */
export interface BootstrapOptions {
  /** Number of redrawn sets of images. */
  readonly samples: number;
  /** Share of the redrawn values inside the interval, 0..1. */
  readonly confidence: number;
  readonly seed: number;
}

/** 95 % from 1000 redrawn sets. */
export const defaultBootstrapOptions: BootstrapOptions = { samples: 1000, confidence: 0.95, seed: 1 };

/** Bounds of a score. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Percentile interval of a pooled score: images are redrawn with replacement, for objects of one image are
 * not independent of each other. One image says nothing about the spread between images, and gives NaN.
 */
export function bootstrapInterval(
  scores: InstanceScores,
  value: (pooled: ScoreSet) => number,
  options: Partial<BootstrapOptions> = {},
): Interval {
  const { samples, confidence, seed } = { ...defaultBootstrapOptions, ...options };
  const { images, pooled } = scores;
  if (images.length < 2) return { low: Number.NaN, high: Number.NaN };
  const thresholds = pooled.thresholds.map((t) => t.threshold);
  const rng = random(seed);
  const draws: number[] = [];
  for (let s = 0; s < samples; s++) {
    const drawn = images.map(() => images[rng.integer(images.length)]!);
    const drawnValue = value(poolScores(drawn, thresholds));
    if (!Number.isNaN(drawnValue)) draws.push(drawnValue);
  }
  draws.sort((a, b) => a - b);
  const at = (q: number): number => {
    const position = q * (draws.length - 1);
    const below = draws[Math.floor(position)] ?? Number.NaN;
    return below + (position - Math.floor(position)) * ((draws[Math.ceil(position)] ?? Number.NaN) - below);
  };
  return { low: at((1 - confidence) / 2), high: at((1 + confidence) / 2) };
}
