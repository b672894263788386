/** What was changed or confirmed by hand, so that nobody is asked about it again. */
import { childrenOfRow, parentOfRow, type TrackGraph } from "../core/tracks.js";
import type { ReviewItem } from "./doubts.js";
import type { Edit, LabelEdit, LabelPatch, ReviewedFrame, SpotPlace } from "./edits.js";
import { type SpotFinder, spotFinder } from "./spotfinder.js";

/** What users did: parts of `EditLog`. */
export interface TouchingEdits {
  /** Edits that hold. */
  readonly held: readonly { readonly edit: Edit }[];
  /** Frames that were looked through. */
  readonly reviewed: Readonly<Record<ReviewedFrame["layer"], ReadonlySet<number>>>;
}

type LabelLayerName = LabelEdit["layer"];

/** Asks whether something was touched. */
export interface Touched {
  isReviewed(layer: LabelLayerName, frame: number): boolean;
  /** Whether an edit took pixels from a label, or gave it some. */
  isLabelTouched(layer: LabelLayerName, frame: number, label: number): boolean;
  /** Whether the pixel at a place was changed. */
  isPlaceTouched(layer: LabelLayerName, place: SpotPlace): boolean;
  /**
   * Whether an edit names a nucleus that an item of the tracks is about: the one of its row or place, the
   * daughters of a division, the parent of a link. A repair is touched by edits of the mask, too.
   */
  isSpotTouched(item: ReviewItem): boolean;
}

/**
 * What edits touched.
 *
 * @param graph after the edits of tracks, or before them
 */
export function touchedBy({ held, reviewed }: TouchingEdits, graph?: TrackGraph): Touched {
  const labels = touchedLabels(held.flatMap(({ edit }) => (edit.layer === "tracks" ? [] : [edit])));
  const spots = held.flatMap(({ edit }) => (edit.layer === "tracks" ? edit.spots : []));
  return {
    isReviewed: (layer, frame) => reviewed[layer].has(frame),
    isLabelTouched: (layer, frame, label) =>
      labels.values.size > 0 && labels.values.has(`${layer} ${frame} ${label}`),
    isPlaceTouched: labels.isPlaceTouched,
    isSpotTouched: isSpotTouched(graph, spots, labels),
  };
}

function isSpotTouched(
  graph: TrackGraph | undefined,
  spots: readonly SpotPlace[],
  { isPlaceTouched }: TouchedLabels,
): Touched["isSpotTouched"] {
  if (graph === undefined) return () => false;
  const find = spotFinder(graph.nuclei);
  const named = namedRows(graph, find, spots);
  const [parents, children] = [parentOfRow(graph), childrenOfRow(graph)];
  return (item) => {
    const row = item.row < 0 ? find(item) : item.row;
    if (item.kind === "repair" && isPlaceTouched("labels", item)) return true;
    if (row < 0) return false;
    const others = item.kind === "division" ? children[row]! : item.kind === "link" ? [parents[row]!] : [];
    return [row, ...others].some((about) => named[about] === 1);
  };
}

interface TouchedLabels extends Pick<Touched, "isPlaceTouched"> {
  /** Layer, frame and label, of each. */
  readonly values: ReadonlySet<string>;
}

function touchedLabels(edits: readonly LabelEdit[]): TouchedLabels {
  const values = new Set<string>();
  const byFrame = new Map<string, LabelEdit[]>();
  for (const edit of edits) {
    const key = `${edit.layer} ${edit.frame}`;
    const known = byFrame.get(key);
    if (known === undefined) byFrame.set(key, [edit]);
    else known.push(edit);
    for (const patch of edit.patches) for (const label of changedLabels(patch)) values.add(`${key} ${label}`);
  }
  const isPlaceTouched = (layer: LabelLayerName, { frame, y, x }: SpotPlace): boolean =>
    (byFrame.get(`${layer} ${frame}`) ?? []).some(({ patches }) =>
      patches.some((patch) => {
        const [row, column] = [Math.round(y) - patch.y, Math.round(x) - patch.x];
        const at = row * patch.width + column;
        const isWithin = row >= 0 && column >= 0 && row < patch.height && column < patch.width;
        return isWithin && patch.before[at] !== patch.after[at];
      }),
    );
  return { values, isPlaceTouched };
}

/** Values that a patch takes from pixels, or gives them. */
function changedLabels({ before, after }: LabelPatch): Set<number> {
  const labels = new Set<number>();
  for (let i = 0; i < before.length; i++) {
    if (before[i] === after[i]) continue;
    // Pixels come in runs of equal changes.
    if (i > 0 && before[i] === before[i - 1] && after[i] === after[i - 1]) continue;
    labels.add(before[i]!).add(after[i]!);
  }
  return labels;
}

/** 1 for a nucleus that an edit names. */
function namedRows(graph: TrackGraph, find: SpotFinder, spots: readonly SpotPlace[]): Uint8Array {
  const named = new Uint8Array(graph.nuclei.count);
  for (const row of spots.map(find)) if (row >= 0) named[row] = 1;
  return named;
}
