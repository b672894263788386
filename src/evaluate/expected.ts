import type { ExpectedQuality } from "../core/quality.js";
import type { Matching } from "./matching.js";
import { scoreInstances } from "./scores.js";

/**
 * True errors for each disagreement, of network with annotation and of network with itself: between the two
 * outer ones in all five pairs of a network and images with truth that it was found on (development rows of
 * two collections of real images, with a network trained well and one stopped early, and a simulated movie):
 * 1.14, 1.19, 1.40, 1.49, 1.65. The annotation is sure of easy nuclei only, and so there are more errors than
 * disagreements.
 */
const errorsPerDisagreement = { low: 0.9, usual: 1.35, high: 1.8 };

/** One image of which some annotation was held back. */
export interface HeldBack {
  /** Its annotation, against what the network finds in it. */
  readonly annotated: Matching;
  /** Nuclei that the network finds in it, those included of which the annotation does not know whether they are. */
  readonly found: number;
  /** What the network finds in it, against what it finds in mirror images of it. */
  readonly flipped: readonly Matching[];
}

/**
 * Estimates the F1 at IoU 0.5 from two disagreements that need no truth.
 *
 * The interval is that of the factor above, widened by the chance of having looked at these images (95 %,
 * from how much they differ) and these objects (95 %, binomial), whichever is more. It cannot know of nuclei
 * that neither annotation nor network ever finds.
 *
 * @returns undefined where nothing was annotated or nothing found
 */
export function expectedQuality(images: readonly HeldBack[]): ExpectedQuality | undefined {
  const [agreement, stability] = agreementsOf(images);
  const counts = images.map(({ annotated }) => annotated.truth.count);
  const objects = counts.reduce((sum, count) => sum + count, 0);
  if (objects === 0 || !Number.isFinite(agreement) || !Number.isFinite(stability)) return undefined;
  const disagreement = 2 - agreement - stability;
  const chance =
    1.96 * Math.max(objectError(disagreement, objects), imageError(images, counts, disagreement));
  const at = (factor: number, by: number): number =>
    Math.min(1, Math.max(0, 1 - factor * Math.max(0, disagreement + by)));
  return {
    f1: at(errorsPerDisagreement.usual, 0),
    low: at(errorsPerDisagreement.high, chance),
    high: at(errorsPerDisagreement.low, -chance),
    agreement,
    stability,
    objects,
  };
}

function agreementsOf(images: readonly HeldBack[]): [agreement: number, stability: number] {
  const f1 = (matchings: readonly Matching[]): number =>
    scoreInstances(matchings, [0.5]).pooled.thresholds[0]!.f1;
  return [f1(images.map(({ annotated }) => annotated)), f1(images.flatMap(({ flipped }) => flipped))];
}

/**
 * Standard error of a share of objects. One is taken for wrong where none was, so that few objects never look
 * perfect.
 */
function objectError(disagreement: number, objects: number): number {
  const share = Math.min(1, disagreement);
  return Math.sqrt(Math.max(share * (1 - share), 1 / objects) / objects);
}

/**
 * Standard error of the mean over images, weighted by their objects; 0 for a single one. Those where nothing
 * is annotated or found tell nothing.
 */
function imageError(images: readonly HeldBack[], counts: readonly number[], mean: number): number {
  const each = images
    .map((image, i) => ({
      value: agreementsOf([image]).reduce((rest, f1) => rest - f1, 2),
      weight: counts[i]!,
    }))
    .filter(({ value, weight }) => weight > 0 && Number.isFinite(value));
  if (each.length < 2) return 0;
  const total = each.reduce((sum, { weight }) => sum + weight, 0);
  const squares = each.reduce((sum, { value, weight }) => sum + ((weight / total) * (value - mean)) ** 2, 0);
  return Math.sqrt((squares * each.length) / (each.length - 1));
}
