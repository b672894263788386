/**
 * Divisions that are none: an object that was two nuclei from the first time it was seen, and parts. Nothing
 * tells of two tracks that went in, but it has the area of both, at their common centre.
 */
import type { Forest } from "../places/forest.js";
import type { PairDivision } from "./joint.js";
import { goesOn, longestMeeting } from "./meetings.js";
import { divisionGain, type Prices } from "./prices.js";

/** Frames for which two nuclei share an outline, on average. */
const meanMeeting = 1 / (1 - goesOn);

/** Spread of the logarithm of the distance of two that touch over the mean of their diameters. */
const touching = 0.2;

/** Whether the mother is likelier two nuclei that part than one that divides. */
export function isParting(prices: Prices, forest: Forest, { mother, daughters }: PairDivision): boolean {
  const [a, b] = daughters;
  const frames = framesSeen(forest, mother);
  if (frames > longestMeeting || prices.movie.frame[mother]! + 1 !== prices.movie.frame[a]) return false;
  return partingGain(prices, mother, a, b, frames) > divisionGain(prices, mother, a, b);
}

/** Frames for which the track of a nucleus is known; many where it begins with a division. */
function framesSeen(forest: Forest, node: number): number {
  let frames = 1;
  let at = node;
  for (; forest.parent[at]! >= 0 && frames <= longestMeeting; at = forest.parent[at]!) {
    if (forest.second[forest.parent[at]!]! >= 0) return Infinity;
    frames++;
  }
  return frames;
}

function partingGain(prices: Prices, mother: number, a: number, b: number, frames: number): number {
  const { movie, looks, model, changes, expected, logArea, logIntensity, logEnd, logAppear } = prices;
  const area = movie.area[a]! + movie.area[b]!;
  const common = (values: Float64Array): number =>
    (movie.area[a]! * values[a]! + movie.area[b]! * values[b]!) / area;
  const dy = common(movie.y) - movie.y[mother]! - expected.dy[mother]!;
  const dx = common(movie.x) - movie.x[mother]! - expected.dx[mother]!;
  const apart = Math.hypot(movie.y[a]! - movie.y[b]!, movie.x[a]! - movie.x[b]!);
  const diameters = (Math.sqrt(movie.area[a]!) + Math.sqrt(movie.area[b]!)) / Math.sqrt(Math.PI);
  const closeness = Math.log(apart / diameters) / touching;
  // Per px^2: of the common centre, and of the vector between both, in either order.
  const place =
    changes[0]!.motion(dy * dy + dx * dx) -
    (closeness * closeness) / 2 -
    Math.log(Math.sqrt(2 * Math.PI) * touching * Math.PI * apart * apart);
  const growth = Math.log(area) - looks.area[mother]!;
  const isCut = looks.cut[mother] === 1 || looks.cut[a] === 1 || looks.cut[b] === 1;
  const brightness = common(looks.intensity) - looks.intensity[mother]!;
  return (
    Math.log(model.hide * meanMeeting) +
    (frames - 1) * Math.log(goesOn) +
    place +
    (isCut ? changes[0]!.cutArea(growth) : changes[0]!.area(growth)) -
    logArea[mother]! +
    (Number.isNaN(brightness) ? 0 : changes[0]!.intensity(brightness) - logIntensity[mother]!) -
    logEnd[mother]! -
    logAppear[a]! -
    logAppear[b]!
  );
}
