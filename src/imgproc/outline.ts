import type { LabelImage } from "../core/labels.js";

/**
 * The outlines of all objects, for overlays: pixels of an object with a neighbour over an edge (4) that is
 * not of that object. The border of the image is no outline.
 *
 * @returns height x width, 0 or 1
 * Source: equals skimage.segmentation.find_boundaries (mode "inner", connectivity 1).
 */
export function outlineMask(labels: LabelImage): Uint8Array {
  const { height, width, data } = labels;
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const label = data[i]!;
      if (label <= 0) continue;
      const inside =
        (x === 0 || data[i - 1] === label) &&
        (x + 1 === width || data[i + 1] === label) &&
        (y === 0 || data[i - width] === label) &&
        (y + 1 === height || data[i + width] === label);
      if (!inside) out[i] = 1;
    }
  }
  return out;
}
