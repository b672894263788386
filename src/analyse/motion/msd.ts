import { type LineageGroups, totalsOf } from "../../stats/bootstrap.js";
import type { Recording } from "../units/recording.js";
import type { Units } from "../units/units.js";

/** Mean squared displacement: one row a lag. */
export interface MeanSquaredDisplacement {
  readonly count: number;
  /** Lag in frames, 1..count. */
  readonly lag: Int32Array;
  /** The lag in the unit of time. */
  readonly time: Float64Array;
  /** Mean of |r(t + lag) - r(t)|², in the unit of area; NaN where no branch spans the lag. */
  readonly value: Float64Array;
  /** Pairs averaged, and branches they come from. */
  readonly pairs: Float64Array;
  readonly branches: Int32Array;
  /** The power law that the values follow. */
  readonly fit: PowerLaw;
}

/** MSD = 4 coefficient lag^exponent. */
export interface PowerLaw {
  /**
   * 1 for a random walk, 2 for straight movement, below 1 for confined movement; NaN where fewer than three
   * lags have pairs.
   */
  readonly exponent: number;
  /** Generalised diffusion coefficient: unit of area / unit of time^exponent. */
  readonly coefficient: number;
}

/** Sums of squared displacements and pairs, by group of lineages. */
export interface DisplacementSums {
  /** Groups x lags x 2: sum in the unit of area, pairs; lag 1 first. */
  readonly sums: Float64Array;
  /** Branches with a pair, by lag - 1. */
  readonly branches: Int32Array;
}

/**
 * Sums of the squared displacements up to a lag, by group of lineages.
 *
 * @param lags largest lag, frames
 */
export function displacementSums(
  { nuclei, branches, units }: Recording,
  { groupOf, groups }: LineageGroups,
  lags: number,
): DisplacementSums {
  const sums = new Float64Array(groups * lags * 2);
  const contributing = new Int32Array(lags);
  const lastBranch = new Int32Array(lags);
  const scale = units.perPixel ** 2;
  for (const { id, rows } of branches) {
    const group = groupOf[id - 1]! * lags * 2;
    for (let i = 0; i < rows.length; i++) {
      const [frame, y, x] = [nuclei.frame[rows[i]!]!, nuclei.y[rows[i]!]!, nuclei.x[rows[i]!]!];
      for (let j = i + 1; j < rows.length; j++) {
        const lag = nuclei.frame[rows[j]!]! - frame - 1;
        if (lag >= lags) break;
        sums[group + 2 * lag]! += ((nuclei.y[rows[j]!]! - y) ** 2 + (nuclei.x[rows[j]!]! - x) ** 2) * scale;
        sums[group + 2 * lag + 1]!++;
        if (lastBranch[lag] !== id) contributing[lag]!++;
        lastBranch[lag] = id;
      }
    }
  }
  return { sums, branches: contributing };
}

/**
 * Mean squared displacement over all pairs of detections `lag` frames apart in the same branch: MSD(lag) =
 * mean |r(t + lag) - r(t)|², every pair of every branch weighing the same. Pairs of one branch overlap in
 * time, so the number of pairs overstates the evidence at long lags.
 *
 * Source: Qian, Sheetz & Elson 1991, Biophys. J. 60:910 (averaging over overlapping intervals).
 */
export function meanSquaredDisplacement(
  { sums, branches }: DisplacementSums,
  groups: number,
  lags: number,
  units: Units,
): MeanSquaredDisplacement {
  const total = groups === 0 ? new Float64Array(2 * lags) : totalsOf(sums, groups);
  return {
    count: lags,
    lag: Int32Array.from({ length: lags }, (_, i) => i + 1),
    time: Float64Array.from({ length: lags }, (_, i) => (i + 1) * units.perFrame),
    value: Float64Array.from({ length: lags }, (_, i) => total[2 * i]! / total[2 * i + 1]!),
    pairs: Float64Array.from({ length: lags }, (_, i) => total[2 * i + 1]!),
    branches,
    fit: powerLawOf(total, units.perFrame),
  };
}

/**
 * The power law through all lags: a straight line through log MSD against log lag. A lag weighs as the number
 * of displacements that do not overlap, pairs / lag, for the variance of the logarithm of a mean is about
 * inverse to their number. Errors of the places raise short lags and with it lower the exponent.
 *
 * @param total lags x 2: sum, pairs Source: Metzler & Klafter 2000, Phys. Rep. 339:1 (generalised diffusion);
 *   Michalet 2010, Phys. Rev. E 82:041914 (errors of places).
 */
export function powerLawOf(total: Float64Array, perFrame: number): PowerLaw {
  let [n, w, sx, sy, sxx, sxy] = [0, 0, 0, 0, 0, 0];
  for (let lag = 1; 2 * lag <= total.length; lag++) {
    const [sum, pairs] = [total[2 * lag - 2]!, total[2 * lag - 1]!];
    if (!(sum > 0)) continue;
    const [x, y, weight] = [Math.log(lag * perFrame), Math.log(sum / pairs), pairs / lag];
    n++;
    w += weight;
    sx += weight * x;
    sy += weight * y;
    sxx += weight * x * x;
    sxy += weight * x * y;
  }
  if (n < 3) return { exponent: NaN, coefficient: NaN };
  const exponent = (w * sxy - sx * sy) / (w * sxx - sx * sx);
  return { exponent, coefficient: Math.exp((sy - exponent * sx) / w) / 4 };
}
