/** Tracks after edits by hand. */
import { type Nuclei, nucleiColumns, emptyNuclei } from "../core/nuclei.js";
import { parentOfRow, type TrackGraph } from "../core/tracks.js";
import type { SpotPlace, TrackEdit, TrackGesture } from "./edits.js";
import { type SpotFinder, spotFinder } from "./spotfinder.js";

/** Tracks that edits are applied to. */
export interface EditableTracks {
  readonly graph: TrackGraph;
  /** That it is a division, 0..1 or NaN, by the mother's row. */
  readonly probabilities: ReadonlyMap<number, number>;
}

/** An edit that could not be applied, and why: one sentence. */
export interface UnappliedEdit {
  readonly edit: TrackEdit;
  readonly why: string;
}

/** Tracks after edits. */
export interface EditedTracks extends EditableTracks {
  /** The row that each nucleus had before: what else is known by row, such as labels of masks, is found there. */
  readonly rowOf: Int32Array;
  /** In the order of the edits. */
  readonly unapplied: readonly UnappliedEdit[];
}

/** Links while they are edited. */
interface Links {
  readonly nuclei: Nuclei;
  /** By row; -1 for none. */
  readonly parents: Int32Array;
  /** By row, in no order. */
  readonly children: readonly number[][];
  /** 1 for a nucleus that was removed. */
  readonly removed: Uint8Array;
  readonly probabilities: Map<number, number>;
}

/**
 * Applies edits in order, with the meaning that `TrackGesture` gives them. What an edit is about is found by its
 * place (`spotFinder`); an edit whose nuclei or links are not there is left out, and the others apply.
 *
 * A division that was added or confirmed has the probability 1. Probabilities of mothers that no longer divide
 * are left out.
 */
export function applyTrackEdits(
  { graph, probabilities }: EditableTracks,
  edits: readonly TrackEdit[],
): EditedTracks {
  const { nuclei } = graph;
  const parents = parentOfRow(graph);
  const children: number[][] = Array.from({ length: nuclei.count }, () => []);
  parents.forEach((parent, row) => parent >= 0 && children[parent]!.push(row));
  const removed = new Uint8Array(nuclei.count);
  const links: Links = { nuclei, parents, children, removed, probabilities: new Map(probabilities) };
  const find = spotFinder(nuclei);
  const unapplied: UnappliedEdit[] = [];
  for (const edit of edits) {
    const why = apply(links, find, edit);
    if (why !== undefined) unapplied.push({ edit, why });
  }
  return { ...remaining(links, graph.frames), unapplied };
}

/** Applies an edit. @returns why it could not be, with nothing changed then */
function apply(links: Links, find: SpotFinder, { gesture, spots }: TrackEdit): string | undefined {
  const rows = spots.map(find);
  const lost = rows.findIndex((row) => row < 0 || links.removed[row] === 1);
  if (lost >= 0)
    return rows[lost]! < 0
      ? `There is no nucleus at ${placeText(spots[lost]!)}.`
      : `The nucleus at ${placeText(spots[lost]!)} was removed by an earlier edit.`;
  if (new Set(rows).size < rows.length) return "Two of its places are the same nucleus.";
  const frames = rows.map((row) => links.nuclei.frame[row]!);
  if (frames.slice(1).some((frame) => frame <= frames[0]!)) return "A link must lead to a later frame.";
  return appliers[gesture](links, rows);
}

const placeText = ({ frame, y, x }: SpotPlace): string =>
  `(${y.toFixed(1)}, ${x.toFixed(1)}) in frame ${frame}`;

const notLinked = "The nuclei are not linked any more.";

const appliers: Readonly<
  Record<TrackGesture, (links: Links, rows: readonly number[]) => string | undefined>
> = {
  cut: (links, [parent, child]) => {
    if (links.parents[child!] !== parent) return notLinked;
    unlink(links, child!);
    return undefined;
  },
  join: (links, [parent, child]) => linkAll(links, parent!, [child!]),
  divide: (links, [mother, ...daughters]) => {
    linkAll(links, mother!, daughters);
    links.probabilities.set(mother!, 1);
    return undefined;
  },
  delete: (links, [row]) => remove(links, row!),
  deleteTrack: (links, [row]) => {
    for (const member of branchAround(links, row!)) remove(links, member);
    return undefined;
  },
  confirm: (links, [mother]) => {
    if (links.children[mother!]!.length < 2) return "The nucleus does not divide any more.";
    links.probabilities.set(mother!, 1);
    return undefined;
  },
  refuse: (links, [mother, daughter]) => {
    if (links.parents[daughter!] !== mother) return notLinked;
    unlink(links, daughter!);
    return undefined;
  },
};

/** Removes the link to a nucleus from its parent. A division that lost a daughter is no longer the same. */
function unlink({ parents, children, probabilities }: Links, child: number): void {
  const parent = parents[child]!;
  if (parent < 0) return;
  children[parent]!.splice(children[parent]!.indexOf(child), 1);
  probabilities.delete(parent);
  parents[child] = -1;
}

function linkAll(links: Links, parent: number, daughters: readonly number[]): undefined {
  for (const other of links.children[parent]!.slice()) unlink(links, other);
  for (const daughter of daughters) {
    unlink(links, daughter);
    links.parents[daughter] = parent;
    links.children[parent]!.push(daughter);
  }
}

function remove(links: Links, row: number): undefined {
  unlink(links, row);
  for (const child of links.children[row]!.slice()) unlink(links, child);
  links.removed[row] = 1;
}

/** The rows of a nucleus' branch: back to its birth or the division it comes from, and on to the next or the end. */
function branchAround({ parents, children }: Links, row: number): number[] {
  let first = row;
  while (parents[first]! >= 0 && children[parents[first]!]!.length === 1) first = parents[first]!;
  const rows = [first];
  for (let next = children[first]!; next.length === 1; next = children[next[0]!]!) rows.push(next[0]!);
  return rows;
}

/** What is left, numbered anew in the old order. */
function remaining(links: Links, frames: number): Omit<EditedTracks, "unapplied"> {
  const { parents, children, removed, probabilities } = links;
  const rowOf = Int32Array.from(removed.keys()).filter((row) => removed[row] === 0);
  const newRow = new Int32Array(removed.length).fill(-1);
  rowOf.forEach((old, row) => (newRow[old] = row));
  const nuclei = emptyNuclei(rowOf.length);
  for (const column of nucleiColumns)
    rowOf.forEach((old, row) => (nuclei[column][row] = links.nuclei[column][old]!));
  const linked = rowOf.filter((old) => parents[old]! >= 0);
  const edges = new Uint32Array(2 * linked.length);
  linked.forEach((old, e) => {
    edges[2 * e] = newRow[parents[old]!]!;
    edges[2 * e + 1] = newRow[old]!;
  });
  const stillDivide = [...probabilities].filter(([old]) => removed[old] === 0 && children[old]!.length > 1);
  stillDivide.sort(([a], [b]) => a - b);
  return {
    graph: { nuclei, frames, edges },
    probabilities: new Map(stillDivide.map(([old, probability]) => [newRow[old]!, probability])),
    rowOf,
  };
}
