import type { LabelImage } from "../core/labels.js";
import { distanceTransform } from "../imgproc/distance.js";
import { boundingBoxes } from "../imgproc/regions.js";

/**
 * What the network is to say on each pixel: the distance to the border of its object, divided by the largest
 * such distance in that object.
 *
 * The border of the image is not a border of the object: a nucleus cut by it looks as it would in a larger
 * image. An object that fills the whole image gets 1 everywhere.
 *
 * @param labels any label <= 0 gives 0
 * @returns height x width, 0..1, 1 at the innermost pixel of each object
 * Source: `edt_prob` of stardist 0.9.
 */
export function edtProbability(labels: LabelImage): Float32Array {
  const { height, width, data } = labels;
  const out = new Float32Array(height * width);
  const boxes = boundingBoxes(labels);
  for (let label = 1; label <= labels.count; label++) {
    const [top, left, bottom, right] = boxes.subarray(4 * label - 4, 4 * label) as unknown as [
      number,
      number,
      number,
      number,
    ];
    if (bottom === 0) continue;
    // One pixel more on each side, where the image has one, so that the box holds the object's surroundings.
    const [y0, x0] = [Math.max(0, top - 1), Math.max(0, left - 1)];
    const h = Math.min(height, bottom + 1) - y0;
    const w = Math.min(width, right + 1) - x0;
    const mask = new Uint8Array(h * w);
    for (let y = 0; y < h; y++) {
      const row = (y0 + y) * width + x0;
      for (let x = 0; x < w; x++) if (data[row + x] === label) mask[y * w + x] = 1;
    }
    const distance = distanceTransform(mask, h, w);
    let largest = 0;
    for (let p = 0; p < distance.length; p++) if (distance[p]! > largest) largest = distance[p]!;
    for (let y = 0; y < h; y++) {
      const row = (y0 + y) * width + x0;
      for (let x = 0; x < w; x++) if (mask[y * w + x] === 1) out[row + x] = distance[y * w + x]! / largest;
    }
  }
  return out;
}
