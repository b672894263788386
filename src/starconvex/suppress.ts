import { InvalidInput } from "../core/errors.js";
import type { StarPolygons } from "../core/polygons.js";
import { joinPolygons, takePolygons } from "./geometry.js";
import { scoreOrder } from "./scoreorder.js";
import {
  cheapProof,
  measureShapes,
  overlapping,
  type Shapes,
  type SharedArea,
  sharedArea,
  unclear,
} from "./sharedarea.js";

/**
 * Greedy non-maximum suppression: by descending score, a candidate is kept unless the area it shares with a
 * kept one exceeds `overlapThreshold` x the smaller of their two areas.
 *
 * The work grows with the number of candidates, not of pairs: kept polygons are entered into a grid of
 * buckets about as large as an object, and most candidates fall to one cheap proof (the discs that fit into
 * both polygons overlap enough) or are cleared by another (their boxes do not). Since the kept set of the
 * first n candidates does not depend on the later ones, a higher score threshold keeps exactly the rows of
 * this result that pass it.
 *
 * @param overlapThreshold 0..1
 * @returns kept rows by descending score; equal scores by ascending row Source: `non_maximum_suppression` of
 *   stardist 0.9, which decides on corners rounded to whole px; ours are not rounded.
 * @throws InvalidInput when the threshold is not within 0..1
 */
export function suppress(candidates: StarPolygons, overlapThreshold: number): Int32Array {
  return suppressAt(candidates, [overlapThreshold])[0]!;
}

/**
 * `suppress` at several thresholds, for less: what two polygons share is measured once for all of them.
 *
 * @returns the kept rows for each threshold, in their order
 * @throws InvalidInput when a threshold is not within 0..1
 */
export function suppressAt(candidates: StarPolygons, overlapThresholds: readonly number[]): Int32Array[] {
  for (const threshold of overlapThresholds) checkThreshold(threshold);
  const order = scoreOrder(candidates.scores);
  const shapes = measureShapes(candidates);
  const shared = sharedArea(candidates, overlapThresholds.length > 1);
  const known = overlapThresholds.map((threshold) => knownOf(candidates.count, shapes, shared, threshold));
  for (const row of order) {
    if (!(shapes.areas[row]! > 0)) continue;
    for (const one of known) if (stateAmong(one, row) === stateKept) take(one, row, stateKept);
  }
  return known.map(({ states }) => order.filter((row) => states[row] === stateKept));
}

function checkThreshold(overlapThreshold: number): void {
  if (!(overlapThreshold >= 0 && overlapThreshold <= 1))
    throw new InvalidInput("overlap threshold", "0..1", String(overlapThreshold));
}

/** State of a candidate that overlaps a kept one, or was not looked at yet. */
const stateDropped = 0;
/** State of a candidate that is kept for certain. */
const stateKept = 1;
/** State of a candidate that one to come, or another open one, decides. */
const stateOpen = 2;

/** What a choice goes by. */
interface Choice {
  /** So many rows at the beginning were kept before. */
  readonly first: number;
  /** The other rows, by descending score. */
  readonly order: Int32Array;
  /** Whether a row may overlap one still to come. */
  readonly threatened: (row: number) => boolean;
  readonly overlapThreshold: number;
}

/**
 * The greedy choice, as far as it can be made while candidates are still to come.
 *
 * Who overlaps a kept one is dropped. Who may overlap one still to come, or overlaps an open one that goes
 * before it, is open: that other one may be kept, and then decides. All others are kept: whoever goes before
 * them and overlaps them is known and dropped.
 *
 * @returns the state of each row
 */
function decide(
  polygons: StarPolygons,
  shapes: Shapes,
  { first, order, threatened, overlapThreshold }: Choice,
): Uint8Array {
  const known = knownOf(polygons.count, shapes, sharedArea(polygons, false), overlapThreshold);
  for (let row = 0; row < first; row++) take(known, row, stateKept);
  for (const row of order) {
    // Not a polygon: it cannot overlap, be found or be painted.
    if (!(shapes.areas[row]! > 0)) continue;
    const state = threatened(row) ? stateOpen : stateAmong(known, row);
    if (state !== stateDropped) take(known, row, state);
  }
  return known.states;
}

/**
 * Where the centres of the candidates still to come lie: in rows from `below` on, and right of `right` in
 * rows from `from` on. Infinity for nowhere.
 */
export interface Unseen {
  readonly below: number;
  readonly right: number;
  readonly from: number;
}

/**
 * `suppress` for candidates that come part by part, such as tiles of an image: the result is the same,
 * whatever the parts, and only those candidates wait in memory that one of a later part could overlap, or
 * that hang on such a one.
 */
export class SuppressionStream {
  readonly #rays: number;
  readonly #threshold: number;
  readonly #reach: number;
  /** Decided, in parts as they came. */
  readonly #kept: Ranked[] = [];
  /** Those of the kept that others, open or to come, may overlap. */
  #near: Ranked;
  #open: Ranked;

  /**
   * @param reach no candidate has a longer distance than this, px
   * @throws InvalidInput when the threshold is not within 0..1
   */
  constructor(rays: number, overlapThreshold: number, reach: number) {
    checkThreshold(overlapThreshold);
    this.#rays = rays;
    this.#threshold = overlapThreshold;
    // Corners are rounded, too.
    this.#reach = reach + 1;
    this.#near = this.#open = { polygons: joinPolygons(rays, []), ranks: new Float64Array(0) };
  }

  /** Candidates that wait to be decided. */
  get open(): number {
    return this.#open.polygons.count;
  }

  /** @param ranks decide between equal scores: one number a candidate, the smaller goes first */
  add(polygons: StarPolygons, ranks: Float64Array, unseen: Unseen): void {
    const first = this.#near.polygons.count;
    const all = joinRanked(this.#rays, [this.#near, this.#open, { polygons, ranks }]);
    const shapes = measureShapes(all.polygons);
    const { boxes } = shapes;
    const reach = this.#reach;
    const meetsUnseen = (row: number): boolean =>
      boxes[4 * row + 2]! > unseen.below - reach ||
      (boxes[4 * row + 2]! > unseen.from - reach && boxes[4 * row + 3]! > unseen.right - reach);
    const states = decide(all.polygons, shapes, {
      first,
      order: orderOf(all, first),
      threatened: meetsUnseen,
      overlapThreshold: this.#threshold,
    });
    const open = rowsOf(states, stateOpen, first);
    this.#kept.push(takeRanked(all, rowsOf(states, stateKept, first)));
    this.#open = takeRanked(all, open);
    const top = open.reduce(
      (minimum, row) => Math.min(minimum, boxes[4 * row]!),
      Math.min(unseen.from, unseen.below) - reach,
    );
    this.#near = takeRanked(
      all,
      rowsOf(states, stateKept, 0).filter((row) => boxes[4 * row + 2]! >= top),
    );
  }

  /** The kept by descending score; equal scores by ascending rank. */
  finish(): StarPolygons {
    this.add(joinPolygons(this.#rays, []), new Float64Array(0), {
      below: Infinity,
      right: Infinity,
      from: Infinity,
    });
    const all = joinRanked(this.#rays, this.#kept);
    return takePolygons(all.polygons, orderOf(all, 0));
  }
}

/** Rows of a state, from `first` on. */
function rowsOf(states: Uint8Array, state: number, first: number): Int32Array {
  const rows = new Int32Array(states.length - first);
  let count = 0;
  for (let row = first; row < states.length; row++) if (states[row] === state) rows[count++] = row;
  return rows.slice(0, count);
}

interface Ranked {
  readonly polygons: StarPolygons;
  readonly ranks: Float64Array;
}

/** Rows from `first` on by descending score, then by ascending rank. */
const orderOf = ({ polygons: { scores }, ranks }: Ranked, first: number): Int32Array =>
  scoreOrder(scores, first, ranks);

const takeRanked = ({ polygons, ranks }: Ranked, rows: Int32Array): Ranked => ({
  polygons: takePolygons(polygons, rows),
  ranks: Float64Array.from(rows, (row) => ranks[row]!),
});

function joinRanked(rays: number, tables: readonly Ranked[]): Ranked {
  const polygons = joinPolygons(
    rays,
    tables.map((table) => table.polygons),
  );
  const ranks = new Float64Array(polygons.count);
  let at = 0;
  for (const table of tables) {
    ranks.set(table.ranks, at);
    at += table.ranks.length;
  }
  return { polygons, ranks };
}

/** A uniform grid over all boxes; each cell lists the kept and open rows whose box touches it. */
interface Buckets {
  readonly y: number;
  readonly x: number;
  readonly size: number;
  readonly rows: number;
  readonly columns: number;
  readonly lists: (number[] | undefined)[];
}

function makeBuckets(boxes: Float64Array, count: number): Buckets {
  let [y0, x0, y1, x1] = [Infinity, Infinity, -Infinity, -Infinity];
  let sides = 0;
  let finite = 0;
  for (let row = 0; row < count; row++) {
    const height = boxes[4 * row + 2]! - boxes[4 * row]!;
    const width = boxes[4 * row + 3]! - boxes[4 * row + 1]!;
    if (!Number.isFinite(height + width)) continue;
    y0 = Math.min(y0, boxes[4 * row]!);
    x0 = Math.min(x0, boxes[4 * row + 1]!);
    y1 = Math.max(y1, boxes[4 * row + 2]!);
    x1 = Math.max(x1, boxes[4 * row + 3]!);
    sides += height + width;
    finite++;
  }
  if (finite === 0) return { y: 0, x: 0, size: 1, rows: 1, columns: 1, lists: [] };
  // Cells as large as the mean box, but never so many that tiny polygons in a huge image exhaust the memory.
  const size = Math.max(sides / (2 * finite), Math.max(y1 - y0, x1 - x0) / 2048, 1e-6);
  return {
    y: y0,
    x: x0,
    size,
    rows: Math.floor((y1 - y0) / size) + 1,
    columns: Math.floor((x1 - x0) / size) + 1,
    lists: [],
  };
}

function enter(buckets: Buckets, boxes: Float64Array, row: number): void {
  const { y, x, size, columns, lists } = buckets;
  const lastRow = Math.floor((boxes[4 * row + 2]! - y) / size);
  const lastColumn = Math.floor((boxes[4 * row + 3]! - x) / size);
  for (let i = Math.floor((boxes[4 * row]! - y) / size); i <= lastRow; i++) {
    for (let j = Math.floor((boxes[4 * row + 1]! - x) / size); j <= lastColumn; j++)
      (lists[i * columns + j] ??= []).push(row);
  }
}

/** The rows entered so far, and how candidates are tested against them. */
interface Known {
  readonly buckets: Buckets;
  readonly shapes: Shapes;
  readonly states: Uint8Array;
  /** Per row the last candidate that it was tested against: a polygon in several cells is tested once. */
  readonly seen: Int32Array;
  readonly shared: SharedArea;
  readonly threshold: number;
}

const knownOf = (count: number, shapes: Shapes, shared: SharedArea, threshold: number): Known => ({
  buckets: makeBuckets(shapes.boxes, count),
  shapes,
  states: new Uint8Array(count),
  seen: new Int32Array(count).fill(-1),
  shared,
  threshold,
});

function take({ buckets, shapes, states }: Known, row: number, state: number): void {
  states[row] = state;
  enter(buckets, shapes.boxes, row);
}

/**
 * What those entered so far make of a candidate that none to come can overlap. All cheap proofs go before
 * the first measurement: most candidates are dropped by one.
 */
function stateAmong(known: Known, row: number): number {
  const { buckets, shapes, states, seen, threshold } = known;
  const { y, x, size, columns, lists } = buckets;
  const { areas, boxes } = shapes;
  const area = areas[row]!;
  const unproved: number[] = [];
  const lastRow = Math.floor((boxes[4 * row + 2]! - y) / size);
  const lastColumn = Math.floor((boxes[4 * row + 3]! - x) / size);
  let state = stateKept;
  for (let i = Math.floor((boxes[4 * row]! - y) / size); i <= lastRow; i++) {
    for (let j = Math.floor((boxes[4 * row + 1]! - x) / size); j <= lastColumn; j++) {
      const list = lists[i * columns + j];
      if (list === undefined) continue;
      for (let n = 0; n < list.length; n++) {
        const other = list[n]!;
        if (seen[other] === row) continue;
        seen[other] = row;
        const found = cheapProof(shapes, row, other, threshold * Math.min(area, areas[other]!));
        if (found === unclear) unproved.push(other);
        if (found !== overlapping) continue;
        if (states[other] === stateKept) return stateDropped;
        state = stateOpen;
      }
    }
  }
  return measuredState(known, row, unproved, state);
}

/** The same after the measurements that are left. */
function measuredState(
  { shapes: { areas, centers }, states, shared, threshold }: Known,
  row: number,
  unproved: number[],
  proved: number,
): number {
  const away = (other: number): number =>
    (centers[2 * row]! - centers[2 * other]!) ** 2 + (centers[2 * row + 1]! - centers[2 * other + 1]!) ** 2;
  // The nearest most often overlaps, and ends the search.
  if (unproved.length > 1) unproved.sort((a, b) => away(a) - away(b));
  let state = proved;
  for (const other of unproved) {
    // One open polygon is enough; only a kept one says more.
    if (states[other] === stateOpen && state === stateOpen) continue;
    if (!(shared(row, other) > threshold * Math.min(areas[row]!, areas[other]!))) continue;
    if (states[other] === stateKept) return stateDropped;
    state = stateOpen;
  }
  return state;
}
