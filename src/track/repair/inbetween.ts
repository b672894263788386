/** Shapes that nuclei have between two frames. */
import type { Nuclei } from "../../core/nuclei.js";
import { distanceTransform } from "../../imgproc/distance.js";
import { type Crop, labelAt, type Place, placesOf } from "./labelcrop.js";

/**
 * The shape a nucleus has between two frames: where its signed distances in both, moved to the place in
 * between and weighted by the nearness in time, are above 0 in the mean.
 */
export interface Shape {
  readonly y: number;
  readonly x: number;
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  /** Mean signed distance to the outline, px, positive inside. */
  readonly inside: Float32Array;
  /** Pixels inside. */
  readonly area: number;
}

/**
 * The shape of a nucleus in a frame between two in which it is seen: the mean of both outlines' signed
 * distances, weighted by nearness in time, about the place in between.
 *
 * @param cropOf the labels of a frame about the nucleus
 * @param a row of the nucleus before
 * @param b row of the nucleus after
 */
export function shapeBetween(
  cropOf: (frame: number) => Crop,
  nuclei: Nuclei,
  a: number,
  b: number,
  frame: number,
): Shape {
  const late = (frame - nuclei.frame[a]!) / (nuclei.frame[b]! - nuclei.frame[a]!);
  const between = (axis: Float64Array): number => (1 - late) * axis[a]! + late * axis[b]!;
  const place: Place = [between(nuclei.y), between(nuclei.x)];
  const outline = (row: number, weight: number): Outline => ({
    weight,
    places: moved(cropOf(nuclei.frame[row]!), nuclei, row, place),
  });
  return shapeOf(place, [outline(a, 1 - late), outline(b, late)]);
}

/** The outline of a nucleus at another place. @param crop of the frame in which it is seen */
export const shapeAt = (crop: Crop, nuclei: Nuclei, row: number, place: Place): Shape =>
  shapeOf(place, [{ weight: 1, places: moved(crop, nuclei, row, place) }]);

/** Pixels of an object, and the weight of its outline. */
interface Outline {
  readonly weight: number;
  readonly places: readonly Place[];
}

function shapeOf([y, x]: Place, outlines: readonly Outline[]): Shape {
  const all = outlines.flatMap(({ places }) => places);
  const [ys, xs] = [all.map(([py]) => py), all.map(([, px]) => px)];
  const [top, left] = [least(ys) - 1, least(xs) - 1];
  const [height, width] = [most(ys) + 2 - top, most(xs) + 2 - left];
  const inside = new Float32Array(height * width);
  for (const { places, weight } of outlines) {
    const mask = new Uint8Array(height * width);
    for (const [py, px] of places) mask[(py - top) * width + px - left] = 1;
    const within = distanceTransform(mask, height, width);
    const beyond = distanceTransform(
      mask.map((value) => 1 - value),
      height,
      width,
    );
    for (let i = 0; i < inside.length; i++) inside[i]! += weight * (within[i]! - beyond[i]!);
  }
  const area = inside.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
  return { y, x, top, left, height, width, inside, area };
}

const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Infinity);
const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), -Infinity);

/** The places of an object's pixels, moved by whole px so that its centroid comes to a place. */
function moved(crop: Crop, nuclei: Nuclei, row: number, [y, x]: Place): Place[] {
  const [dy, dx] = [Math.round(y - nuclei.y[row]!), Math.round(x - nuclei.x[row]!)];
  const places = placesOf(crop, nuclei, row).map(([py, px]): Place => [py + dy, px + dx]);
  // An object that is not where its row says has no pixels to show: its centre stands for it.
  return places.length > 0 ? places : [[Math.round(y), Math.round(x)]];
}

/**
 * Mean signed distance of a place to the outline, px. Beyond the shape's window it goes on falling with the
 * distance to the window, so that two shapes can be compared everywhere.
 */
export function depth({ top, left, height, width, inside }: Shape, y: number, x: number): number {
  const row = Math.min(height - 1, Math.max(0, y - top));
  const column = Math.min(width - 1, Math.max(0, x - left));
  return inside[row * width + column]! - Math.hypot(y - top - row, x - left - column);
}

/** Visits the places of the shape that lie in the crop, with the labels there. */
export function forPlaces(
  { top, left, height, width, inside }: Shape,
  crop: Crop,
  visit: (y: number, x: number, label: number) => void,
): void {
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (inside[row * width + column]! <= 0) continue;
      const label = labelAt(crop, top + row, left + column);
      if (label >= 0) visit(top + row, left + column, label);
    }
  }
}

/** Pixels of a shape by the label that they have in the crop. */
export function countLabels(shape: Shape, crop: Crop): Map<number, number> {
  const counts = new Map<number, number>();
  forPlaces(shape, crop, (_y, _x, label) => counts.set(label, (counts.get(label) ?? 0) + 1));
  return counts;
}
