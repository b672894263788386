import type { Nuclei } from "../core/nuclei.js";
import type { StageContext } from "../core/progress.js";
import type { TrackGraph } from "../core/tracks.js";
import type { LinkOverlaps } from "./maskoverlaps.js";
import type { FrameSize } from "./model/looks.js";
import { defaultTrackOptions, measureMovie, track, type TrackOptions, type TrackResult } from "./track.js";
import { type LapOptions, trackLap, trackmateDefaults, trackmateTuned } from "./trackmate.js";

/**
 * Karyon's own tracker, and TrackMate's with its defaults or with splitting and a radius from the data, for
 * comparison.
 */
export const trackers = ["auto", "trackmate", "trackmate-tuned"] as const;
/** Name of a tracker. */
export type Tracker = (typeof trackers)[number];

/** What any tracker takes. */
export interface TrackerOptions extends Partial<TrackOptions> {
  /** µm, in which TrackMate's default distance is; undefined: px. */
  readonly pixelSize?: number | undefined;
  /** Overlaps of the masks of consecutive frames, where they are known. */
  readonly overlaps?: LinkOverlaps | undefined;
  /** Of the frames, px; default: so large that no nucleus is at the border. TrackMate's trackers know none. */
  readonly size?: FrameSize | undefined;
}

/**
 * Links nuclei with the tracker of that name. To those of TrackMate only `radius` and `gap` apply (and the
 * pixel size to its defaults); whether tracks split is part of the preset.
 *
 * @throws the errors of `track` and `trackLap`
 */
export function trackWith(
  tracker: Tracker,
  nuclei: Nuclei,
  frames: number,
  { pixelSize, overlaps: _, size, ...options }: TrackerOptions,
  context: StageContext = {},
): TrackResult {
  if (tracker === "auto") return track(nuclei, frames, options, context, size);
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
  return {
    graph,
    divisions: divisionsOf(graph),
    gapsClosed: gapsOf(graph),
    settings: settingsOf(lap),
    margins: new Float64Array(nuclei.count).fill(NaN),
  };
}

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
