import type { Nuclei } from "../core/nuclei.js";
import type { StageContext } from "../core/progress.js";
import type { TrackGraph } from "../core/tracks.js";
import { movieOf, type Movie } from "./places/detections.js";
import { estimateDrift, noDrift } from "./places/drift.js";
import { edgesOf } from "./places/forest.js";
import { linkMovie } from "./model/linkmovie.js";
import type { FrameSize } from "./model/looks.js";
import type { MovieModel } from "./model/moviemodel.js";
import { chooseRadius, movieScale, ownMotion } from "./places/radius.js";
import { checkTrackOptions, defaultTrackOptions, type TrackOptions } from "./model/settings.js";

export { defaultTrackOptions, type TrackOptions };

/**
 * The options used, with everything that was taken from the data; lengths in px, null where there was nothing
 * to measure.
 */
export interface TrackSettings extends Omit<TrackOptions, "radius"> {
  /** Longest link from frame to frame. */
  readonly radius: number | null;
  /** Median diameter of the nuclei. */
  readonly diameter: number | null;
  /**
   * Median distance to the nearest nucleus of the same frame, half a diameter at least; 4 diameters where no
   * frame has two.
   */
  readonly spacing: number | null;
  /** The distributions fitted to the movie; null with TrackMate's trackers. */
  readonly model: MovieModel | null;
}

/** A division, by row of the nuclei table; daughters by ascending row. */
export interface Division {
  readonly motherRow: number;
  readonly daughters: readonly [number, number];
  /** That it is one, 0..1; NaN with TrackMate's trackers. */
  readonly probability: number;
}

/** What a tracker finds. */
export interface TrackResult {
  readonly graph: TrackGraph;
  readonly settings: TrackSettings;
  /** By mother's row. */
  readonly divisions: readonly Division[];
  readonly gapsClosed: number;
  /**
   * By row: by how much the link from the parent is likelier than the best solution without it, natural
   * logarithm, at least; NaN where there is no link, and with TrackMate's trackers.
   */
  readonly margins: Float64Array;
}

/**
 * Links nuclei through time by what is likeliest in this very movie: distributions of motion, of growth, of
 * brightness and of divisions are fitted to its own events, and all that can happen to a nucleus competes by
 * log likelihood. Tracks never merge. The result does not depend on the order of the nuclei.
 *
 * @param nuclei rows in any order; the graph refers to them as given
 * @param frames frames of the movie, empty ones included
 * @param size of the frames; default: so large that no nucleus is at the border
 * @throws InvalidInput when an option or a nucleus is out of range
 * @throws Cancelled when the context's signal was aborted
 * Source: Jaqaman et al. 2008, Nat. Methods 5:695, for assignment in two steps; Magnusson et al. 2015, IEEE
 * Trans. Med. Imaging 34:911, for log likelihoods of events as the currency; the model is our own.
 */
export function track(
  nuclei: Nuclei,
  frames: number,
  options: Partial<TrackOptions> = {},
  context: StageContext = {},
  size: FrameSize = roomyAround(nuclei),
): TrackResult {
  const all: TrackOptions = { ...defaultTrackOptions, ...options };
  checkTrackOptions(all);
  const movie = movieOf(nuclei, frames);
  const linked = linkMovie(movie, size, all, context);
  const { forest, prices, bridged } = linked;
  const margins = new Float64Array(nuclei.count);
  movie.rowOf.forEach((row, node) => (margins[row] = linked.margins[node]!));
  return {
    graph: { nuclei, frames, edges: edgesOf(movie, forest) },
    settings: {
      ...all,
      radius: movie.count === 0 ? null : prices.reach,
      diameter: orNull(prices.scale.diameter),
      spacing: orNull(prices.scale.spacing),
      model: movie.count === 0 ? null : prices.model,
    },
    gapsClosed: bridged,
    margins,
    divisions: linked.divisions
      .map(({ mother, daughters, probability }) => ({
        motherRow: movie.rowOf[mother]!,
        daughters: ascending(movie.rowOf[daughters[0]]!, movie.rowOf[daughters[1]]!),
        probability,
      }))
      .sort((a, b) => a.motherRow - b.motherRow),
  };
}

const ascending = (a: number, b: number): [number, number] => (a < b ? [a, b] : [b, a]);

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

/** A part of the plane in which no nucleus is at the border. */
function roomyAround({ y, x, area }: Nuclei): FrameSize {
  if (y.length === 0) return { height: 1, width: 1 };
  const margin = Math.ceil(3 * Math.sqrt(area.reduce((a, b) => Math.max(a, b), 0)));
  const range = (axis: Float64Array): { first: number; length: number } => {
    const first = Math.floor(axis.reduce((a, b) => Math.min(a, b), Infinity)) - margin;
    const last = Math.ceil(axis.reduce((a, b) => Math.max(a, b), -Infinity)) + margin;
    return { first, length: last - first + 1 };
  };
  const [rows, columns] = [range(y), range(x)];
  return { top: rows.first, left: columns.first, height: rows.length, width: columns.length };
}

/** What a movie tells about the radius of links: for TrackMate's tracker, which takes nothing else from it. */
export function measureMovie(
  nuclei: Nuclei,
  frames: number,
): { readonly radius: number | null; readonly diameter: number | null; readonly spacing: number | null } {
  const movie: Movie = movieOf(nuclei, frames);
  const scale = movieScale(movie);
  const drift = scale.spacing > 0 ? estimateDrift(movie, scale.spacing) : noDrift(movie);
  const step = ownMotion(movie, drift, Math.min(1.2 * scale.spacing, 4 * scale.diameter));
  return {
    radius: orNull(chooseRadius(scale, step)),
    diameter: orNull(scale.diameter),
    spacing: orNull(scale.spacing),
  };
}
