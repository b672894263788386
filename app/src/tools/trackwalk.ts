/** Nuclei of tracks and how they hang together, as the tables of the server say it; walking along them. */
import type { SpotPlace, TrackEdit } from "../../../src/correct/edits.js";

/** Columns of the table of nuclei, one value a nucleus. */
export interface SpotColumns {
  readonly frame: ArrayLike<number>;
  /** In the label image of the tracks. */
  readonly label: ArrayLike<number>;
  readonly track: ArrayLike<number>;
  /** px. */
  readonly y: ArrayLike<number>;
  readonly x: ArrayLike<number>;
}

/** Columns of the table of tracks. */
export interface TrackColumns {
  readonly track: ArrayLike<number>;
  /** 0 for none. */
  readonly parent: ArrayLike<number>;
}

/** Nuclei by row, with their links. */
export interface SpotLinks extends SpotColumns {
  readonly count: number;
  /** Row that each comes from; -1 for none. */
  readonly parentOf: Int32Array;
  /** Rows that come from each. */
  readonly childrenOf: readonly (readonly number[])[];
  /** Rows of each track, in time. */
  readonly rowsOf: ReadonlyMap<number, readonly number[]>;
  /** Tracks, ascending. */
  readonly tracks: readonly number[];
}

/** Links the nuclei of each track in time, and the first of each to the last of its parent. */
export function spotLinks(spots: SpotColumns, tracks: TrackColumns): SpotLinks {
  const count = spots.frame.length;
  const rowsOf = new Map<number, number[]>();
  for (let row = 0; row < count; row++) {
    const rows = rowsOf.get(spots.track[row]!);
    if (rows === undefined) rowsOf.set(spots.track[row]!, [row]);
    else rows.push(row);
  }
  const parentOf = new Int32Array(count).fill(-1);
  for (const rows of rowsOf.values()) {
    rows.sort((a, b) => spots.frame[a]! - spots.frame[b]!);
    rows.forEach((row, i) => {
      if (i > 0) parentOf[row] = rows[i - 1]!;
    });
  }
  for (let i = 0; i < tracks.track.length; i++) {
    const first = rowsOf.get(tracks.track[i]!)?.[0];
    const last = rowsOf.get(tracks.parent[i]!)?.at(-1);
    // While one table is newer than the other, links may lead nowhere: never back in time.
    if (first !== undefined && last !== undefined && spots.frame[last]! < spots.frame[first]!)
      parentOf[first] = last;
  }
  const childrenOf: number[][] = Array.from({ length: count }, () => []);
  parentOf.forEach((parent, row) => {
    if (parent >= 0) childrenOf[parent]!.push(row);
  });
  const all = [...rowsOf.keys()].sort((a, b) => a - b);
  return { ...spots, count, parentOf, childrenOf, rowsOf, tracks: all };
}

/** The row of a label in a frame; -1 for none. */
export function rowOfLabel({ count, frame, label }: SpotLinks, inFrame: number, wanted: number): number {
  for (let row = 0; row < count; row++) if (frame[row] === inFrame && label[row] === wanted) return row;
  return -1;
}

/** Where a step leads: in time along the links, to the sister or the neighbours in the frame, to other tracks. */
export type WalkStep =
  "earlier" | "later" | "nextSibling" | "previousSibling" | "nextTrack" | "previousTrack";

/** The row that a step leads to; the same row where there is nothing. */
export function walk(links: SpotLinks, row: number, step: WalkStep): number {
  switch (step) {
    case "earlier":
      return links.parentOf[row]! >= 0 ? links.parentOf[row]! : row;
    case "later":
      return links.childrenOf[row]![0] ?? row;
    case "nextSibling":
      return sibling(links, row, 1);
    case "previousSibling":
      return sibling(links, row, -1);
    case "nextTrack":
      return otherTrack(links, row, 1);
    case "previousTrack":
      return otherTrack(links, row, -1);
  }
}

/** Nuclei of the same lineage in the same frame, in the order of the tree. */
function sibling(links: SpotLinks, row: number, by: 1 | -1): number {
  const alike = familyInFrame(links, row);
  const at = alike.indexOf(row);
  return alike[(at + by + alike.length) % alike.length]!;
}

function familyInFrame(links: SpotLinks, row: number): number[] {
  const frame = links.frame[row]!;
  const found: number[] = [];
  const open = [rootOf(links, row)];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (links.frame[next] === frame) found.push(next);
    else if (links.frame[next]! < frame) open.push(...links.childrenOf[next]!.toReversed());
  }
  return found;
}

/** The first nucleus of the lineage. */
export function rootOf({ parentOf }: SpotLinks, row: number): number {
  let root = row;
  while (parentOf[root]! >= 0) root = parentOf[root]!;
  return root;
}

/** The nucleus of the next track at the nearest time. */
function otherTrack(links: SpotLinks, row: number, by: 1 | -1): number {
  const { tracks, rowsOf, track, frame } = links;
  const at = tracks.indexOf(track[row]!);
  const rows = rowsOf.get(tracks[(at + by + tracks.length) % tracks.length]!)!;
  const away = (other: number): number => Math.abs(frame[other]! - frame[row]!);
  return rows.reduce((best, other) => (away(other) < away(best) ? other : best));
}

/** A track in the tree of its lineage. */
export interface TreeBranch {
  readonly track: number;
  readonly firstFrame: number;
  readonly lastFrame: number;
  /** Place across time: leaves have whole numbers from 0, mothers lie between their daughters. */
  readonly column: number;
  readonly children: readonly TreeBranch[];
}

/** The lineage that a nucleus belongs to, ready to be drawn. */
export function lineageTree(links: SpotLinks, row: number): TreeBranch {
  let leaves = 0;
  const branch = (first: number): TreeBranch => {
    const rows = links.rowsOf.get(links.track[first]!)!;
    const last = rows.at(-1)!;
    const children = links.childrenOf[last]!.map(branch);
    const column = children.length === 0 ? leaves++ : (children[0]!.column + children.at(-1)!.column) / 2;
    return {
      track: links.track[first]!,
      firstFrame: links.frame[rows[0]!]!,
      lastFrame: links.frame[last]!,
      column,
      children,
    };
  };
  return branch(rootOf(links, row));
}

/** All branches of a tree, mothers before daughters. */
export const branchesOf = (tree: TreeBranch): readonly TreeBranch[] => [
  tree,
  ...tree.children.flatMap(branchesOf),
];

/** Where a nucleus is. */
export const placeOfRow = ({ frame, y, x }: SpotColumns, row: number): SpotPlace => ({
  frame: frame[row]!,
  y: y[row]!,
  x: x[row]!,
});

/** A change of tracks, or why there is none. */
export type TrackChoice = TrackEdit | { readonly why: string };

const change = (links: SpotLinks, gesture: TrackEdit["gesture"], rows: readonly number[]): TrackEdit => ({
  layer: "tracks",
  gesture,
  spots: rows.map((row) => placeOfRow(links, row)),
});

/** Cuts the link of a nucleus to the one it comes from, or to the one that comes from it. */
export function cutAt(links: SpotLinks, row: number, side: "before" | "after"): TrackChoice {
  const parent = side === "before" ? links.parentOf[row]! : row;
  const child = side === "before" ? row : (links.childrenOf[row]![0] ?? -1);
  if (parent >= 0 && child >= 0) return change(links, "cut", [parent, child]);
  return { why: `This nucleus has no link to ${side === "before" ? "an earlier" : "a later"} one.` };
}

/** Links two nuclei, the earlier one first. */
export function joinRows(links: SpotLinks, a: number, b: number): TrackChoice {
  const [from, to] = links.frame[a]! < links.frame[b]! ? [a, b] : [b, a];
  if (links.frame[from] === links.frame[to])
    return { why: "Both nuclei are in the same frame; link nuclei of two frames." };
  if (links.parentOf[to] === from) return { why: "These two are linked already." };
  return change(links, "join", [from, to]);
}

/** Links the end of the earlier of two tracks with the beginning of the later one. */
export function joinTracks(links: SpotLinks, a: number, b: number): TrackChoice {
  const [one, other] = [links.rowsOf.get(a) ?? [], links.rowsOf.get(b) ?? []];
  const ends = (from: readonly number[], to: readonly number[]): boolean =>
    links.frame[from.at(-1)!]! < links.frame[to[0]!]!;
  if (one.length > 0 && other.length > 0) {
    if (ends(one, other)) return joinRows(links, one.at(-1)!, other[0]!);
    if (ends(other, one)) return joinRows(links, other.at(-1)!, one[0]!);
  }
  return { why: "Both tracks are there at the same time; link one that ends before the other one begins." };
}

/**
 * Links the end of a track with the nearest one that begins in the next frame, no farther away than the longest
 * link that there is.
 */
export function joinNearest(links: SpotLinks, row: number): TrackChoice {
  const { parentOf, frame, count } = links;
  let [nearest, least] = [-1, longestLink(links)];
  for (let other = 0; other < count; other++) {
    if (frame[other] !== frame[row]! + 1 || parentOf[other]! >= 0) continue;
    const away = distanceOf(links, row, other);
    if (away <= least) [nearest, least] = [other, away];
  }
  if (nearest >= 0) return joinRows(links, row, nearest);
  return { why: "No track begins near this one in the next frame." };
}

const distanceOf = ({ y, x }: SpotLinks, a: number, b: number): number =>
  Math.hypot(y[a]! - y[b]!, x[a]! - x[b]!);

/** px; any distance where nothing is linked. */
function longestLink(links: SpotLinks): number {
  let longest = 0;
  links.parentOf.forEach((parent, row) => {
    if (parent >= 0) longest = Math.max(longest, distanceOf(links, parent, row));
  });
  return longest > 0 ? longest : Infinity;
}

/** Nucleus of a track that is nearest in time to a frame; -1 where there is no such track. */
export const nearestInTime = ({ rowsOf, frame }: SpotLinks, track: number, to: number): number =>
  (rowsOf.get(track) ?? []).reduce(
    (best, row) => (best < 0 || Math.abs(frame[row]! - to) < Math.abs(frame[best]! - to) ? row : best),
    -1,
  );

/**
 * Makes a nucleus a mother.
 *
 * @param later one or two nuclei after it; with one, the nucleus that it has already become is the other
 */
export function divideInto(links: SpotLinks, mother: number, later: readonly number[]): TrackChoice {
  const own = links.childrenOf[mother]!.filter((row) => !later.includes(row));
  const daughters = (later.length >= 2 ? later : [...own, ...later]).slice(0, 2);
  if (daughters.length < 2) return { why: "A division needs two daughters; select both in a later frame." };
  if (daughters.some((row) => links.frame[row]! <= links.frame[mother]!))
    return { why: "Daughters must be in a frame after that of their mother." };
  return change(links, "divide", [mother, ...daughters]);
}

/** Removes one nucleus, or its whole track. */
export const removeRow = (links: SpotLinks, row: number, isWhole: boolean): TrackEdit =>
  change(links, isWhole ? "deleteTrack" : "delete", [row]);

/** Says of a division that it is right, or cuts off the daughter that fits less. */
export function judgeDivision(links: SpotLinks, mother: number, isRight: boolean): TrackChoice {
  const daughters = links.childrenOf[mother]!;
  if (daughters.length < 2) return { why: "This nucleus does not divide." };
  if (isRight) return change(links, "confirm", [mother]);
  const away = (row: number): number =>
    Math.hypot(links.y[row]! - links.y[mother]!, links.x[row]! - links.x[mother]!);
  const farthest = daughters.reduce((worst, row) => (away(row) > away(worst) ? row : worst));
  return change(links, "refuse", [mother, farthest]);
}
