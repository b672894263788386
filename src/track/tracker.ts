import type { Nuclei } from "../core/nuclei.js";
import type { StageContext } from "../core/progress.js";
import type { TrackGraph } from "../core/tracks.js";
import type { LinkOverlaps } from "./maskoverlaps.js";
import type { FrameSize } from "./model/looks.js";
import { trackOverlap } from "./overlaptracker.js";
import type { Tracker } from "./trackernames.js";
import { defaultTrackOptions, measureMovie, track, type TrackOptions, type TrackResult } from "./track.js";
import { type LapOptions, trackLap, trackmateDefaults, trackmateTuned } from "./trackmate.js";

/** What any tracker takes. */
export interface TrackerOptions extends Partial<TrackOptions> {
  /** µm, in which TrackMate's default distance is; undefined: px. */
  readonly pixelSize?: number | undefined;
  /**
   * Overlaps of the masks of consecutive frames. Only `trackmate-overlap` takes them, and needs them.
   */
  readonly overlaps?: LinkOverlaps | undefined;
  /** Of the frames, px; default: so large that no nucleus is at the border. TrackMate's trackers know none. */
  readonly size?: FrameSize | undefined;
}

/**
 * Links nuclei with the tracker of that name. To the LAP trackers only `radius` and `gap` apply (and the pixel
 * size to TrackMate's defaults), to the overlap tracker nothing; whether tracks split is part of the preset.
 *
 * @throws the errors of `track`, `trackLap` and `trackOverlap`
 */
export function trackWith(
  tracker: Tracker,
  nuclei: Nuclei,
  frames: number,
  { pixelSize, overlaps, size, ...options }: TrackerOptions,
  context: StageContext = {},
): TrackResult {
  if (tracker === "auto") return track(nuclei, frames, options, context, size);
  if (tracker === "trackmate-overlap")
    return resultOf(trackOverlap(nuclei, frames, overlaps, context), overlapSettings);
  const radius =
    options.radius ??
    (tracker === "trackmate" ? undefined : (measureMovie(nuclei, frames).radius ?? undefined));
  const defaults =
    tracker === "trackmate"
      ? trackmateDefaults(pixelSize)
      : trackmateTuned(radius ?? trackmateDefaults(pixelSize).linkingDistance);
  const lap: LapOptions = {
    ...defaults,
    ...(radius === undefined ? {} : { linkingDistance: radius, gapDistance: radius }),
    gapFrames: (options.gap ?? defaultTrackOptions.gap) + 1,
  };
  const graph = trackLap(nuclei, frames, lap, context);
  return resultOf(graph, settingsOf(lap));
}

/** What a tracker that knows no likelihood has found. */
const resultOf = (graph: TrackGraph, settings: TrackResult["settings"]): TrackResult => ({
  graph,
  divisions: divisionsOf(graph),
  gapsClosed: gapsOf(graph),
  settings,
  margins: new Float64Array(graph.nuclei.count).fill(NaN),
});

/** The LAP tracker in the terms of ours: it knows distances only. */
const settingsOf = ({
  linkingDistance,
  gapFrames,
  splittingDistance,
}: LapOptions): TrackResult["settings"] => ({
  radius: linkingDistance,
  gap: Math.max(0, gapFrames - 1),
  divisions: splittingDistance !== undefined,
  diameter: null,
  spacing: null,
  model: null,
});

/** The overlap tracker in the terms of ours: it knows no distance. */
const overlapSettings: TrackResult["settings"] = {
  ...settingsOf({ ...trackmateTuned(1), gapFrames: 0 }),
  radius: null,
};

/** Divisions without evidence: none is asked for. */
function divisionsOf(graph: TrackGraph): TrackResult["divisions"] {
  const first = new Map<number, number>();
  const found: TrackResult["divisions"][number][] = [];
  // Edges come by ascending child.
  for (let e = 0; e < graph.edges.length; e += 2) {
    const [motherRow, daughter] = [graph.edges[e]!, graph.edges[e + 1]!];
    const sister = first.get(motherRow);
    if (sister === undefined) first.set(motherRow, daughter);
    else found.push({ motherRow, daughters: [sister, daughter], probability: NaN });
  }
  return found.sort((a, b) => a.motherRow - b.motherRow);
}

function gapsOf({ edges, nuclei: { frame } }: TrackGraph): number {
  let gaps = 0;
  for (let e = 0; e < edges.length; e += 2) if (frame[edges[e + 1]!]! > frame[edges[e]!]! + 1) gaps++;
  return gaps;
}
