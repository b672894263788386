/** What was changed or confirmed by hand, so that nobody is asked about it again. */
import { childrenOfRow, parentOfRow, type TrackGraph } from "../core/tracks.js";
import type { Edit, LabelEdit, ReviewedFrame, SpotPlace } from "./edits.js";
import { spotFinder } from "./spotfinder.js";

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
  /** Whether an edit is about the nucleus of this row, or one it is linked to; of a place without a row about it. */
  isSpotTouched(of: SpotPlace & { readonly row: number }): boolean;
}

/**
 * What edits touched.
 *
 * @param graph after the edits of tracks, or before them
 */
export function touchedBy({ held, reviewed }: TouchingEdits, graph?: TrackGraph): Touched {
  const labels = touchedLabels(held.flatMap(({ edit }) => (edit.layer === "tracks" ? [] : [edit])));
  const spots = held.flatMap(({ edit }) => (edit.layer === "tracks" ? edit.spots : []));
  const rows = graph === undefined ? new Uint8Array(0) : touchedRows(graph, spots);
  const find = graph === undefined ? () => -1 : spotFinder(graph.nuclei);
  return {
    isReviewed: (layer, frame) => reviewed[layer].has(frame),
    isLabelTouched: (layer, frame, label) => labels.values.has(`${layer} ${frame} ${label}`),
    isPlaceTouched: labels.isPlaceTouched,
    isSpotTouched: (of) => {
      const row = of.row >= 0 ? of.row : find(of);
      return (row >= 0 && rows[row] === 1) || (of.row < 0 && labels.isPlaceTouched("labels", of));
    },
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
    byFrame.set(key, [...(byFrame.get(key) ?? []), edit]);
    for (const { before, after } of edit.patches)
      for (let i = 0; i < before.length; i++)
        if (before[i] !== after[i]) {
          values.add(`${key} ${before[i]}`);
          values.add(`${key} ${after[i]}`);
        }
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

/** 1 for a nucleus that an edit names, and for those that are linked to it. */
function touchedRows(graph: TrackGraph, spots: readonly SpotPlace[]): Uint8Array {
  const touched = new Uint8Array(graph.nuclei.count);
  const find = spotFinder(graph.nuclei);
  const [parents, children] = [parentOfRow(graph), childrenOfRow(graph)];
  for (const spot of spots) {
    const row = find(spot);
    if (row < 0) continue;
    touched[row] = 1;
    if (parents[row]! >= 0) touched[parents[row]!] = 1;
    for (const child of children[row]!) touched[child] = 1;
  }
  return touched;
}
