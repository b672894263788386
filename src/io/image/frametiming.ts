/** When the frames of a movie were taken, and how far they are apart. */
import { median } from "../../stats/percentile.js";
import { positive } from "./unitnames.js";

/** The times of a movie. */
export interface FrameTiming {
  /** Seconds from the first frame that has a time, one a frame, NaN where unknown. */
  readonly frameTimes: readonly number[];
  /** Seconds: the median. */
  readonly frameInterval: number;
  /** That the intervals vary, as a sentence without full stop. */
  readonly notices: readonly string[];
}

/** Intervals that differ from the median by more than this part are told. */
const tolerance = 0.01;

/**
 * The times of a movie from those of its frames. Where frames have none, the ones about them share the time
 * between.
 *
 * @param seconds one a frame, from any moment on; NaN where unknown
 * @returns undefined where fewer than two frames have a time, or times do not rise: such are no times
 */
export function frameTiming(seconds: readonly number[]): FrameTiming | undefined {
  const zero = seconds.find((time) => Number.isFinite(time));
  if (zero === undefined) return undefined;
  // What is left of differences of decimal fractions is cut off.
  const frameTimes = seconds.map((time) =>
    Number.isFinite(time) ? Number((time - zero).toPrecision(12)) : NaN,
  );
  const steps = stepsOf(frameTimes);
  const shortest = steps.reduce((least, step) => Math.min(least, step), Infinity);
  const longest = steps.reduce((most, step) => Math.max(most, step), 0);
  const frameInterval = positive(median(steps));
  if (frameInterval === undefined || shortest <= 0) return undefined;
  const varies = longest > frameInterval * (1 + tolerance) || shortest < frameInterval * (1 - tolerance);
  return {
    frameTimes,
    frameInterval,
    notices: varies
      ? [
          `The time between frames varies from ${rounded(shortest)} to ${rounded(longest)} s; its median, ` +
            `${rounded(frameInterval)} s, is used`,
        ]
      : [],
  };
}

/** Times between neighbours, per frame where frames between have none. */
function stepsOf(times: readonly number[]): Float64Array {
  const steps: number[] = [];
  let last: number | undefined;
  for (const [frame, time] of times.entries()) {
    if (Number.isNaN(time)) continue;
    if (last !== undefined) steps.push((time - times[last]!) / (frame - last));
    last = frame;
  }
  return Float64Array.from(steps);
}

const rounded = (seconds: number): number => Number(seconds.toPrecision(4));
