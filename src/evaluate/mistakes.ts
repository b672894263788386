import { matchesAt, type Matching, type ObjectList } from "./matching.js";

/** An object that a score counts against the prediction, with what it takes to find it on the image. */
export interface ErrorObject {
  /** Index of the image in the list given. */
  readonly image: number;
  /** Label in the truth (missed, split) or in the prediction (spurious, merge). */
  readonly label: number;
  /** Centroid, px. */
  readonly y: number;
  readonly x: number;
  readonly area: number;
  /** Largest IoU with any object of the other side, 0 when none is touched. */
  readonly bestIou: number;
  /**
   * Labels of the objects of the other side: the pieces of a split, the parts of a merge, else the one of
   * `bestIou`, if any.
   */
  readonly partners: readonly number[];
}

/** What went wrong with objects, by kind. */
export interface InstanceErrors {
  /** True objects that hold two or more predicted objects, each by more than half of its own area. */
  readonly splits: readonly ErrorObject[];
  /** Predicted objects that hold two or more true objects, each by more than half of its own area. */
  readonly merges: readonly ErrorObject[];
  /**
   * All unmatched true objects (fn of them). `bestIou` tells the absent (0) from those whose outline is off.
   */
  readonly missed: readonly ErrorObject[];
  /** All unmatched predicted objects (fp of them). */
  readonly spurious: readonly ErrorObject[];
}

/**
 * Lists the errors behind the counts. An object can be in two lists: a nucleus cut into two halves is missed
 * at IoU 0.6 because it was split.
 *
 * @param threshold IoU of a match
 */
export function listErrors(matchings: readonly Matching[], threshold = 0.5): InstanceErrors {
  const out = {
    splits: [] as ErrorObject[],
    merges: [] as ErrorObject[],
    missed: [] as ErrorObject[],
    spurious: [] as ErrorObject[],
  };
  matchings.forEach((matching, image) => {
    const truth = sideOf(
      matching.truth,
      matching.predicted,
      matching.pairTruth,
      matching.pairPredicted,
      matching,
    );
    const predicted = sideOf(
      matching.predicted,
      matching.truth,
      matching.pairPredicted,
      matching.pairTruth,
      matching,
    );
    const partner = matchesAt(matching, threshold);
    const used = new Set(partner);
    for (let row = 0; row < matching.truth.count; row++) {
      if (truth.held[row]!.length > 1)
        out.splits.push(entry(image, matching.truth, row, truth, truth.held[row]!));
      if (partner[row]! < 0) out.missed.push(entry(image, matching.truth, row, truth, truth.best[row]!));
    }
    for (let row = 0; row < matching.predicted.count; row++) {
      if (predicted.held[row]!.length > 1)
        out.merges.push(entry(image, matching.predicted, row, predicted, predicted.held[row]!));
      if (!used.has(row))
        out.spurious.push(entry(image, matching.predicted, row, predicted, predicted.best[row]!));
    }
  });
  return out;
}

interface Side {
  /** Per row: labels of the objects of the other side that lie inside by more than half. */
  readonly held: readonly (readonly number[])[];
  /** Per row: the label of the largest IoU, or none. */
  readonly best: readonly (readonly number[])[];
  readonly bestIou: Float64Array;
}

function sideOf(
  own: ObjectList,
  other: ObjectList,
  ownRow: Int32Array,
  otherRow: Int32Array,
  matching: Matching,
): Side {
  const held: number[][] = Array.from({ length: own.count }, () => []);
  const best: number[][] = Array.from({ length: own.count }, () => []);
  const bestIou = new Float64Array(own.count);
  matching.iou.forEach((iou, k) => {
    const row = ownRow[k]!;
    const label = other.label[otherRow[k]!]!;
    if (matching.shared[k]! > other.area[otherRow[k]!]! / 2) held[row]!.push(label);
    if (iou <= bestIou[row]!) return;
    bestIou[row] = iou;
    best[row] = [label];
  });
  return { held, best, bestIou };
}

const entry = (
  image: number,
  list: ObjectList,
  row: number,
  side: Side,
  partners: readonly number[],
): ErrorObject => ({
  image,
  label: list.label[row]!,
  y: list.y[row]!,
  x: list.x[row]!,
  area: list.area[row]!,
  bestIou: side.bestIou[row]!,
  partners,
});
