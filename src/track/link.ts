import { solveSparse } from "../assignment/sparse.js";
import { linkCost, type LinkContext } from "./cost.js";
import type { Forest } from "./forest.js";
import { Candidates } from "./linkcandidates.js";

/**
 * Links the nuclei of two consecutive frames at the least total cost, where leaving a nucleus alone costs
 * radius^2: no link can cost more.
 *
 * The alternative is the same in all frames. TrackMate takes 1.05 times the dearest candidate of the frame
 * pair instead, which lets one distant pair decide how all others are linked.
 */
export function linkFrames(context: LinkContext, frame: number, forest: Forest): void {
  const { movie, expected, radius } = context;
  const [from, to] = [movie.start[frame]!, movie.start[frame + 1]!];
  const next = movie.points[frame + 1]!;
  const candidates = new Candidates();
  for (let i = from; i < to; i++) {
    for (const j of next.within(movie.y[i]! + expected.dy[i]!, movie.x[i]! + expected.dx[i]!, radius)) {
      const cost = linkCost(context, i, to + j);
      if (cost < radius * radius) candidates.add(i - from, j, cost);
    }
  }
  solveSparse(to - from, next.count, candidates.list(), radius * radius).forEach((column, row) => {
    if (column < 0) return;
    forest.link(from + row, to + column);
    persist(context, from + row, to + column);
  });
}

/** Lets the child expect to go on as it came. */
function persist({ movie, drift, expected, persistence }: LinkContext, parent: number, child: number): void {
  expected.dy[child] =
    drift.dy[child]! + persistence * (movie.y[child]! - movie.y[parent]! - drift.dy[parent]!);
  expected.dx[child] =
    drift.dx[child]! + persistence * (movie.x[child]! - movie.x[parent]! - drift.dx[parent]!);
}
