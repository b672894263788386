import { labelImage, type LabelImage } from "../../core/labels.js";

/**
 * The pieces of what is not background, corners included, as labels 1.. in the order of their first pixel:
 * the objects of a mask.
 */
export function touchingPieces({ height, width, data }: LabelImage): LabelImage {
  const labels = new Int32Array(data.length);
  const waiting: number[] = [];
  let count = 0;
  for (let start = 0; start < data.length; start++) {
    if (data[start]! <= 0 || labels[start] !== 0) continue;
    labels[start] = ++count;
    waiting.push(start);
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const [y, x] = [Math.floor(at / width), at % width];
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
        for (
          let next = v * width + Math.max(0, x - 1);
          next <= v * width + Math.min(width - 1, x + 1);
          next++
        ) {
          if (data[next]! <= 0 || labels[next] !== 0) continue;
          labels[next] = count;
          waiting.push(next);
        }
      }
    }
  }
  return labelImage(height, width, labels);
}
