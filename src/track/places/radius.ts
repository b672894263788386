import { equivalentDiameter } from "../../imgproc/regions.js";
import { median } from "../../stats/percentile.js";
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

/**
 * Median displacement beside the drift, of nuclei that are each other's nearest in consecutive frames, px; NaN
 * if there are none.
 *
 * @param reach largest displacement that counts, px
 */
export function ownMotion(movie: Movie, drift: Drift, reach: number): number {
  const lengths: number[] = [];
  for (let t = 0; t + 1 < movie.frames; t++) {
    const [from, to, offset] = [movie.points[t]!, movie.points[t + 1]!, movie.start[t]!];
    const [dy, dx] = [
      drift.dy.subarray(offset, offset + from.count),
      drift.dx.subarray(offset, offset + from.count),
    ];
    mutualNearest(from, to, reach, dy, dx).forEach((j, i) => {
      if (j >= 0) lengths.push(Math.hypot(to.y[j]! - from.y[i]! - dy[i]!, to.x[j]! - from.x[i]! - dx[i]!));
    });
  }
  return median(lengths);
}

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
