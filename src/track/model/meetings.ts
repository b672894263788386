/**
 * Nuclei that share an outline for a while. They are known by their identities: two tracks go in, one object,
 * two tracks come out. How the outline parts says nothing, for daughters part like that, too.
 */
import type { Forest } from "../places/forest.js";
import type { PairDivision } from "./joint.js";
import { divisionGain, linkGain, type Prices, stayGain } from "./prices.js";
import type { Linking } from "./linking.js";

/** Two nuclei may share an outline for so many frames and still be told apart afterwards. */
export const longestMeeting = 5;

/** Share of the meetings that last another frame. */
export const goesOn = 0.5;

/** Two tracks in, one object, two tracks out. Nuclei are positions in the movie. */
interface Meeting {
  /** The nuclei before, and the same ones after. The second of each keeps the object's track. */
  readonly before: readonly [number, number];
  readonly after: readonly [number, number];
  /** First and last of the object that they share. */
  readonly first: number;
  readonly last: number;
  /** What it gains over what was decided without it. */
  readonly gain: number;
}

/**
 * Finds meetings and mends the forest in place, best first: one nucleus keeps the track of the shared object,
 * the other one's track skips it.
 *
 * @param byDaughter the divisions in the forest; those that were partings are taken out
 * @returns what each track that skips frames gains, by the nucleus it goes on with
 */
export function meet(
  { prices, forest, linked }: Linking,
  byDaughter: Map<number, PairDivision>,
): Map<number, number> {
  const { movie } = prices;
  const found: Meeting[] = [];
  for (let object = 0; object < movie.count; object++) {
    const frame = movie.frame[object]!;
    if (frame === 0 || linked[frame - 1] === 0) continue;
    for (const before of pairsInto(prices, forest, object))
      found.push(...meetingsOf({ prices, forest, linked }, object, before));
  }
  found.sort((p, q) => q.gain - p.gain || p.first - q.first || p.after[0] - q.after[0]);
  const used = new Set<number>();
  const gains = new Map<number, number>();
  for (const meeting of found) {
    const nuclei = [...meeting.before, ...meeting.after, meeting.first, meeting.last];
    if (nuclei.some((node) => used.has(node))) continue;
    for (const node of nuclei) used.add(node);
    apply(forest, byDaughter, meeting);
    gains.set(meeting.after[0], meeting.gain);
  }
  return gains;
}

/** Pairs of nuclei that may both go into an object: of those that end near it, and the one linked to it. */
function pairsInto({ movie, looks }: Prices, forest: Forest, object: number): [number, number][] {
  const frame = movie.frame[object]! - 1;
  const parent = forest.parent[object]!;
  if (parent >= 0 && (forest.second[parent]! >= 0 || movie.frame[parent] !== frame)) return [];
  const reach = Math.max(looks.diameter, Math.sqrt(movie.area[object]!));
  const ends = movie.points[frame]!.within(movie.y[object]!, movie.x[object]!, reach)
    .map((i) => movie.start[frame]! + i)
    .filter((node) => forest.first[node]! < 0);
  if (parent >= 0) return ends.map((end) => [end, parent]);
  return ends.flatMap((a, k) => ends.slice(k + 1).map((b): [number, number] => [a, b]));
}

/** The meetings of two nuclei in an object, one for each way in which they may part. */
function meetingsOf(
  { prices, forest, linked }: Linking,
  object: number,
  [a, b]: readonly [number, number],
): Meeting[] {
  const { movie } = prices;
  const joins = joinGain(prices, forest, object, [a, b]);
  const found: Meeting[] = [];
  let last = object;
  for (let frames = 1; frames <= longestMeeting; frames++) {
    if (linked[movie.frame[last]!] === 0) break;
    for (const [c, d] of pairsOutOf(prices, forest, last)) {
      const steps = movie.frame[c]! - movie.frame[a]!;
      const straight = same(prices, a, c, steps) + same(prices, b, d, steps);
      const crossed = same(prices, a, d, steps) + same(prices, b, c, steps);
      const gain =
        joins +
        Math.max(straight, crossed) +
        Math.log(prices.model.hide) +
        (frames - 1) * Math.log(goesOn) -
        partGain(prices, forest, last, [c, d]) -
        prices.logEnd[last]!;
      if (gain <= 0) continue;
      const after: [number, number] = straight >= crossed ? [c, d] : [d, c];
      // The larger one keeps the track of the object that both share.
      const isLarger = movie.area[a]! > movie.area[b]!;
      found.push({
        before: isLarger ? [b, a] : [a, b],
        after: isLarger ? [after[1], after[0]] : after,
        first: object,
        last,
        gain,
      });
    }
    const next = forest.first[last]!;
    if (next < 0 || forest.second[last]! >= 0 || movie.frame[next] !== movie.frame[last]! + 1) break;
    last = next;
  }
  return found;
}

/** Gain of a nucleus being the same after a number of frames. */
function same({ movie, drift, ...rest }: Prices, from: number, to: number, steps: number): number {
  const dy = movie.y[to]! - movie.y[from]! - steps * drift.dy[from]!;
  const dx = movie.x[to]! - movie.x[from]! - steps * drift.dx[from]!;
  return stayGain({ movie, drift, ...rest }, from, to, dy * dy + dx * dx, steps);
}

/** Gain of an object being both nuclei of the frame before, over what it is now. */
function joinGain(prices: Prices, forest: Forest, object: number, [a, b]: readonly [number, number]): number {
  const { movie, looks, changes, drift, logAppear, logArea } = prices;
  const parent = forest.parent[object]!;
  const area = movie.area[a]! + movie.area[b]!;
  const mean = (axis: Float64Array, shift: Float64Array): number =>
    (movie.area[a]! * (axis[a]! + shift[a]!) + movie.area[b]! * (axis[b]! + shift[b]!)) / area;
  const dy = movie.y[object]! - mean(movie.y, drift.dy);
  const dx = movie.x[object]! - mean(movie.x, drift.dx);
  const isCut = looks.cut[object] === 1 || looks.cut[a] === 1 || looks.cut[b] === 1;
  const growth = looks.area[object]! - Math.log(area);
  const fit =
    changes[0]!.motion(dy * dy + dx * dx) + (isCut ? changes[0]!.cutArea(growth) : changes[0]!.area(growth));
  const now = parent >= 0 ? linkGain(prices, parent, object) : 0;
  return fit - logAppear[object]! - logArea[object]! - now;
}

/** Pairs of nuclei of the next frame that may come out of an object: its children, and starts near it. */
function pairsOutOf({ movie, looks }: Prices, forest: Forest, object: number): [number, number][] {
  const frame = movie.frame[object]! + 1;
  const [first, second] = [forest.first[object]!, forest.second[object]!];
  if (second >= 0) return movie.frame[second] === frame ? [[first, second]] : [];
  if (frame >= movie.frames || (first >= 0 && movie.frame[first] !== frame)) return [];
  const reach = Math.max(looks.diameter, Math.sqrt(movie.area[object]!));
  const starts = movie.points[frame]!.within(movie.y[object]!, movie.x[object]!, reach)
    .map((i) => movie.start[frame]! + i)
    .filter((node) => forest.parent[node]! < 0);
  if (first >= 0) return starts.map((start) => [first, start]);
  return starts.flatMap((a, k) => starts.slice(k + 1).map((b): [number, number] => [a, b]));
}

/** What the object's link or division to the next frame gains as it is now. */
function partGain(prices: Prices, forest: Forest, object: number, [c, d]: readonly [number, number]): number {
  if (forest.second[object]! >= 0) return divisionGain(prices, object, c, d);
  return forest.first[object]! >= 0 ? linkGain(prices, object, forest.first[object]!) : 0;
}

function apply(
  forest: Forest,
  byDaughter: Map<number, PairDivision>,
  { before, after, first, last }: Meeting,
): void {
  for (const node of after) byDaughter.delete(node);
  for (const node of [...before, last]) {
    for (const child of [forest.first[node]!, forest.second[node]!])
      if (child >= 0) forest.parent[child] = -1;
    forest.first[node] = -1;
    forest.second[node] = -1;
  }
  forest.link(before[0], after[0]);
  forest.link(before[1], first);
  forest.link(last, after[1]);
}
