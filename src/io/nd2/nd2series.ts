/**
 * Which frame of an ND2 file is which plane of which series. Frames are numbered in the order in which they
 * were taken; an acquisition that was broken off has fewer than its loops say.
 */
import type { Nd2Loop, Nd2Point } from "./nd2loops.js";

/** A plane of one series, from 0. */
export interface Nd2Index {
  readonly time: number;
  readonly slice: number;
}

/** The frames of one place. */
export interface Nd2Series {
  /** Undefined where no places were visited. */
  readonly point: Nd2Point | undefined;
  readonly times: number;
  readonly slices: number;
  /** The number of a frame in the file. */
  readonly frameAt: (index: Nd2Index) => number;
  readonly notices: readonly string[];
}

/** The series of a file. */
export interface Nd2Layout {
  readonly series: readonly Nd2Series[];
  readonly notices: readonly string[];
}

/** Frames that the file has, how many were taken by its own account, and the loops that took them. */
export interface Taken {
  readonly frames: ReadonlySet<number>;
  readonly count: number;
  readonly loops: readonly Nd2Loop[];
}

interface Step extends Nd2Loop {
  /** Frames from one turn of the loop to the next. */
  readonly stride: number;
}

/** Series from the loops, without frames that are missing at the end of a series. */
export function nd2Layout({ frames, count, loops }: Taken): Nd2Layout {
  const { steps, notices } = stepsOf(loops, count);
  const planned = {
    time: lengthOf(steps, "time"),
    slice: lengthOf(steps, "slice"),
  };
  const visited = tally(frames, steps);
  const points = steps.filter(({ kind }) => kind === "position").at(-1)?.points ?? [];
  const series = [...visited.keys()]
    .sort((a, b) => a - b)
    .map((position): Nd2Series => {
      const size = sizeOf(visited.get(position)!, planned);
      return {
        ...size,
        point: points[position % Math.max(1, points.length)],
        frameAt: ({ time, slice }) =>
          partOf(steps, "time", time) + partOf(steps, "slice", slice) + partOf(steps, "position", position),
        notices: shortened(size, planned),
      };
    });
  const left = lengthOf(steps, "position") - series.length;
  const skipped = left > 0 ? [`${left} of its positions have no frames and are left out`] : [];
  return { series, notices: [...notices, ...skipped] };
}

interface Planned {
  readonly time: number;
  readonly slice: number;
}

function shortened({ times, slices }: Pick<Nd2Series, "times" | "slices">, planned: Planned): string[] {
  const of = (taken: number, all: number, what: string): string[] =>
    taken < all ? [`The acquisition was broken off: ${taken} of ${all} ${what} are complete`] : [];
  return [...of(times, planned.time, "time points"), ...of(slices, planned.slice, "slices")];
}

/** Loops with their strides. Frames that no loop accounts for are times. */
function stepsOf(
  loops: readonly Nd2Loop[],
  count: number,
): { readonly steps: readonly Step[]; readonly notices: readonly string[] } {
  const product = loops.reduce((frames, loop) => frames * loop.count, 1);
  const all = [...loops];
  const notices: string[] = [];
  if (count > product) {
    const timed = loops.some(({ kind }) => kind === "time");
    if (!timed && count % product === 0) {
      all.unshift({
        kind: "time",
        count: count / product,
        period: undefined,
        spacing: undefined,
        points: [],
      });
      if (loops.length > 0)
        notices.push(
          `Its loops account for ${product} of ${count} frames: the others are taken for later times`,
        );
    } else notices.push(`Its loops account for ${product} of ${count} frames: the others are left out`);
  }
  const steps: Step[] = [];
  let stride = 1;
  for (const loop of all.reverse()) {
    steps.unshift({ ...loop, stride });
    stride *= loop.count;
  }
  return { steps, notices };
}

const lengthOf = (steps: readonly Step[], kind: Nd2Loop["kind"]): number =>
  steps.reduce((length, step) => length * (step.kind === kind ? step.count : 1), 1);

/** Where a frame stands in the loops of a kind, the outermost counting most. */
const turnOf = (steps: readonly Step[], kind: Nd2Loop["kind"], frame: number): number =>
  steps.reduce(
    (turn, step) =>
      step.kind === kind ? turn * step.count + (Math.floor(frame / step.stride) % step.count) : turn,
    0,
  );

/** What a turn of the loops of a kind adds to the number of a frame. */
function partOf(steps: readonly Step[], kind: Nd2Loop["kind"], turn: number): number {
  let [rest, frame] = [turn, 0];
  for (const step of steps.toReversed()) {
    if (step.kind !== kind) continue;
    frame += (rest % step.count) * step.stride;
    rest = Math.floor(rest / step.count);
  }
  return frame;
}

/** Slices that each time of each position has. */
function tally(frames: ReadonlySet<number>, steps: readonly Step[]): Map<number, Map<number, number>> {
  const product = steps.reduce((all, step) => all * step.count, 1);
  const positions = new Map<number, Map<number, number>>();
  for (const frame of frames) {
    if (frame >= product) continue;
    const position = turnOf(steps, "position", frame);
    const times = positions.get(position) ?? new Map<number, number>();
    positions.set(position, times);
    const time = turnOf(steps, "time", frame);
    times.set(time, (times.get(time) ?? 0) + 1);
  }
  return positions;
}

/** Times up to the last that is complete; where none is, as many slices as the fullest has. */
function sizeOf(taken: ReadonlyMap<number, number>, planned: Planned): Pick<Nd2Series, "times" | "slices"> {
  let [times, slices] = [1, 1];
  let complete = 0;
  for (const [time, count] of [...taken].sort(([a], [b]) => a - b)) {
    // A damaged number is far beyond all others: a movie with few gaps is not.
    if (time >= 2 * (complete + 8)) break;
    slices = Math.max(slices, count);
    if (count === planned.slice) {
      complete++;
      times = time + 1;
    }
  }
  return complete > 0 ? { times, slices: planned.slice } : { times: 1, slices };
}
