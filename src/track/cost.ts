import type { Movie } from "./detections.js";
import type { Drift } from "./drift.js";
import type { FrameOverlaps, LinkOverlaps } from "./maskoverlaps.js";
import type { TrackOptions } from "./settings.js";

/** Everything that the price of a link depends on. Nuclei are positions in the movie. */
export interface LinkContext {
  readonly movie: Movie;
  readonly drift: Drift;
  /**
   * Displacement to expect of each nucleus to the next frame: the drift and, once it is linked, what persists
   * of its own motion.
   */
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
  return (
    1 +
    options.areaWeight * asymmetry(movie.area[from]!, movie.area[to]!) +
    options.intensityWeight * asymmetry(movie.intensity[from]!, movie.intensity[to]!)
  );
}

/**
 * Cost of a link to the next frame, px^2: the squared distance to the expected place, larger for nuclei that
 * differ, smaller for those that overlap.
 *
 * Source: Jaqaman et al. 2008 (squared distance); TrackMate (penalties of features); the overlap factor is
 * our own.
 */
export function linkCost(context: LinkContext, from: number, to: number): number {
  const { movie, expected, options } = context;
  const dy = movie.y[to]! - movie.y[from]! - expected.dy[from]!;
  const dx = movie.x[to]! - movie.x[from]! - expected.dx[from]!;
  const factor = penalty(context, from, to) * (1 - options.overlapWeight * context.overlap(from, to));
  return (dy * dy + dx * dx) * factor * factor;
}

/**
 * Makes the overlap lookup. Where the tissue moves, masks cover their neighbours: overlap loses its say as
 * the drift nears half a diameter.
 */
export function overlapLookup(
  movie: Movie,
  drift: Drift,
  diameter: number,
  overlaps: LinkOverlaps | undefined,
): LinkContext["overlap"] {
  if (overlaps === undefined) return () => 0;
  const frames = overlaps
    .slice(0, Math.max(0, movie.frames - 1))
    .map((frame, t) => sharesOf(movie, drift, diameter, frame, t));
  return (from, to) => {
    const t = movie.frame[from]!;
    const frame = frames[t];
    if (frame === undefined || movie.frame[to] !== t + 1) return 0;
    for (let k = frame.start[from - movie.start[t]!]!; k < frame.start[from - movie.start[t]! + 1]!; k++)
      if (frame.to[k] === to) return frame.share[k]!;
    return 0;
  };
}

/**
 * Overlaps of one frame with the next by position in the movie: those of the i-th nucleus of the frame are
 * entries start[i] to start[i + 1].
 */
interface Shares {
  readonly start: Int32Array;
  readonly to: Int32Array;
  readonly share: Float64Array;
}

function sharesOf(movie: Movie, drift: Drift, diameter: number, frame: FrameOverlaps, t: number): Shares {
  const [earlier, later] = [positions(movie, t), positions(movie, t + 1)];
  const offset = movie.start[t]!;
  const known = Int32Array.from(frame.from.keys()).filter(
    (k) => earlier.has(frame.from[k]!) && later.has(frame.to[k]!),
  );
  const start = new Int32Array(movie.start[t + 1]! - offset + 1);
  const fromOf = (k: number): number => earlier.get(frame.from[k]!)! - offset;
  for (const k of known) start[fromOf(k) + 1]!++;
  for (let i = 1; i < start.length; i++) start[i]! += start[i - 1]!;
  const next = start.slice();
  const to = new Int32Array(known.length);
  const share = new Float64Array(known.length);
  for (const k of known) {
    const from = fromOf(k);
    const at = next[from]!++;
    to[at] = later.get(frame.to[k]!)!;
    const trust = Math.max(
      0,
      1 - Math.hypot(drift.dy[offset + from]!, drift.dx[offset + from]!) / (diameter / 2),
    );
    share[at] =
      trust * Math.min(1, frame.shared[k]! / Math.min(movie.area[offset + from]!, movie.area[to[at]]!));
  }
  return { start, to, share };
}

function positions(movie: Movie, frame: number): Map<number, number> {
  const map = new Map<number, number>();
  for (let i = movie.start[frame]!; i < movie.start[frame + 1]!; i++) map.set(movie.label[i]!, i);
  return map;
}
