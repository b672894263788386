import type { LabelImage } from "../core/labels.js";
import { squaredDistance } from "./distance.js";

/**
 * Grows every label into the background by at most `distance` px: each background pixel takes the label of the nearest labelled pixel,
 * the smallest label where several are equally near. Hence no label crosses into another, and the result does not depend on the order
 * of the pixels. -1 counts as background.
 *
 * @returns height x width labels; 0 where no label is within reach
 * Source: skimage.segmentation.expand_labels, which leaves ties to its distance transform.
 */
export function growLabels(labels: LabelImage, distance: number): Int32Array {
  const { height, width, data, count } = labels;
  const out = new Int32Array(data.length);
  if (count === 0) return out;
  const background = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) {
    if (data[i]! > 0) out[i] = data[i]!;
    else background[i] = 1;
  }
  const squared = squaredDistance(background, height, width);
  const limit = Math.floor(distance * distance + 1e-9);
  const rings = ringsUpTo(limit);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const d = squared[y * width + x]!;
      if (d === 0 || d > limit) continue;
      // The nearest labels lie exactly that far away: only the few offsets of that length need a look.
      let best = count + 1;
      for (let k = rings.first[d]!; k < rings.first[d + 1]!; k++) {
        const v = y + rings.dy[k]!;
        const u = x + rings.dx[k]!;
        if (v < 0 || v >= height || u < 0 || u >= width) continue;
        const label = data[v * width + u]!;
        if (label > 0 && label < best) best = label;
      }
      out[y * width + x] = best;
    }
  }
  return out;
}

/** All integer offsets, grouped by squared length: those of length² d are `first[d]` to `first[d + 1]` (exclusive). */
interface Rings {
  readonly first: Int32Array;
  readonly dy: Int32Array;
  readonly dx: Int32Array;
}

function ringsUpTo(limit: number): Rings {
  const radius = Math.floor(Math.sqrt(limit));
  const offsets: { dy: number; dx: number; d: number }[] = [];
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      const d = dy * dy + dx * dx;
      if (d <= limit) offsets.push({ dy, dx, d });
    }
  }
  offsets.sort((a, b) => a.d - b.d);
  const first = new Int32Array(limit + 2);
  for (const { d } of offsets) first[d + 1]!++;
  for (let d = 0; d <= limit; d++) first[d + 1]! += first[d]!;
  return { first, dy: Int32Array.from(offsets, (o) => o.dy), dx: Int32Array.from(offsets, (o) => o.dx) };
}
