/** Single images that are read where they are needed: whole, in rectangles, or in rows. */
import type { Image, ImageSource, PixelData, ReadOptions, Window } from "../core/image.js";
import type { ImageRows } from "./rows.js";

/** One image, whose size is known before it is read. */
export interface ReadableImage {
  readonly height: number;
  readonly width: number;
  read(): Promise<Image>;
  /** A rectangle of it. @throws InvalidInput when it is not within the image */
  readWindow(window: Window): Promise<Image>;
}

/** A frame of a source. @throws InvalidInput when there is no such frame */
export async function frameOf(
  source: ImageSource,
  frame: number,
  options: ReadOptions,
): Promise<ReadableImage> {
  const { height, width } = await source.size(frame);
  return {
    height,
    width,
    read: () => source.read(frame, options),
    readWindow: (window) => source.readWindow(frame, window, options),
  };
}

/** An image in memory. */
export const readableOf = (image: Image): ReadableImage => ({
  height: image.height,
  width: image.width,
  read: () => Promise.resolve(image),
  readWindow: (window) => Promise.resolve(windowOf(image, window)),
});

function windowOf({ width, data, pixelSize }: Image, { y, x, ...size }: Window): Image {
  const out: PixelData = data.slice(0, size.height * size.width);
  for (let row = 0; row < size.height; row++) {
    const from = (y + row) * width + x;
    out.set(data.subarray(from, from + size.width), row * size.width);
  }
  return { ...size, data: out, pixelSize };
}

/** The image in whole rows, for `segmentRows`. */
export const rowsOf = (image: ReadableImage): ImageRows => ({
  height: image.height,
  width: image.width,
  rows: async (from, to) =>
    (await image.readWindow({ y: from, x: 0, height: to - from, width: image.width })).data,
});

/** Edge of the windows that stand for a large image, px. */
const previewEdge = 1024;

/** Centres of the windows, quarters of height and width. */
const previewCentres = [
  [1, 1],
  [1, 3],
  [2, 2],
  [3, 1],
  [3, 3],
] as const;

/** Five windows that stand for a large image: one in the middle, and one in the middle of each quarter. */
export function previewWindows({ height, width }: Pick<Window, "height" | "width">): Window[] {
  const [h, w] = [Math.min(previewEdge, height), Math.min(previewEdge, width)];
  const start = (quarters: number, length: number, edge: number): number =>
    Math.min(Math.max(0, Math.floor((quarters / 4) * length - edge / 2)), length - edge);
  return previewCentres.map(([i, j]) => ({
    y: start(i, height, h),
    x: start(j, width, w),
    height: h,
    width: w,
  }));
}
