import type { Nuclei } from "../core/nuclei.js";
import { throwIfCancelled, type StageContext } from "../core/progress.js";
import type { TrackGraph } from "../core/tracks.js";
import { overlapLookup, type LinkContext } from "./cost.js";
import { movieOf, type Movie } from "./detections.js";
import { divide } from "./divide.js";
import { estimateDrift, noDrift } from "./drift.js";
import { edgesOf, Forest } from "./forest.js";
import { closeGaps } from "./gaps.js";
import { linkFrames } from "./link.js";
import type { LinkOverlaps } from "./maskoverlaps.js";
import { chooseRadius, movieScale, ownMotion } from "./radius.js";
import { checkTrackOptions, defaultTrackOptions, type TrackOptions } from "./settings.js";

export { defaultTrackOptions, type TrackOptions };

/**
 * The options used, with everything that was taken from the data; lengths in px, null where there was nothing
 * to measure.
 */
export interface TrackSettings extends Omit<TrackOptions, "radius" | "persistence"> {
  /** Linking radius. */
  readonly radius: number | null;
  /** Share of a displacement beside the drift that is expected to go on. */
  readonly persistence: number;
  /** Median diameter of the nuclei. */
  readonly diameter: number | null;
  /**
   * Median distance to the nearest nucleus of the same frame, half a diameter at least; 4 diameters where no
   * frame has two.
   */
  readonly spacing: number | null;
  /** Median displacement from frame to frame beside the drift. */
  readonly step: number | null;
  /** Whether overlaps of masks were given. */
  readonly overlaps: boolean;
}

/** A division, by row of the nuclei table; daughters by ascending row. */
export interface DivisionEvidence {
  readonly motherRow: number;
  readonly daughters: readonly [number, number];
  /** 0..1. */
  readonly score: number;
}

/** What a tracker finds. */
export interface TrackResult {
  readonly graph: TrackGraph;
  readonly settings: TrackSettings;
  /** By mother's row. */
  readonly divisions: readonly DivisionEvidence[];
  readonly gapsClosed: number;
}

/**
 * Links nuclei through time: frame to frame by least total cost, then divisions by their evidence, best
 * first, then gaps by least total cost. Tracks never merge. The result does not depend on the order of the
 * nuclei.
 *
 * @param nuclei rows in any order; the graph refers to them as given
 * @param frames frames of the movie, empty ones included
 * @param overlaps shared pixels of the masks of consecutive frames, entry t for t and t + 1
 * @throws InvalidInput when an option or a nucleus is out of range
 * @throws Cancelled when the context's signal was aborted Source: Jaqaman et al. 2008, Nat. Methods 5:695,
 *   for the two-step assignment; drift, radius and evidence are our own.
 */
export function track(
  nuclei: Nuclei,
  frames: number,
  options: Partial<TrackOptions> = {},
  context: StageContext = {},
  overlaps?: LinkOverlaps,
): TrackResult {
  const all: TrackOptions = { ...defaultTrackOptions, ...options };
  checkTrackOptions(all);
  const movie = movieOf(nuclei, frames);
  const { link, settings } = prepare(movie, all, overlaps);
  const forest = new Forest(movie.count);
  for (let t = 0; t + 1 < frames; t++) {
    throwIfCancelled(context, "Tracking");
    linkFrames(link, t, forest);
    context.onProgress?.({ done: t + 1, total: frames - 1, message: "linking" });
  }
  const divisions = all.divisions ? divide(link, forest) : [];
  const gapsClosed = all.gap > 0 ? closeGaps(link, forest) : 0;
  return {
    graph: { nuclei, frames, edges: edgesOf(movie, forest) },
    settings,
    gapsClosed,
    divisions: divisions
      .map(({ mother, daughters, score }) => ({
        motherRow: movie.rowOf[mother]!,
        daughters: ascending(movie.rowOf[daughters[0]]!, movie.rowOf[daughters[1]]!),
        score,
      }))
      .sort((a, b) => a.motherRow - b.motherRow),
  };
}

const ascending = (a: number, b: number): [number, number] => (a < b ? [a, b] : [b, a]);

/** What the tracker takes from the data alone: its radius and the lengths behind it. */
export function measureMovie(
  nuclei: Nuclei,
  frames: number,
): Pick<TrackSettings, "radius" | "diameter" | "spacing" | "step"> {
  return prepare(movieOf(nuclei, frames), defaultTrackOptions, undefined).settings;
}

function prepare(
  movie: Movie,
  options: TrackOptions,
  overlaps: LinkOverlaps | undefined,
): { link: LinkContext; settings: TrackSettings } {
  const scale = movieScale(movie);
  const drift = options.drift && scale.spacing > 0 ? estimateDrift(movie, scale.spacing) : noDrift(movie);
  const motion = ownMotion(movie, drift, Math.min(1.2 * scale.spacing, 4 * scale.diameter));
  const radius = options.radius ?? chooseRadius(scale, motion.step);
  const persistence = options.persistence ?? motion.persistence;
  const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
  return {
    // Without nuclei nothing can be measured, and no radius is needed.
    link: {
      movie,
      drift,
      expected: { dy: drift.dy.slice(), dx: drift.dx.slice() },
      persistence,
      options,
      radius: orNull(radius) ?? 0,
      diameter: scale.diameter,
      overlap: overlapLookup(movie, drift, scale.diameter, overlaps),
    },
    settings: {
      ...options,
      radius: orNull(radius),
      diameter: orNull(scale.diameter),
      spacing: orNull(scale.spacing),
      step: orNull(motion.step),
      persistence,
      overlaps: overlaps !== undefined,
    },
  };
}
