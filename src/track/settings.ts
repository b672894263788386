import { InvalidInput } from "../core/errors.js";

/** Settings of the tracker. */
export interface TrackOptions {
  /**
   * Farthest that a nucleus moves between two frames beside the common movement of its neighbourhood, px.
   * Undefined: from the data.
   */
  readonly radius: number | undefined;
  /** Frames that may be missing inside a track, 0 for none. */
  readonly gap: number;
  /** Whether to find divisions. */
  readonly divisions: boolean;
  /** Whether to take away the local movement of the tissue before linking. */
  readonly drift: boolean;
  /** Share of a nucleus's own displacement that goes on in the next frame, 0..1. Undefined: from the data. */
  readonly persistence: number | undefined;
  /** Weight of the difference in area: distances grow by 1 + weight |a - b| / (a + b). */
  readonly areaWeight: number;
  /** The same for the mean intensity; without effect where it is not known. */
  readonly intensityWeight: number;
  /**
   * How much the distance shrinks for nuclei that overlap fully, 0..1; without effect where overlaps are not
   * given.
   */
  readonly overlapWeight: number;
  /** Evidence that a division needs, 0..1. */
  readonly divisionEvidence: number;
  /** Frames in which both daughters must be seen; fewer suffice where the movie ends. */
  readonly daughterFrames: number;
  /** Fewest frames from one division to the next of the same line. */
  readonly minimumCycle: number;
}

/** Lengths from the data, gaps of one frame, divisions with evidence .45 and more. */
export const defaultTrackOptions: TrackOptions = {
  radius: undefined,
  gap: 1,
  divisions: true,
  drift: true,
  persistence: undefined,
  areaWeight: 2,
  intensityWeight: 1,
  overlapWeight: 0.7,
  divisionEvidence: 0.45,
  daughterFrames: 2,
  minimumCycle: 3,
};

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
  need(
    "persistence",
    options.persistence === undefined || (options.persistence >= 0 && options.persistence <= 1),
    "a value within 0 to 1",
  );
  for (const name of ["areaWeight", "intensityWeight"] as const)
    need(name, options[name] >= 0 && options[name] < Infinity, "a weight of 0 or more");
  for (const name of ["overlapWeight", "divisionEvidence"] as const)
    need(name, options[name] >= 0 && options[name] <= 1, "a value within 0 to 1");
  need(
    "daughterFrames",
    Number.isInteger(options.daughterFrames) && options.daughterFrames >= 1,
    "a whole number of frames, 1 or more",
  );
  need(
    "minimumCycle",
    Number.isInteger(options.minimumCycle) && options.minimumCycle >= 0,
    "a whole number of frames, 0 or more",
  );
}
