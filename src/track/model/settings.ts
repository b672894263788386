import { InvalidInput } from "../../core/errors.js";

/** Settings of the tracker. */
export interface TrackOptions {
  /**
   * Farthest that a nucleus moves between two frames beside the common movement of its neighbourhood, px.
   * Undefined: as far as the movie's own motion makes likely.
   */
  readonly radius: number | undefined;
  /** Frames that may be missing inside a track, 0 for none. */
  readonly gap: number;
  /** Whether to find divisions. */
  readonly divisions: boolean;
}

/** Everything from the data, gaps of one frame. */
export const defaultTrackOptions: TrackOptions = { radius: undefined, gap: 1, divisions: true };

/** @throws InvalidInput naming the option that is out of range */
export function checkTrackOptions(options: TrackOptions): void {
  const need = (name: keyof TrackOptions, ok: boolean, expected: string): void => {
    if (!ok) throw new InvalidInput(`track option ${name}`, expected, String(options[name]));
  };
  need(
    "radius",
    options.radius === undefined || (options.radius > 0 && options.radius < Infinity),
    "a distance above 0 px",
  );
  need("gap", Number.isInteger(options.gap) && options.gap >= 0, "a whole number of frames, 0 or more");
}
