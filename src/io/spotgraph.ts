/** Spots and links of other programs as a track graph: one parent at most, and links that lead forward in time. */
import { emptyNuclei, type Nuclei } from "../core/nuclei.js";
import type { TrackGraph } from "../core/tracks.js";
import { counted } from "../core/wording.js";

/** Spots in any order, one entry a spot in each column. */
export interface Spots {
  /** From 0. */
  readonly frame: ArrayLike<number>;
  /** Px; the centre of the top left pixel is (0, 0). */
  readonly y: ArrayLike<number>;
  readonly x: ArrayLike<number>;
  /** Positive whole numbers, unique in a frame. Default: 1, 2, ... in each frame, in the order of the spots. */
  readonly label?: ArrayLike<number> | undefined;
  /** Px²; see `Nuclei`. Default: NaN. */
  readonly area?: ArrayLike<number> | undefined;
  readonly meanIntensity?: ArrayLike<number> | undefined;
  readonly score?: ArrayLike<number> | undefined;
}

/** Links between two spots each, by their place, in any order and direction. */
export interface Links {
  readonly from: ArrayLike<number>;
  readonly to: ArrayLike<number>;
  /** The lower, the better; NaN where unknown. Default: unknown. */
  readonly cost?: ArrayLike<number> | undefined;
}

/** A graph, and what it could not hold. */
export interface SpotGraph {
  readonly graph: TrackGraph;
  /** The place of each row's spot in the columns that were given. */
  readonly placeOfRow: Uint32Array;
  /** Links left out: see `linkNotices`. */
  readonly leftOut: LeftOutLinks;
}

/** Links that a graph cannot hold. */
export interface LeftOutLinks {
  /** To a spot that has a better parent: objects that merge. */
  readonly merges: number;
  /** Within one frame. */
  readonly within: number;
}

/** The most frames that a movie may have: more is a damaged number. */
export const mostFrames = 2 ** 20;

/**
 * Sorts spots by frame and label, and turns links forward in time. Where several links lead to one spot, that
 * of the lowest cost stays; where costs are unknown or equal, that of the nearest parent, then of the first.
 *
 * @param frames of the movie, as far as it is known; never less than the spots need
 */
export function graphOfSpots(spots: Spots, links: Links, frames = 0): SpotGraph {
  const count = spots.frame.length;
  const label = spots.label ?? numberedInFrames(spots.frame);
  const placeOfRow = Uint32Array.from({ length: count }, (_, place) => place).sort(
    (a, b) => spots.frame[a]! - spots.frame[b]! || label[a]! - label[b]! || a - b,
  );
  const nuclei = nucleiOf({ ...spots, label }, placeOfRow);
  const rowOfPlace = new Uint32Array(count);
  placeOfRow.forEach((place, row) => (rowOfPlace[place] = row));
  const { edges, leftOut } = edgesOf(nuclei, links, rowOfPlace);
  const last = count === 0 ? 0 : nuclei.frame[count - 1]! + 1;
  return { graph: { nuclei, frames: Math.max(frames, last), edges }, placeOfRow, leftOut };
}

/** 1, 2, ... in each frame. */
function numberedInFrames(frame: ArrayLike<number>): Int32Array {
  const counts = new Map<number, number>();
  return Int32Array.from({ length: frame.length }, (_, place) => {
    const number = (counts.get(frame[place]!) ?? 0) + 1;
    counts.set(frame[place]!, number);
    return number;
  });
}

function nucleiOf(spots: Spots, placeOfRow: Uint32Array): Nuclei {
  const nuclei = emptyNuclei(placeOfRow.length);
  const unknown = ["eccentricity", "solidity", "majorAxis", "minorAxis", "orientation"] as const;
  for (const name of unknown) nuclei[name].fill(NaN);
  for (const name of ["frame", "label", "y", "x", "area", "meanIntensity", "score"] as const) {
    const values = spots[name];
    for (let row = 0; row < placeOfRow.length; row++) nuclei[name][row] = values?.[placeOfRow[row]!] ?? NaN;
  }
  return nuclei;
}

/** The best link to each row. */
function edgesOf(
  nuclei: Nuclei,
  links: Links,
  rowOfPlace: Uint32Array,
): { readonly edges: Uint32Array; readonly leftOut: LeftOutLinks } {
  const { frame } = nuclei;
  const best = new Int32Array(nuclei.count).fill(-1);
  const rowsOf = (link: number): readonly [parent: number, child: number] => {
    const [a, b] = [rowOfPlace[links.from[link]!]!, rowOfPlace[links.to[link]!]!];
    return frame[a]! <= frame[b]! ? [a, b] : [b, a];
  };
  const isBetter = (link: number, other: number): boolean => {
    const [cost, otherCost] = [links.cost?.[link] ?? NaN, links.cost?.[other] ?? NaN];
    if (cost < otherCost || cost > otherCost) return cost < otherCost;
    const [[a, child], [b]] = [rowsOf(link), rowsOf(other)];
    return (distance(nuclei, a, child) - distance(nuclei, b, child) || a - b) < 0;
  };
  let [merges, within] = [0, 0];
  for (let link = 0; link < links.from.length; link++) {
    const [parent, child] = rowsOf(link);
    if (frame[parent] === frame[child]) {
      within++;
      continue;
    }
    const other = best[child]!;
    if (other >= 0 && rowsOf(other)[0] === parent) continue;
    if (other >= 0) merges++;
    if (other < 0 || isBetter(link, other)) best[child] = link;
  }
  const edges: number[] = [];
  best.forEach((link) => {
    if (link >= 0) edges.push(...rowsOf(link));
  });
  return { edges: Uint32Array.from(edges), leftOut: { merges, within } };
}

const distance = ({ y, x }: Nuclei, a: number, b: number): number => Math.hypot(y[a]! - y[b]!, x[a]! - x[b]!);

/** What was left out, as sentences for `OpenedTracks.notices`. */
export function linkNotices({ merges, within }: LeftOutLinks): string[] {
  return [
    ...(merges > 0
      ? [
          `${counted(merges, "link")} of merging objects ${merges === 1 ? "is" : "are"} left out: ` +
            "each object keeps its best parent",
        ]
      : []),
    ...(within > 0
      ? [`${counted(within, "link")} within a frame ${within === 1 ? "is" : "are"} left out`]
      : []),
  ];
}
