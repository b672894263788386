import { medianInPlace } from "../stats/percentile.js";

/** Heights by label: those of label k are values[first[k]] to values[first[k + 1]] (exclusive). */
interface HeightsByLabel {
  readonly first: Int32Array;
  readonly values: Float32Array;
}

function heightsByLabel(labels: Int32Array, heights: Float32Array): HeightsByLabel {
  let count = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i]! > count) count = labels[i]!;
  const first = new Int32Array(count + 2);
  for (let i = 0; i < labels.length; i++) if (labels[i]! > 0) first[labels[i]! + 1]!++;
  for (let label = 1; label <= count + 1; label++) first[label]! += first[label - 1]!;
  const values = new Float32Array(first[count + 1]!);
  const next = first.slice();
  for (let i = 0; i < labels.length; i++) if (labels[i]! > 0) values[next[labels[i]!]!++] = heights[i]!;
  return { first, values };
}

/** Median height of each label; 0 for entry 0 and for labels without pixels. */
export function coreHeights(labels: Int32Array, heights: Float32Array): Float64Array {
  const { first, values } = heightsByLabel(labels, heights);
  return Float64Array.from({ length: first.length - 1 }, (_, label) => {
    const count = first[label + 1]! - first[label]!;
    return count === 0 ? 0 : medianInPlace(values.subarray(first[label]), count);
  });
}

/**
 * Takes off what lies below `fraction` of each object's own median height, in place. Repeated, since the
 * median rises with each cut until it is that of the object without its surroundings.
 */
export function cutAtPeakFraction(labels: Int32Array, heights: Float32Array, fraction: number): void {
  const { first, values } = heightsByLabel(labels, heights);
  const minimum = new Float64Array(first.length);
  for (let label = 1; label < first.length - 1; label++) {
    const heightsOfLabel = values.subarray(first[label], first[label + 1]);
    let count = heightsOfLabel.length;
    for (let pass = 0; pass < 3 && count > 0; pass++) {
      minimum[label] = fraction * medianInPlace(heightsOfLabel, count);
      count = keepFrom(heightsOfLabel, count, minimum[label]!);
    }
  }
  for (let i = 0; i < labels.length; i++)
    if (labels[i]! > 0 && heights[i]! < minimum[labels[i]!]!) labels[i] = 0;
}

/** Moves the values of at least `minimum` to the front. @returns their number */
function keepFrom(values: Float32Array, count: number, minimum: number): number {
  let kept = 0;
  for (let i = 0; i < count; i++) if (values[i]! >= minimum) values[kept++] = values[i]!;
  return kept;
}
