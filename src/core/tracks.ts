import type { Nuclei } from "./nuclei.js";

/**
 * Nuclei linked through time. An edge leads from a row of `nuclei` to a row of a later frame; a row with two
 * children divides.
 */
export interface TrackGraph {
  readonly nuclei: Nuclei;
  /** Number of frames of the movie, empty ones included. */
  readonly frames: number;
  /** edges x 2, (parent row, child row), sorted by child row. Each row has at most one parent. */
  readonly edges: Uint32Array;
}

/**
 * An unbranched piece of a lineage, from birth or division to the next division or the end: CTC's "track".
 */
export interface Branch {
  /** 1..n, by first frame, then by label of the first nucleus. */
  readonly id: number;
  /**
   * Id of the mother branch, 0 if none. A branch that continues another after a gap has that as its
   * only-child parent.
   */
  readonly parent: number;
  /** Rows of `nuclei`, in time; may skip frames where a gap was closed. */
  readonly rows: readonly number[];
  /** Id of the first branch of the lineage (its own id for a root). */
  readonly root: number;
}

/** The row of each nucleus' parent by row; -1 where it has none. */
export function parentOfRow({ nuclei, edges }: Pick<TrackGraph, "nuclei" | "edges">): Int32Array {
  const parents = new Int32Array(nuclei.count).fill(-1);
  for (let e = 0; e < edges.length; e += 2) parents[edges[e + 1]!] = edges[e]!;
  return parents;
}

/** The rows of each nucleus' children by row, ascending; two or more where it divides. */
export function childrenOfRow({ nuclei, edges }: Pick<TrackGraph, "nuclei" | "edges">): number[][] {
  const children: number[][] = Array.from({ length: nuclei.count }, () => []);
  for (let e = 0; e < edges.length; e += 2) children[edges[e]!]!.push(edges[e + 1]!);
  return children;
}

/**
 * The id of each nucleus' branch by row; 0 where it is in none, as where nothing was tracked.
 *
 * @param count rows of the nuclei
 */
export function branchOfRow(branches: readonly Branch[], count: number): Int32Array {
  const ids = new Int32Array(count);
  for (const { id, rows } of branches) for (const row of rows) ids[row] = id;
  return ids;
}

/** Splits a track graph into branches. */
export function branchesOf(graph: TrackGraph): Branch[] {
  const { nuclei } = graph;
  const [parents, children] = [parentOfRow(graph), childrenOfRow(graph)];
  const startsBranch = (row: number): boolean => parents[row]! < 0 || children[parents[row]!]!.length > 1;
  const starts = Array.from({ length: nuclei.count }, (_, row) => row).filter(startsBranch);
  starts.sort((a, b) => nuclei.frame[a]! - nuclei.frame[b]! || nuclei.label[a]! - nuclei.label[b]!);
  const ids = new Int32Array(nuclei.count);
  const branches: Branch[] = [];
  starts.forEach((start, index) => {
    const rows = [start];
    for (let next = children[start]!; next.length === 1; next = children[next[0]!]!) rows.push(next[0]!);
    for (const row of rows) ids[row] = index + 1;
    // A mother begins in an earlier frame than its daughters, so its branch exists already.
    const parent = parents[start]! < 0 ? 0 : ids[parents[start]!]!;
    branches.push({
      id: index + 1,
      parent,
      rows,
      root: parent === 0 ? index + 1 : branches[parent - 1]!.root,
    });
  });
  return branches;
}
