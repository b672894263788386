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
import { evenlySpreadIndices } from "../../stats/evenly.js";
import { median } from "../../stats/percentile.js";
import { fitStudent, logStudentPlane } from "../../stats/logdensity.js";
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

/** No drift anywhere. */
export const noDrift = (movie: Movie): Drift => ({
  dy: new Float64Array(movie.count),
  dx: new Float64Array(movie.count),
});

/**
 * Estimates the drift of every frame pair: none, one shift of the frame, or local shifts, whichever makes the
 * nuclei's places likelier. A shift is believed in the frame pairs where it gains enough over none; local
 * shifts, which no nucleus has a say in for itself, where they gain over all pairs looked at.
 *
 * @param spacing median distance of neighbours, px
 */
export function estimateDrift(movie: Movie, spacing: number): Drift {
  const drift = noDrift(movie);
  const pairs = Array.from({ length: Math.max(0, movie.frames - 1) }, (_, t) => t).filter(
    (t) => Math.min(movie.points[t]!.count, movie.points[t + 1]!.count) >= enough,
  );
  for (const t of pairs) shiftFrame(movie, drift, t, spacing);
  const sample = evenlySpreadIndices(pairs.length, Math.min(pairs.length, sampledPairs)).map(
    (k) => pairs[k]!,
  );
  const local = { dy: drift.dy.slice(), dx: drift.dx.slice() };
  for (const t of sample) shiftLocally(movie, local, t, spacing);
  const gain = sample.reduce(
    (sum, t) => sum + likelihood(movie, local, t, spacing) - likelihood(movie, drift, t, spacing),
    0,
  );
  if (!(gain > convincing)) return drift;
  for (const t of pairs) if (!sample.includes(t)) shiftLocally(movie, local, t, spacing);
  return local;
}

/** Frame pairs in which local shifts are tried. */
const sampledPairs = 24;
/**
 * Log likelihood that shifts must gain: what two free numbers gain by chance in one of a hundred cases, 6 and
 * less, and the logarithm of how many shifts were tried, for the most voted one of about a hundred that do not
 * overlap is the luckiest.
 */
const convincing = 11;

/** The shifts of the nuclei of a frame, as views. */
const shiftsOf = (movie: Movie, { dy, dx }: Drift, t: number): Drift => ({
  dy: dy.subarray(movie.start[t], movie.start[t + 1]),
  dx: dx.subarray(movie.start[t], movie.start[t + 1]),
});

/** Gives all nuclei of a frame the most voted shift, if that makes their places likelier than none. */
export function shiftFrame(movie: Movie, drift: Drift, t: number, spacing: number): void {
  const { dy, dx } = shiftsOf(movie, drift, t);
  const without = likelihood(movie, drift, t, spacing);
  const shift = frameShift(movie.points[t]!, movie.points[t + 1]!, spacing);
  dy.fill(shift.y);
  dx.fill(shift.x);
  if (likelihood(movie, drift, t, spacing) > without + convincing) return;
  dy.fill(0);
  dx.fill(0);
}

/**
 * The second round pairs the nuclei after the local shifts of the first, which follows flows that differ
 * across the image.
 */
export function shiftLocally(movie: Movie, drift: Drift, t: number, spacing: number): void {
  const { dy, dx } = shiftsOf(movie, drift, t);
  for (let round = 0; round < 2; round++) localShift(movie.points[t]!, movie.points[t + 1]!, spacing, dy, dx);
}

/**
 * Log likelihood of where the nuclei of a frame are in the next one: displacements beside the shift of those
 * that are each other's nearest by the distribution that suits them best, the others anywhere within two
 * spacings.
 */
function likelihood(movie: Movie, drift: Drift, t: number, spacing: number): number {
  const [from, to] = [movie.points[t]!, movie.points[t + 1]!];
  const { dy, dx } = shiftsOf(movie, drift, t);
  const squares: number[] = [];
  mutualNearest(from, to, spacing, dy, dx).forEach((j, i) => {
    if (j >= 0) squares.push((to.y[j]! - from.y[i]! - dy[i]!) ** 2 + (to.x[j]! - from.x[i]! - dx[i]!) ** 2);
  });
  const log = logStudentPlane(fitStudent(squares, 2, { sigma: spacing / 6, weight: 3 }));
  const anywhere = -Math.log(4 * Math.PI * spacing * spacing);
  return squares.reduce((sum, squared) => sum + log(squared), (from.count - squares.length) * anywhere);
}

/** Nuclei that vote for the shift of a frame: more would not change the most voted bin. */
const voters = 4000;

/**
 * The most voted displacement. Bins are a quarter of the spacing wide; votes are smoothed over 3 x 3 bins.
 */
function frameShift(from: PointIndex, to: PointIndex, spacing: number): { y: number; x: number } {
  const bin = spacing / 4;
  const half = 16;
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
  const nearest = { indices: new Int32Array(neighbours), squared: new Float64Array(neighbours) };
  const scratch = new Float64Array(neighbours);
  for (let i = 0; i < from.count; i++) {
    const within = (spacings: number): number =>
      index.nearestOnes(from.y[i]!, from.x[i]!, spacings * spacing, seedOf[i]!, nearest);
    let count = within(2.5);
    if (count < neighbours) count = within(4);
    if (count < enough) continue;
    dy[i] = medianAt(moveY, nearest.indices, count, scratch);
    dx[i] = medianAt(moveX, nearest.indices, count, scratch);
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
