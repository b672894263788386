import { type LineageGroups, totalsOf } from "../../stats/bootstrap.js";
import { fitDecay } from "../../stats/decay.js";
import type { Units } from "../units/units.js";
import type { Velocities } from "./collectivedrift.js";
import type { Steps } from "./steps.js";

/** Velocity autocorrelation: one row a lag. */
export interface VelocityAutocorrelation {
  readonly count: number;
  /** Lag in frames, 0..count - 1. */
  readonly lag: Int32Array;
  /** The lag in the unit of time. */
  readonly time: Float64Array;
  /** Mean of v(t) · v(t + lag), square of the unit of speed; NaN without pairs. */
  readonly value: Float64Array;
  /** value / value at lag 0. */
  readonly normalised: Float64Array;
  readonly pairs: Float64Array;
  /** The same of what nuclei do beside the mean movement of the frame, u = v - <v>. */
  readonly fluctuation: Float64Array;
  readonly normalisedFluctuation: Float64Array;
  readonly fluctuationPairs: Float64Array;
}

/** Columns by lag of the sums that one group of lineages contributes: sum of v · v. */
const dots = 0;
/** Number of its pairs. */
const pairs = dots + 1;
/** Sum of u · u, of what nuclei do beside their frame. */
const ownDots = 2;
/** Number of its pairs. */
const ownPairs = ownDots + 1;
/** Columns by lag. */
const width = 4;

/**
 * Sums of the products of velocities `lag` frames apart in the same branch, by group of lineages.
 *
 * @param steps by branch, then time
 * @param lags largest lag, frames
 * @returns groups x (lags + 1) x 4: sum of v · v, pairs, sum of u · u, pairs
 */
export function autocorrelationSums(
  steps: Steps,
  { single, uy, ux }: Velocities,
  { groupOf, groups }: LineageGroups,
  lags: number,
): Float64Array {
  const stride = width * (lags + 1);
  const sums = new Float64Array(groups * stride);
  for (let i = 0; i < steps.count; i++) {
    if (single[i] === 0) continue;
    const branch = steps.branch[i]!;
    const row = groupOf[branch]! * stride;
    for (let j = i; j < steps.count && steps.branch[j] === branch; j++) {
      const lag = steps.frame[j]! - steps.frame[i]!;
      if (lag > lags) break;
      if (single[j] === 0) continue;
      const at = row + width * lag;
      sums[at + dots]! += steps.vy[i]! * steps.vy[j]! + steps.vx[i]! * steps.vx[j]!;
      sums[at + pairs]!++;
      const product = uy[i]! * uy[j]! + ux[i]! * ux[j]!;
      if (Number.isNaN(product)) continue;
      sums[at + ownDots]! += product;
      sums[at + ownPairs]!++;
    }
  }
  return sums;
}

/**
 * C(lag) = mean v(t) · v(t + lag), over all pairs of all branches, every pair weighing the same; v is the
 * displacement from one frame to the next over the frame interval.
 *
 * Source: Selmeczi et al. 2005, Biophys. J. 89:912.
 */
export function autocorrelationOf(
  sums: Float64Array,
  groups: number,
  lags: number,
  units: Units,
): VelocityAutocorrelation {
  const total = groups === 0 ? new Float64Array(width * (lags + 1)) : totalsOf(sums, groups);
  const column = (value: (lag: number) => number): Float64Array =>
    Float64Array.from({ length: lags + 1 }, (_, lag) => value(lag));
  const [value, fluctuation] = [meanAt(total, dots, lags), meanAt(total, ownDots, lags)];
  return {
    count: lags + 1,
    lag: Int32Array.from({ length: lags + 1 }, (_, lag) => lag),
    time: column((lag) => lag * units.perFrame),
    value,
    fluctuation,
    normalised: value.map((c) => c / value[0]!),
    normalisedFluctuation: fluctuation.map((c) => c / fluctuation[0]!),
    pairs: column((lag) => total[width * lag + pairs]!),
    fluctuationPairs: column((lag) => total[width * lag + ownPairs]!),
  };
}

const meanAt = (total: Float64Array, kind: number, lags: number): Float64Array =>
  Float64Array.from(
    { length: lags + 1 },
    (_, lag) => total[width * lag + kind]! / total[width * lag + kind + 1]!,
  );

/** What the autocorrelation tells of persistence; times in the unit of time, lengths in that of length. */
export interface Persistence {
  /** Decay of v · v, and of the fluctuation u · u; NaN, 0 or infinity as of `fitDecay`. */
  readonly time: number;
  readonly fluctuationTime: number;
  /**
   * Standard deviation of the places along one axis that the shortfall at lag 1 corresponds to; NaN where
   * there was no fit, 0 where there is no shortfall.
   */
  readonly localisationError: number;
}

/**
 * Persistence time P from C(lag) ~ exp(-lag / P), fitted to lags of 2 frames and more, each weighing as its
 * number of pairs.
 *
 * Errors of the places with standard deviation s along each axis add 4 s² / dt² to lag 0 and take 2 s² / dt²
 * from lag 1, but leave longer lags alone. Of a persistent random walk the mean velocity between frames
 * decays exponentially from lag 1 on, however long the frame interval, so that what lag 1 falls short of the
 * fit estimates s.
 *
 * @param total sums over all groups, (lags + 1) x 4 Source: Uhlenbeck & Ornstein 1930; Fürth 1920, Z. Phys.
 *   2:244; Pedersen et al. 2016, Phys. Rev. E 94:062401 (sampling and noise).
 */
export function persistenceOf(total: Float64Array, perFrame: number): Persistence {
  const lags = total.length / width - 1;
  const from = 2;
  const x = Float64Array.from({ length: Math.max(0, lags - from + 1) }, (_, k) => (from + k) * perFrame);
  const fit = (kind: number): { scale: number; amplitude: number } =>
    fitDecay(
      x,
      meanAt(total, kind, lags).subarray(from),
      x.map((_, k) => total[width * (from + k) + kind + 1]!),
    );
  const [whole, own] = [fit(dots), fit(ownDots)];
  const shortfall =
    own.amplitude * Math.exp(-perFrame / own.scale) - total[width + ownDots]! / total[width + ownPairs]!;
  return {
    time: whole.scale,
    fluctuationTime: own.scale,
    localisationError:
      own.scale > 0 && own.scale < Infinity ? perFrame * Math.sqrt(Math.max(0, shortfall) / 2) : NaN,
  };
}
