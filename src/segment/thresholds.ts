import { InvalidInput } from "../core/errors.js";
import type { LabelImage } from "../core/labels.js";
import { type StageContext, throwIfCancelled } from "../core/progress.js";
import { takePolygons } from "../starconvex/geometry.js";
import { paintPolygons } from "../starconvex/raster.js";
import { suppress } from "../starconvex/suppress.js";
import { candidatesOf } from "./candidates.js";
import type { Prediction } from "./predict.js";

export interface ValidationImage {
  readonly prediction: Prediction;
  /** Of the size of the image that was predicted; may hold -1. */
  readonly truth: LabelImage;
}

export interface Thresholds {
  /** Cells above it become candidates, 0..1. */
  readonly probability: number;
  /** Candidates that share more than this part of the smaller area exclude each other, 0..1. */
  readonly overlap: number;
}

/** StarDist's own, for when there is nothing to tune on. */
export const defaultThresholds: Thresholds = { probability: 0.5, overlap: 0.4 };

const overlaps = [0.3, 0.4, 0.5] as const;
const lowest = 0.1;
const highest = 0.9;
const coarse = 0.1;
const tolerance = 0.01;

/**
 * Finds the thresholds that score best on validation images.
 *
 * For each overlap threshold, the probability threshold is scanned in steps of 0.1 and then refined around the best by golden section, to 0.01. The scan is there
 * because the score is flat or jumps where few objects are at stake, and golden section alone then ends anywhere. Suppression and painting are done once per
 * overlap: both go by descending score, so that a higher probability threshold merely removes the last labels.
 *
 * @param score of one image, higher is better; images count in proportion to their number of objects. It must not keep `predicted`, which is reused.
 * @returns the best thresholds; of equal overlaps the lower, of equal probabilities the middle of those scanned; `score` is NaN, and the thresholds are the
 * defaults, when no image has objects
 * @throws InvalidInput when prediction and truth do not belong together; Cancelled
 */
export function tuneThresholds(
  validation: readonly ValidationImage[], score: (truth: LabelImage, predicted: LabelImage) => number, context: StageContext = {},
): Thresholds & { readonly score: number } {
  for (const image of validation) checkSizes(image);
  const images = validation.filter(({ truth }) => truth.count > 0);
  let best = { ...defaultThresholds, score: NaN };
  if (images.length === 0) return best;
  const candidates = images.map(({ prediction }) => candidatesOf(prediction, lowest));
  overlaps.forEach((overlap, done) => {
    const painted = images.map(({ truth }, i) => {
      const kept = suppress(candidates[i]!, overlap);
      const polygons = takePolygons(candidates[i]!, kept);
      return { truth, scores: polygons.scores, labels: paintPolygons(polygons, kept.map((_, k) => k), truth.height, truth.width) };
    });
    const evaluate = (probability: number): number => {
      throwIfCancelled(context, "Tuning the thresholds");
      return meanScore(painted, probability, score);
    };
    const found = searchProbability(evaluate);
    if (Number.isNaN(best.score) || found.score > best.score) best = { probability: found.probability, overlap, score: found.score };
    context.onProgress?.({ done: done + 1, total: overlaps.length });
  });
  return best;
}

interface Painted {
  readonly truth: LabelImage;
  /** By label - 1, descending. */
  readonly scores: Float32Array;
  readonly labels: LabelImage;
}

function meanScore(images: readonly Painted[], probability: number, score: (truth: LabelImage, predicted: LabelImage) => number): number {
  let sum = 0;
  let weights = 0;
  for (const { truth, scores, labels } of images) {
    let count = scores.length;
    while (count > 0 && !(scores[count - 1]! > probability)) count--;
    const data = labels.data.map((label) => (label > count ? 0 : label));
    sum += truth.count * score(truth, { height: labels.height, width: labels.width, data, count });
    weights += truth.count;
  }
  return sum / weights;
}

/** The best of a scan, refined by golden section between its neighbours. Among equal scores the middle of the first plateau. */
function searchProbability(evaluate: (probability: number) => number): { probability: number; score: number } {
  const scanned = Array.from({ length: Math.round((highest - lowest) / coarse) + 1 }, (_, i) => rounded(lowest + i * coarse));
  const scores = scanned.map(evaluate);
  const first = scores.indexOf(Math.max(...scores));
  let last = first;
  while (scores[last + 1] === scores[first]) last++;
  const middle = (first + last) >> 1;
  let best = { probability: scanned[middle]!, score: scores[middle]! };
  const visit = (probability: number): number => {
    const score = evaluate(probability);
    if (score > best.score) best = { probability, score };
    return score;
  };
  const ratio = (Math.sqrt(5) - 1) / 2;
  let low = Math.max(lowest, best.probability - coarse);
  let high = Math.min(highest, best.probability + coarse);
  let [a, b] = [rounded(high - ratio * (high - low)), rounded(low + ratio * (high - low))];
  let [atA, atB] = [visit(a), visit(b)];
  while (high - low > tolerance) {
    if (atA >= atB) {
      [high, b, atB] = [b, a, atA];
      a = rounded(high - ratio * (high - low));
      atA = visit(a);
    } else {
      [low, a, atA] = [a, b, atB];
      b = rounded(low + ratio * (high - low));
      atB = visit(b);
    }
  }
  return best;
}

const rounded = (threshold: number): number => Math.round(threshold * 1000) / 1000;

function checkSizes({ prediction, truth }: ValidationImage): void {
  const { height, width, grid } = prediction;
  if (Math.ceil(truth.height / grid) === height && Math.ceil(truth.width / grid) === width) return;
  throw new InvalidInput("validation", `labels for ${height} x ${width} cells of ${grid} px`, `${truth.height} x ${truth.width} px`);
}
