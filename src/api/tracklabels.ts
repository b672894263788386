import { InvalidInput } from "../core/errors.js";
import type { LabelImage } from "../core/labels.js";
import { concatNuclei, type Nuclei } from "../core/nuclei.js";
import { type StageContext, throwIfCancelled } from "../core/progress.js";
import { measure } from "../imgproc/regions.js";
import { linkOverlaps, type LinkOverlaps } from "../track/maskoverlaps.js";
import type { TrackResult } from "../track/track.js";
import { trackWith } from "../track/tracker.js";
import type { Tracker } from "../track/trackernames.js";

/** One frame of a movie to track: what `segment` gives, or labels alone. */
export interface MovieFrame {
  readonly labels: LabelImage;
  /** The nuclei of these labels. Default: measured, without brightness and score. */
  readonly nuclei?: Nuclei | undefined;
}

/** Options of `track`. */
export interface TrackingOptions extends StageContext {
  /**
   * `auto`, or TrackMate's LAP tracker with its defaults, or with splitting and a radius from the data, or its
   * overlap tracker.
   */
  readonly tracker?: Tracker | undefined;
  /** Farthest that a nucleus moves between frames, px. Default: from the data. */
  readonly radius?: number | undefined;
  /** Missing frames that a track may bridge. Default 1. */
  readonly gap?: number | undefined;
  /** Whether to find divisions. Default true. */
  readonly divisions?: boolean | undefined;
  /** µm per px; only TrackMate's defaults depend on it. */
  readonly pixelSize?: number | undefined;
}

/**
 * Links the nuclei of a movie through time. Masks stay as they are: to repair those that contradict their
 * neighbours in time, use the command `track` of `karyon/node`.
 *
 * @throws InvalidInput when the frames differ in size or an option is out of range; Cancelled
 */
export async function track(
  frames: readonly MovieFrame[],
  { tracker = "auto", radius, gap = 1, divisions = true, pixelSize, ...context }: TrackingOptions = {},
): Promise<TrackResult> {
  throwIfCancelled(context, "Tracking");
  const tables = frames.map(({ labels, nuclei }, frame) => {
    const rows = nuclei ?? measure(labels);
    return { ...rows, frame: new Int32Array(rows.count).fill(frame) };
  });
  const first = frames[0]?.labels;
  const size = first === undefined ? undefined : { height: first.height, width: first.width };
  const settings = { radius, gap, divisions, pixelSize, overlaps: overlapsOf(frames), size };
  return trackWith(tracker, concatNuclei(tables), frames.length, settings, context);
}

const overlapsOf = (frames: readonly MovieFrame[]): LinkOverlaps =>
  frames.slice(1).map(({ labels }, index) => {
    const { labels: before } = frames[index]!;
    if (labels.height === before.height && labels.width === before.width) return linkOverlaps(before, labels);
    throw new InvalidInput(
      `frame ${index + 1}`,
      `${before.height} x ${before.width} px as the frames before`,
      `${labels.height} x ${labels.width} px`,
      "a movie has frames of one size",
    );
  });
