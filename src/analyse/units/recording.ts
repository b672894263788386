import type { Nuclei } from "../../core/nuclei.js";
import type { Branch } from "../../core/tracks.js";
import type { Units } from "./units.js";

/** A movie, or a set of images, with its tracks: what every measure is made from. */
export interface Recording {
  readonly nuclei: Nuclei;
  /** Branches of the lineages; none where nothing was tracked. */
  readonly branches: readonly Branch[];
  /** Number of frames, empty ones included. */
  readonly frames: number;
  /** Size of a frame, px. */
  readonly height: number;
  readonly width: number;
  readonly units: Units;
}
