import KDBush from "kdbush";
import type { Nuclei } from "../../core/nuclei.js";
import { fitDecay } from "../../stats/decay.js";
import type { Recording } from "../units/recording.js";
import type { Velocities } from "./collectivedrift.js";
import { type Steps, stepsByFrame } from "./steps.js";

/**
 * How alike the velocities of nuclei are that lie a distance apart in the same frame: one row a bin of
 * distances.
 */
export interface SpatialCorrelation {
  readonly count: number;
  /** Edges of the bins, in the unit of length. */
  readonly from: Float64Array;
  readonly to: Float64Array;
  /** Mean distance of the pairs; NaN without pairs. */
  readonly distance: Float64Array;
  /** Mean of v_i · v_j over the pairs / mean of v · v. */
  readonly value: Float64Array;
  readonly pairs: Float64Array;
  /** The same of what nuclei do beside the mean movement of the frame, u = v - <v>. */
  readonly fluctuation: Float64Array;
  readonly fluctuationPairs: Float64Array;
  /**
   * Distance over which the fluctuation's correlation falls to 1 / e, in the unit of length; NaN, 0 or
   * infinity as of `fitDecay`.
   */
  readonly length: number;
}

/** Bins are one spacing wide and reach so many spacings. */
const bins = 12;
/** About so many pairs are looked at; of longer movies frames at even distances. */
const maxPairs = 5e6;

/**
 * C(r) = <v_i · v_j> / <v · v> over pairs of nuclei r apart at the end of a step of one frame, in bins as
 * wide as the median distance to the nearest nucleus. Each nucleus's own movement and errors of the places
 * are in the denominator only, so that C does not begin at 1. The correlation length is the scale of an
 * exponential fitted to the bins up to the first whose correlation is not above 0: with the mean of the frame
 * taken away it must turn negative farther out.
 *
 * Source: Angelini et al. 2010, Phys. Rev. Lett. 104:168104; Petitjean et al. 2010, Biophys. J. 98:1790.
 *
 * @param spacing median distance to the nearest nucleus, in the unit of length; bins reach at most half of the
 *   shorter side of the field
 */
export function spatialCorrelation(
  recording: Recording,
  steps: Steps,
  velocities: Velocities,
  spacing: number,
): SpatialCorrelation {
  const { perPixel } = recording.units;
  const count = binCount(recording, spacing);
  const sums = pairSums(recording, steps, velocities, count, spacing / perPixel);
  const { pairs, ownPairs, square, ownSquare } = sums;
  const distance = sums.distance.map((sum, k) => (sum / pairs[k]!) * perPixel);
  const fluctuation = sums.own.map((sum, k) => sum / ownPairs[k]! / (ownSquare.sum / ownSquare.n));
  const edge = (k: number): number => k * spacing;
  return {
    count,
    from: Float64Array.from({ length: count }, (_, k) => edge(k)),
    to: Float64Array.from({ length: count }, (_, k) => edge(k + 1)),
    distance,
    value: sums.dots.map((sum, k) => sum / pairs[k]! / (square.sum / square.n)),
    pairs,
    fluctuation,
    fluctuationPairs: ownPairs,
    length: correlationLength(distance, fluctuation, ownPairs),
  };
}

function binCount({ height, width, units }: Recording, spacing: number): number {
  if (!(spacing > 0)) return 0;
  const reach = (Math.min(height, width) * units.perPixel) / 2;
  return Math.max(0, Math.min(bins, Math.floor(reach / spacing)));
}

/** Sums over pairs of nuclei by bin, and over single nuclei; `own` is of what each does beside its frame. */
interface PairSums {
  /** Distances, px. */
  readonly distance: Float64Array;
  readonly dots: Float64Array;
  readonly pairs: Float64Array;
  readonly own: Float64Array;
  readonly ownPairs: Float64Array;
  readonly square: { sum: number; n: number };
  readonly ownSquare: { sum: number; n: number };
}

/** @param width of a bin, px */
function pairSums(
  recording: Recording,
  steps: Steps,
  velocities: Velocities,
  count: number,
  width: number,
): PairSums {
  const floats = (): Float64Array => new Float64Array(count);
  const sums: PairSums = {
    distance: floats(),
    dots: floats(),
    pairs: floats(),
    own: floats(),
    ownPairs: floats(),
    square: { sum: 0, n: 0 },
    ownSquare: { sum: 0, n: 0 },
  };
  const { frames } = recording;
  const { starts, order } = stepsByFrame(steps, velocities.single, frames);
  const stride = frameStride(recording, order.length, count * width);
  for (let frame = 0; frame < frames && count > 0; frame += stride) {
    const here = order.subarray(starts[frame], starts[frame + 1]);
    if (here.length >= 2) addFrame(recording.nuclei, { here, steps, velocities, width }, sums);
  }
  return sums;
}

/** Every so many-th frame is looked at, so that there are not too many pairs within `reach` px. */
function frameStride({ frames, height, width }: Recording, steps: number, reach: number): number {
  const expected = (steps * (steps / Math.max(1, frames)) * Math.PI * reach ** 2) / (height * width) / 2;
  return Math.max(1, Math.ceil(expected / maxPairs));
}

/** Steps that arrive in one frame, and the width of a bin in px. */
interface FrameSteps {
  readonly here: Int32Array;
  readonly steps: Steps;
  readonly velocities: Velocities;
  readonly width: number;
}

/** Adds the pairs of one frame. */
function addFrame(nuclei: Nuclei, { here, steps, velocities, width }: FrameSteps, sums: PairSums): void {
  const { distance, dots, pairs, own, ownPairs, square, ownSquare } = sums;
  const { vy, vx, to } = steps;
  const { uy, ux } = velocities;
  const count = dots.length;
  const tree = new KDBush(here.length);
  for (const step of here) tree.add(nuclei.x[to[step]!]!, nuclei.y[to[step]!]!);
  tree.finish();
  here.forEach((a, i) => {
    square.sum += vy[a]! ** 2 + vx[a]! ** 2;
    square.n++;
    const hasOwn = !Number.isNaN(uy[a]!);
    if (hasOwn) {
      ownSquare.sum += uy[a]! ** 2 + ux[a]! ** 2;
      ownSquare.n++;
    }
    const [y, x] = [nuclei.y[to[a]!]!, nuclei.x[to[a]!]!];
    for (const j of tree.within(x, y, count * width)) {
      if (j <= i) continue;
      const b = here[j]!;
      const r = Math.hypot(nuclei.y[to[b]!]! - y, nuclei.x[to[b]!]! - x);
      const bin = Math.floor(r / width);
      if (bin >= count) continue;
      distance[bin]! += r;
      dots[bin]! += vy[a]! * vy[b]! + vx[a]! * vx[b]!;
      pairs[bin]!++;
      if (!hasOwn) continue;
      own[bin]! += uy[a]! * uy[b]! + ux[a]! * ux[b]!;
      ownPairs[bin]!++;
    }
  });
}

function correlationLength(distance: Float64Array, value: Float64Array, pairs: Float64Array): number {
  const used = Array.from(distance.keys()).filter((k) => pairs[k]! > 0);
  const end = used.findIndex((k) => value[k]! <= 0);
  if (end === 0) return 0;
  const fitted = end < 0 ? used : used.slice(0, end);
  return fitDecay(
    fitted.map((k) => distance[k]!),
    fitted.map((k) => value[k]!),
    fitted.map((k) => pairs[k]!),
  ).scale;
}
