/** Times of objects as frames. */

/** Frames, and how far they are apart. */
export interface FramesOfTimes {
  /** One a time, from 0 on. */
  readonly frames: Float64Array;
  /** Time between frames, in the unit of the times; undefined where there is one time only. */
  readonly interval: number | undefined;
  /** False where times are not multiples of the shortest distance: frames are then their ranks. */
  readonly isEven: boolean;
}

/** Two times are the same frame when they are apart by less than this part of the distance of frames. */
const tolerance = 1e-3;

/**
 * Frames of times, by the shortest distance between two of them: a time of 0 is frame 0 where that fits, else
 * the first time is.
 *
 * @param times finite
 */
export function framesOfTimes(times: ArrayLike<number>): FramesOfTimes {
  const distinct = [...new Set(Array.from(times))].sort((a, b) => a - b);
  const steps = distinct.slice(1).map((time, i) => time - distinct[i]!);
  if (steps.length === 0)
    return { frames: new Float64Array(times.length), interval: undefined, isEven: true };
  const interval = steps.reduce((least, step) => Math.min(least, step));
  const fits = (first: number): boolean =>
    distinct.every((time) => {
      const frame = (time - first) / interval;
      return Math.abs(frame - Math.round(frame)) < tolerance;
    });
  const first = distinct[0]! >= 0 && fits(0) ? 0 : distinct[0]!;
  if (fits(first)) {
    const frames = Float64Array.from(times, (time) => Math.round((time - first) / interval));
    return { frames, interval, isEven: true };
  }
  const ranks = new Map(distinct.map((time, rank) => [time, rank]));
  return { frames: Float64Array.from(times, (time) => ranks.get(time)!), interval: undefined, isEven: false };
}

/** Said where times are not evenly apart. */
export const unevenTimes = "Its times are not evenly apart: frames are numbered in their order";
