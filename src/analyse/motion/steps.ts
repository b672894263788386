import type { Nuclei } from "../../core/nuclei.js";
import type { Branch } from "../../core/tracks.js";
import { screenAngle } from "../../stats/direction.js";
import type { Units } from "../units/units.js";

/**
 * Moves of a nucleus from one detection to the next in the same branch: one row a step, by branch, then time.
 */
export interface Steps {
  readonly count: number;
  /** Index of the branch in the branch table (id - 1). */
  readonly branch: Int32Array;
  /** Rows of the nuclei the step leads from and to. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Frame of arrival. */
  readonly frame: Int32Array;
  /** Length, in the unit of length. */
  readonly length: Float64Array;
  /** Time taken, in the unit of time: more than one frame's where a gap was closed. */
  readonly duration: Float64Array;
  /** length / duration. */
  readonly speed: Float64Array;
  /** Velocity along y (down, as in images) and x, in the unit of speed. */
  readonly vy: Float64Array;
  readonly vx: Float64Array;
  /** Direction of the step, degrees 0..360 as in `screenAngle`; NaN where the nucleus did not move. */
  readonly direction: Float64Array;
}

/**
 * Speeds of all steps: v = sqrt(dy² + dx²) / dt with the real time dt between the two detections, so that a
 * step over a closed gap is not counted as fast. The step from a mother to a daughter belongs to no branch
 * and is left out: it measures the division, not migration.
 */
export function stepsOf(nuclei: Nuclei, branches: readonly Branch[], units: Units): Steps {
  const count = branches.reduce((sum, branch) => sum + branch.rows.length - 1, 0);
  const ints = (): Int32Array => new Int32Array(count);
  const floats = (): Float64Array => new Float64Array(count);
  const steps = {
    count,
    branch: ints(),
    from: ints(),
    to: ints(),
    frame: ints(),
    length: floats(),
    duration: floats(),
    speed: floats(),
    vy: floats(),
    vx: floats(),
    direction: floats(),
  };
  let at = 0;
  branches.forEach(({ rows }, branch) => {
    for (let i = 1; i < rows.length; i++, at++) {
      const [from, to] = [rows[i - 1]!, rows[i]!];
      const [dy, dx] = [nuclei.y[to]! - nuclei.y[from]!, nuclei.x[to]! - nuclei.x[from]!];
      steps.branch[at] = branch;
      steps.from[at] = from;
      steps.to[at] = to;
      steps.frame[at] = nuclei.frame[to]!;
      steps.length[at] = Math.hypot(dy, dx) * units.perPixel;
      steps.duration[at] = (nuclei.frame[to]! - nuclei.frame[from]!) * units.perFrame;
      steps.speed[at] = steps.length[at]! / steps.duration[at]!;
      steps.vy[at] = (dy * units.perPixel) / steps.duration[at]!;
      steps.vx[at] = (dx * units.perPixel) / steps.duration[at]!;
      steps.direction[at] = screenAngle(dy, dx);
    }
  });
  return steps;
}

/** Steps of one frame by frame of arrival: those of frame t are `order[starts[t]..starts[t + 1])`. */
export interface StepsByFrame {
  /** One entry more than frames. */
  readonly starts: Int32Array;
  /** Rows of the steps. */
  readonly order: Int32Array;
}

/**
 * Sorts steps by frame of arrival.
 *
 * @param single 1 where a step takes one frame; the others are left out
 * @param frames number of frames of the movie
 */
export function stepsByFrame(steps: Steps, single: Uint8Array, frames: number): StepsByFrame {
  const starts = new Int32Array(frames + 1);
  for (let i = 0; i < steps.count; i++) if (single[i] === 1) starts[steps.frame[i]! + 1]!++;
  for (let frame = 0; frame < frames; frame++) starts[frame + 1]! += starts[frame]!;
  const next = starts.slice();
  const order = new Int32Array(starts[frames]!);
  for (let i = 0; i < steps.count; i++) if (single[i] === 1) order[next[steps.frame[i]!]!++] = i;
  return { starts, order };
}
