import { InvalidInput } from "../core/errors.js";
import type { StarPolygons } from "../core/polygons.js";
import { rayDirections } from "./distances.js";
import { cornersInto, polygonAreas } from "./geometry.js";
import { discIntersectionArea, intersectionArea, overlapScratch } from "./overlap.js";

/**
 * Greedy non-maximum suppression: by descending score, a candidate is kept unless the area it shares with a kept one exceeds
 * `overlapThreshold` x the smaller of their two areas.
 *
 * The work grows with the number of candidates, not of pairs: kept polygons are entered into a grid of buckets about as large as an object, and most
 * candidates fall to one cheap proof (the discs that fit into both polygons overlap enough) or are cleared by another (their boxes do not).
 * Since the kept set of the first n candidates does not depend on the later ones, a higher score threshold keeps exactly the rows of this result
 * that pass it.
 *
 * @param overlapThreshold 0..1
 * @returns kept rows by descending score; equal scores by ascending row
 * Source: `non_maximum_suppression` of stardist 0.9, which decides on corners rounded to whole px; ours are not rounded.
 * @throws InvalidInput when the threshold is not within 0..1
 */
export function suppress(candidates: StarPolygons, overlapThreshold: number): Int32Array {
  if (!(overlapThreshold >= 0 && overlapThreshold <= 1)) throw new InvalidInput("overlap threshold", "0..1", String(overlapThreshold));
  const shapes = measureShapes(candidates);
  const order = byDescendingScore(candidates.scores);
  const kept = new Int32Array(candidates.count);
  const buckets = makeBuckets(shapes.boxes, candidates.count);
  const overlaps = overlapTest(candidates, shapes, overlapThreshold);
  const seen = new Int32Array(candidates.count).fill(-1);
  let count = 0;
  for (let i = 0; i < order.length; i++) {
    const row = order[i]!;
    // Not a polygon: it cannot overlap, be found or be painted.
    if (!(shapes.areas[row]! > 0)) continue;
    if (anyInBuckets(buckets, shapes.boxes, row, seen, overlaps)) continue;
    enter(buckets, shapes.boxes, row);
    kept[count++] = row;
  }
  return kept.slice(0, count);
}

/** Rows by descending score, equal scores by ascending row. */
export function byDescendingScore(scores: Float32Array): Int32Array {
  return Int32Array.from(scores, (_, row) => row).sort((a, b) => scores[b]! - scores[a]! || a - b);
}

interface Shapes {
  readonly areas: Float64Array;
  /** count: radius of a disc around the centre that lies within the polygon, px. */
  readonly inner: Float64Array;
  /** count x 4: y0, x0, y1, x1 of the corners, px. */
  readonly boxes: Float64Array;
}

function measureShapes(polygons: StarPolygons): Shapes {
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
      // From the centre to the line through two neighbouring corners: their triangle's area doubled, by its base.
      const d = distances[row * rays + k]!;
      const toLine = (previous * d * sine) / Math.sqrt(previous * previous + d * d - 2 * previous * d * cosine);
      if (toLine < nearest) nearest = toLine;
      previous = d;
    }
    inner[row] = nearest;
    boxes.set([y0, x0, y1, x1], 4 * row);
  }
  return { areas: polygonAreas(polygons), inner, boxes };
}

type OverlapTest = (candidate: number, kept: number) => boolean;

/** Decides whether two polygons overlap by more than the threshold, with the cheap proofs first. */
function overlapTest(polygons: StarPolygons, { areas, inner, boxes }: Shapes, threshold: number): OverlapTest {
  const { rays, centers } = polygons;
  const directions = rayDirections(rays);
  const scratch = overlapScratch(rays);
  const ofCandidate = new Float64Array(2 * rays);
  const ofKept = new Float64Array(2 * rays);
  return (a, b) => {
    const limit = threshold * Math.min(areas[a]!, areas[b]!);
    const height = Math.min(boxes[4 * a + 2]!, boxes[4 * b + 2]!) - Math.max(boxes[4 * a]!, boxes[4 * b]!);
    const width = Math.min(boxes[4 * a + 3]!, boxes[4 * b + 3]!) - Math.max(boxes[4 * a + 1]!, boxes[4 * b + 1]!);
    if (height <= 0 || width <= 0 || height * width <= limit) return false;
    const dy = centers[2 * a]! - centers[2 * b]!;
    const dx = centers[2 * a + 1]! - centers[2 * b + 1]!;
    if (discIntersectionArea(inner[a]!, inner[b]!, Math.sqrt(dy * dy + dx * dx)) > limit) return true;
    cornersInto(ofCandidate, polygons, a, directions);
    cornersInto(ofKept, polygons, b, directions);
    return intersectionArea(ofCandidate, ofKept, scratch) > limit;
  };
}

/** A uniform grid over all boxes; each cell lists the kept rows whose box touches it. */
interface Buckets {
  readonly y: number;
  readonly x: number;
  readonly size: number;
  readonly rows: number;
  readonly columns: number;
  readonly lists: (number[] | undefined)[];
}

function makeBuckets(boxes: Float64Array, count: number): Buckets {
  let [y0, x0, y1, x1] = [Infinity, Infinity, -Infinity, -Infinity];
  let sides = 0;
  let finite = 0;
  for (let row = 0; row < count; row++) {
    const height = boxes[4 * row + 2]! - boxes[4 * row]!;
    const width = boxes[4 * row + 3]! - boxes[4 * row + 1]!;
    if (!Number.isFinite(height + width)) continue;
    y0 = Math.min(y0, boxes[4 * row]!);
    x0 = Math.min(x0, boxes[4 * row + 1]!);
    y1 = Math.max(y1, boxes[4 * row + 2]!);
    x1 = Math.max(x1, boxes[4 * row + 3]!);
    sides += height + width;
    finite++;
  }
  if (finite === 0) return { y: 0, x: 0, size: 1, rows: 1, columns: 1, lists: [] };
  // Cells as large as the mean box, but never so many that tiny polygons in a huge image exhaust the memory.
  const size = Math.max(sides / (2 * finite), Math.max(y1 - y0, x1 - x0) / 2048, 1e-6);
  return { y: y0, x: x0, size, rows: Math.floor((y1 - y0) / size) + 1, columns: Math.floor((x1 - x0) / size) + 1, lists: [] };
}

function enter(buckets: Buckets, boxes: Float64Array, row: number): void {
  const { y, x, size, columns, lists } = buckets;
  const lastRow = Math.floor((boxes[4 * row + 2]! - y) / size);
  const lastColumn = Math.floor((boxes[4 * row + 3]! - x) / size);
  for (let i = Math.floor((boxes[4 * row]! - y) / size); i <= lastRow; i++) {
    for (let j = Math.floor((boxes[4 * row + 1]! - x) / size); j <= lastColumn; j++) (lists[i * columns + j] ??= []).push(row);
  }
}

/** @param seen per row the last candidate that it was tested against: a polygon in several cells is tested once */
function anyInBuckets(buckets: Buckets, boxes: Float64Array, row: number, seen: Int32Array, test: OverlapTest): boolean {
  const { y, x, size, columns, lists } = buckets;
  const lastRow = Math.floor((boxes[4 * row + 2]! - y) / size);
  const lastColumn = Math.floor((boxes[4 * row + 3]! - x) / size);
  for (let i = Math.floor((boxes[4 * row]! - y) / size); i <= lastRow; i++) {
    for (let j = Math.floor((boxes[4 * row + 1]! - x) / size); j <= lastColumn; j++) {
      const list = lists[i * columns + j];
      if (list === undefined) continue;
      for (let n = 0; n < list.length; n++) {
        const other = list[n]!;
        if (seen[other] === row) continue;
        seen[other] = row;
        if (test(row, other)) return true;
      }
    }
  }
  return false;
}
