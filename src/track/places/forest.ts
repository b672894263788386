import type { Movie } from "./detections.js";

/** The links found so far, by position in the movie. */
export class Forest {
  /** Parent of each nucleus, -1 if none. */
  readonly parent: Int32Array;
  /** Children of each nucleus, -1 if none; `second` only where it divides. */
  readonly first: Int32Array;
  readonly second: Int32Array;

  constructor(count: number) {
    this.parent = new Int32Array(count).fill(-1);
    this.first = new Int32Array(count).fill(-1);
    this.second = new Int32Array(count).fill(-1);
  }

  /** The child must have no parent, the parent fewer than two children. */
  link(parent: number, child: number): void {
    this.parent[child] = parent;
    if (this.first[parent]! < 0) this.first[parent] = child;
    else this.second[parent] = child;
  }

  children(node: number): number {
    return this.first[node]! < 0 ? 0 : this.second[node]! < 0 ? 1 : 2;
  }

  /** Nuclei from this one on to the next division or the end, `most` at most. */
  lengthFrom(node: number, maximum: number): number {
    let length = 1;
    for (let at = node; length < maximum && this.children(at) === 1; at = this.first[at]!) length++;
    return length;
  }
}

/** (parent row, child row), by child row of the nuclei table. */
export function edgesOf({ rowOf }: Movie, forest: Forest): Uint32Array {
  const parentRow = new Int32Array(rowOf.length).fill(-1);
  let links = 0;
  forest.parent.forEach((parent, child) => {
    if (parent < 0) return;
    parentRow[rowOf[child]!] = rowOf[parent]!;
    links++;
  });
  const edges = new Uint32Array(2 * links);
  let at = 0;
  parentRow.forEach((parent, child) => {
    if (parent < 0) return;
    edges[at++] = parent;
    edges[at++] = child;
  });
  return edges;
}
