import { labelImage } from "../core/labels.js";
import { distanceTransform } from "../imgproc/distance.js";
import { median } from "../imgproc/percentile.js";
import { GLOW, type Proposal } from "./propose.js";
import { type Annotation, type Decision, type ObjectTable, objectTable } from "./types.js";

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
  const glow = glowOf(objects);
  const isDoubtful = (label: number): boolean => label > 0 && objects.kept[label - 1] === 0 && glow[label - 1] === 0;
  const offRejected = distanceTransform(Uint8Array.from(candidates, (label) => (isDoubtful(label) ? 0 : 1)), height, width);
  const rim = Math.max(1.5, 0.1 * diameter);
  const margin = Math.max(1, 0.08 * diameter);
  const anyRejected = objects.kept.some((kept, i) => kept === 0 && glow[i] === 0);
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== 0) continue;
    const rejected = anyRejected && offRejected[i]! <= margin;
    // Between a kept and a rejected object the nearer one decides.
    const nearKept = offKept[i]! <= rim && (!rejected || offKept[i]! <= offRejected[i]!);
    if (rejected ? !nearKept || isDoubtful(candidates[i]!) : uncertain[i] === 1 && !nearKept) data[i] = -1;
  }
  return { labels: labelImage(height, width, data), objects, settings: proposal.settings, warnings: warningsOf(proposal, objects.kept) };
}

/** 1 for rejected candidates so much dimmer than the kept ones that they are background: glow, cell bodies, what lies out of focus. */
function glowOf({ kept, intensity }: ObjectTable): Uint8Array {
  const limit = GLOW * median(intensity.filter((_, i) => kept[i] === 1));
  return Uint8Array.from(kept, (k, i) => (k === 0 && intensity[i]! < limit ? 1 : 0));
}

function warningsOf({ warnings, objects }: Proposal, kept: Uint8Array): string[] {
  if (objects.count === 0 || kept.includes(1)) return [...warnings];
  return [...warnings, `None of ${objects.count} candidates is certain enough to be annotated.`];
}
