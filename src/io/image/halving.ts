/** Images at half their size, band of rows by band of rows. */
import { type WrittenSamples, type WrittenType, writtenArrays } from "./planesource.js";

/** Rows of an image, row-major. */
export interface Band<T = WrittenSamples> {
  readonly data: T;
  readonly height: number;
  readonly width: number;
}

/** Half of a size, rounded up: the last pixel stands for one row or column where the size is odd. */
export const half = (size: number): number => Math.ceil(size / 2);

/** Sizes of an image and its halves, the full one first, until the larger side is at most `most` px. */
export function halvedSizes(
  size: { readonly height: number; readonly width: number },
  most: number,
): { readonly height: number; readonly width: number }[] {
  const sizes = [{ height: size.height, width: size.width }];
  for (let last = sizes[0]!; Math.max(last.height, last.width) > most;) {
    last = { height: half(last.height), width: half(last.width) };
    sizes.push(last);
  }
  return sizes;
}

/**
 * A band at half its size: half(height) x half(width).
 *
 * A pixel is the mean of the up to four that it stands for, integers rounded to the nearest and halves up; of
 * floats the mean of those that are numbers. Of label images it is the first of them, at the top left, since
 * the mean of two labels is a third.
 *
 * @param band of an even number of rows, but for the last of an image
 */
export function halved(band: Band, type: WrittenType, isLabels: boolean): Band {
  const [height, width] = [half(band.height), half(band.width)];
  const data = new writtenArrays[type](height * width);
  const out = { data, height, width };
  if (isLabels) takeFirst(band, out);
  else if (type === "float32") takeFloatMeans(band, out);
  else takeMeans(band, out);
  return out;
}

function takeFirst({ data, width }: Band, out: Band): void {
  for (let y = 0, i = 0; y < out.height; y++)
    for (let x = 0; x < out.width; x++, i++) out.data[i] = data[2 * y * width + 2 * x]!;
}

function takeMeans({ data, height, width }: Band, out: Band): void {
  for (let y = 0, i = 0; y < out.height; y++) {
    const top = 2 * y * width;
    // The last row and column of an odd size count twice, which leaves the mean as it is.
    const bottom = 2 * y + 1 < height ? top + width : top;
    for (let x = 0; x < out.width; x++, i++) {
      const [left, right] = [2 * x, Math.min(2 * x + 1, width - 1)];
      const sum = data[top + left]! + data[top + right]! + data[bottom + left]! + data[bottom + right]!;
      out.data[i] = Math.floor((sum + 2) / 4);
    }
  }
}

function takeFloatMeans({ data, height, width }: Band, out: Band): void {
  for (let y = 0, i = 0; y < out.height; y++) {
    const rows = Math.min(2, height - 2 * y);
    for (let x = 0; x < out.width; x++, i++) {
      const columns = Math.min(2, width - 2 * x);
      let [sum, count] = [0, 0];
      for (let k = 0; k < rows * columns; k++) {
        const value = data[(2 * y + (k % rows)) * width + 2 * x + (k < rows ? 0 : 1)]!;
        if (Number.isNaN(value)) continue;
        sum += value;
        count++;
      }
      out.data[i] = count === 0 ? NaN : sum / count;
    }
  }
}
