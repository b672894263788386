/**
 * What is worth looking at first.
 *
 * `doubt`, 0..1, is the chance that what is there now is wrong, as far as a number says so:
 *
 * - annotation, kept: 1 - certainty; rejected: the certainty. The limit lies between, so that both are largest
 * near it.
 * - labels, score of the network: 1 - score; size: by what share the smaller of area and median falls short of
 * the larger, if it is less than half of it; contact: the share of the outline that runs along other objects.
 * - tracks, division: 1 - probability; link: 1 / (1 + e^margin), the chance of the second best solution.
 * - where nothing but a contradiction is known, an even chance (0.5): repairs, where network and time disagree;
 * tracks that begin or end where no nucleus can come or go; divisions without a probability.
 *
 * What was edited, confirmed or lies in a frame that was looked through is left out.
 */
import type { Nuclei } from "../core/nuclei.js";
import { percent, plainNumber } from "../core/wording.js";
import { median } from "../stats/percentile.js";
import type { DoubtKind, ReviewedCandidates, ReviewedLabels, ReviewItem, ReviewTables } from "./doubts.js";
import { layers } from "./edits.js";
import { trackDoubts } from "./trackdoubts.js";
import { touchedBy, type Touched, type TouchingEdits } from "./touched.js";

/**
 * All that is doubtful, the most doubtful first; of equal doubt by layer, frame and place. An object or nucleus
 * comes once, with the largest of its doubts.
 *
 * @param edits those that hold, and frames that were looked through
 * @param least doubt that is worth a look; 0 is none at all. Default 0.01: of a hundred such, one is wrong
 */
export function reviewQueue(tables: ReviewTables, edits: TouchingEdits, least = 0.01): ReviewItem[] {
  const touched = touchedBy(edits, tables.tracks?.graph);
  const items = [
    ...(tables.annotation === undefined ? [] : candidateDoubts(tables.annotation)),
    ...(tables.labels === undefined ? [] : labelDoubts(tables.labels)),
    ...(tables.tracks === undefined ? [] : trackDoubts(tables.tracks)),
  ];
  const open = items.filter((item) => item.doubt > 0 && item.doubt >= least && !isSettled(item, touched));
  return largestOfEach(open).sort(
    (a, b) =>
      b.doubt - a.doubt ||
      layers.indexOf(a.layer) - layers.indexOf(b.layer) ||
      a.frame - b.frame ||
      a.y - b.y ||
      a.x - b.x ||
      (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : a.row - b.row),
  );
}

function isSettled(item: ReviewItem, touched: Touched): boolean {
  if (item.layer === "tracks") return touched.isSpotTouched(item);
  if (touched.isReviewed(item.layer, item.frame)) return true;
  return item.kind === "rejected"
    ? touched.isPlaceTouched(item.layer, item)
    : touched.isLabelTouched(item.layer, item.frame, item.label);
}

function largestOfEach(items: readonly ReviewItem[]): ReviewItem[] {
  const best = new Map<number, ReviewItem>();
  items.forEach((item, i) => {
    // A repair is no object of a table. Numbers, since texts for each of 100,000 nuclei take their time.
    const key = item.row < 0 ? -1 - i : item.row * layers.length + layers.indexOf(item.layer);
    const known = best.get(key);
    if (known === undefined || item.doubt > known.doubt) best.set(key, item);
  });
  return [...best.values()];
}

function candidateDoubts(table: ReviewedCandidates): ReviewItem[] {
  return Array.from({ length: table.count }, (_, row): ReviewItem => {
    const [score, isKept] = [table.score[row]!, table.kept[row] === 1];
    const reason = isKept
      ? `It was kept with a certainty of ${plainNumber(score, 2)}.`
      : `It was rejected: ${table.reason[row]!}.`;
    return {
      layer: "annotation",
      kind: isKept ? "kept" : "rejected",
      frame: table.frame[row]!,
      y: table.y[row]!,
      x: table.x[row]!,
      label: isKept ? table.label[row]! : table.candidate[row]!,
      row,
      doubt: isKept ? 1 - score : score,
      reason,
    };
  });
}

/** Less than this share of the median, or more than its inverse, is an odd size. */
const oddShare = 0.5;

function labelDoubts({ nuclei, contact }: ReviewedLabels): ReviewItem[] {
  const usual = usualAreas(nuclei);
  return Array.from({ length: nuclei.count }, (_, row) => row).flatMap((row): ReviewItem[] => {
    const doubt = (kind: DoubtKind, value: number, reason: string): ReviewItem => ({
      layer: "labels",
      kind,
      frame: nuclei.frame[row]!,
      y: nuclei.y[row]!,
      x: nuclei.x[row]!,
      label: nuclei.label[row]!,
      row,
      doubt: value,
      reason,
    });
    const score = nuclei.score[row]!;
    const ratio = nuclei.area[row]! / usual.get(nuclei.frame[row]!)!;
    const share = Math.min(ratio, 1 / ratio);
    const along = contact?.[row] ?? 0;
    const isOdd = share < oddShare && nuclei.touchesEdge[row] === 0;
    return [
      ...(score < 1 ? [doubt("score", 1 - score, `The network's score is ${plainNumber(score, 2)}.`)] : []),
      ...(isOdd
        ? [doubt("size", 1 - share, `Its area is ${plainNumber(ratio, 2)} times the usual one.`)]
        : []),
      ...(along > 0 ? [doubt("contact", along, `${percent(along)} of its outline touches others.`)] : []),
    ];
  });
}

/** Median area by frame. */
function usualAreas({ frame, area }: Nuclei): Map<number, number> {
  const areas = new Map<number, number[]>();
  frame.forEach((t, row) => {
    const known = areas.get(t);
    if (known === undefined) areas.set(t, [area[row]!]);
    else known.push(area[row]!);
  });
  return new Map([...areas].map(([t, list]) => [t, median(list)]));
}
