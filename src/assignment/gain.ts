import { InvalidInput } from "../core/errors.js";
import { PairHeap } from "./heap.js";

/** Possible links between rows and columns, in any order; a pair that is not listed cannot be linked. */
export interface GainCandidates {
  readonly row: Int32Array;
  readonly column: Int32Array;
  /** What the link is worth; links of gain 0 or less are never made. */
  readonly gain: Float64Array;
}

/**
 * The set of links of the largest total gain in which each row and each column has one link at most: the
 * maximum weight matching of a sparse bipartite graph, exactly.
 *
 * Rows enter one after the other, and each entry is the shortest augmenting path under reduced costs -gain -
 * u - v >= 0, ending at a free column or at a row that gives up its link (every row owns a column of cost 0
 * that nobody else may use). A path never leaves the connected component of its row, so the work is that of
 * solving every component alone, without having to name the components. Memory is linear in the candidates.
 * Equal optima: decided by the order of rows and columns alone, not by the order of the candidates.
 *
 * @returns length `rows`: the column of each row, or -1
 * @throws InvalidInput when an index is out of range or a gain is not finite
 * Source: Jonker & Volgenant 1987, Computing 38:325 (augmentation); Edmonds & Karp 1972 (potentials).
 */
export const maximiseGain = (rows: number, columns: number, candidates: GainCandidates): Int32Array =>
  matchWithPrices(rows, columns, candidates).columnOf;

/** A matching of the largest gain with the prices that prove it. */
export interface PricedMatching {
  /** The column of each row, or -1. */
  readonly columnOf: Int32Array;
  /**
   * What each row, and each column, is worth to the total, 0 or more: a candidate gains at most what its two
   * ends are worth together, a link of the matching exactly that; what has no link is worth 0.
   */
  readonly rowWorth: Float64Array;
  readonly columnWorth: Float64Array;
}

/** As `maximiseGain`, with the dual solution. */
export function matchWithPrices(rows: number, columns: number, candidates: GainCandidates): PricedMatching {
  const search: Search = {
    ...compress(rows, columns, candidates),
    columnOf: new Int32Array(rows).fill(-1),
    rowOf: new Int32Array(columns).fill(-1),
    u: new Float64Array(rows),
    v: new Float64Array(columns),
    distance: new Float64Array(columns).fill(Infinity),
    from: new Int32Array(columns),
    settled: new Uint8Array(columns),
    seen: new Int32Array(columns),
    heap: new PairHeap(),
  };
  const { start, column, gain, u, v } = search;
  for (let source = 0; source < rows; source++) {
    if (start[source] === start[source + 1]) continue;
    let lowest = 0;
    for (let e = start[source]!; e < start[source + 1]!; e++)
      lowest = Math.min(lowest, -gain[e]! - v[column[e]!]!);
    u[source] = lowest;
    const path = shortestPath(search, source);
    updatePotentials(search, source, path);
    augment(search, source, path);
  }
  const worth = (potential: Float64Array): Float64Array => potential.map((value) => Math.max(0, -value));
  return { columnOf: search.columnOf, rowWorth: worth(u), columnWorth: worth(v) };
}

/** The graph, the links made so far, the potentials, and scratch for the search of paths. */
interface Search extends Compressed {
  /** Column linked to each row, or -1; and row linked to each column. */
  readonly columnOf: Int32Array;
  readonly rowOf: Int32Array;
  /** Potentials of rows and columns. */
  readonly u: Float64Array;
  readonly v: Float64Array;
  /** Length of the shortest path known to each column; Infinity between searches. */
  readonly distance: Float64Array;
  /** Row from which that path comes to the column. */
  readonly from: Int32Array;
  /** 1 for columns whose path is known to be the shortest; 0 between searches. */
  readonly settled: Uint8Array;
  /** Columns that the present search has reached. */
  readonly seen: Int32Array;
  readonly heap: PairHeap;
}

/** An augmenting path: where it ends, and how many entries of `seen` the search has written. */
interface Path {
  readonly length: number;
  /** The free column that it ends at, or -1: then `endRow` gives up its link. */
  readonly endColumn: number;
  readonly endRow: number;
  readonly seenCount: number;
}

/** Dijkstra's algorithm from a row without a link to the nearest end, under reduced costs. */
function shortestPath(search: Search, source: number): Path {
  const { start, column, gain, rowOf, u, v, distance, from, settled, seen, heap } = search;
  heap.clear();
  let seenCount = 0;
  let row = source;
  let reached = 0;
  // The best end so far: the row that would give up its link, or the free column.
  let length = Infinity;
  let endRow = -1;
  for (;;) {
    if (reached - u[row]! < length) {
      length = reached - u[row]!;
      endRow = row;
    }
    for (let e = start[row]!; e < start[row + 1]!; e++) {
      const j = column[e]!;
      if (settled[j] === 1) continue;
      // Rounding may push a reduced cost a hair below zero, which Dijkstra's algorithm does not allow.
      const d = reached + Math.max(0, -gain[e]! - u[row]! - v[j]!);
      if (d >= distance[j]!) continue;
      if (distance[j] === Infinity) seen[seenCount++] = j;
      distance[j] = d;
      from[j] = row;
      heap.push(d, j);
    }
    const next = nearestOpen(search, length);
    if (next < 0) return { length, endColumn: -1, endRow, seenCount };
    if (rowOf[next]! < 0) return { length: distance[next]!, endColumn: next, endRow, seenCount };
    settled[next] = 1;
    reached = distance[next]!;
    row = rowOf[next]!;
  }
}

/** Takes the nearest column that is not settled from the heap; -1 if none is within `length`. */
function nearestOpen({ heap, settled, distance }: Search, length: number): number {
  while (heap.size > 0 && heap.firstKey <= length) {
    const key = heap.firstKey;
    const j = heap.pop();
    if (settled[j] === 0 && key === distance[j]) return j;
  }
  return -1;
}

/** Keeps all reduced costs at 0 or more, and those of links at 0; clears what the search has written. */
function updatePotentials(search: Search, source: number, { length, seenCount }: Path): void {
  const { rowOf, u, v, distance, settled, seen } = search;
  u[source]! += length;
  for (let k = 0; k < seenCount; k++) {
    const j = seen[k]!;
    if (settled[j] === 1) {
      v[j]! -= length - distance[j]!;
      u[rowOf[j]!]! += length - distance[j]!;
      settled[j] = 0;
    }
    distance[j] = Infinity;
  }
}

/** Shifts the links along the path that ends at a free column, or at the link that `endRow` gives up. */
function augment({ from, columnOf, rowOf }: Search, source: number, { endRow, endColumn }: Path): void {
  let column = endColumn;
  if (column < 0) {
    if (endRow === source) return;
    column = columnOf[endRow]!;
    columnOf[endRow] = -1;
  }
  for (;;) {
    const row = from[column]!;
    const previous = columnOf[row]!;
    columnOf[row] = column;
    rowOf[column] = row;
    if (row === source) return;
    column = previous;
  }
}

/** Links by row (CSR): those of row i are `start[i]..start[i + 1]`, by ascending column. */
interface Compressed {
  readonly start: Int32Array;
  readonly column: Int32Array;
  readonly gain: Float64Array;
}

/**
 * Rows of ascending columns (CSR), positive gains only: two stable counting sorts, by column and then by row.
 */
function compress(rows: number, columns: number, candidates: GainCandidates): Compressed {
  check(rows, columns, candidates);
  let count = 0;
  for (let k = 0; k < candidates.gain.length; k++) if (candidates.gain[k]! > 0) count++;
  const useful = new Int32Array(count);
  for (let k = 0, to = 0; k < candidates.gain.length; k++) if (candidates.gain[k]! > 0) useful[to++] = k;
  const byColumn = countingSort(useful, candidates.column, columns).order;
  const { order, start } = countingSort(byColumn, candidates.row, rows);
  return {
    start,
    column: order.map((k) => candidates.column[k]!),
    gain: taken(candidates.gain, order),
  };
}

/** The values at some indices. */
function taken(values: Float64Array, order: Int32Array): Float64Array {
  const out = new Float64Array(order.length);
  for (let k = 0; k < out.length; k++) out[k] = values[order[k]!]!;
  return out;
}

function countingSort(
  items: Int32Array,
  key: Int32Array,
  keys: number,
): { order: Int32Array; start: Int32Array } {
  const start = new Int32Array(keys + 1);
  for (let k = 0; k < items.length; k++) start[key[items[k]!]! + 1]!++;
  for (let k = 0; k < keys; k++) start[k + 1]! += start[k]!;
  const next = start.slice();
  const order = new Int32Array(items.length);
  for (let k = 0; k < items.length; k++) order[next[key[items[k]!]!]!++] = items[k]!;
  return { order, start };
}

function check(rows: number, columns: number, { row, column, gain }: GainCandidates): void {
  if (row.length !== column.length || row.length !== gain.length) {
    throw new InvalidInput(
      "candidates",
      "row, column and value of equal length",
      `${row.length}, ${column.length}, ${gain.length}`,
    );
  }
  for (let k = 0; k < row.length; k++) {
    const inside = row[k]! >= 0 && row[k]! < rows && column[k]! >= 0 && column[k]! < columns;
    if (!inside)
      throw new InvalidInput(
        "candidates",
        `indices within ${rows} x ${columns}`,
        `(${row[k]}, ${column[k]})`,
      );
    if (!Number.isFinite(gain[k]!)) throw new InvalidInput("candidates", "finite values", String(gain[k]));
  }
}
