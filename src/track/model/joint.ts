/** Links and divisions of two consecutive frames, decided together. */
import { matchWithPrices, maximiseGain } from "../../assignment/gain.js";
import { divisionGain, linkGain, type Prices } from "./prices.js";

/** What is decided for two consecutive frames. Nuclei are positions in the movie. */
export interface PairLinks {
  /** [parent, child, ...] of undivided nuclei. */
  readonly links: readonly (readonly [number, number])[];
  readonly divisions: readonly PairDivision[];
  /** By how much each of the links is likelier than the best solution without it, at least. */
  readonly margins: readonly number[];
}

/** A division between two consecutive frames, or over one missing. Nuclei are positions in the movie. */
export interface PairDivision {
  readonly mother: number;
  readonly daughters: readonly [number, number];
  /** What the division gains over the best links without it. */
  readonly margin: number;
}

/** Candidates of one frame by index in the frame: those of row i are entries start[i] to start[i + 1]. */
interface Candidates {
  readonly start: Int32Array;
  readonly column: Int32Array;
  readonly gain: Float64Array;
}

interface Pair {
  readonly prices: Prices;
  readonly frame: number;
  /** Positions of the first nucleus of both frames. */
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly columns: number;
  readonly candidates: Candidates;
  /** Rows that may link to a column. */
  readonly rowsOf: readonly (readonly number[])[];
  readonly columnOf: Int32Array;
  readonly rowOf: Int32Array;
  readonly secondOf: Int32Array;
  /** What each row and column is worth to the links without divisions. */
  readonly rowWorth: Float64Array;
  readonly columnWorth: Float64Array;
}

/**
 * Decides a frame and the next one: the links of the largest gain, then the divisions that gain most over them.
 */
export function solvePair(prices: Prices, frame: number, withDivisions: boolean): PairLinks {
  const pair = linkPair(prices, frame);
  const divisions = withDivisions ? divide(pair) : [];
  const divided = new Set(divisions.map(({ mother }) => mother));
  const links: [number, number][] = [];
  pair.columnOf.forEach((column, row) => {
    if (column >= 0 && !divided.has(pair.from + row)) links.push([pair.from + row, pair.to + column]);
  });
  return {
    links,
    divisions,
    margins: links.map(([parent, child]) => marginOf(pair, parent - pair.from, child - pair.to)),
  };
}

function linkPair(prices: Prices, frame: number): Pair {
  const { movie, expected, reach } = prices;
  const [from, to] = [movie.start[frame]!, movie.start[frame + 1]!];
  const next = movie.points[frame + 1]!;
  const rows = to - from;
  const start = new Int32Array(rows + 1);
  const row: number[] = [];
  const column: number[] = [];
  const gain: number[] = [];
  const rowsOf: number[][] = Array.from({ length: next.count }, () => []);
  for (let i = from; i < to; i++) {
    for (const j of next.within(movie.y[i]! + expected.dy[i]!, movie.x[i]! + expected.dx[i]!, reach)) {
      const value = linkGain(prices, i, to + j);
      if (value <= 0) continue;
      row.push(i - from);
      column.push(j);
      gain.push(value);
      rowsOf[j]!.push(i - from);
    }
    start[i - from + 1] = column.length;
  }
  const candidates = {
    row: Int32Array.from(row),
    column: Int32Array.from(column),
    gain: Float64Array.from(gain),
  };
  const { columnOf, rowWorth, columnWorth } = matchWithPrices(rows, next.count, candidates);
  const rowOf = new Int32Array(next.count).fill(-1);
  columnOf.forEach((j, i) => {
    if (j >= 0) rowOf[j] = i;
  });
  return {
    prices,
    frame,
    from,
    to,
    rows,
    columns: next.count,
    candidates: { start, column: candidates.column, gain: candidates.gain },
    rowsOf,
    columnOf,
    rowOf,
    secondOf: new Int32Array(rows).fill(-1),
    rowWorth,
    columnWorth,
  };
}

/**
 * A lower bound of what the links lose without this one: both ends get what their best other partner leaves
 * them at most, by the worth of the matching.
 */
function marginOf(pair: Pair, row: number, column: number): number {
  const { candidates, rowsOf, rowWorth, columnWorth } = pair;
  let [otherColumn, otherRow] = [0, 0];
  for (let e = candidates.start[row]!; e < candidates.start[row + 1]!; e++) {
    const j = candidates.column[e]!;
    if (j !== column) otherColumn = Math.max(otherColumn, candidates.gain[e]! - columnWorth[j]!);
  }
  for (const i of rowsOf[column]!)
    if (i !== row) otherRow = Math.max(otherRow, gainOf(pair, i, column) - rowWorth[i]!);
  return Math.max(0, gainOf(pair, row, column) - otherColumn - otherRow);
}

/** Gain of a candidate; 0 where there is none. */
function gainOf({ candidates: { start, column, gain } }: Pair, row: number, j: number): number {
  for (let e = start[row]!; e < start[row + 1]!; e++) if (column[e] === j) return gain[e]!;
  return 0;
}

/** A nucleus that the links lose less than this without may be a daughter instead. */
const weakLink = 12;

interface Option {
  readonly row: number;
  readonly a: number;
  readonly b: number;
  readonly gain: number;
  readonly margin: number;
}

/** Adds the divisions that gain most over the links, best first. */
function divide(pair: Pair): PairDivision[] {
  const found: PairDivision[] = [];
  const closed = new Set<number>();
  let open = divisionOptions(pair);
  while (open.length > 0) {
    const judged = open
      .map((option) => ({ ...option, ...judge(pair, option) }))
      .filter(({ margin }) => margin > 0)
      .sort((p, q) => q.margin - p.margin || p.row - q.row || p.a - q.a || p.b - q.b);
    const touched = new Set<number>();
    const rest: Option[] = [];
    for (const option of judged) {
      if (closed.has(option.row)) continue;
      // What is near a division that was just made is judged again.
      if (option.seen.some((node) => touched.has(node))) {
        rest.push(option);
        continue;
      }
      apply(pair, option);
      closed.add(option.row);
      for (const node of option.seen) touched.add(node);
      found.push({
        mother: pair.from + option.row,
        daughters: [pair.to + Math.min(option.a, option.b), pair.to + Math.max(option.a, option.b)],
        margin: option.margin,
      });
    }
    open = rest;
  }
  return found;
}

/** What the links lose at least if nobody is linked to a column; see `marginOf`. */
function lossWithout(pair: Pair, column: number): number {
  const { candidates, rowOf, columnWorth } = pair;
  const row = rowOf[column]!;
  if (row < 0) return 0;
  let other = 0;
  for (let e = candidates.start[row]!; e < candidates.start[row + 1]!; e++) {
    const j = candidates.column[e]!;
    if (j !== column) other = Math.max(other, candidates.gain[e]! - columnWorth[j]!);
  }
  return gainOf(pair, row, column) - other;
}

/** Divisions that may be worth their links. */
function divisionOptions(pair: Pair): Option[] {
  const loss = Array.from({ length: pair.columns }, (_, column) => lossWithout(pair, column));
  const { prices, frame, from, to, columnOf, rowOf, rowWorth, columnWorth } = pair;
  const { movie, expected, daughterReach } = prices;
  const previous = movie.points[frame]!;
  const next = movie.points[frame + 1]!;
  const options: Option[] = [];
  for (let b = 0; b < pair.columns; b++) {
    if (loss[b]! > weakLink) continue;
    const guide = previous.nearest(movie.y[to + b]!, movie.x[to + b]!, 2 * daughterReach);
    if (guide < 0) continue;
    const [dy, dx] = [expected.dy[from + guide]!, expected.dx[from + guide]!];
    for (const row of previous.within(movie.y[to + b]! - dy, movie.x[to + b]! - dx, daughterReach)) {
      if (rowOf[b] === row) continue;
      const sisters = new Set<number>();
      if (columnOf[row]! >= 0) sisters.add(columnOf[row]!);
      const [y, x] = [
        movie.y[from + row]! + expected.dy[from + row]!,
        movie.x[from + row]! + expected.dx[from + row]!,
      ];
      for (const a of next.within(y, x, daughterReach))
        if (loss[a]! <= weakLink || columnOf[row]! < 0) sisters.add(a);
      for (const a of sisters) {
        // The other order of the same daughters comes when it is her sister's turn.
        if (a === b || (a < b && loss[a]! <= weakLink && columnOf[row] !== a)) continue;
        const gain = divisionGain(prices, from + row, to + a, to + b);
        // What the links lose without all three, at least: by the prices that prove them the best.
        const least = rowWorth[row]! + (columnOf[row] === a ? columnWorth[a]! : loss[a]!) + loss[b]!;
        if (gain > least) options.push({ row, a, b, gain, margin: 0 });
      }
    }
  }
  return options;
}

/** What a division gains over the links that it replaces, once its neighbours have linked anew. */
function judge(
  pair: Pair,
  { row, a, b, gain }: Option,
): { margin: number; near: number[]; columns: Int32Array; seen: number[] } {
  const { columnOf, rowOf, secondOf, candidates, rowsOf } = pair;
  const near = new Set<number>();
  // What divides stays as it is.
  const addRow = (r: number): void => {
    if (r >= 0 && r !== row && secondOf[r]! < 0) near.add(r);
  };
  const holders = [row, rowOf[a]!, rowOf[b]!];
  if (holders.some((r) => r >= 0 && secondOf[r]! >= 0))
    return { margin: -Infinity, near: [], columns: new Int32Array(0), seen: [] };
  addRow(rowOf[a]!);
  addRow(rowOf[b]!);
  const freed = columnOf[row]!;
  if (freed >= 0 && freed !== a && freed !== b) for (const r of rowsOf[freed]!) addRow(r);
  for (const r of [...near])
    for (let e = candidates.start[r]!; e < candidates.start[r + 1]!; e++)
      addRow(rowOf[candidates.column[e]!]!);
  const members = [...near].sort((p, q) => p - q);
  let before = freed >= 0 ? gainOf(pair, row, freed) : 0;
  for (const r of members) if (columnOf[r]! >= 0) before += gainOf(pair, r, columnOf[r]!);
  const inside = new Set(members);
  const local = { row: [] as number[], column: [] as number[], gain: [] as number[] };
  members.forEach((r, k) => {
    for (let e = candidates.start[r]!; e < candidates.start[r + 1]!; e++) {
      const j = candidates.column[e]!;
      const holder = rowOf[j]!;
      if (j === a || j === b || !(holder < 0 || holder === row || inside.has(holder))) continue;
      local.row.push(k);
      local.column.push(j);
      local.gain.push(candidates.gain[e]!);
    }
  });
  const names = [...new Set(local.column)].sort((p, q) => p - q);
  const index = new Map(names.map((j, k) => [j, k]));
  const solved = maximiseGain(members.length, names.length, {
    row: Int32Array.from(local.row),
    column: Int32Array.from(local.column, (j) => index.get(j)!),
    gain: Float64Array.from(local.gain),
  });
  const columns = solved.map((k) => (k < 0 ? -1 : names[k]!));
  let after = gain;
  members.forEach((r, k) => {
    if (columns[k]! >= 0) after += gainOf(pair, r, columns[k]!);
  });
  const seen = [row, ...members, ...[a, b, freed, ...local.column].map((j) => ~j)];
  return { margin: after - before, near: members, columns, seen };
}

function apply(pair: Pair, option: Option & { near: number[]; columns: Int32Array }): void {
  const { columnOf, rowOf, secondOf } = pair;
  const { row, a, b, near, columns } = option;
  for (const r of [row, ...near]) if (columnOf[r]! >= 0) rowOf[columnOf[r]!] = -1;
  near.forEach((r, k) => {
    columnOf[r] = columns[k]!;
    if (columns[k]! >= 0) rowOf[columns[k]!] = r;
  });
  columnOf[row] = Math.min(a, b);
  secondOf[row] = Math.max(a, b);
  rowOf[a] = row;
  rowOf[b] = row;
}
