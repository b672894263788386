/**
 * TrackMate's LAP tracker, rule by rule, so that results can be compared with what users of TrackMate get. It
 * is the reference, not the default: `track` does better.
 */
import { solveSparse } from "../assignment/sparse.js";
import { InvalidInput } from "../core/errors.js";
import type { Nuclei } from "../core/nuclei.js";
import { throwIfCancelled, type StageContext } from "../core/progress.js";
import type { TrackGraph } from "../core/tracks.js";
import { movieOf, type Movie } from "./places/detections.js";
import { edgesOf, Forest } from "./places/forest.js";
import { Candidates } from "./linkcandidates.js";

/**
 * Settings of TrackMate's "LAP tracker"; distances in px. Merging is off in all its defaults and is left out:
 * a nucleus has one parent.
 */
export interface LapOptions {
  /** Links from frame to frame are shorter than this. */
  readonly linkingDistance: number;
  /** Gaps are closed over this distance at most. */
  readonly gapDistance: number;
  /**
   * Largest difference of frames over which a gap is closed: 2 lets one frame be missing. 0: gaps stay open.
   */
  readonly gapFrames: number;
  /** Daughters start at most this far from their mother; undefined: tracks do not split. */
  readonly splittingDistance: number | undefined;
}

/**
 * TrackMate's defaults: 15 in the unit of its image, gaps over 2 frames, no splitting.
 *
 * @param pixelSize µm; undefined where px are the unit
 */
export function trackmateDefaults(pixelSize: number | undefined): LapOptions {
  const distance = 15 / (pixelSize ?? 1);
  return { linkingDistance: distance, gapDistance: distance, gapFrames: 2, splittingDistance: undefined };
}

/**
 * What a second user would set: splitting on, and one distance from the data for everything.
 *
 * @param radius px
 */
export const trackmateTuned = (radius: number): LapOptions => ({
  linkingDistance: radius,
  gapDistance: radius,
  gapFrames: 2,
  splittingDistance: radius,
});

/**
 * No link costs this many times the highest candidate cost (frame to frame), or the 90th percentile of all
 * (segments).
 */
const alternativeFactor = 1.05;

/**
 * Links nuclei as TrackMate's LAP tracker does without feature penalties:
 *
 * 1. Frame to frame, between consecutive frames that hold nuclei: cost d², candidates d² < linkingDistance²,
 * the alternative 1.05 times the highest cost of the frame pair.
 * 2. Segments are the chains found so, of two nuclei or more. One more assignment over all of them: an end to
 * a start up to `gapFrames` later, and a middle (neither first nor last of its segment) to a start one frame
 * later; d² at most the square of the distance; the alternative 1.05 times the 90th percentile of all these
 * costs. A start is used once.
 *
 * @param nuclei rows in any order
 * @param frames frames of the movie, empty ones included
 * @throws InvalidInput when an option or a nucleus is out of range Source: TrackMate, package
 *   `tracking.jaqaman` (Tinevez et al. 2017, Methods 115:80), after Jaqaman et al. 2008, Nat. Methods 5:695.
 *   The percentile is the value at rank round(0.9 (n - 1)), as in ImgLib2. Where all costs are 0 TrackMate's
 *   alternative is 0, too, and the solver free to choose; here such nuclei are linked.
 */
export function trackLap(
  nuclei: Nuclei,
  frames: number,
  options: LapOptions,
  context: StageContext = {},
): TrackGraph {
  check(options);
  const movie = movieOf(nuclei, frames);
  const forest = new Forest(movie.count);
  const occupied = Array.from({ length: frames }, (_, t) => t).filter((t) => movie.points[t]!.count > 0);
  occupied.slice(1).forEach((later, k) => {
    throwIfCancelled(context, "Tracking");
    linkPair(movie, forest, occupied[k]!, later, options.linkingDistance);
    context.onProgress?.({ done: k + 1, total: occupied.length - 1, message: "linking" });
  });
  linkSegments(movie, forest, options);
  return { nuclei, frames, edges: edgesOf(movie, forest) };
}

function linkPair(movie: Movie, forest: Forest, earlier: number, later: number, distance: number): void {
  const [from, to, next] = [movie.start[earlier]!, movie.start[later]!, movie.points[later]!];
  const candidates = new Candidates();
  for (let i = from; i < movie.start[earlier + 1]!; i++) {
    for (const j of next.within(movie.y[i]!, movie.x[i]!, distance)) {
      const cost = squaredDistance(movie, i, to + j);
      if (cost < distance * distance) candidates.add(i - from, j, cost);
    }
  }
  solve(candidates, movie.start[earlier + 1]! - from, next.count, 1).forEach((column, row) => {
    if (column >= 0) forest.link(from + row, to + column);
  });
}

function linkSegments(
  movie: Movie,
  forest: Forest,
  { gapDistance, gapFrames, splittingDistance }: LapOptions,
): void {
  const candidates = new Candidates();
  const add = (source: number, starts: readonly number[]): void => {
    for (const start of starts) candidates.add(source, start, squaredDistance(movie, source, start));
  };
  for (let source = 0; source < movie.count; source++) {
    if (forest.parent[source]! < 0) continue;
    if (forest.children(source) > 0) {
      if (splittingDistance !== undefined)
        add(source, startsNear(movie, forest, source, 1, splittingDistance));
    } else {
      for (let step = 1; step <= gapFrames; step++)
        add(source, startsNear(movie, forest, source, step, gapDistance));
    }
  }
  // Links change what is a start; all candidates were found before.
  solve(candidates, movie.count, movie.count, 0.9).forEach((start, source) => {
    if (start >= 0) forest.link(source, start);
  });
}

/** First nuclei of segments that begin `step` frames after a nucleus. */
function startsNear(movie: Movie, forest: Forest, source: number, step: number, distance: number): number[] {
  const frame = movie.frame[source]! + step;
  if (frame >= movie.frames) return [];
  return movie.points[frame]!.within(movie.y[source]!, movie.x[source]!, distance)
    .map((j) => movie.start[frame]! + j)
    .filter((start) => forest.parent[start]! < 0 && forest.children(start) > 0);
}

/** @param percentile 0..1, the one of all costs that sets the alternative */
function solve(found: Candidates, rows: number, columns: number, percentile: number): Int32Array {
  const candidates = found.list();
  const high = candidates.cost.slice().sort()[Math.round(percentile * (candidates.cost.length - 1))] ?? 0;
  return solveSparse(rows, columns, candidates, high === 0 ? 1 : alternativeFactor * high);
}

const squaredDistance = ({ y, x }: Movie, a: number, b: number): number =>
  (y[a]! - y[b]!) ** 2 + (x[a]! - x[b]!) ** 2;

function check({ linkingDistance, gapDistance, gapFrames, splittingDistance }: LapOptions): void {
  for (const [name, value] of Object.entries({ linkingDistance, gapDistance, splittingDistance })) {
    if (value !== undefined && !(value > 0 && value < Infinity))
      throw new InvalidInput(`LAP option ${name}`, "a distance above 0 px", String(value));
  }
  if (!Number.isInteger(gapFrames) || gapFrames < 0)
    throw new InvalidInput("LAP option gapFrames", "a whole number of frames, 0 or more", String(gapFrames));
}
