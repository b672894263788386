import type { Units } from "../units/units.js";
import type { Steps } from "./steps.js";

/**
 * What a frame's nuclei have in common, and what each does beside it. Only steps of one frame count: over a
 * closed gap the velocity is an average.
 */
export interface Velocities {
  /** 1 where a step takes one frame. */
  readonly single: Uint8Array;
  /**
   * Velocity of each step less the mean of all that arrive in the same frame, u = v - <v>, in the unit of
   * speed; NaN where the frame has too few.
   */
  readonly uy: Float64Array;
  readonly ux: Float64Array;
}

/** Fewest steps of a frame whose mean is taken away: the mean of n velocities holds 1 / n of each of them. */
export const fewestForDrift = 10;

/**
 * Parts each velocity into the mean of its frame and what the nucleus does beside it.
 *
 * @param frames number of frames of the movie
 */
export function velocitiesOf(steps: Steps, frames: number, units: Units): Velocities {
  const single = new Uint8Array(steps.count);
  const n = new Int32Array(frames);
  const [meanY, meanX] = [new Float64Array(frames), new Float64Array(frames)];
  for (let i = 0; i < steps.count; i++) {
    if (steps.duration[i]! > 1.5 * units.perFrame) continue;
    single[i] = 1;
    const frame = steps.frame[i]!;
    n[frame]!++;
    meanY[frame]! += steps.vy[i]!;
    meanX[frame]! += steps.vx[i]!;
  }
  const [uy, ux] = [new Float64Array(steps.count).fill(NaN), new Float64Array(steps.count).fill(NaN)];
  for (let i = 0; i < steps.count; i++) {
    const frame = steps.frame[i]!;
    if (single[i] === 0 || n[frame]! < fewestForDrift) continue;
    uy[i] = steps.vy[i]! - meanY[frame]! / n[frame]!;
    ux[i] = steps.vx[i]! - meanX[frame]! / n[frame]!;
  }
  return { single, uy, ux };
}
