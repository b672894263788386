/** Rows of half the size, for the smaller copies of an image. */
import type { WrittenSamples } from "../image/planesource.js";

/** Rows of an image: height x width values, row-major. */
export interface Rows {
  readonly height: number;
  readonly width: number;
  readonly data: WrittenSamples;
}

/**
 * Rows of half the height and width, rounded up: each value stands for two by two, or for those of them that
 * there are at the right and bottom edge.
 *
 * @param byMean takes their mean, integers rounded, without NaN; else the one at the top left
 */
export function halved({ height, width, data }: Rows, byMean: boolean): Rows {
  const [rows, columns] = [Math.ceil(height / 2), Math.ceil(width / 2)];
  const out = data.slice(0, rows * columns);
  const isFloat = data instanceof Float32Array;
  for (let y = 0; y < rows; y++) {
    const top = 2 * y * width;
    const bottom = 2 * y + 1 < height ? top + width : top;
    for (let x = 0; x < columns; x++) {
      const left = 2 * x;
      const right = left + 1 < width ? left + 1 : left;
      const first = data[top + left]!;
      if (!byMean) {
        out[y * columns + x] = first;
        continue;
      }
      // A value at the edge stands for the one that is missing: the mean stays that of those there are.
      const four = [first, data[top + right]!, data[bottom + left]!, data[bottom + right]!] as const;
      out[y * columns + x] = isFloat ? meanOf(four) : Math.round((four[0] + four[1] + four[2] + four[3]) / 4);
    }
  }
  return { height: rows, width: columns, data: out };
}

function meanOf(values: readonly number[]): number {
  let [sum, count] = [0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}

/** Sizes of an image and its smaller copies, each half of the one before, until one chunk holds it. */
export function levelSizes(
  size: { readonly height: number; readonly width: number },
  chunk: number,
): readonly { readonly height: number; readonly width: number }[] {
  const sizes = [{ height: size.height, width: size.width }];
  for (let { height, width } = size; Math.max(height, width) > chunk;) {
    [height, width] = [Math.ceil(height / 2), Math.ceil(width / 2)];
    sizes.push({ height, width });
  }
  return sizes;
}
