/** Chooses the tracks that a page holds, and packs them: few bytes, since there may be thousands. */
import type { Statistics } from "../analyse/analyse.js";
import type { Nuclei } from "../core/nuclei.js";
import { plainNumber } from "../core/wording.js";
import { base64 } from "../core/base64.js";
import { type Markup, trusted } from "../plot/markup.js";
import { perPixel, type Path, type TrackData } from "./browser/packedtracks.js";

/** The tracks that a page holds. */
export interface TrackSelection {
  /** Indices into the branch table, those of greatest interest first. */
  readonly branches: readonly number[];
  /** How many there are in all. */
  readonly of: number;
}

/** Tracks that a page can hold and still answers at once. */
const maxTracks = 5000;
/** Places of all its tracks together, for the same reason. */
const maxPoints = 400_000;

/** The tracks that can be clicked: of lineages that divide, then the longest. */
export function selectTracks({ branches }: Statistics, maximum = maxTracks): TrackSelection {
  const divides = new Set<number>();
  branches.parent.forEach((parent, i) => parent > 0 && divides.add(branches.root[i]!));
  const [dividing, others] = [true, false].map((wanted) =>
    Array.from(branches.id, (_, i) => i).filter((i) => divides.has(branches.root[i]!) === wanted),
  ) as [number[], number[]];
  dividing.sort((a, b) => branches.root[a]! - branches.root[b]! || a - b);
  others.sort((a, b) => branches.detections[b]! - branches.detections[a]! || a - b);
  const order = [...dividing, ...others];
  return { branches: order.slice(0, maximum), of: branches.count };
}

/**
 * The chosen tracks as the page has them.
 *
 * @param nuclei rows that `statistics` was made from, their places in px of the picture's image
 */
export function trackData(
  { branches: chosen }: TrackSelection,
  nuclei: Nuclei,
  { branches, branchOfNucleus, units }: Statistics,
): TrackData {
  const ways = waysOf(chosen, nuclei, branchOfNucleus);
  const fates = [...new Set(chosen.map((i) => branches.fate[i]! as string))].sort();
  const ints = (column: Int32Array): number[] => chosen.map((i) => column[i]!);
  const texts = (column: Float64Array): string[] =>
    chosen.map((i) => (Number.isNaN(column[i]!) ? "" : plainNumber(column[i]!, 3)));
  return {
    paths: packPaths(ways),
    id: ints(branches.id),
    parent: ints(branches.parent),
    first: ints(branches.firstFrame),
    last: ints(branches.lastFrame),
    seen: ints(branches.detections),
    speed: texts(branches.meanSpeed),
    displacement: texts(branches.displacement),
    fate: chosen.map((i) => fates.indexOf(branches.fate[i]!)),
    fates,
    units: { speed: units.speed, length: units.length },
  };
}

/**
 * Places of each chosen branch, y and x in turn, px; of very many only every second, third, ... and the last.
 */
function waysOf(chosen: readonly number[], nuclei: Nuclei, branchOfNucleus: Int32Array): number[][] {
  const ways = new Map(chosen.map((i): [number, number[]] => [i + 1, []]));
  // Rows are in the order of their frames.
  branchOfNucleus.forEach((branch, row) => ways.get(branch)?.push(nuclei.y[row]!, nuclei.x[row]!));
  const points = [...ways.values()].reduce((sum, way) => sum + way.length / 2, 0);
  const every = Math.ceil(points / maxPoints);
  return [...ways.values()].map((way) =>
    every <= 1 ? way : way.filter((_, k) => (k >> 1) % every === 0 || k >= way.length - 2),
  );
}

/** Packs paths for `unpackPaths`, which says how; about two bytes a point. */
export function packPaths(paths: readonly Path[]): string {
  const bytes: number[] = [];
  const put = (value: number): void => {
    let rest = value >= 0 ? 2 * value : -2 * value - 1;
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
    bytes.push(rest);
  };
  for (const path of paths) {
    put(path.length / 2);
    let before = [0, 0];
    for (let i = 0; i < path.length; i += 2) {
      const now = [Math.round(path[i]! * perPixel), Math.round(path[i + 1]! * perPixel)];
      put(now[0]! - before[0]!);
      put(now[1]! - before[1]!);
      before = now;
    }
  }
  return base64(Uint8Array.from(bytes));
}

/** The data as a block of the page that is no script. */
export function dataBlock(data: TrackData): Markup {
  // Nothing in a string may end the block.
  const text = JSON.stringify(data).replace(/</g, "\\u003c");
  return trusted(`<script type="application/json" id="track-data">${text}</script>`);
}
