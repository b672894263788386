import { parentOfRow, type TrackGraph } from "../../core/tracks.js";

/** A track graph, ready for questions about neighbours in time. Rows of the nuclei table; -1 for none. */
export interface Neighbours {
  readonly graph: TrackGraph;
  readonly parent: Int32Array;
  /** How many children, 0 to 2. */
  readonly children: Uint8Array;
  /** The only child; -1 too where a nucleus divides. */
  readonly child: Int32Array;
  /** Row by label, of each frame. */
  readonly rows: readonly ReadonlyMap<number, number>[];
}

/** Prepares a track graph. */
export function neighboursOf(graph: TrackGraph): Neighbours {
  const { nuclei, edges, frames } = graph;
  const child = new Int32Array(nuclei.count).fill(-1);
  const children = new Uint8Array(nuclei.count);
  for (let e = 0; e < edges.length; e += 2) {
    const parent = edges[e]!;
    child[parent] = children[parent] === 0 ? edges[e + 1]! : -1;
    children[parent]!++;
  }
  const rows = Array.from({ length: frames }, () => new Map<number, number>());
  for (let row = 0; row < nuclei.count; row++) rows[nuclei.frame[row]!]!.set(nuclei.label[row]!, row);
  return { graph, parent: parentOfRow(graph), children, child, rows };
}

/** The only child of a row, where it is in the next frame. */
export function nextOf({ graph: { nuclei }, child }: Neighbours, row: number): number {
  const next = child[row]!;
  return next >= 0 && nuclei.frame[next] === nuclei.frame[row]! + 1 ? next : -1;
}

/** The parent of a row, where it is in the frame before and has no other child. */
export function previousOf({ graph: { nuclei }, parent, child }: Neighbours, row: number): number {
  const previous = parent[row]!;
  return previous >= 0 && child[previous] === row && nuclei.frame[previous] === nuclei.frame[row]! - 1
    ? previous
    : -1;
}

/** The row of the same undivided track in another frame; -1 where it has none, or skips a frame on the way. */
export function rowAt(links: Neighbours, row: number, frame: number): number {
  const { nuclei } = links.graph;
  let at = row;
  while (at >= 0 && nuclei.frame[at] !== frame)
    at = nuclei.frame[at]! < frame ? nextOf(links, at) : previousOf(links, at);
  return at;
}
