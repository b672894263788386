/** A part of a label image, so that nobody holds whole frames. */
import type { LabelImage } from "../../core/labels.js";
import type { Nuclei } from "../../core/nuclei.js";

/** Labels of a part of a frame. Places are those of the frame, px. */
export interface Crop {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  readonly data: Int32Array;
}

/** A place in a frame, px. */
export type Place = readonly [y: number, x: number];

/** Cuts out a square of 2 reach + 1 px about a place, as far as it lies in the frame. */
export function cropOf(labels: LabelImage, [y, x]: Place, reach: number): Crop {
  const clamp = (value: number, size: number): number => Math.min(size, Math.max(0, value));
  const top = clamp(Math.round(y) - reach, labels.height);
  const left = clamp(Math.round(x) - reach, labels.width);
  const height = clamp(Math.round(y) + reach + 1, labels.height) - top;
  const width = clamp(Math.round(x) + reach + 1, labels.width) - left;
  const data = new Int32Array(height * width);
  for (let row = 0; row < height; row++) {
    const from = (top + row) * labels.width + left;
    data.set(labels.data.subarray(from, from + width), row * width);
  }
  return { top, left, height, width, data };
}

/** The label at a place; -1 outside of the crop. */
export const labelAt = ({ top, left, height, width, data }: Crop, y: number, x: number): number =>
  y < top || x < left || y >= top + height || x >= left + width ? -1 : data[(y - top) * width + x - left]!;

/**
 * The places of an object's pixels. Of a convex one none is farther from the centroid than twice the root of its
 * area, unless it is five times as long as wide.
 */
export function placesOf(crop: Crop, nuclei: Nuclei, row: number): Place[] {
  const reach = reachOf(nuclei.area[row]!);
  const [cy, cx] = [Math.round(nuclei.y[row]!), Math.round(nuclei.x[row]!)];
  const places: Place[] = [];
  for (let y = cy - reach; y <= cy + reach; y++)
    for (let x = cx - reach; x <= cx + reach; x++)
      if (labelAt(crop, y, x) === nuclei.label[row]) places.push([y, x]);
  return places;
}

/** How far the pixels of an object of that area lie from its centroid at most, px. */
export const reachOf = (area: number): number => Math.ceil(2 * Math.sqrt(area) + 2);
