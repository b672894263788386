/** The edits of tracks that a click, or a few, stand for; undefined where there is nothing to change. */
import type { Nuclei } from "../core/nuclei.js";
import { childrenOfRow, parentOfRow, type TrackGraph } from "../core/tracks.js";
import type { SpotPlace, TrackEdit, TrackGesture } from "./edits.js";

/** Nuclei with their links by row, made once for a graph. */
export interface LinkedNuclei {
  readonly nuclei: Nuclei;
  /** -1 where there is none. */
  readonly parents: Int32Array;
  readonly children: readonly (readonly number[])[];
}

/** The links of a graph by row. */
export const linkedNuclei = (graph: TrackGraph): LinkedNuclei => ({
  nuclei: graph.nuclei,
  parents: parentOfRow(graph),
  children: childrenOfRow(graph),
});

/** The place by which an edit knows a nucleus. */
export const placeOf = ({ frame, y, x }: Pick<Nuclei, "frame" | "y" | "x">, row: number): SpotPlace => ({
  frame: frame[row]!,
  y: y[row]!,
  x: x[row]!,
});

const editOf = ({ nuclei }: LinkedNuclei, gesture: TrackGesture, ...rows: readonly number[]): TrackEdit => ({
  layer: "tracks",
  gesture,
  spots: rows.map((row) => placeOf(nuclei, row)),
});

/** Cuts a track before a nucleus. */
export const cutBefore = (links: LinkedNuclei, row: number): TrackEdit | undefined =>
  links.parents[row]! < 0 ? undefined : editOf(links, "cut", links.parents[row]!, row);

/** Cuts a track after a nucleus: one edit for each link, so two where it divides; none at the end of a track. */
export const cutAfter = (links: LinkedNuclei, row: number): TrackEdit[] =>
  links.children[row]!.map((child) => editOf(links, "cut", row, child));

/** Joins two nuclei of different frames, the earlier one being the parent, unless that is what there is. */
export function joinSelected(links: LinkedNuclei, a: number, b: number): TrackEdit | undefined {
  const { frame } = links.nuclei;
  if (frame[a] === frame[b]) return undefined;
  const [parent, child] = frame[a]! < frame[b]! ? [a, b] : [b, a];
  const isAlready = links.parents[child] === parent && links.children[parent]!.length === 1;
  return isAlready ? undefined : editOf(links, "join", parent, child);
}

/**
 * Makes the earliest of three nuclei the mother of the others, which may be of different frames. Undefined where
 * no single one is the earliest, or these are a division already.
 */
export function addDivision(
  links: LinkedNuclei,
  rows: readonly [number, number, number],
): TrackEdit | undefined {
  const { frame } = links.nuclei;
  const [mother, a, b] = [...rows].sort((p, q) => frame[p]! - frame[q]! || p - q) as [number, number, number];
  if (a === b || frame[mother]! >= frame[a]!) return undefined;
  const isAlready =
    links.children[mother]!.length === 2 && links.parents[a] === mother && links.parents[b] === mother;
  return isAlready ? undefined : editOf(links, "divide", mother, a, b);
}

/** Removes a nucleus from the tracks. */
export const deleteSpot = (links: LinkedNuclei, row: number): TrackEdit => editOf(links, "delete", row);

/** Removes all nuclei of a nucleus' branch. */
export const deleteBranch = (links: LinkedNuclei, row: number): TrackEdit =>
  editOf(links, "deleteTrack", row);

/** Says that a division is right. */
export const confirmDivision = (links: LinkedNuclei, mother: number): TrackEdit | undefined =>
  links.children[mother]!.length < 2 ? undefined : editOf(links, "confirm", mother);

/** Says that a nucleus is no daughter of the one that divides. */
export const refuseDivision = (links: LinkedNuclei, daughter: number): TrackEdit | undefined => {
  const mother = links.parents[daughter]!;
  return mother < 0 || links.children[mother]!.length < 2
    ? undefined
    : editOf(links, "refuse", mother, daughter);
};
