import type { Drift } from "./drift.js";
import type { Movie } from "./movie.js";
import type { TrackOptions } from "./options.js";
import type { LinkOverlaps } from "./overlaps.js";

/** Everything that the price of a link depends on. Nuclei are positions in the movie. */
export interface LinkContext {
  readonly movie: Movie;
  readonly drift: Drift;
  /** Displacement to expect of each nucleus to the next frame: the drift and, once it is linked, what persists of its own motion. */
  readonly expected: Drift;
  /** Share of a nucleus's own displacement that goes on, 0..1. */
  readonly persistence: number;
  readonly options: TrackOptions;
  /** Linking radius, px. */
  readonly radius: number;
  /** Median diameter, px. */
  readonly diameter: number;
  /** Share of the smaller nucleus that overlaps the other, 0..1, for nuclei of consecutive frames. */
  readonly overlap: (from: number, to: number) => number;
}

/** |a - b| / (a + b): 0 for equals, 1 at most; 0 where a value is unknown. */
export const asymmetry = (a: number, b: number): number => {
  const value = Math.abs(a - b) / (Math.abs(a) + Math.abs(b));
  return Number.isNaN(value) ? 0 : value;
};

/** Growth of distances for nuclei that do not look alike, 1 or more. */
export function penalty({ movie, options }: LinkContext, from: number, to: number): number {
  return 1 + options.areaWeight * asymmetry(movie.area[from]!, movie.area[to]!)
    + options.intensityWeight * asymmetry(movie.intensity[from]!, movie.intensity[to]!);
}

/**
 * Cost of a link to the next frame, px^2: the squared distance to the expected place, larger for nuclei that differ, smaller for those that overlap.
 *
 * Source: Jaqaman et al. 2008 (squared distance); TrackMate (penalties of features); the overlap factor is our own.
 */
export function linkCost(context: LinkContext, from: number, to: number): number {
  const { movie, expected, options } = context;
  const dy = movie.y[to]! - movie.y[from]! - expected.dy[from]!;
  const dx = movie.x[to]! - movie.x[from]! - expected.dx[from]!;
  const factor = penalty(context, from, to) * (1 - options.overlapWeight * context.overlap(from, to));
  return (dy * dy + dx * dx) * factor * factor;
}

/** Makes the overlap lookup. Where the tissue moves, masks cover their neighbours: overlap loses its say as the drift nears half a diameter. */
export function overlapLookup(movie: Movie, drift: Drift, diameter: number, overlaps: LinkOverlaps | undefined): LinkContext["overlap"] {
  if (overlaps === undefined) return () => 0;
  const share = new Map<number, number>();
  overlaps.forEach((frame, t) => {
    if (t + 1 >= movie.frames) return;
    const [earlier, later] = [positions(movie, t), positions(movie, t + 1)];
    frame.shared.forEach((shared, k) => {
      const [from, to] = [earlier.get(frame.from[k]!), later.get(frame.to[k]!)];
      if (from === undefined || to === undefined) return;
      const trust = Math.max(0, 1 - Math.hypot(drift.dy[from]!, drift.dx[from]!) / (diameter / 2));
      share.set(from * movie.count + to, trust * Math.min(1, shared / Math.min(movie.area[from]!, movie.area[to]!)));
    });
  });
  return (from, to) => share.get(from * movie.count + to) ?? 0;
}

function positions(movie: Movie, frame: number): Map<number, number> {
  const map = new Map<number, number>();
  for (let i = movie.start[frame]!; i < movie.start[frame + 1]!; i++) map.set(movie.label[i]!, i);
  return map;
}
