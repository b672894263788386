import { labelImage } from "../core/labels.js";
import { distanceTransform } from "../imgproc/distance.js";
import type { Proposal } from "./propose.js";
import { type Annotation, type Decision, objectTable } from "./types.js";

/**
 * Labels for training: kept candidates are nuclei; what is brighter than background, and rejected candidates with a margin, is unknown (-1);
 * the rest is background, and so is a rim around the kept nuclei, or a network would never see where one ends.
 *
 * @param decisions one per row of `proposal.objects`
 */
export function composeAnnotation(proposal: Proposal, decisions: readonly Decision[]): Annotation {
  const { labels: { height, width, data: candidates }, uncertain, diameter } = proposal;
  const objects = objectTable(proposal.objects, decisions);
  const data = candidates.map((label) => (label > 0 ? objects.label[label - 1]! : 0));
  const offKept = distanceTransform(Uint8Array.from(data, (label) => (label > 0 ? 0 : 1)), height, width);
  const offRejected = distanceTransform(Uint8Array.from(data, (label, i) => (label === 0 && candidates[i]! > 0 ? 0 : 1)), height, width);
  const rim = Math.max(1.5, 0.1 * diameter);
  const margin = Math.max(1, 0.08 * diameter);
  const anyRejected = objects.kept.includes(0);
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== 0) continue;
    const rejected = anyRejected && offRejected[i]! <= margin;
    // Between a kept and a rejected object the nearer one decides.
    const nearKept = offKept[i]! <= rim && (!rejected || offKept[i]! <= offRejected[i]!);
    if (rejected ? !nearKept || candidates[i]! > 0 : uncertain[i] === 1 && !nearKept) data[i] = -1;
  }
  return { labels: labelImage(height, width, data), objects, settings: proposal.settings, warnings: warningsOf(proposal, objects.kept) };
}

function warningsOf({ warnings, objects }: Proposal, kept: Uint8Array): string[] {
  if (objects.count === 0 || kept.includes(1)) return [...warnings];
  return [...warnings, `None of ${objects.count} candidates is certain enough to be annotated.`];
}
