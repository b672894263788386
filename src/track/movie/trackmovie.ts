/** The label images of a movie to tracks, exactly as `karyon track` finds them: linked, repaired, linked again. */
import type { LabelSource } from "../../core/labels.js";
import type { Nuclei } from "../../core/nuclei.js";
import type { StageContext } from "../../core/progress.js";
import { type Branch, branchesOf } from "../../core/tracks.js";
import { largestCtcLabel } from "../../io/ctc.js";
import type { LinkOverlaps } from "../maskoverlaps.js";
import type { Repair } from "../repair/repair.js";
import { repairMovie } from "../repair/repairmovie.js";
import type { TrackResult } from "../track.js";
import { type TrackerOptions, trackWith } from "../tracker.js";
import type { Tracker } from "../trackernames.js";
import { keptLabels } from "./keptlabels.js";
import type { FrameIds } from "./filelabels.js";
import { type KnownNuclei, measureLabels } from "./measurelabels.js";

/** Options of `trackMovie`. */
export interface TrackMovieOptions extends Omit<TrackerOptions, "overlaps" | "size"> {
  readonly tracker: Tracker;
  /** Repair masks that contradict those before and after them. Karyon's own tracker only. Default true. */
  readonly repair: boolean;
}

/** Options of `trackMovie` that are not given. */
export const defaultTrackMovieOptions: TrackMovieOptions = { tracker: "auto", repair: true };

/** Tracks of a movie, and the masks that they are tracks of. */
export interface TrackedMovie extends TrackResult {
  /** Of the graph. */
  readonly branches: readonly Branch[];
  /** Repaired; a nucleus has here the label that its row of the graph's nuclei names. */
  readonly labels: LabelSource;
  /** By frame. */
  readonly repairs: readonly Repair[];
  /** By frame: the values of the label files, where labels were made compact (`withFileLabels`). */
  readonly ids: FrameIds;
  /** Of each frame, px. */
  readonly height: number;
  readonly width: number;
}

/**
 * Tracks the nuclei of a movie, and repairs their masks. Label images are read once to measure and once to
 * repair them; a movie of up to 128 MiB only once.
 *
 * @param known what was measured before; by default everything is measured from the labels
 * @throws InvalidInput when there is no frame, frames differ in size, or an option is out of range; Cancelled;
 *   what reading throws
 */
export async function trackMovie(
  labels: LabelSource,
  known: KnownNuclei = {},
  options: Partial<TrackMovieOptions> = {},
  context: StageContext = {},
): Promise<TrackedMovie> {
  const { tracker, repair, ...linking } = { ...defaultTrackMovieOptions, ...options };
  const kept = keptLabels(labels);
  const measured = await measureLabels(kept, known, partOf(context, 0, readShare));
  const { nuclei, overlaps, ids, height, width } = measured;
  const size = { height, width };
  const linkContext = partOf(context, readShare, 1);
  const link = (rows: Nuclei, shared: LinkOverlaps): LinkedMovie => {
    const result = trackWith(
      tracker,
      rows,
      labels.frames,
      { ...linking, overlaps: shared, size },
      linkContext,
    );
    return { ...result, branches: branchesOf(result.graph) };
  };
  const first = link(nuclei, overlaps);
  const unrepaired = { ...first, labels: kept, repairs: [], ids, height, width };
  const { margins, settings } = first;
  // TrackMate's trackers are there for comparison and get the masks as they are; they have no model.
  if (!repair || tracker !== "auto" || settings.model === null) return unrepaired;
  const evidence = { margins, model: settings.model };
  const found = await repairMovie(kept, first.graph, overlaps, evidence, context);
  if (found === undefined) return unrepaired;
  const second = link(found.nuclei, found.overlaps);
  // Repaired masks are those of the challenge: where there are too many tracks for these, the masks stay as
  // they are.
  if (challengeTracks(second) > largestCtcLabel) return unrepaired;
  return { ...second, labels: found.labels, repairs: found.repairs, ids, height, width };
}

/** Of the time that a movie takes, about so much goes into reading its labels. */
const readShare = 0.5;

/** Reports the progress of a part of the work as that of the whole, which is 1. */
export const partOf = (context: StageContext, from: number, to: number): StageContext => ({
  ...context,
  onProgress: ({ done, total, message }) =>
    context.onProgress?.({ done: from + ((to - from) * done) / total, total: 1, message }),
});

/** Tracks by the rules of the challenge: a branch is a new one after each gap. */
function challengeTracks({ graph: { nuclei }, branches }: LinkedMovie): number {
  const begins = (rows: readonly number[], k: number): boolean =>
    k === 0 || nuclei.frame[rows[k]!] !== nuclei.frame[rows[k - 1]!]! + 1;
  return branches.reduce((sum, { rows }) => sum + rows.filter((_, k) => begins(rows, k)).length, 0);
}

interface LinkedMovie extends TrackResult {
  readonly branches: readonly Branch[];
}
