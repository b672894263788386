/** The tracks as the report's page knows them: few bytes, since there may be thousands. */
import type { Statistics } from "../analyse/analyse.js";
import type { Nuclei } from "../core/nuclei.js";
import { base64 } from "../plot/base64.js";

/** What `JSON.parse` gives the page. Arrays have one entry a track. */
export interface TrackData {
  /** Paths in base64 (`packPaths`). */
  readonly paths: string;
  readonly id: readonly number[];
  /** Id of the mother, 0 if none. */
  readonly parent: readonly number[];
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly seen: readonly number[];
  /** Mean speed and displacement as text with three digits. */
  readonly speed: readonly string[];
  readonly displacement: readonly string[];
  /** Index into `fates`. */
  readonly fate: readonly number[];
  readonly fates: readonly string[];
  readonly units: { readonly speed: string; readonly length: string };
}

export interface TrackSelection {
  /** Indices into the branch table, those of greatest interest first. */
  readonly branches: readonly number[];
  readonly of: number;
}

/** Tracks and points that a page can hold and still answers at once. */
const [mostTracks, mostPoints] = [5000, 400_000];

/** The tracks that can be clicked: of lineages that divide, then the longest. */
export function selectTracks({ branches }: Statistics, maximum = mostTracks): TrackSelection {
  const divides = new Set<number>();
  branches.parent.forEach((parent, i) => parent > 0 && divides.add(branches.root[i]!));
  const order = Array.from(branches.id, (_, i) => i);
  const rank = (i: number): number => Number(divides.has(branches.root[i]!));
  order.sort(
    (a, b) =>
      rank(b) - rank(a) ||
      (rank(a) === 1
        ? branches.root[a]! - branches.root[b]! || a - b
        : branches.detections[b]! - branches.detections[a]! || a - b),
  );
  return { branches: order.slice(0, maximum), of: branches.count };
}

/** @param nuclei rows that `statistics` was made from, their places in px of the picture's image */
export function trackData(
  { branches: chosen }: TrackSelection,
  nuclei: Nuclei,
  { branches, branchOfNucleus, units }: Statistics,
): TrackData {
  const ways = waysOf(chosen, nuclei, branchOfNucleus);
  const fates = [...new Set(chosen.map((i) => branches.fate[i]! as string))].sort();
  const ints = (column: Int32Array): number[] => chosen.map((i) => column[i]!);
  const texts = (column: Float64Array): string[] =>
    chosen.map((i) => (Number.isNaN(column[i]!) ? "" : String(Number(column[i]!.toPrecision(3)))));
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
  const every = Math.ceil(points / mostPoints);
  return [...ways.values()].map((way) =>
    every <= 1 ? way : way.filter((_, k) => (k >> 1) % every === 0 || k >= way.length - 2),
  );
}

/** Parts of a px that a packed place keeps. */
export const perPixel = 4;

/**
 * For each path the number of its points, then y and x of the first and the difference of each to the one
 * before, in quarters of a px; all as variable-length numbers, sign in the last bit: about two bytes a point.
 */
export function packPaths(paths: readonly (readonly number[])[]): string {
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
export const dataBlock = (data: TrackData): string =>
  `<script type="application/json" id="track-data">${JSON.stringify(data).replace(/</g, "\\u003c")}</script>`;
