import type { StarPolygons } from "../core/polygons.js";
import type { Prediction, PredictionTile } from "./predict.js";

/** Polygons with a smaller mean radius, px, would hardly cover a pixel. */
const smallestRadius = 0.75;

/**
 * The polygons of all cells whose object probability exceeds a threshold, row-major.
 *
 * Distances below 0, which a network can predict, become 0. Left out are polygons with a distance that is no number or a mean distance below 0.75 px.
 *
 * @param threshold 0..1
 */
export function candidatesOf(prediction: Prediction, threshold: number): StarPolygons {
  const collector = new CandidateCollector(prediction.rays, prediction.width);
  collector.add({ ...prediction, y: 0, x: 0 }, threshold);
  return collector.finish();
}

/** Gathers candidates part by part; the result does not depend on the parts. */
export class CandidateCollector {
  readonly #rays: number;
  readonly #width: number;
  readonly #parts: { readonly cells: Float64Array; readonly polygons: StarPolygons }[] = [];

  /** @param width cells of the whole image along x */
  constructor(rays: number, width: number) {
    this.#rays = rays;
    this.#width = width;
  }

  add(part: PredictionTile, threshold: number): void {
    const { height, width, grid, probability, distances } = part;
    const rays = this.#rays;
    const plane = height * width;
    const cells = Int32Array.from(cellsAbove(probability, threshold).filter((cell) => isPlausible(distances, cell, rays, plane)));
    const polygons = emptyPolygons(cells.length, rays);
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i]!;
      polygons.centers[2 * i] = (part.y + Math.floor(cell / width)) * grid;
      polygons.centers[2 * i + 1] = (part.x + (cell % width)) * grid;
      polygons.scores[i] = probability[cell]!;
      for (let k = 0; k < rays; k++) polygons.distances[i * rays + k] = Math.max(0, distances[k * plane + cell]!);
    }
    const flat = Float64Array.from(cells, (cell) => (part.y + Math.floor(cell / width)) * this.#width + part.x + (cell % width));
    this.#parts.push({ cells: flat, polygons });
  }

  /** All candidates, by row, then column of their cell. */
  finish(): StarPolygons {
    const rays = this.#rays;
    if (this.#parts.length === 1) return this.#parts[0]!.polygons;
    const where = this.#parts.flatMap(({ cells }, part) => Array.from(cells, (cell, row) => ({ cell, part, row })));
    where.sort((a, b) => a.cell - b.cell);
    const out = emptyPolygons(where.length, rays);
    where.forEach(({ part, row }, i) => {
      const { polygons } = this.#parts[part]!;
      out.centers.set(polygons.centers.subarray(2 * row, 2 * row + 2), 2 * i);
      out.distances.set(polygons.distances.subarray(rays * row, rays * (row + 1)), rays * i);
      out.scores[i] = polygons.scores[row]!;
    });
    return out;
  }
}

const emptyPolygons = (count: number, rays: number): StarPolygons => ({
  count, rays, centers: new Float32Array(2 * count), distances: new Float32Array(count * rays), scores: new Float32Array(count),
});

function cellsAbove(probability: Float32Array, threshold: number): number[] {
  const cells: number[] = [];
  for (let cell = 0; cell < probability.length; cell++) if (probability[cell]! > threshold) cells.push(cell);
  return cells;
}

function isPlausible(distances: Float32Array, cell: number, rays: number, plane: number): boolean {
  let sum = 0;
  for (let k = 0; k < rays; k++) sum += Math.max(0, distances[k * plane + cell]!);
  return sum >= smallestRadius * rays && sum < Infinity;
}
