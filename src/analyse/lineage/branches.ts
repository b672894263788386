import type { Nuclei } from "../../core/nuclei.js";
import type { Branch } from "../../core/tracks.js";
import { mean } from "../../stats/average.js";
import { median } from "../../stats/percentile.js";
import { screenAngle } from "../../stats/direction.js";
import type { Steps } from "../motion/steps.js";
import type { Units } from "../units/units.js";
import { type Fate, fatesOf } from "./fate.js";

/**
 * One row a branch: an unbranched piece of a lineage, from birth or division to the next division or the end.
 * A dividing lineage is never averaged over: mother and daughters are rows of their own.
 */
export interface BranchStatistics {
  readonly count: number;
  /** 1..count, as `branchesOf` numbers them. */
  readonly id: Int32Array;
  /** Id of the mother, 0 if none. */
  readonly parent: Int32Array;
  /** Id of the first branch of the lineage. */
  readonly root: Int32Array;
  /** Divisions since the root. */
  readonly generation: Int32Array;
  readonly firstFrame: Int32Array;
  readonly lastFrame: Int32Array;
  /** Frames in which the nucleus was seen; less than lastFrame - firstFrame + 1 where gaps were closed. */
  readonly detections: Int32Array;
  /** (lastFrame - firstFrame) in the unit of time. */
  readonly duration: Float64Array;
  /**
   * Position where it begins and where it ends, in the unit of length, from the centre of the top left pixel.
   */
  readonly startY: Float64Array;
  readonly startX: Float64Array;
  readonly endY: Float64Array;
  readonly endX: Float64Array;
  /** Sum of the lengths of the steps. */
  readonly length: Float64Array;
  /** Distance from beginning to end. */
  readonly displacement: Float64Array;
  /** displacement / length, 0..1 (1 = straight); NaN where it did not move. */
  readonly straightness: Float64Array;
  /** length / duration; NaN for a single detection. */
  readonly meanSpeed: Float64Array;
  /** Median and maximum of the speeds of the steps; NaN for a single detection. */
  readonly medianSpeed: Float64Array;
  readonly maxSpeed: Float64Array;
  /** Over the detections that do not touch the edge of the image; NaN without any. */
  readonly meanArea: Float64Array;
  /** Direction from beginning to end, degrees 0..360 as in `screenAngle`; NaN where they are one point. */
  readonly direction: Float64Array;
  readonly fate: readonly Fate[];
}

/**
 * Statistics of every branch.
 *
 * @param frames number of frames of the movie
 * @param steps of the same branches, by branch, then time
 */
export function branchStatistics(
  nuclei: Nuclei,
  branches: readonly Branch[],
  frames: number,
  steps: Steps,
  units: Units,
): BranchStatistics {
  const first = branches.map(({ rows }) => rows[0]!);
  const last = branches.map(({ rows }) => rows[rows.length - 1]!);
  const ints = (value: (i: number) => number): Int32Array => Int32Array.from(branches, (_, i) => value(i));
  const floats = (value: (i: number) => number): Float64Array =>
    Float64Array.from(branches, (_, i) => value(i));
  const offsets = stepOffsets(branches);
  const speeds = (i: number): Float64Array => steps.speed.subarray(offsets[i], offsets[i + 1]);
  const lengths = floats((i) =>
    steps.length.subarray(offsets[i], offsets[i + 1]).reduce((sum, value) => sum + value, 0),
  );
  const durations = floats((i) => (nuclei.frame[last[i]!]! - nuclei.frame[first[i]!]!) * units.perFrame);
  const dy = floats((i) => nuclei.y[last[i]!]! - nuclei.y[first[i]!]!);
  const dx = floats((i) => nuclei.x[last[i]!]! - nuclei.x[first[i]!]!);
  const displacements = floats((i) => Math.hypot(dy[i]!, dx[i]!) * units.perPixel);
  return {
    count: branches.length,
    id: ints((i) => branches[i]!.id),
    parent: ints((i) => branches[i]!.parent),
    root: ints((i) => branches[i]!.root),
    generation: generations(branches),
    firstFrame: ints((i) => nuclei.frame[first[i]!]!),
    lastFrame: ints((i) => nuclei.frame[last[i]!]!),
    detections: ints((i) => branches[i]!.rows.length),
    duration: durations,
    startY: floats((i) => nuclei.y[first[i]!]! * units.perPixel),
    startX: floats((i) => nuclei.x[first[i]!]! * units.perPixel),
    endY: floats((i) => nuclei.y[last[i]!]! * units.perPixel),
    endX: floats((i) => nuclei.x[last[i]!]! * units.perPixel),
    length: lengths,
    displacement: displacements,
    // A path is never shorter than the way between its ends; the sum of its steps can be, by rounding.
    straightness: floats((i) => (lengths[i]! > 0 ? Math.min(1, displacements[i]! / lengths[i]!) : NaN)),
    meanSpeed: floats((i) => lengths[i]! / durations[i]!),
    medianSpeed: floats((i) => median(speeds(i))),
    maxSpeed: floats((i) => (speeds(i).length === 0 ? NaN : speeds(i).reduce((a, b) => Math.max(a, b)))),
    meanArea: floats(
      (i) =>
        mean(
          branches[i]!.rows.filter((row) => nuclei.touchesEdge[row] === 0).map((row) => nuclei.area[row]!),
        ) *
        units.perPixel ** 2,
    ),
    direction: floats((i) => screenAngle(dy[i]!, dx[i]!)),
    fate: fatesOf(nuclei, branches, frames),
  };
}

/** Where each branch's steps begin in the step table; one entry more than branches. */
function stepOffsets(branches: readonly Branch[]): Int32Array {
  const offsets = new Int32Array(branches.length + 1);
  branches.forEach(({ rows }, i) => (offsets[i + 1] = offsets[i]! + rows.length - 1));
  return offsets;
}

function generations(branches: readonly Branch[]): Int32Array {
  const generation = new Int32Array(branches.length);
  // Mothers come before their daughters.
  branches.forEach(({ parent }, i) => (generation[i] = parent === 0 ? 0 : generation[parent - 1]! + 1));
  return generation;
}
