/**
 * The movement that nuclei share with their neighbourhood: stage drift, and the flow of an epithelium. Taking
 * it away before linking leaves each nucleus's own movement, which is shorter, so that fewer links are in
 * doubt.
 *
 * First the shift of the whole frame, by a vote of all displacements within reach (which finds shifts longer
 * than the distance between neighbours); then, from nuclei that are each other's nearest after that shift,
 * the median displacement around each nucleus.
 */
import type { Movie } from "./detections.js";
import { median } from "../stats/percentile.js";
import { PointIndex } from "./points.js";

/**
 * Expected displacement of every nucleus to the next frame, px; 0 where the neighbourhood says nothing. By
 * position in the movie.
 */
export interface Drift {
  readonly dy: Float64Array;
  readonly dx: Float64Array;
}

/** Displacements that agree before a neighbourhood is believed: fewer could be the nuclei's own movements. */
const enough = 6;
/** Neighbours whose median is taken. */
const neighbours = 12;

export const noDrift = (movie: Movie): Drift => ({
  dy: new Float64Array(movie.count),
  dx: new Float64Array(movie.count),
});

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
    // The second round pairs the nuclei after the local shifts of the first, which follows flows that differ
    // across the image.
    for (let round = 0; round < 2; round++) localShift(from, to, spacing, dy, dx);
  }
  return drift;
}

/** Nuclei that vote for the shift of a frame: more would not change the most voted bin. */
const voters = 4000;

/**
 * The most voted displacement. Bins are a quarter of the spacing wide; votes are smoothed over 3 x 3 bins.
 */
function frameShift(from: PointIndex, to: PointIndex, spacing: number): { y: number; x: number } {
  const bin = spacing / 4;
  const half = 10;
  const size = 2 * half + 1;
  const reach = (half + 0.5) * bin;
  const votes = new Float64Array(size * size);
  const moveY: number[] = [];
  const moveX: number[] = [];
  const every = Math.ceil(from.count / voters);
  for (let i = 0; i < from.count; i += every) {
    for (const j of to.within(from.y[i]!, from.x[i]!, reach)) {
      const [dy, dx] = [to.y[j]! - from.y[i]!, to.x[j]! - from.x[i]!];
      votes[(Math.round(dy / bin) + half) * size + Math.round(dx / bin) + half]!++;
      moveY.push(dy);
      moveX.push(dx);
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
  const near = moveY
    .map((_, k) => k)
    .filter((k) => Math.abs(moveY[k]! / bin - by) <= 1.5 && Math.abs(moveX[k]! / bin - bx) <= 1.5);
  if (near.length < enough) return { y: 0, x: 0 };
  return { y: median(near.map((k) => moveY[k]!)), x: median(near.map((k) => moveX[k]!)) };
}

/** Replaces the shift of each nucleus by the median of its nearest neighbours' displacements. */
function localShift(
  from: PointIndex,
  to: PointIndex,
  spacing: number,
  dy: Float64Array,
  dx: Float64Array,
): void {
  const partner = mutualNearest(from, to, spacing, dy, dx);
  const seeds = Int32Array.from(partner.keys()).filter((i) => partner[i]! >= 0);
  if (seeds.length < enough) return;
  const seedOf = new Int32Array(from.count).fill(-1);
  seeds.forEach((i, seed) => (seedOf[i] = seed));
  const at = (axis: Float64Array): Float64Array => Float64Array.from(seeds, (i) => axis[i]!);
  const index = new PointIndex(at(from.y), at(from.x));
  const moveY = Float64Array.from(seeds, (i) => to.y[partner[i]!]! - from.y[i]!);
  const moveX = Float64Array.from(seeds, (i) => to.x[partner[i]!]! - from.x[i]!);
  const [nearest, squared, scratch] = [
    new Int32Array(neighbours),
    new Float64Array(neighbours),
    new Float64Array(neighbours),
  ];
  for (let i = 0; i < from.count; i++) {
    let count = index.nearestOnes(
      from.y[i]!,
      from.x[i]!,
      2.5 * spacing,
      seedOf[i]!,
      neighbours,
      nearest,
      squared,
    );
    if (count < neighbours)
      count = index.nearestOnes(
        from.y[i]!,
        from.x[i]!,
        4 * spacing,
        seedOf[i]!,
        neighbours,
        nearest,
        squared,
      );
    if (count < enough) continue;
    dy[i] = medianAt(moveY, nearest, count, scratch);
    dx[i] = medianAt(moveX, nearest, count, scratch);
  }
}

/** Median of the values at the first `count` indices. @param scratch at least `count` long */
function medianAt(values: Float64Array, indices: Int32Array, count: number, scratch: Float64Array): number {
  for (let k = 0; k < count; k++) {
    const value = values[indices[k]!]!;
    let at = k;
    for (; at > 0 && scratch[at - 1]! > value; at--) scratch[at] = scratch[at - 1]!;
    scratch[at] = value;
  }
  const half = count >> 1;
  return count % 2 === 1 ? scratch[half]! : (scratch[half - 1]! + scratch[half]!) / 2;
}

/** Nuclei that are each other's nearest after the shift: index in `to`, or -1. */
export function mutualNearest(
  from: PointIndex,
  to: PointIndex,
  radius: number,
  dy: Float64Array,
  dx: Float64Array,
): Int32Array {
  const shifted = new PointIndex(
    from.y.map((y, i) => y + dy[i]!),
    from.x.map((x, i) => x + dx[i]!),
  );
  return Int32Array.from({ length: from.count }, (_, i) => {
    const j = to.nearest(shifted.y[i]!, shifted.x[i]!, radius);
    return j >= 0 && shifted.nearest(to.y[j]!, to.x[j]!, radius) === i ? j : -1;
  });
}
