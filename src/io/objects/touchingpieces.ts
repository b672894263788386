import { labelImage, type LabelImage } from "../../core/labels.js";

/**
 * The pieces of what is not background, corners included, as labels 1.. in the order of their first pixel:
 * the objects of a mask.
 */
export function touchingPieces({ height, width, data }: LabelImage): LabelImage {
  const labels = new Int32Array(data.length);
  let count = 0;
  const waiting: number[] = [];
  /** Gives the present label to a pixel that has none yet. */
  const reach = (at: number): void => {
    if (data[at]! <= 0 || labels[at] !== 0) return;
    labels[at] = count;
    waiting.push(at);
  };
  for (let start = 0; start < data.length; start++) {
    if (data[start]! <= 0 || labels[start] !== 0) continue;
    count++;
    reach(start);
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const [y, x] = [Math.floor(at / width), at % width];
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++)
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) reach(v * width + u);
    }
  }
  return labelImage(height, width, labels);
}
