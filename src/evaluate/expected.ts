import type { ExpectedQuality } from "../core/quality.js";
import type { Matching } from "./matching.js";
import { scoreInstances } from "./scores.js";

/**
 * True errors for each disagreement, of network with annotation and of network with itself: between the two outer ones in all five pairs of a network and
 * images with truth that it was found on (development rows of two collections of real images, with a network trained well and one stopped early, and a
 * simulated movie): 1.14, 1.19, 1.40, 1.49, 1.65. The annotation is sure of easy nuclei only, and so there are more errors than disagreements.
 */
const errorsPerDisagreement = { low: 0.9, usual: 1.35, high: 1.8 };

/**
 * Estimates the F1 at IoU 0.5 from two disagreements that need no truth.
 *
 * The interval is that of the factor above, widened by the chance of having looked at these objects (binomial, 95 %). It cannot know of nuclei that neither
 * annotation nor network ever finds.
 *
 * @param annotated what was held back, against what the network finds there
 * @param flipped what it finds in an image, against what it finds in mirror images of it
 * @returns undefined where nothing was annotated or nothing found
 */
export function expectedQuality(annotated: readonly Matching[], flipped: readonly Matching[]): ExpectedQuality | undefined {
  const f1 = (matchings: readonly Matching[]): number => scoreInstances(matchings, [0.5]).pooled.thresholds[0]!.f1;
  const objects = annotated.reduce((sum, { truth }) => sum + truth.count, 0);
  const [agreement, stability] = [f1(annotated), f1(flipped)];
  if (objects === 0 || !Number.isFinite(agreement) || !Number.isFinite(stability)) return undefined;
  const disagreement = 1 - agreement + (1 - stability);
  const share = Math.min(1, disagreement);
  // One object is taken for wrong where none was, so that few objects never look perfect.
  const chance = 1.96 * Math.sqrt(Math.max(share * (1 - share), 1 / objects) / objects);
  const at = (factor: number, by: number): number => Math.min(1, Math.max(0, 1 - factor * Math.max(0, disagreement + by)));
  return { f1: at(errorsPerDisagreement.usual, 0), low: at(errorsPerDisagreement.high, chance), high: at(errorsPerDisagreement.low, -chance), agreement, stability, objects };
}
