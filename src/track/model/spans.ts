/**
 * What takes more than two frames to decide: nuclei that are missed for a while, mothers missed just before
 * they divide, two nuclei that share an outline for a while, and pieces that look like daughters. Two nuclei
 * in one outline are known by their identities: two tracks go in, two come out.
 */
import { maximiseGain } from "../../assignment/gain.js";
import type { Forest } from "../places/forest.js";
import type { PairDivision } from "./joint.js";
import type { Linking } from "./linking.js";
import { meet } from "./meetings.js";
import { plainFrom } from "./moviemodel.js";
import { isParting } from "./partings.js";
import { divisionGain, type Prices, stayGain } from "./prices.js";

/** What was decided over several frames. */
export interface Spans {
  readonly divisions: readonly PairDivision[];
  readonly missed: number;
  readonly hidden: number;
  readonly pieces: number;
  /** What each track that goes on after missing frames gains, by the nucleus it goes on with. */
  readonly bridges: ReadonlyMap<number, number>;
}

/** A piece lives for so many frames at most. */
const longestPiece = 3;

interface Bridge {
  readonly end: number;
  readonly start: number;
  readonly gain: number;
}

/**
 * Mends the forest in place.
 *
 * @param divisions those in the forest
 * @param gap frames that may be missing inside a track
 */
export function bridgeSpans(
  linking: Linking,
  divisions: readonly PairDivision[],
  gap: number,
  withDivisions: boolean,
): Spans {
  const { prices, forest } = linking;
  const byDaughter = new Map<number, PairDivision>();
  for (const division of divisions) for (const d of division.daughters) byDaughter.set(d, division);
  const gains = gap === 0 ? new Map<number, number>() : meet(linking, byDaughter);
  const hidden = gains.size;
  const pieces = withDivisions ? undoPieces(prices, forest, byDaughter) : 0;
  if (gap > 0) {
    if (withDivisions) divideAfterGap(linking, byDaughter);
    for (const { end, start, gain } of bestBridges(bridgesOf(linking, byDaughter, gap))) {
      const division = byDaughter.get(start);
      if (division !== undefined) undo(forest, byDaughter, division, start);
      forest.link(end, start);
      gains.set(start, gain);
    }
  }
  return { divisions: unique(byDaughter), missed: gains.size - hidden, hidden, pieces, bridges: gains };
}

const unique = (byDaughter: ReadonlyMap<number, PairDivision>): PairDivision[] =>
  [...new Set(byDaughter.values())].sort((a, b) => a.mother - b.mother);

/** Makes a division a link to the daughter that stays. */
function undo(
  forest: Forest,
  byDaughter: Map<number, PairDivision>,
  { mother, daughters }: PairDivision,
  leaves: number,
): void {
  const stays = daughters[0] === leaves ? daughters[1] : daughters[0];
  for (const daughter of daughters) byDaughter.delete(daughter);
  forest.first[mother] = stays;
  forest.second[mother] = -1;
  forest.parent[leaves] = -1;
}

/** Gain of a nucleus being the same after `steps` frames. (y, x): where it is expected. */
function spanGain(
  prices: Prices,
  end: number,
  start: number,
  steps: number,
  [y, x]: readonly [number, number],
): number {
  const squared = (prices.movie.y[start]! - y) ** 2 + (prices.movie.x[start]! - x) ** 2;
  return stayGain(prices, end, start, squared, steps);
}

function bridgesOf(
  { prices, forest, linked }: Linking,
  byDaughter: ReadonlyMap<number, PairDivision>,
  gap: number,
): Bridge[] {
  const { movie, looks, model, drift, expected, reach } = prices;
  const least = plainFrom(model);
  const found: Bridge[] = [];
  for (let end = 0; end < movie.count; end++) {
    if (forest.first[end]! >= 0 || looks.area[end]! < least) continue;
    let [y, x, guide] = [movie.y[end]!, movie.x[end]!, end];
    for (let steps = 1; steps <= gap + 1; steps++) {
      const frame = movie.frame[end]! + steps;
      if (frame >= movie.frames || linked[frame - 1] === 0) break;
      const motion = steps === 1 ? expected : drift;
      if (guide >= 0) [y, x] = [y + motion.dy[guide]!, x + motion.dx[guide]!];
      const points = movie.points[frame]!;
      // From here on it drifts as the nearest nucleus does.
      const near = points.nearest(y, x, 2 * reach);
      guide = near < 0 ? -1 : movie.start[frame]! + near;
      if (steps === 1) continue;
      for (const j of points.within(y, x, reach * Math.sqrt(steps))) {
        const start = movie.start[frame]! + j;
        const division = byDaughter.get(start);
        if (forest.parent[start]! >= 0 && division === undefined) continue;
        if (looks.area[start]! < least) continue;
        const gain =
          spanGain(prices, end, start, steps, [y, x]) +
          (steps - 1) * Math.log(model.miss) -
          (division?.margin ?? 0);
        if (gain > 0) found.push({ end, start, gain });
      }
    }
  }
  return found;
}

/** What two areas together gain over one of them, as the area of one object in the other frame. */
function jointArea({ movie, looks, changes }: Prices, one: number, other: number, whole: number): number {
  const both = Math.log(movie.area[one]! + movie.area[other]!);
  const isCut = looks.cut[one] === 1 || looks.cut[other] === 1 || looks.cut[whole] === 1;
  const { area, cutArea } = changes[0]!;
  const log = isCut ? cutArea : area;
  return log(both - looks.area[whole]!) - log(looks.area[one]! - looks.area[whole]!);
}

function bestBridges(bridges: readonly Bridge[]): Bridge[] {
  const ends = [...new Set(bridges.map(({ end }) => end))].sort((a, b) => a - b);
  const starts = [...new Set(bridges.map(({ start }) => start))].sort((a, b) => a - b);
  const [rowOf, columnOf] = [new Map(ends.map((e, k) => [e, k])), new Map(starts.map((s, k) => [s, k]))];
  const chosen = maximiseGain(ends.length, starts.length, {
    row: Int32Array.from(bridges, ({ end }) => rowOf.get(end)!),
    column: Int32Array.from(bridges, ({ start }) => columnOf.get(start)!),
    gain: Float64Array.from(bridges, ({ gain }) => gain),
  });
  return bridges.filter(({ end, start }) => chosen[rowOf.get(end)!] === columnOf.get(start)!);
}

/** Divisions of mothers that were missed in the frame before it. */
function divideAfterGap({ prices, forest, linked }: Linking, byDaughter: Map<number, PairDivision>): void {
  const { movie, drift, daughterReach, model } = prices;
  const found: PairDivision[] = [];
  for (let mother = 0; mother < movie.count; mother++) {
    const frame = movie.frame[mother]! + 2;
    if (forest.first[mother]! >= 0 || frame >= movie.frames) continue;
    if (linked[frame - 2] === 0 || linked[frame - 1] === 0) continue;
    const [y, x] = [movie.y[mother]! + 2 * drift.dy[mother]!, movie.x[mother]! + 2 * drift.dx[mother]!];
    const starts = movie.points[frame]!.within(y, x, daughterReach)
      .map((j) => movie.start[frame]! + j)
      .filter((start) => forest.parent[start]! < 0);
    starts.forEach((a, k) => {
      for (const b of starts.slice(k + 1)) {
        // Both the mother that divides and a nucleus that stays one were missed in the frame between.
        const single = Math.max(
          spanGain(prices, mother, a, 2, [y, x]),
          spanGain(prices, mother, b, 2, [y, x]),
        );
        const missed = Math.log(model.miss);
        const margin = divisionGain(prices, mother, a, b) + missed - Math.max(0, single + missed);
        if (margin > 0) found.push({ mother, daughters: [a, b], margin });
      }
    });
  }
  found.sort((p, q) => q.margin - p.margin || p.mother - q.mother || p.daughters[0] - q.daughters[0]);
  for (const division of found) {
    const { mother, daughters } = division;
    if (forest.first[mother]! >= 0 || daughters.some((d) => forest.parent[d]! >= 0)) continue;
    for (const daughter of daughters) {
      forest.link(mother, daughter);
      byDaughter.set(daughter, division);
    }
  }
}

const smaller = ({ movie: { area } }: Prices, [a, b]: readonly [number, number]): number =>
  area[a]! < area[b]! ? a : b;

/**
 * Takes back divisions of two nuclei that were one object when first seen, and those of which one daughter is a
 * piece of the other: soon gone, and the other whole again.
 */
function undoPieces(prices: Prices, forest: Forest, byDaughter: Map<number, PairDivision>): number {
  let undone = 0;
  for (const division of unique(byDaughter)) {
    if (isParting(prices, forest, division)) {
      undo(forest, byDaughter, division, smaller(prices, division.daughters));
      continue;
    }
    for (const piece of division.daughters) {
      if (!isPiece(prices, forest, division, piece)) continue;
      undo(forest, byDaughter, division, piece);
      undone++;
      break;
    }
  }
  return undone;
}

function isPiece(prices: Prices, forest: Forest, division: PairDivision, piece: number): boolean {
  const { looks, model, movie, logEnd, logAppear } = prices;
  const { mother, daughters, margin } = division;
  const whole = daughters[0] === piece ? daughters[1] : daughters[0];
  let [lastPiece, lastWhole] = [piece, whole];
  for (let length = 1; forest.first[lastPiece]! >= 0; length++) {
    if (length >= longestPiece || forest.second[lastPiece]! >= 0 || forest.second[lastWhole]! >= 0)
      return false;
    lastPiece = forest.first[lastPiece]!;
    lastWhole = forest.first[lastWhole]!;
    if (lastWhole < 0 || movie.frame[lastWhole] !== movie.frame[lastPiece]) return false;
  }
  const after = forest.first[lastWhole]!;
  if (movie.frame[lastPiece]! + 1 >= movie.frames || after < 0 || forest.second[lastWhole]! >= 0)
    return false;
  const gain =
    Math.log(model.split) -
    looks.area[mother]! -
    logAppear[piece]! -
    logEnd[lastPiece]! +
    jointArea(prices, whole, piece, mother) +
    jointArea(prices, lastWhole, lastPiece, after);
  return gain > margin;
}
