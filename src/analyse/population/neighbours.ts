import Delaunator from "delaunator";
import type { Nuclei } from "../../core/nuclei.js";
import { mean } from "../../stats/average.js";
import { median } from "../../stats/percentile.js";
import type { Units } from "../units/units.js";

/** Who is beside whom, by row of the nuclei. */
export interface Neighbours {
  /** Neighbours of each nucleus within the frame. */
  readonly count: Int32Array;
  /** Distance to the nearest other nucleus of the frame, in the unit of length; NaN for a lone one. */
  readonly nearest: Float64Array;
  /** Nuclei per mm² (per megapixel) around each nucleus; NaN at the hull. */
  readonly density: Float64Array;
  /**
   * 1 where the nucleus lies on the convex hull of its frame's nuclei: some of its neighbours lie beyond the
   * image.
   */
  readonly atHull: Uint8Array;
  /** Median of `nearest` over the movie, in the unit of length; NaN where no frame has two nuclei. */
  readonly spacing: number;
  /** Longest distance between neighbours, in the unit of length. */
  readonly cut: number;
  /**
   * Per frame, without the nuclei at the hull: mean number of neighbours; and over all nuclei the median
   * distance to the nearest. NaN of nothing.
   */
  readonly meanCount: Float64Array;
  readonly medianNearest: Float64Array;
}

/**
 * Longest distance between neighbours, in medians of the distance to the nearest: across a gap nuclei are no
 * neighbours.
 */
export const neighbourCut = 2.5;

/**
 * Neighbours are nuclei joined by an edge of the Delaunay triangulation of the frame's centroids (their
 * Voronoi cells share a side) that is at most `neighbourCut` median nearest distances long. The local density
 * is that of the triangles that meet at a nucleus: 3 / (sum of their areas), which, interpolated over the
 * triangles, adds up to the number of nuclei.
 *
 * Source: Delaunay 1934; Schaap & van de Weygaert 2000, Astron. Astrophys. 363:L29 (density from the
 * triangulation).
 */
export function neighboursOf(nuclei: Nuclei, frames: number, units: Units): Neighbours {
  const { starts, order } = rowsByFrame(nuclei, frames);
  const nearest = new Float64Array(nuclei.count).fill(NaN);
  const density = new Float64Array(nuclei.count).fill(NaN);
  const atHull = new Uint8Array(nuclei.count);
  const meshes = Array.from({ length: frames }, (_, frame) =>
    meshOf(nuclei, order.subarray(starts[frame], starts[frame + 1]), nearest, density, atHull),
  );
  const spacing = median(nearest.filter((value) => !Number.isNaN(value)));
  const count = new Int32Array(nuclei.count);
  const cut = neighbourCut * spacing;
  meshes.forEach((edges, frame) => {
    const rows = order.subarray(starts[frame], starts[frame + 1]);
    for (let e = 0; e < edges.length; e += 2) {
      const [a, b] = [rows[edges[e]!]!, rows[edges[e + 1]!]!];
      if (Math.hypot(nuclei.y[a]! - nuclei.y[b]!, nuclei.x[a]! - nuclei.x[b]!) > cut) continue;
      count[a]!++;
      count[b]!++;
    }
  });
  const perFrame = (average: (values: number[]) => number, of: (row: number) => number): Float64Array =>
    Float64Array.from({ length: frames }, (_, frame) =>
      average(
        Array.from(order.subarray(starts[frame], starts[frame + 1]), of).filter(
          (value) => !Number.isNaN(value),
        ),
      ),
    );
  const scale = units.perPixel;
  return {
    count,
    atHull,
    spacing: spacing * scale,
    cut: cut * scale,
    meanCount: perFrame(mean, (row) => (atHull[row] === 1 ? NaN : count[row]!)),
    medianNearest: perFrame(median, (row) => nearest[row]!).map((value) => value * scale),
    nearest: nearest.map((value) => value * scale),
    density: density.map((value) => (value * 1e6) / scale ** 2),
  };
}

/**
 * Rows of each frame, whatever the order of the table: those of frame t are `order[starts[t]..starts[t +
 * 1])`.
 */
export function rowsByFrame(
  nuclei: Nuclei,
  frames: number,
): { readonly starts: Int32Array; readonly order: Int32Array } {
  const starts = new Int32Array(frames + 1);
  for (let row = 0; row < nuclei.count; row++) starts[nuclei.frame[row]! + 1]!++;
  for (let frame = 0; frame < frames; frame++) starts[frame + 1]! += starts[frame]!;
  const next = starts.slice();
  const order = new Int32Array(nuclei.count);
  for (let row = 0; row < nuclei.count; row++) order[next[nuclei.frame[row]!]!++] = row;
  return { starts, order };
}

/**
 * Triangulates one frame and fills what its rows have of their own.
 *
 * @returns the edges, as pairs of indices into `rows`
 */
function meshOf(
  nuclei: Nuclei,
  rows: Int32Array,
  nearest: Float64Array,
  density: Float64Array,
  atHull: Uint8Array,
): Int32Array {
  const points = new Float64Array(2 * rows.length);
  rows.forEach((row, i) => {
    points[2 * i] = nuclei.x[row]!;
    points[2 * i + 1] = nuclei.y[row]!;
  });
  const { triangles, halfedges, hull } = new Delaunator(points);
  for (const i of hull) atHull[rows[i]!] = 1;
  if (triangles.length === 0) return lineMesh(nuclei, rows, hull, nearest);
  const areas = new Float64Array(rows.length);
  const edges: number[] = [];
  for (let e = 0; e < triangles.length; e++) {
    const [a, b] = [triangles[e]!, triangles[e % 3 === 2 ? e - 2 : e + 1]!];
    if (e % 3 === 0) {
      const c = triangles[e + 2]!;
      const area =
        Math.abs(
          (points[2 * b]! - points[2 * a]!) * (points[2 * c + 1]! - points[2 * a + 1]!) -
            (points[2 * c]! - points[2 * a]!) * (points[2 * b + 1]! - points[2 * a + 1]!),
        ) / 2;
      for (const corner of [a, b, c]) areas[corner]! += area;
    }
    // Each inner edge is there twice, once in each direction.
    if (e > halfedges[e]!) edges.push(a, b);
  }
  edgesNear(nuclei, rows, edges, nearest);
  rows.forEach((row, i) => {
    if (atHull[row] === 0 && areas[i]! > 0) density[row] = 3 / areas[i]!;
  });
  return Int32Array.from(edges);
}

/** Of points on one line each is joined with the next; there are no triangles. */
function lineMesh(nuclei: Nuclei, rows: Int32Array, hull: Uint32Array, nearest: Float64Array): Int32Array {
  const edges: number[] = [];
  for (let i = 1; i < hull.length; i++) edges.push(hull[i - 1]!, hull[i]!);
  edgesNear(nuclei, rows, edges, nearest);
  return Int32Array.from(edges);
}

/** The nearest of all other points is always joined by an edge. */
function edgesNear(nuclei: Nuclei, rows: Int32Array, edges: readonly number[], nearest: Float64Array): void {
  for (let e = 0; e < edges.length; e += 2) {
    const [a, b] = [rows[edges[e]!]!, rows[edges[e + 1]!]!];
    const distance = Math.hypot(nuclei.y[a]! - nuclei.y[b]!, nuclei.x[a]! - nuclei.x[b]!);
    for (const row of [a, b]) if (!(nearest[row]! <= distance)) nearest[row] = distance;
  }
}
