import type { StarPolygons } from "../core/polygons.js";

/**
 * Corners of one polygon.
 *
 * @param out 2 x rays: y of each corner, then x, px
 * @param directions from `rayDirections`
 */
export function cornersInto(
  out: Float64Array,
  polygons: StarPolygons,
  row: number,
  directions: Float64Array,
): void {
  const { rays, centers, distances } = polygons;
  const y = centers[2 * row]!;
  const x = centers[2 * row + 1]!;
  for (let k = 0; k < rays; k++) {
    const d = distances[row * rays + k]!;
    out[k] = y + d * directions[2 * k]!;
    out[rays + k] = x + d * directions[2 * k + 1]!;
  }
}

/**
 * Exact area of each polygon: its triangles between neighbouring rays.
 *
 * @returns count, px²
 */
export function polygonAreas(polygons: StarPolygons): Float64Array {
  const { count, rays, distances } = polygons;
  const out = new Float64Array(count);
  const half = Math.sin((2 * Math.PI) / rays) / 2;
  for (let row = 0; row < count; row++) {
    let sum = 0;
    let previous = distances[row * rays + rays - 1]!;
    for (let k = 0; k < rays; k++) {
      const d = distances[row * rays + k]!;
      sum += previous * d;
      previous = d;
    }
    out[row] = half * sum;
  }
  return out;
}

/** The polygons of some rows, in the order of `rows`. */
export function takePolygons(polygons: StarPolygons, rows: ArrayLike<number>): StarPolygons {
  const { rays } = polygons;
  const count = rows.length;
  const centers = new Float32Array(2 * count);
  const distances = new Float32Array(rays * count);
  const scores = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const row = rows[i]!;
    centers.set(polygons.centers.subarray(2 * row, 2 * row + 2), 2 * i);
    distances.set(polygons.distances.subarray(rays * row, rays * (row + 1)), rays * i);
    scores[i] = polygons.scores[row]!;
  }
  return { count, rays, centers, distances, scores };
}

/** Tables of polygons, with equal rays, one after the other. */
export function joinPolygons(rays: number, tables: readonly StarPolygons[]): StarPolygons {
  const count = tables.reduce((sum, table) => sum + table.count, 0);
  const out = {
    count,
    rays,
    centers: new Float32Array(2 * count),
    distances: new Float32Array(rays * count),
    scores: new Float32Array(count),
  };
  let at = 0;
  for (const table of tables) {
    out.centers.set(table.centers, 2 * at);
    out.distances.set(table.distances, rays * at);
    out.scores.set(table.scores, at);
    at += table.count;
  }
  return out;
}

/**
 * Polygons in an image enlarged by `factor` about its corner, so that pixel centres keep their meaning: y
 * becomes (y + 0.5) * factor - 0.5.
 */
export function scalePolygons(polygons: StarPolygons, factor: number): StarPolygons {
  if (factor === 1) return polygons;
  return {
    ...polygons,
    centers: polygons.centers.map((v) => (v + 0.5) * factor - 0.5),
    distances: polygons.distances.map((v) => v * factor),
  };
}
