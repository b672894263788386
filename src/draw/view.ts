import type { Image } from "../core/image.js";
import type { LabelImage } from "../core/labels.js";
import type { Size } from "../core/size.js";
import { percentiles } from "../stats/percentile.js";
import type { Place } from "./canvas.js";

/** A rectangle of an image and the size at which it is drawn. */
export interface View {
  /** Top left pixel and size of the rectangle, px of the image. */
  readonly y: number;
  readonly x: number;
  readonly height: number;
  readonly width: number;
  /** Drawn px per image px. */
  readonly scale: number;
}

/**
 * The whole image, its longer edge at most `edge` px; small images are enlarged by a whole number up to 4.
 */
export function overview(height: number, width: number, edge: number): View {
  const longer = Math.max(height, width);
  const scale = longer > edge ? edge / longer : Math.max(1, Math.min(4, Math.floor(edge / longer)));
  return { y: 0, x: 0, height, width, scale };
}

/** The middle of the image at 1:1, at most `edge` px high and wide. */
export function middle(height: number, width: number, edge: number): View {
  const [h, w] = [Math.min(edge, height), Math.min(edge, width)];
  return { y: Math.floor((height - h) / 2), x: Math.floor((width - w) / 2), height: h, width: w, scale: 1 };
}

/** From px of the image to px of the drawn picture, both counted from the centre of the top left pixel. */
export const placeIn =
  (view: View): ((y: number, x: number) => Place) =>
  (y, x) => [(y + 0.5 - view.y) * view.scale - 0.5, (x + 0.5 - view.x) * view.scale - 0.5];

/** Size of the drawn picture. */
export const drawnSize = ({ height, width, scale }: View): { height: number; width: number } => ({
  height: Math.max(1, Math.round(height * scale)),
  width: Math.max(1, Math.round(width * scale)),
});

/**
 * Grey values that become black and white: percentiles 0.5 and 99.7 of the whole image, so that all views of
 * it look alike.
 */
export function contrastOf(image: Image): { low: number; high: number } {
  // A quarter of a million pixels give the percentiles far more precisely than the eye; the odd stride visits
  // all rows and columns.
  const stride = Math.max(1, Math.floor(image.data.length / 250_000)) | 1;
  // Of the type of the image: integers are counted, which is faster than choosing among floats.
  const { data } = image;
  const sample = new (data.constructor as new (length: number) => Image["data"])(
    Math.ceil(data.length / stride),
  );
  for (let i = 0; i < sample.length; i++) sample[i] = data[i * stride]!;
  const finite = sample instanceof Float32Array ? sample.filter(Number.isFinite) : sample;
  if (finite.length === 0) return { low: 0, high: 1 };
  const [low, high] = percentiles(finite, [0.5, 99.7]) as [number, number];
  return { low, high: high > low ? high : low + 1 };
}

/**
 * The image as it is drawn in a view: means over the pixels under each drawn pixel, stretched from
 * `low`..`high` to 0..1. NaN is black.
 *
 * @returns drawn height x width
 */
export function drawGrey(image: Image, view: View, contrast: { low: number; high: number }): Float32Array {
  const { height, width } = drawnSize(view);
  const rows = spans(view.y, view.height, height, image.height);
  const columns = spans(view.x, view.width, width, image.width);
  const { data } = image;
  const factor = 1 / (contrast.high - contrast.low);
  const out = new Float32Array(height * width);
  if (isWhole(image, view)) {
    for (let i = 0; i < out.length; i++) {
      const value = (data[i]! - contrast.low) * factor;
      out[i] = value > 0 ? Math.min(1, value) : 0;
    }
    return out;
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      const [top, bottom, left, right] = [
        rows[2 * y]!,
        rows[2 * y + 1]!,
        columns[2 * x]!,
        columns[2 * x + 1]!,
      ];
      for (let i = top; i < bottom; i++) {
        for (let j = left; j < right; j++) {
          const value = (data[i * image.width + j]! - contrast.low) * factor;
          sum += value > 0 ? Math.min(1, value) : 0;
        }
      }
      out[y * width + x] = sum / ((bottom - top) * (right - left));
    }
  }
  return out;
}

/** Whether a view is all of an image at 1:1, pixel by pixel. */
export const isWhole = ({ height, width }: Size, view: View): boolean =>
  view.scale === 1 && view.y === 0 && view.x === 0 && view.height === height && view.width === width;

/**
 * Labels of a view, nearest neighbour: the labels themselves where all are drawn at 1:1. The label numbers and
 * `count` stay those of the image.
 */
export function drawLabels(labels: LabelImage, view: View): LabelImage {
  if (isWhole(labels, view)) return labels;
  const { height, width } = drawnSize(view);
  const data = new Int32Array(height * width);
  const source = (at: number, start: number, drawn: number, size: number, limit: number): number =>
    Math.min(limit - 1, Math.floor(start + ((at + 0.5) * size) / drawn));
  for (let y = 0; y < height; y++) {
    const row = source(y, view.y, height, view.height, labels.height) * labels.width;
    for (let x = 0; x < width; x++)
      data[y * width + x] = labels.data[row + source(x, view.x, width, view.width, labels.width)]!;
  }
  return { height, width, data, count: labels.count };
}

/** First and one-past-last source index under each drawn index; at least one pixel each. */
function spans(start: number, size: number, drawn: number, limit: number): Int32Array {
  const out = new Int32Array(2 * drawn);
  for (let i = 0; i < drawn; i++) {
    const from = Math.min(limit - 1, Math.floor(start + (i * size) / drawn));
    out[2 * i] = from;
    out[2 * i + 1] = Math.min(limit, Math.max(from + 1, Math.floor(start + ((i + 1) * size) / drawn)));
  }
  return out;
}
