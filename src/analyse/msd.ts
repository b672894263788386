import type { Nuclei } from "../core/nuclei.js";
import type { Branch } from "../core/tracks.js";
import type { Units } from "./units.js";

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
}

/**
 * Mean squared displacement over all pairs of detections `lag` frames apart in the same branch: MSD(lag) = mean |r(t + lag) - r(t)|², every
 * pair of every branch weighing the same. Pairs of one branch overlap in time, so the number of pairs overstates the evidence at long lags.
 *
 * Source: Qian, Sheetz & Elson 1991, Biophys. J. 60:910 (averaging over overlapping intervals).
 */
export function meanSquaredDisplacement(nuclei: Nuclei, branches: readonly Branch[], lags: number, units: Units): MeanSquaredDisplacement {
  const sums = new Float64Array(lags + 1);
  const pairs = new Float64Array(lags + 1);
  const contributing = new Int32Array(lags + 1);
  const lastBranch = new Int32Array(lags + 1);
  for (const { id, rows } of branches) {
    for (let i = 0; i < rows.length; i++) {
      for (let j = i + 1; j < rows.length; j++) {
        const lag = nuclei.frame[rows[j]!]! - nuclei.frame[rows[i]!]!;
        if (lag > lags) break;
        sums[lag]! += (nuclei.y[rows[j]!]! - nuclei.y[rows[i]!]!) ** 2 + (nuclei.x[rows[j]!]! - nuclei.x[rows[i]!]!) ** 2;
        pairs[lag]!++;
        if (lastBranch[lag] !== id) contributing[lag]!++;
        lastBranch[lag] = id;
      }
    }
  }
  return {
    count: lags,
    lag: Int32Array.from({ length: lags }, (_, i) => i + 1),
    time: Float64Array.from({ length: lags }, (_, i) => (i + 1) * units.perFrame),
    value: Float64Array.from({ length: lags }, (_, i) => (sums[i + 1]! / pairs[i + 1]!) * units.perPixel ** 2),
    pairs: pairs.slice(1),
    branches: contributing.slice(1),
  };
}
