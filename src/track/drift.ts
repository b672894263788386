/**
 * The movement that nuclei share with their neighbourhood: stage drift, and the flow of an epithelium. Taking it away before linking leaves
 * each nucleus's own movement, which is shorter, so that fewer links are in doubt.
 *
 * First the shift of the whole frame, by a vote of all displacements within reach (which finds shifts longer than the distance between
 * neighbours); then, from nuclei that are each other's nearest after that shift, the median displacement around each nucleus.
 */
import { medianOf, type Movie } from "./movie.js";
import { PointIndex } from "./points.js";

/** Expected displacement of every nucleus to the next frame, px; 0 where the neighbourhood says nothing. By position in the movie. */
export interface Drift {
  readonly dy: Float64Array;
  readonly dx: Float64Array;
}

/** Displacements that agree before a neighbourhood is believed: fewer could be the nuclei's own movements. */
const enough = 6;
/** Neighbours whose median is taken. */
const neighbours = 12;

export const noDrift = (movie: Movie): Drift => ({ dy: new Float64Array(movie.count), dx: new Float64Array(movie.count) });

/** Estimates the drift of every frame pair. @param spacing median distance of neighbours, px */
export function estimateDrift(movie: Movie, spacing: number): Drift {
  const drift = noDrift(movie);
  for (let t = 0; t + 1 < movie.frames; t++) {
    const [from, to] = [movie.points[t]!, movie.points[t + 1]!];
    if (Math.min(from.count, to.count) < enough) continue;
    const dy = drift.dy.subarray(movie.start[t], movie.start[t + 1]);
    const dx = drift.dx.subarray(movie.start[t], movie.start[t + 1]);
    const global = frameShift(from, to, spacing);
    dy.fill(global.y);
    dx.fill(global.x);
    // The second round pairs the nuclei after the local shifts of the first, which follows flows that differ across the image.
    for (let round = 0; round < 2; round++) localShift(from, to, spacing, dy, dx);
  }
  return drift;
}

/** The most voted displacement. Bins are a quarter of the spacing wide; votes are smoothed over 3 x 3 bins. */
function frameShift(from: PointIndex, to: PointIndex, spacing: number): { y: number; x: number } {
  const bin = spacing / 4;
  const half = 10;
  const size = 2 * half + 1;
  const reach = (half + 0.5) * bin;
  const votes = new Float64Array(size * size);
  const pairs: [number, number][] = [];
  for (let i = 0; i < from.count; i++) {
    for (const j of to.within(from.y[i]!, from.x[i]!, reach)) {
      const [dy, dx] = [to.y[j]! - from.y[i]!, to.x[j]! - from.x[i]!];
      votes[(Math.round(dy / bin) + half) * size + Math.round(dx / bin) + half]!++;
      pairs.push([dy, dx]);
    }
  }
  let best = -1;
  let [by, bx] = [0, 0];
  for (let y = 1; y < size - 1; y++) {
    for (let x = 1; x < size - 1; x++) {
      let sum = 0;
      for (let v = -1; v <= 1; v++) for (let u = -1; u <= 1; u++) sum += votes[(y + v) * size + x + u]!;
      // Of equal votes the shorter shift is likelier.
      const shorter = Math.hypot(y - half, x - half) < Math.hypot(by, bx);
      if (sum > best || (sum === best && shorter)) [best, by, bx] = [sum, y - half, x - half];
    }
  }
  const near = pairs.filter(([dy, dx]) => Math.abs(dy / bin - by) <= 1.5 && Math.abs(dx / bin - bx) <= 1.5);
  if (near.length < enough) return { y: 0, x: 0 };
  return { y: medianOf(near.map(([dy]) => dy)), x: medianOf(near.map(([, dx]) => dx)) };
}

/** Replaces the shift of each nucleus by the median of its nearest neighbours' displacements. */
function localShift(from: PointIndex, to: PointIndex, spacing: number, dy: Float64Array, dx: Float64Array): void {
  const partner = mutualNearest(from, to, spacing, dy, dx);
  const seeds = [...partner.keys()].filter((i) => partner[i]! >= 0);
  if (seeds.length < enough) return;
  const at = (axis: Float64Array): Float64Array => Float64Array.from(seeds, (i) => axis[i]!);
  const index = new PointIndex(at(from.y), at(from.x));
  const moveY = seeds.map((i) => to.y[partner[i]!]! - from.y[i]!);
  const moveX = seeds.map((i) => to.x[partner[i]!]! - from.x[i]!);
  for (let i = 0; i < from.count; i++) {
    let around = index.within(from.y[i]!, from.x[i]!, 2.5 * spacing).filter((s) => seeds[s] !== i);
    if (around.length < neighbours) around = index.within(from.y[i]!, from.x[i]!, 4 * spacing).filter((s) => seeds[s] !== i);
    if (around.length < enough) continue;
    const nearest = nearestOf(around, index, from.y[i]!, from.x[i]!);
    dy[i] = medianOf(nearest.map((s) => moveY[s]!));
    dx[i] = medianOf(nearest.map((s) => moveX[s]!));
  }
}

/** The `neighbours` points of the list that are nearest to a place; in a tie those of lower index. */
function nearestOf(list: readonly number[], index: PointIndex, y: number, x: number): readonly number[] {
  if (list.length <= neighbours) return list;
  const distances = Float64Array.from(list, (s) => (index.y[s]! - y) ** 2 + (index.x[s]! - x) ** 2);
  const limit = distances.slice().sort()[neighbours - 1]!;
  return list.filter((_, k) => distances[k]! <= limit).slice(0, neighbours);
}

/** Nuclei that are each other's nearest after the shift: index in `to`, or -1. */
export function mutualNearest(from: PointIndex, to: PointIndex, radius: number, dy: Float64Array, dx: Float64Array): Int32Array {
  const shifted = new PointIndex(from.y.map((y, i) => y + dy[i]!), from.x.map((x, i) => x + dx[i]!));
  return Int32Array.from({ length: from.count }, (_, i) => {
    const j = to.nearest(shifted.y[i]!, shifted.x[i]!, radius);
    return j >= 0 && shifted.nearest(to.y[j]!, to.x[j]!, radius) === i ? j : -1;
  });
}
