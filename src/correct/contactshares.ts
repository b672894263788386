/** Which objects touch, and how much. */
import type { LabelImage } from "../core/labels.js";

/**
 * The share of each object's outline that runs along other objects, by label; entry 0 is not used, and a label
 * without pixels has 0. Outlines are edges of pixels, those at the border of the image included.
 */
export function contactShares({ height, width, data, count }: LabelImage): Float64Array {
  const edges = new Float64Array(count + 1);
  const shared = new Float64Array(count + 1);
  const meet = (a: number, b: number): void => {
    if (a === b) return;
    if (a > 0) edges[a]!++;
    if (b > 0) edges[b]!++;
    if (a <= 0 || b <= 0) return;
    shared[a]!++;
    shared[b]!++;
  };
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const label = data[at]!;
      if (x === 0) meet(0, label);
      if (y === 0) meet(0, label);
      meet(label, x === width - 1 ? 0 : data[at + 1]!);
      meet(label, y === height - 1 ? 0 : data[at + width]!);
    }
  }
  return shared.map((n, label) => (edges[label] === 0 ? 0 : n / edges[label]!));
}
