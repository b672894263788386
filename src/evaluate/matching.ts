import { maximumLinks } from "../assignment/sparse.js";
import { InvalidInput } from "../core/errors.js";
import { idOf, type LabelImage } from "../core/labels.js";
import { countOverlaps } from "../imgproc/overlaps.js";

/** The objects of one image that count in a score, one row an object, by ascending label. */
export interface ObjectList {
  readonly count: number;
  /** The values of the label file; see `LabelImage.ids`. */
  readonly label: Int32Array;
  /** Pixels outside the ignored region. */
  readonly area: Float64Array;
  /** Centroid of those pixels, px; the centre of the top left pixel is (0, 0). */
  readonly y: Float64Array;
  readonly x: Float64Array;
}

/** Everything that scores need to know of one image: the objects of both sides and the pairs that overlap. */
export interface Matching {
  readonly truth: ObjectList;
  readonly predicted: ObjectList;
  /**
   * Overlapping pairs: row of `truth`, row of `predicted`, shared pixels, and IoU in (0, 1]; by truth row,
   * then predicted row.
   */
  readonly pairTruth: Int32Array;
  readonly pairPredicted: Int32Array;
  readonly shared: Float64Array;
  readonly iou: Float64Array;
  /** Pixels of both foregrounds, and pixels where they agree; ignored pixels left out. */
  readonly truthPixels: number;
  readonly predictedPixels: number;
  readonly sharedPixels: number;
}

/**
 * Compares a predicted label image to the truth. Pixels where the truth is -1 are ignored; a predicted object
 * that lies there by more than half and touches no true object is left out, for nobody knows whether it is
 * right.
 *
 * @throws InvalidInput when the sizes differ
 */
export function matchInstances(truth: LabelImage, predicted: LabelImage): Matching {
  const overlaps = countOverlaps(truth, predicted);
  const { areaA, areaB, ignoredB, shared } = overlaps;
  const touches = new Uint8Array(areaB.length);
  for (const label of overlaps.b) touches[label] = 1;
  const excluded = areaB.map((area, label) =>
    area === 0 || (touches[label] === 0 && ignoredB[label]! > area) ? 0 : area,
  );
  const truthObjects = listObjects(truth, truth, areaA);
  const predictedObjects = listObjects(predicted, truth, excluded);
  const iou = shared.map((n, k) => n / (areaA[overlaps.a[k]!]! + areaB[overlaps.b[k]!]! - n));
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  return {
    truth: truthObjects.list,
    predicted: predictedObjects.list,
    shared,
    iou,
    pairTruth: overlaps.a.map((label) => truthObjects.rowOf[label]!),
    pairPredicted: overlaps.b.map((label) => predictedObjects.rowOf[label]!),
    truthPixels: sum(areaA),
    predictedPixels: sum(excluded),
    sharedPixels: sum(shared),
  };
}

/**
 * The matching of a prediction of which only the first objects are left: those of labels up to `last`, which
 * are the values of the file. The others become background.
 */
export function firstObjects(matching: Matching, last: number): Matching {
  const { predicted, pairPredicted } = matching;
  const beyond = predicted.label.findIndex((label) => label > last);
  const count = beyond < 0 ? predicted.count : beyond;
  const among = <T extends Int32Array | Float64Array>(values: T): T =>
    values.filter((_, k) => pairPredicted[k]! < count) as T;
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  const area = predicted.area.subarray(0, count);
  const shared = among(matching.shared);
  return {
    ...matching,
    predicted: {
      count,
      label: predicted.label.subarray(0, count),
      area,
      y: predicted.y.subarray(0, count),
      x: predicted.x.subarray(0, count),
    },
    pairTruth: among(matching.pairTruth),
    pairPredicted: among(pairPredicted),
    shared,
    iou: among(matching.iou),
    predictedPixels: sum(area),
    sharedPixels: sum(shared),
  };
}

/** The objects whose area is not 0. `ignore` tells by negative values which pixels do not count. */
function listObjects(
  labels: LabelImage,
  ignore: LabelImage,
  area: Float64Array,
): { list: ObjectList; rowOf: Int32Array } {
  const label = Int32Array.from(area.keys()).filter((l) => area[l]! > 0);
  const rowOf = new Int32Array(area.length).fill(-1);
  label.forEach((l, row) => (rowOf[l] = row));
  const y = new Float64Array(label.length);
  const x = new Float64Array(label.length);
  for (let i = 0, at = 0; i < labels.height; i++) {
    for (let j = 0; j < labels.width; j++, at++) {
      const l = labels.data[at]!;
      if (l <= 0 || ignore.data[at]! < 0 || rowOf[l]! < 0) continue;
      y[rowOf[l]!]! += i;
      x[rowOf[l]!]! += j;
    }
  }
  const areas = Float64Array.from(label, (l) => area[l]!);
  areas.forEach((n, row) => {
    y[row]! /= n;
    x[row]! /= n;
  });
  const ids = label.map((l) => idOf(labels, l));
  return { list: { count: label.length, label: ids, area: areas, y, x }, rowOf };
}

/**
 * One-to-one matches of IoU `threshold` or more: the row of `predicted` for each row of `truth`, or -1.
 *
 * Two objects cannot both share more than half of a third, so above 0.5 every such pair is a match of its
 * own. At 0.5 (two halves of one nucleus) and below, rivals are possible: most matches, then largest total
 * IoU, by exact assignment.
 *
 * @param threshold above 0, at most 1
 * @throws InvalidInput when the threshold is out of range
 */
export function matchesAt(matching: Matching, threshold: number): Int32Array {
  if (!(threshold > 0 && threshold <= 1))
    throw new InvalidInput("threshold", "an IoU above 0, at most 1", String(threshold));
  const enough: number[] = [];
  matching.iou.forEach((value, k) => {
    if (value >= threshold) enough.push(k);
  });
  const row = Int32Array.from(enough, (k) => matching.pairTruth[k]!);
  const column = Int32Array.from(enough, (k) => matching.pairPredicted[k]!);
  if (threshold <= 0.5) {
    const gain = Float64Array.from(enough, (k) => matching.iou[k]!);
    return maximumLinks(matching.truth.count, matching.predicted.count, { row, column, gain });
  }
  const partner = new Int32Array(matching.truth.count).fill(-1);
  row.forEach((truth, k) => (partner[truth] = column[k]!));
  return partner;
}

/** IoU of each match of `matchesAt`; 0 where there is none. */
export function matchedIou(matching: Matching, partner: Int32Array): Float64Array {
  const out = new Float64Array(partner.length);
  matching.iou.forEach((value, k) => {
    if (partner[matching.pairTruth[k]!] === matching.pairPredicted[k]) out[matching.pairTruth[k]!] = value;
  });
  return out;
}
