import { InvalidInput } from "../core/errors.js";
import type { LabelImage } from "../core/labels.js";

/** Pixels that two label images share, object pair by object pair: only the pairs that touch, never N x M. */
export interface Overlaps {
  /** Pairs, ascending by `a`, then `b`; all three have one entry a pair. */
  readonly a: Int32Array;
  readonly b: Int32Array;
  /** Shared pixels, at least 1. */
  readonly shared: Float64Array;
  /**
   * Pixels per label (index = label; 0 where the label does not occur). Pixels where `a` is negative count in
   * neither.
   */
  readonly areaA: Float64Array;
  readonly areaB: Float64Array;
  /** Pixels per label of `b` where `a` is negative. */
  readonly ignoredB: Float64Array;
}

/**
 * Counts the overlaps of two label images. Pixels where `a` is negative ("unknown") are left out; negative
 * pixels of `b` are background.
 *
 * @throws InvalidInput when the sizes differ
 */
export function countOverlaps(a: LabelImage, b: LabelImage): Overlaps {
  if (a.height !== b.height || a.width !== b.width) {
    throw new InvalidInput(
      "labels",
      `two images of equal size (${a.height} x ${a.width})`,
      `${b.height} x ${b.width}`,
    );
  }
  const areaA = new Float64Array(a.count + 1);
  const areaB = new Float64Array(b.count + 1);
  const ignoredB = new Float64Array(b.count + 1);
  const pairs = new Map<number, number>();
  const stride = b.count + 1;
  // Pixels come in runs of equal pairs, and a map is only asked once a run.
  for (let i = 0; i < a.data.length;) {
    const labelA = a.data[i]!;
    const labelB = b.data[i]!;
    let end = i + 1;
    while (end < a.data.length && a.data[end] === labelA && b.data[end] === labelB) end++;
    const length = end - i;
    i = end;
    if (labelA < 0) {
      if (labelB > 0) ignoredB[labelB]! += length;
      continue;
    }
    if (labelA > 0) areaA[labelA]! += length;
    if (labelB > 0) areaB[labelB]! += length;
    if (labelA > 0 && labelB > 0) {
      const key = labelA * stride + labelB;
      pairs.set(key, (pairs.get(key) ?? 0) + length);
    }
  }
  const keys = Float64Array.from(pairs.keys()).sort();
  return {
    a: Int32Array.from(keys, (key) => Math.floor(key / stride)),
    b: Int32Array.from(keys, (key) => key % stride),
    shared: keys.map((key) => pairs.get(key)!),
    areaA,
    areaB,
    ignoredB,
  };
}
