import { InvalidInput } from "../core/errors.js";
import type { LabelImage } from "../core/labels.js";
import { type StageContext, throwIfCancelled } from "../core/progress.js";
import type { StarPolygons } from "../core/polygons.js";
import { takePolygons } from "../starconvex/geometry.js";
import { paintPolygons } from "../starconvex/raster.js";
import { suppressAt } from "../starconvex/suppress.js";
import { candidatesOf } from "./candidates.js";
import type { Prediction } from "./predict.js";

/** What a network said of an image, and what is true. */
export interface ValidationImage {
  readonly prediction: Prediction;
  /** Of the size of the image that was predicted; may hold -1. */
  readonly truth: LabelImage;
}

/** What decides which cells become objects. */
export interface Thresholds {
  /** Cells above it become candidates, 0..1. */
  readonly probability: number;
  /** Candidates that share more than this part of the smaller area exclude each other, 0..1. */
  readonly overlap: number;
}

/** StarDist's own, for when there is nothing to tune on. */
export const defaultThresholds: Thresholds = { probability: 0.5, overlap: 0.4 };

/** Overlap thresholds that are tried: StarDist's default, and one step to both sides. */
const overlaps = [0.3, 0.4, 0.5] as const;
/** Lowest probability threshold that is tried: the candidates of a search are those above it. */
export const lowestProbability = 0.1;
/** Highest probability threshold that is tried. */
const highest = 0.9;
/**
 * Scores that differ by less than this are taken for equal: of some dozens of objects, one more or less found
 * changes them by more.
 */
const tolerance = 0.01;
/** Steps of the scans, each around the best of the one before. */
const steps = [0.1, 0.02, 0.01] as const;

/**
 * Finds the thresholds that score best on validation images.
 *
 * For each overlap threshold, the probability threshold is scanned in steps of 0.1, then of 0.02 and 0.01
 * around the best. Golden section, which StarDist uses, takes as many evaluations and needs a score with one
 * peak; with few objects the score is a staircase, on which it ends anywhere. Suppression and painting are
 * done once per overlap: both go by descending score, so that a higher probability threshold merely removes
 * the last labels.
 *
 * Of the thresholds that score almost as well as the best, the one nearest to StarDist's default is taken.
 * What is validated on are the certain nuclei of an automatic annotation, all of which a high threshold
 * finds, too; the dim and the crowded ones, which it loses, are not among them.
 *
 * @param score of one image, higher is better; images count in proportion to their number of objects. It must
 *   not keep `predicted`, which is reused.
 * @returns the thresholds, of equal overlaps the lower, their score, and the highest of any that was scanned;
 *   both scores are NaN, and the thresholds are the defaults, when no image has objects
 * @throws InvalidInput when prediction and truth do not belong together; Cancelled
 */
export function tuneThresholds(
  validation: readonly ValidationImage[],
  score: (truth: LabelImage, predicted: LabelImage) => number,
  context: StageContext = {},
): TunedThresholds {
  for (const image of validation) checkSizes(image);
  const images = validation.map(({ prediction, truth }) => ({
    candidates: candidatesOf(prediction, lowestProbability),
    truth,
  }));
  return searchThresholds(
    images,
    (truth, labels) => (count) => {
      const data = labels.data.map((label) => (label > count ? 0 : label));
      return score(truth, { height: labels.height, width: labels.width, data, count });
    },
    context,
  );
}

/** What a search finds: see `tuneThresholds`. */
export interface TunedThresholds extends Thresholds {
  readonly score: number;
  readonly highest: number;
}

/** What a network said of an image, as candidates above `lowestProbability`, and what is true. */
export interface CandidateImage {
  readonly candidates: StarPolygons;
  readonly truth: LabelImage;
}

/**
 * The score of an image when only its labels up to `count` are kept; all of them are in `labels`, by
 * descending probability. It is prepared once an overlap threshold, and asked for many counts.
 */
export type Scorer = (truth: LabelImage, labels: LabelImage) => (count: number) => number;

/** `tuneThresholds` on candidates, with a score that can be prepared. */
export function searchThresholds(
  validation: readonly CandidateImage[],
  scorer: Scorer,
  context: StageContext = {},
): TunedThresholds {
  const images = validation.filter(({ truth }) => truth.count > 0);
  let best = { ...defaultThresholds, score: NaN, highest: NaN };
  if (images.length === 0) return best;
  const kept = images.map(({ candidates }) => {
    throwIfCancelled(context, "Tuning the thresholds");
    return suppressAt(candidates, overlaps);
  });
  overlaps.forEach((overlap, done) => {
    const painted = images.map((image, i) => paintedOf(image, kept[i]![done]!, scorer));
    const evaluate = (probability: number): number => {
      throwIfCancelled(context, "Tuning the thresholds");
      return meanScore(painted, probability);
    };
    const found = searchProbability(evaluate);
    if (Number.isNaN(best.score) || found.score > best.score)
      best = { ...best, probability: found.probability, overlap, score: found.score };
    best.highest = Number.isNaN(best.highest) ? found.highest : Math.max(best.highest, found.highest);
    context.onProgress?.({ done: done + 1, total: overlaps.length });
  });
  return best;
}

interface Painted {
  /** Objects of the truth. */
  readonly weight: number;
  /** By label - 1, descending. */
  readonly scores: Float32Array;
  readonly score: (count: number) => number;
}

function paintedOf({ candidates, truth }: CandidateImage, kept: Int32Array, scorer: Scorer): Painted {
  const polygons = takePolygons(candidates, kept);
  const labels = paintPolygons(polygons, [...polygons.scores.keys()], truth);
  const score = scorer(truth, labels);
  const known = new Map<number, number>();
  return {
    weight: truth.count,
    scores: polygons.scores,
    score: (count) => {
      if (!known.has(count)) known.set(count, score(count));
      return known.get(count)!;
    },
  };
}

function meanScore(images: readonly Painted[], probability: number): number {
  let sum = 0;
  let weights = 0;
  for (const { weight, scores, score } of images) {
    let count = scores.length;
    while (count > 0 && !(scores[count - 1]! > probability)) count--;
    sum += weight * score(count);
    weights += weight;
  }
  return sum / weights;
}

/** Scans more and more finely around the best. Among equal neighbours the middle. */
function searchProbability(evaluate: (probability: number) => number): {
  probability: number;
  score: number;
  highest: number;
} {
  const scores = new Map<number, number>();
  const scan = (low: number, high: number, step: number): number => {
    for (let i = 0; low + i * step < high + step / 2; i++) {
      const probability = Math.round((low + i * step) * 1000) / 1000;
      if (probability >= lowestProbability && probability <= highest && !scores.has(probability))
        scores.set(probability, evaluate(probability));
    }
    return middleOfBest(scores);
  };
  const [coarse, ...finer] = steps;
  let best = scan(lowestProbability, highest, coarse);
  let reach: number = coarse;
  for (const step of finer) {
    best = scan(best - reach, best + reach, step);
    reach = step;
  }
  const maximum = Math.max(...scores.values());
  const almostBest = maximum - tolerance;
  const probability = [...scores]
    .filter(([, score]) => score >= almostBest)
    .reduce(
      (a, [b]) => (distance(b) < distance(a) || (distance(b) === distance(a) && b < a) ? b : a),
      highest + 1,
    );
  return { probability, score: scores.get(probability)!, highest: maximum };
}

/** From StarDist's default, in thousandths, so that equal distances are equal. */
const distance = (probability: number): number =>
  Math.round(1000 * Math.abs(probability - defaultThresholds.probability));

/** The middle of the first run of neighbours with the highest score. */
function middleOfBest(scores: ReadonlyMap<number, number>): number {
  const entries = [...scores].sort((a, b) => a[0] - b[0]);
  const highestScore = Math.max(...scores.values());
  const first = entries.findIndex(([, score]) => score === highestScore);
  let last = first;
  while (entries[last + 1]?.[1] === highestScore) last++;
  const middle = (entries[first]![0] + entries[last]![0]) / 2;
  // Of those scanned the one nearest to the middle of the run, which may be scanned unevenly.
  return entries
    .slice(first, last + 1)
    .reduce((a, b) => (Math.abs(b[0] - middle) < Math.abs(a[0] - middle) ? b : a))[0];
}

function checkSizes({ prediction, truth }: ValidationImage): void {
  const { height, width, grid } = prediction;
  if (Math.ceil(truth.height / grid) === height && Math.ceil(truth.width / grid) === width) return;
  throw new InvalidInput(
    "validation",
    `labels for ${height} x ${width} cells of ${grid} px`,
    `${truth.height} x ${truth.width} px`,
  );
}
