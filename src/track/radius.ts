import { mutualNearest, type Drift } from "./drift.js";
import { medianOf, type Movie } from "./movie.js";

/** Lengths that a movie's own data give, px. */
export interface MovieScale {
  /** Median of the diameters of discs of the nuclei's areas. */
  readonly diameter: number;
  /** Median distance to the nearest nucleus of the same frame, half a diameter at least; 4 diameters where no frame has two. */
  readonly spacing: number;
}

/** NaN without nuclei. */
export function movieScale(movie: Movie): MovieScale {
  const diameter = medianOf(movie.area.map((area) => 2 * Math.sqrt(area / Math.PI)));
  const distances = movie.points.flatMap((points) => [...points.neighbourDistances()]);
  const spacing = medianOf(distances);
  // Centres nearer than half a diameter belong to doubled objects and say nothing about the tissue.
  return { diameter, spacing: Number.isNaN(spacing) ? 4 * diameter : Math.max(spacing, diameter / 2) };
}

/** How far nuclei move beside the drift: the median over nuclei of consecutive frames that are each other's nearest; NaN if there are none. */
export function typicalStep(movie: Movie, drift: Drift, reach: number): number {
  const steps: number[] = [];
  for (let t = 0; t + 1 < movie.frames; t++) {
    const [from, to, offset] = [movie.points[t]!, movie.points[t + 1]!, movie.start[t]!];
    const dy = drift.dy.subarray(offset, offset + from.count);
    const dx = drift.dx.subarray(offset, offset + from.count);
    mutualNearest(from, to, reach, dy, dx).forEach((j, i) => {
      if (j >= 0) steps.push(Math.hypot(to.y[j]! - from.y[i]! - dy[i]!, to.x[j]! - from.x[i]! - dx[i]!));
    });
  }
  return medianOf(steps);
}

/**
 * The linking radius. Beyond 1.2 times the distance of neighbours a link is mostly somebody else's, and beyond 4 diameters nothing is
 * known about anybody; within that, 7 typical steps hold all but the rarest movements (of a normal step in two dimensions all but one in
 * 10^14; the room is for the heavy tail of dividing nuclei), and never less than one diameter, for outlines jump when nuclei divide.
 */
export function chooseRadius({ diameter, spacing }: MovieScale, step: number): number {
  const most = Math.min(1.2 * spacing, 4 * diameter);
  return Number.isNaN(step) ? most : Math.min(most, Math.max(7 * step, diameter));
}
