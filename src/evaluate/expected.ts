import type { ExpectedQuality } from "../core/quality.js";
import type { Matching } from "./matching.js";
import { scoreInstances } from "./scores.js";

/** Objects of two label images, and how many of them are the same at IoU 0.5. */
export interface AgreementCounts {
  readonly truth: number;
  readonly predicted: number;
  readonly matched: number;
}

/** How many objects of two label images are the same. */
export function agreementCounts(matching: Matching): AgreementCounts {
  const { tp } = scoreInstances([matching], [0.5]).pooled.thresholds[0]!;
  return { truth: matching.truth.count, predicted: matching.predicted.count, matched: tp };
}

/**
 * Errors against the truth, 1 - F1 at IoU 0.5, for each disagreement of the network with the annotation and with
 * itself, and for each nucleus that it finds where the annotation does not know: the annotation is sure of easy nuclei
 * only, and what it does not know is hard. Fitted to acquisitions of the Data Science Bowl, `node bench/expected.js`.
 */
export const errorsPer = { disagreement: 1.2, unknown: 0.45 };

/**
 * By how much F1 differs from the estimate beyond chance, in 95 % of those acquisitions, each left out of the fit that
 * judges it.
 */
const spread = 0.13;

/** One image of which some annotation was held back. */
export interface HeldBack {
  /** Its annotation, against what the network finds in it. */
  readonly annotated: AgreementCounts;
  /** Nuclei that the network finds in it, away from its border, */
  readonly found: number;
  /** and how many of these lie where the annotation does not know. */
  readonly unknown: number;
  /** What the network finds in it, against what it finds in mirror images of it. */
  readonly flipped: readonly AgreementCounts[];
}

/**
 * Estimates the F1 at IoU 0.5 from what needs no truth: two disagreements, and the share of what is found of which the
 * annotation does not know whether they are nuclei.
 *
 * The interval is the spread above, widened by the chance of having looked at these images (95 %, from how much they
 * differ) and these objects (95 %, binomial), whichever is more. It cannot know of nuclei that neither annotation nor
 * network ever finds.
 *
 * @param errors see `errorsPer`
 * @returns undefined where nothing was annotated or nothing found
 */
export function expectedQuality(
  images: readonly HeldBack[],
  errors = errorsPer,
): ExpectedQuality | undefined {
  const [agreement, stability] = agreementsOf(images);
  const counts = images.map(({ annotated }) => annotated.truth);
  const objects = counts.reduce((sum, count) => sum + count, 0);
  if (objects === 0 || !Number.isFinite(agreement) || !Number.isFinite(stability)) return undefined;
  const disagreement = 2 - agreement - stability;
  const found = images.reduce((sum, image) => sum + image.found, 0);
  const unsure = images.reduce((sum, image) => sum + image.unknown, 0);
  const unknown = found === 0 ? 0 : unsure / found;
  const wrong = errors.disagreement * disagreement + errors.unknown * unknown;
  const chance =
    1.96 * Math.max(objectError(disagreement, objects), imageError(images, counts, disagreement));
  const width = Math.hypot(spread, chance);
  const at = (value: number): number => Math.min(1, Math.max(0, value));
  return {
    f1: at(1 - wrong),
    low: at(1 - wrong - width),
    high: at(1 - wrong + width),
    agreement,
    stability,
    unknown,
    objects,
  };
}

function agreementsOf(images: readonly HeldBack[]): [agreement: number, stability: number] {
  return [f1Of(images.map(({ annotated }) => annotated)), f1Of(images.flatMap(({ flipped }) => flipped))];
}

/** F1 of pooled counts; NaN where there is nothing. */
function f1Of(counts: readonly AgreementCounts[]): number {
  const sum = (key: keyof AgreementCounts): number => counts.reduce((total, one) => total + one[key], 0);
  return (2 * sum("matched")) / (sum("truth") + sum("predicted"));
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
