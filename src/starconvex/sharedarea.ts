import type { StarPolygons } from "../core/polygons.js";
import { rayDirections } from "./distances.js";
import { cornersInto, polygonAreas } from "./geometry.js";
import { discsShareMore, intersectionArea, overlapScratch } from "./overlap.js";

/** What is known of polygons before any two are compared. */
export interface Shapes {
  readonly areas: Float64Array;
  /** count: radius of a disc around the centre that lies within the polygon, px. */
  readonly inner: Float64Array;
  /** count x 4: y0, x0, y1, x1 of the corners, px. */
  readonly boxes: Float64Array;
  /** count x 2: y, x, px. */
  readonly centers: Float32Array;
}

/** Measures all polygons. */
export function measureShapes(polygons: StarPolygons): Shapes {
  const { count, rays, distances } = polygons;
  const directions = rayDirections(rays);
  const corners = new Float64Array(2 * rays);
  const inner = new Float64Array(count);
  const boxes = new Float64Array(4 * count);
  const sine = Math.sin((2 * Math.PI) / rays);
  const cosine = Math.cos((2 * Math.PI) / rays);
  for (let row = 0; row < count; row++) {
    cornersInto(corners, polygons, row, directions);
    let [y0, x0, y1, x1, nearest] = [Infinity, Infinity, -Infinity, -Infinity, Infinity];
    let previous = distances[row * rays + rays - 1]!;
    for (let k = 0; k < rays; k++) {
      const y = corners[k]!;
      const x = corners[rays + k]!;
      if (y < y0) y0 = y;
      if (y > y1) y1 = y;
      if (x < x0) x0 = x;
      if (x > x1) x1 = x;
      // From the centre to the line through two neighbouring corners: their triangle's area doubled, by its
      // base.
      const d = distances[row * rays + k]!;
      const toLine =
        (previous * d * sine) / Math.sqrt(previous * previous + d * d - 2 * previous * d * cosine);
      if (toLine < nearest) nearest = toLine;
      previous = d;
    }
    inner[row] = nearest;
    boxes.set([y0, x0, y1, x1], 4 * row);
  }
  return { areas: polygonAreas(polygons), inner, boxes, centers: polygons.centers };
}

/** Area that two polygons share, px². */
export type SharedArea = (candidate: number, known: number) => number;

/**
 * Measures what two polygons share.
 *
 * @param again whether the same pairs of one candidate will be asked for before the next candidate's
 */
export function sharedArea(polygons: StarPolygons, again: boolean): SharedArea {
  const { rays, count } = polygons;
  const directions = rayDirections(rays);
  const scratch = overlapScratch(rays);
  const ofCandidate = new Float64Array(2 * rays);
  const ofKnown = new Float64Array(2 * rays);
  let present = -1;
  const measure = (a: number, b: number): number => {
    if (a !== present) cornersInto(ofCandidate, polygons, (present = a), directions);
    cornersInto(ofKnown, polygons, b, directions);
    return intersectionArea(ofCandidate, ofKnown, scratch);
  };
  if (!again) return measure;
  const measuredFor = new Int32Array(count).fill(-1);
  const areas = new Float64Array(count);
  return (a, b) => {
    if (measuredFor[b] === a) return areas[b]!;
    measuredFor[b] = a;
    return (areas[b] = measure(a, b));
  };
}

/** Of `cheapProof`: they share no more than the limit. */
export const apart = 0;
/** They share more. */
export const overlapping = 1;
/** They must be measured. */
export const unclear = 2;

/** Whether two polygons share more than `limit` px², as far as their boxes and inner discs tell. */
export function cheapProof({ inner, boxes, centers }: Shapes, a: number, b: number, limit: number): number {
  const height = Math.min(boxes[4 * a + 2]!, boxes[4 * b + 2]!) - Math.max(boxes[4 * a]!, boxes[4 * b]!);
  const width =
    Math.min(boxes[4 * a + 3]!, boxes[4 * b + 3]!) - Math.max(boxes[4 * a + 1]!, boxes[4 * b + 1]!);
  if (height <= 0 || width <= 0 || height * width <= limit) return apart;
  const dy = centers[2 * a]! - centers[2 * b]!;
  const dx = centers[2 * a + 1]! - centers[2 * b + 1]!;
  return discsShareMore(inner[a]!, inner[b]!, Math.sqrt(dy * dy + dx * dx), limit) ? overlapping : unclear;
}
