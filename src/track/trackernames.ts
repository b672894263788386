/** Names of trackers, apart from what they do: options need no more. */

/**
 * Karyon's own tracker, and those of TrackMate for comparison: the LAP tracker with its defaults or with
 * splitting and a radius from the data, and the overlap tracker with its defaults.
 */
export const trackers = ["auto", "trackmate", "trackmate-tuned", "trackmate-overlap"] as const;
/** Name of a tracker. */
export type Tracker = (typeof trackers)[number];
