import { solveSparse } from "../assignment/sparse.js";
import { penalty, type LinkContext } from "./cost.js";
import type { Forest } from "./forest.js";

/** A track's end that may go on in a start after missing frames. */
export interface GapCandidates {
  readonly end: number[];
  readonly start: number[];
  /** Cost over the largest cost allowed, 0..1. */
  readonly cost: number[];
}

/**
 * All pairs of an end and a start with 1..gap frames missing between. The squared distance is taken per
 * frame, as for a random walk, after the displacement expected of the end and, from there on, the drift at
 * the nearest nucleus of each missing frame.
 */
export function gapCandidates(context: LinkContext, forest: Forest): GapCandidates {
  const { movie, radius, options } = context;
  const out: GapCandidates = { end: [], start: [], cost: [] };
  for (let end = 0; end < movie.count; end++) {
    if (forest.children(end) > 0) continue;
    let y = movie.y[end]!;
    let x = movie.x[end]!;
    let guide = end;
    for (let step = 1; step <= options.gap + 1; step++) {
      if (guide >= 0) {
        const motion = guide === end ? context.expected : context.drift;
        y += motion.dy[guide]!;
        x += motion.dx[guide]!;
      }
      const frame = movie.frame[end]! + step;
      if (frame >= movie.frames) break;
      if (step > 1) addStarts(context, forest, { end, y, x, step }, out);
      const near = movie.points[frame]!.nearest(y, x, 2 * radius);
      guide = near < 0 ? -1 : movie.start[frame]! + near;
    }
  }
  return out;
}

/** Where the nucleus of an end is expected `step` frames later, px. */
interface ExpectedPlace {
  readonly end: number;
  readonly y: number;
  readonly x: number;
  readonly step: number;
}

function addStarts(
  context: LinkContext,
  forest: Forest,
  { end, y, x, step }: ExpectedPlace,
  out: GapCandidates,
): void {
  const { movie, radius } = context;
  const frame = movie.frame[end]! + step;
  for (const j of movie.points[frame]!.within(y, x, radius * Math.sqrt(step))) {
    const start = movie.start[frame]! + j;
    if (forest.parent[start]! >= 0) continue;
    const squared = (movie.y[start]! - y) ** 2 + (movie.x[start]! - x) ** 2;
    const cost = (squared * penalty(context, end, start) ** 2) / (step * radius * radius);
    if (cost >= 1) continue;
    out.end.push(end);
    out.start.push(start);
    out.cost.push(cost);
  }
}

/**
 * Closes gaps at the least total cost; each end and each start is used once.
 *
 * @returns the number of gaps closed
 */
export function closeGaps(context: LinkContext, forest: Forest): number {
  const { end, start, cost } = gapCandidates(context, forest);
  const ends = [...new Set(end)].sort((a, b) => a - b);
  const starts = [...new Set(start)].sort((a, b) => a - b);
  const index = (list: readonly number[]): Map<number, number> => new Map(list.map((value, k) => [value, k]));
  const [rowOf, columnOf] = [index(ends), index(starts)];
  const candidates = {
    row: Int32Array.from(end, (node) => rowOf.get(node)!),
    column: Int32Array.from(start, (node) => columnOf.get(node)!),
    cost: Float64Array.from(cost),
  };
  let closed = 0;
  solveSparse(ends.length, starts.length, candidates, 1).forEach((column, row) => {
    if (column < 0) return;
    forest.link(ends[row]!, starts[column]!);
    closed++;
  });
  return closed;
}
