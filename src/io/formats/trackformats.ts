import { ctcTracks } from "./ctctracks.js";
import { geffTracks } from "./gefftracks.js";
import { motilityLabTracks, napariTracks } from "./pointtracks.js";
import type { TrackFormat } from "./trackformat.js";
import { trackMateTracks } from "./trackmatetracks.js";

/**
 * All formats of tracks that are read, in the order in which they are tried. A new one is added here and
 * nowhere else.
 */
export const trackFormats: readonly TrackFormat[] = [
  trackMateTracks,
  geffTracks,
  ctcTracks,
  napariTracks,
  motilityLabTracks,
];
