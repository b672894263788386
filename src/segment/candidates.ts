import type { StarPolygons } from "../core/polygons.js";
import { takePolygons } from "../starconvex/geometry.js";
import type { Prediction, PredictionTile } from "./predict.js";

/** Polygons with a smaller mean radius, px, would hardly cover a pixel. */
const smallestRadius = 0.75;

/**
 * The polygons of all cells whose object probability exceeds a threshold, row-major.
 *
 * Distances below 0, which a network can predict, become 0. Left out are polygons with a distance that is no
 * number or a mean distance below 0.75 px.
 *
 * @param threshold 0..1
 */
export const candidatesOf = (prediction: Prediction, threshold: number): StarPolygons =>
  candidatesIn({ ...prediction, y: 0, x: 0, farthest: Infinity }, threshold, prediction.width).polygons;

/** Those of a higher threshold: what `candidatesOf` gives for it. */
export const candidatesAbove = (candidates: StarPolygons, threshold: number): StarPolygons =>
  takePolygons(
    candidates,
    Array.from(candidates.scores.keys()).filter((row) => candidates.scores[row]! > threshold),
  );

/** Polygons of cells, and where in the image the cells are. */
export interface Candidates {
  /** By row, then column of their cell. */
  readonly polygons: StarPolygons;
  /**
   * The number of each one's cell in the whole image, row-major: the order in which `candidatesOf` would hold
   * them.
   */
  readonly cells: Float64Array;
}

/** The candidates of a part of an image. @param across cells of the whole image along x */
export function candidatesIn(part: PredictionTile, threshold: number, across: number): Candidates {
  const { width, grid, rays, probability } = part;
  const above = cellsAbove(probability, threshold);
  const distances = new Float32Array(above.length * rays);
  let count = 0;
  // Those that are no polygons are written over by the next.
  for (const cell of above)
    if (isPlausible(readRays(part, cell, distances, count * rays), rays)) above[count++] = cell;
  const polygons = {
    count,
    rays,
    centers: new Float32Array(2 * count),
    distances: count === above.length ? distances : distances.slice(0, count * rays),
    scores: new Float32Array(count),
  };
  const cells = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const cell = above[i]!;
    const [y, x] = [part.y + Math.floor(cell / width), part.x + (cell % width)];
    polygons.centers[2 * i] = y * grid;
    polygons.centers[2 * i + 1] = x * grid;
    polygons.scores[i] = probability[cell]!;
    cells[i] = y * across + x;
  }
  return { polygons, cells };
}

function cellsAbove(probability: Float32Array, threshold: number): Int32Array {
  let count = 0;
  for (let cell = 0; cell < probability.length; cell++) if (probability[cell]! > threshold) count++;
  const cells = new Int32Array(count);
  for (let cell = 0, i = 0; i < count; cell++) if (probability[cell]! > threshold) cells[i++] = cell;
  return cells;
}

/** Copies the distances of a cell, from 0 to the farthest. @returns their sum */
function readRays(
  { height, width, rays, farthest, distances }: PredictionTile,
  cell: number,
  out: Float32Array,
  at: number,
): number {
  const plane = height * width;
  let sum = 0;
  for (let k = 0; k < rays; k++) {
    const distance = Math.min(farthest, Math.max(0, distances[k * plane + cell]!));
    out[at + k] = distance;
    sum += distance;
  }
  return sum;
}

const isPlausible = (sum: number, rays: number): boolean => sum >= smallestRadius * rays && sum < Infinity;
