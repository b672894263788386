import { equivalentDiameter } from "../imgproc/regions.js";
import { median } from "../stats/percentile.js";
import type { Movie } from "./detections.js";
import { mutualNearest, type Drift } from "./drift.js";

/** Lengths that a movie's own data give, px. */
export interface MovieScale {
  /** Median of the diameters of discs of the nuclei's areas. */
  readonly diameter: number;
  /**
   * Median distance to the nearest nucleus of the same frame, half a diameter at least; 4 diameters where no
   * frame has two.
   */
  readonly spacing: number;
}

/** NaN without nuclei. */
export function movieScale(movie: Movie): MovieScale {
  const diameter = median(movie.area.map(equivalentDiameter));
  const distances = movie.points.flatMap((points) => [...points.neighbourDistances()]);
  const spacing = median(distances);
  // Centres nearer than half a diameter belong to doubled objects and say nothing about the tissue.
  return { diameter, spacing: Number.isNaN(spacing) ? 4 * diameter : Math.max(spacing, diameter / 2) };
}

/** How nuclei move beside the drift, from those that are each other's nearest in consecutive frames. */
export interface OwnMotion {
  /** Median displacement, px; NaN if there are none. */
  readonly step: number;
  /**
   * Share of a displacement that goes on in the next frame, 0..1: 0 for a random walk, 1 for steady motion.
   */
  readonly persistence: number;
}

export function ownMotion(movie: Movie, drift: Drift, reach: number): OwnMotion {
  /** Own displacement to the next frame; NaN where unknown. */
  const dy = new Float64Array(movie.count).fill(Number.NaN);
  const dx = dy.slice();
  const next = new Int32Array(movie.count).fill(-1);
  for (let t = 0; t + 1 < movie.frames; t++) {
    const [from, to, offset] = [movie.points[t]!, movie.points[t + 1]!, movie.start[t]!];
    const [driftY, driftX] = [
      drift.dy.subarray(offset, offset + from.count),
      drift.dx.subarray(offset, offset + from.count),
    ];
    mutualNearest(from, to, reach, driftY, driftX).forEach((j, i) => {
      if (j < 0) return;
      next[offset + i] = movie.start[t + 1]! + j;
      dy[offset + i] = to.y[j]! - from.y[i]! - driftY[i]!;
      dx[offset + i] = to.x[j]! - from.x[i]! - driftX[i]!;
    });
  }
  const lengths = dy.map((y, i) => Math.hypot(y, dx[i]!));
  const step = median(lengths);
  return { step, persistence: persistenceOf(dy, dx, next, lengths, step) };
}

/**
 * Regression of each displacement on the one before. Long ones are left out, for some of them lead to other
 * nuclei.
 */
function persistenceOf(
  dy: Float64Array,
  dx: Float64Array,
  next: Int32Array,
  lengths: Float64Array,
  step: number,
): number {
  let [product, square, count] = [0, 0, 0];
  next.forEach((j, i) => {
    if (j < 0 || !(lengths[i]! <= 3 * step && lengths[j]! <= 3 * step)) return;
    product += dy[i]! * dy[j]! + dx[i]! * dx[j]!;
    square += lengths[i]! ** 2;
    count++;
  });
  return count < enoughPairs || square === 0 ? 0 : Math.min(1, Math.max(0, product / square));
}

/** Fewer pairs of displacements do not show whether motion persists. */
const enoughPairs = 50;

/**
 * The linking radius. Beyond 1.2 times the distance of neighbours a link is mostly somebody else's, and
 * beyond 4 diameters nothing is known about anybody; within that, 7 typical steps hold all but the rarest
 * movements (of a normal step in two dimensions all but one in 10^14; the room is for the heavy tail of
 * dividing nuclei), and never less than one diameter, for outlines jump when nuclei divide.
 */
export function chooseRadius({ diameter, spacing }: MovieScale, step: number): number {
  const maximum = Math.min(1.2 * spacing, 4 * diameter);
  return Number.isNaN(step) ? maximum : Math.min(maximum, Math.max(7 * step, diameter));
}
