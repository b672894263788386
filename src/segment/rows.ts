/** Images in rows: for images that are larger than memory, of which any rows can be had. */
import type { Image, PixelData } from "../core/image.js";
import { type IntensityRange, normaliseTo } from "../imgproc/normalise.js";
import { rescaledLength, rescaleRows, rowsBehind } from "../imgproc/rescale.js";
import type { InputRows } from "./predict.js";

/** An image of which any rows can be had, as often as asked for. */
export interface ImageRows {
  readonly height: number;
  readonly width: number;
  /**
   * Grey values of rows from..to (exclusive), (to - from) x width; of the same type each time. The caller
   * does not change them.
   */
  rows(from: number, to: number): Promise<PixelData>;
}

/** The rows of an image that is in memory. */
export const rowsOfImage = ({ height, width, data }: Image): ImageRows => ({
  height,
  width,
  rows: (from, to) => Promise.resolve(data.subarray(from * width, to * width)),
});

/** All rows from top to bottom, at most `step` at a time. */
export async function* inBands(image: ImageRows, step: number): AsyncGenerator<PixelData> {
  for (let from = 0; from < image.height; from += step)
    yield await image.rows(from, Math.min(image.height, from + step));
}

/** The rows as the network wants them, but for the scale. */
export const normalisedRows = (image: ImageRows, range: IntensityRange): InputRows => ({
  height: image.height,
  width: image.width,
  rows: async (from, to) => normaliseTo({ data: await image.rows(from, to) }, range),
});

/** The rows of the image rescaled, equal to those of `rescale`. */
export function rescaledRows(plane: InputRows, scale: number): InputRows {
  if (scale === 1) return plane;
  const { height, width } = plane;
  return {
    height: rescaledLength(height, scale),
    width: rescaledLength(width, scale),
    async rows(from, to) {
      const behind = rowsBehind({ from, to }, height, scale);
      const data = await plane.rows(behind.from, behind.to);
      const part = { height: behind.to - behind.from, width, data, from: behind.from, imageHeight: height };
      return rescaleRows(part, scale, { from, to });
    },
  };
}
