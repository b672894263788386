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
  const glow = glowOf(objects);
  // Per candidate, and entry 0 for the background: rejected, and too bright to be background.
  const doubtful = Uint8Array.from({ length: objects.count + 1 }, (_, label) => (label > 0 && objects.kept[label - 1] === 0 && glow[label - 1] === 0 ? 1 : 0));
  const notKept = new Uint8Array(data.length);
  const notDoubtful = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) {
    if (data[i] === 0) notKept[i] = 1;
    if (doubtful[candidates[i]!] === 0) notDoubtful[i] = 1;
  }
  const offKept = distanceTransform(notKept, height, width);
  const offDoubtful = distanceTransform(notDoubtful, height, width);
  const rim = Math.max(1.5, 0.1 * diameter);
  const margin = Math.max(1, 0.08 * diameter);
  const anyDoubtful = doubtful.includes(1);
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== 0) continue;
    const near = anyDoubtful && offDoubtful[i]! <= margin;
    // Between a kept and a doubtful object the nearer one decides.
    const inRim = offKept[i]! <= rim && (!near || offKept[i]! <= offDoubtful[i]!);
    if (near ? !inRim || notDoubtful[i] === 0 : uncertain[i] === 1 && !inRim) data[i] = -1;
  }
  return { labels: labelImage(height, width, data), objects, candidates: proposal.labels, settings: proposal.settings, warnings: warningsOf(proposal, objects.kept) };
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
