/** How long work will go on, from how fast it went. */

/** How far work was at a time. */
interface Mark {
  /** ms. */
  readonly time: number;
  readonly done: number;
}

/** Seconds over which the rate is taken, at least, and as a share of the time so far. */
const [leastSeconds, share] = [20, 0.3];
/** Below this nothing is said yet, s. */
const firstSeconds = 2;

/** Follows the progress of one piece of work. */
export interface TimeLeft {
  /**
   * Notes how far the work is.
   *
   * @param time ms
   * @returns seconds that are left; null where there is no telling yet
   */
  readonly note: (time: number, done: number, total: number) => number | null;
}

/** What was done before the first call, by an earlier start, does not count: only what is seen has a rate. */
export function timeLeft(): TimeLeft {
  let marks: Mark[] = [];
  let total = NaN;
  return {
    note: (time, done, of) => {
      const last = marks.at(-1);
      // Another piece of work with a count of its own.
      if (of !== total || (last !== undefined && done < last.done)) marks = [];
      total = of;
      marks.push({ time, done });
      const start = marks[0]!.time;
      const window = Math.max(1000 * leastSeconds, share * (time - start));
      while (marks.length > 2 && marks[1]!.time <= time - window) marks.shift();
      const first = marks[0]!;
      const seconds = (time - first.time) / 1000;
      const rate = (done - first.done) / seconds;
      return seconds >= firstSeconds && rate > 0 ? Math.max(0, (of - done) / rate) : null;
    },
  };
}
