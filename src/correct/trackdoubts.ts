/** What is doubtful of tracks; see `reviewqueue.ts` for the numbers. */
import { childrenOfRow, parentOfRow } from "../core/tracks.js";
import { percent, plainNumber } from "../core/wording.js";
import { equivalentDiameter } from "../imgproc/regions.js";
import type { DoubtKind, ReviewedTracks, ReviewItem } from "./doubts.js";

/** The chance of what nothing is known of. */
const evenChance = 0.5;

/** Of a nucleus, or of a place without one (row -1). */
type Of = Pick<ReviewItem, "frame" | "y" | "x" | "label" | "row">;

const doubtOf = (of: Of, kind: DoubtKind, doubt: number, reason: string): ReviewItem => ({
  layer: "tracks",
  kind,
  ...of,
  doubt,
  reason,
});

/** The doubts of tracks, in no order. */
export function trackDoubts(tracks: ReviewedTracks): ReviewItem[] {
  const { nuclei } = tracks.graph;
  const parents = parentOfRow(tracks.graph);
  const children = childrenOfRow(tracks.graph);
  const doubts: ReviewItem[] = (tracks.repairs ?? []).map(({ kind, frame, y, x }) =>
    doubtOf({ frame, y, x, label: 0, row: -1 }, "repair", evenChance, `The mask was repaired: ${kind}.`),
  );
  for (let row = 0; row < nuclei.count; row++) {
    const of = {
      frame: nuclei.frame[row]!,
      y: nuclei.y[row]!,
      x: nuclei.x[row]!,
      label: nuclei.label[row]!,
      row,
    };
    if (children[row]!.length > 1) doubts.push(divisionDoubt(of, tracks.probabilities.get(row) ?? NaN));
    const margin = tracks.margins?.[row] ?? NaN;
    if (parents[row]! >= 0 && !Number.isNaN(margin)) doubts.push(linkDoubt(of, margin));
    if (!isInside(tracks, row)) continue;
    if (parents[row]! < 0 && of.frame > 0)
      doubts.push(doubtOf(of, "start", evenChance, "A track begins here, away from the border."));
    if (children[row]!.length === 0 && of.frame < tracks.graph.frames - 1)
      doubts.push(doubtOf(of, "end", evenChance, "A track ends here, away from the border."));
  }
  return doubts;
}

const divisionDoubt = (of: Of, probability: number): ReviewItem =>
  Number.isNaN(probability)
    ? doubtOf(of, "division", evenChance, "A division without a probability.")
    : doubtOf(of, "division", 1 - probability, `A division with a probability of ${percent(probability)}.`);

const linkDoubt = (of: Of, margin: number): ReviewItem =>
  doubtOf(
    of,
    "link",
    1 / (1 + Math.exp(margin)),
    `Its link is ${plainNumber(Math.exp(margin), 2)} times as likely as the best solution without it.`,
  );

/** Whether a nucleus is farther than its diameter from the border, so that it can hardly have crossed it. */
function isInside({ graph: { nuclei }, height, width }: ReviewedTracks, row: number): boolean {
  const [y, x] = [nuclei.y[row]!, nuclei.x[row]!];
  const distance = Math.min(y, x, height - 1 - y, width - 1 - x);
  return nuclei.touchesEdge[row] === 0 && distance > equivalentDiameter(nuclei.area[row]!);
}
