import { labelImage } from "../core/labels.js";
import { nearestLabels } from "../imgproc/grow.js";
import { rescaleLabels } from "../imgproc/rescale.js";
import { median } from "../stats/percentile.js";
import { glowLevel, type Proposal } from "./propose.js";
import { type Annotation, type Decision, type ObjectTable, objectTable } from "./types.js";

/**
 * Labels for training: kept candidates are nuclei; what is brighter than background, and rejected candidates
 * with a margin, is unknown (-1); the rest is background, and so is a rim around the kept nuclei, or a
 * network would never see where one ends.
 *
 * @param decisions one per row of `proposal.objects`
 */
export function labelCandidates(proposal: Proposal, decisions: readonly Decision[]): Annotation {
  const {
    labels: { height, width, data: candidates },
    missing,
    diameter,
  } = proposal;
  const { bright: mask } = proposal;
  const bright = rescaleLabels(mask, 1 / mask.scale, { height, width });
  const objects = objectTable(proposal.objects, decisions);
  const glow = glowOf(objects);
  // The training label of each candidate's pixels. Kept candidates have a number, doubtful ones -1; the others
  // are too dim to be anything but background.
  const trainingLabel = Int32Array.from({ length: objects.count + 1 }, (_, label) =>
    label === 0 || glow[label - 1] === 1 ? 0 : objects.label[label - 1]! || -1,
  );
  const data = new Int32Array(candidates.length);
  // The candidates that are not background.
  const foreground = new Int32Array(candidates.length);
  for (let i = 0; i < data.length; i++) {
    const label = candidates[i]!;
    if (label === 0) continue;
    data[i] = trainingLabel[label]!;
    if (trainingLabel[label] !== 0) foreground[i] = label;
  }
  const rim = Math.max(1.5, 0.1 * diameter);
  const margin = Math.max(1, 0.08 * diameter);
  const { labels: nearest, squared } = nearestLabels(
    { height, width, data: foreground, count: objects.count },
    Math.max(rim, margin),
  );
  for (let i = 0; i < data.length; i++) {
    if (foreground[i]! > 0) continue;
    // Of most pixels nothing is near.
    const near = nearest[i] === 0 ? 0 : trainingLabel[nearest[i]!]!;
    const isRim = near > 0 && squared[i]! <= rim * rim;
    const isMargin = near < 0 && squared[i]! <= margin * margin;
    if (isMargin || (bright[i] === 1 && !isRim) || (missing !== undefined && missing[i] === 1)) data[i] = -1;
  }
  return {
    labels: labelImage(height, width, data),
    objects,
    candidates: proposal.labels,
    settings: proposal.settings,
    warnings: warningsOf(proposal, objects.kept),
  };
}

/**
 * 1 for rejected candidates so much dimmer than the kept ones that they are background: glow, cell bodies,
 * what lies out of focus.
 */
function glowOf({ kept, intensity }: ObjectTable): Uint8Array {
  const limit = glowLevel * median(intensity.filter((_, i) => kept[i] === 1));
  return Uint8Array.from(kept, (k, i) => (k === 0 && intensity[i]! < limit ? 1 : 0));
}

function warningsOf({ warnings, objects, diameter }: Proposal, kept: Uint8Array): string[] {
  if (kept.includes(1)) return [...warnings];
  // Without a diameter the warnings say already why there is none.
  if (objects.count === 0)
    return [...warnings, ...(diameter > 0 ? ["Nothing in the image looks like a nucleus."] : [])];
  return [...warnings, `None of ${objects.count} candidates is certain enough to be annotated.`];
}
