import type { NucleusState } from "./cell.js";
import { outlineAngles, outlineRadii, reachOf } from "./cellshape.js";

/** A nucleus with its outline, ready to be drawn. */
export interface Body {
  readonly state: NucleusState;
  readonly radii: Float32Array;
  /** Largest radius, px. */
  readonly reach: number;
}

/**
 * Which nucleus holds each pixel. Where outlines overlap, nuclei press against each other: the one relatively
 * nearer to its centre wins.
 */
export interface Occupancy {
  readonly height: number;
  readonly width: number;
  /** Row of `bodies`, or -1 where there is none. */
  readonly owner: Int32Array;
  /**
   * Distance from the owner's centre over the radius of its outline in that direction, 0..1; 1 where there is
   * no owner.
   */
  readonly depth: Float32Array;
  /**
   * The same for the next nucleus in line; 1 where there is none. Equal to `depth` on a surface of contact.
   */
  readonly next: Float32Array;
}

/** Nuclei with their outlines. */
export const bodiesOf = (states: readonly NucleusState[]): Body[] =>
  states.map((state) => {
    const radii = outlineRadii(state.outline);
    return { state, radii, reach: reachOf(radii) };
  });

/** True when a nucleus may cover pixels of the image. */
export const meetsImage = ({ state: { y, x }, reach }: Body, height: number, width: number): boolean =>
  y + reach >= 0 && x + reach >= 0 && y - reach <= height - 1 && x - reach <= width - 1;

/**
 * Ties go to the lower row. Every nucleus is one 4-connected piece: what a neighbour cuts off is given up.
 */
export function occupy(bodies: readonly Body[], height: number, width: number): Occupancy {
  const owner = new Int32Array(height * width).fill(-1);
  const depth = new Float32Array(height * width).fill(1);
  const next = new Float32Array(height * width).fill(1);
  const occupancy = { height, width, owner, depth, next };
  for (let row = 0; row < bodies.length; row++) claim(occupancy, bodies[row]!, row);
  const seen = new Uint8Array(height * width);
  for (let row = 0; row < bodies.length; row++) keepLargestPiece(occupancy, bodies[row]!, row, seen);
  return occupancy;
}

/**
 * Relative distance of the pixel offset (dy, dx) from a centre: 1 on the outline, and beyond it further out.
 */
export function relativeDistance(radii: Float32Array, dy: number, dx: number): number {
  let angle = Math.atan2(dy, dx) * perRadian;
  if (angle < 0) angle += outlineAngles;
  const k = Math.min(outlineAngles - 1, Math.floor(angle));
  const r = radii[k]! + (angle - k) * (radii[k + 1]! - radii[k]!);
  return Math.sqrt(dy * dy + dx * dx) / r;
}

const perRadian = outlineAngles / (2 * Math.PI);

function claim(occupancy: Occupancy, { state, radii, reach }: Body, row: number): void {
  const { height, width, owner, depth, next } = occupancy;
  const y1 = Math.min(height - 1, Math.floor(state.y + reach));
  const x1 = Math.min(width - 1, Math.floor(state.x + reach));
  for (let y = Math.max(0, Math.ceil(state.y - reach)); y <= y1; y++) {
    for (let x = Math.max(0, Math.ceil(state.x - reach)); x <= x1; x++) {
      const at = Math.fround(relativeDistance(radii, y - state.y, x - state.x));
      const i = y * width + x;
      if (at >= 1 || at >= next[i]!) continue;
      if (at < depth[i]!) {
        next[i] = depth[i]!;
        depth[i] = at;
        owner[i] = row;
      } else next[i] = at;
    }
  }
}

/**
 * Frees all pixels of `row` but its largest 4-connected piece (the first in row-major order among equals).
 */
function keepLargestPiece(occupancy: Occupancy, { state, reach }: Body, row: number, seen: Uint8Array): void {
  const { height, width, owner, depth, next } = occupancy;
  const y0 = Math.max(0, Math.ceil(state.y - reach));
  const x0 = Math.max(0, Math.ceil(state.x - reach));
  const y1 = Math.min(height - 1, Math.floor(state.y + reach));
  const x1 = Math.min(width - 1, Math.floor(state.x + reach));
  const pieces: number[][] = [];
  for (let y = y0; y <= y1; y++) {
    for (let x = x0; x <= x1; x++) {
      const start = y * width + x;
      if (owner[start] !== row || seen[start] !== 0) continue;
      pieces.push(flood(occupancy, row, start, seen));
    }
  }
  if (pieces.length < 2) return;
  const largest = pieces.reduce((best, piece) => (piece.length > best.length ? piece : best));
  for (const piece of pieces) {
    if (piece === largest) continue;
    for (const i of piece) {
      owner[i] = -1;
      depth[i] = 1;
      next[i] = 1;
    }
  }
}

/** The 4-connected pixels of `row` about `start`, marked in `seen`. */
function flood({ height, width, owner }: Occupancy, row: number, start: number, seen: Uint8Array): number[] {
  const piece = [start];
  seen[start] = 1;
  const visit = (i: number): void => {
    if (owner[i] !== row || seen[i] !== 0) return;
    seen[i] = 1;
    piece.push(i);
  };
  for (let at = 0; at < piece.length; at++) {
    const i = piece[at]!;
    const x = i % width;
    if (x > 0) visit(i - 1);
    if (x < width - 1) visit(i + 1);
    if (i >= width) visit(i - width);
    if (i < (height - 1) * width) visit(i + width);
  }
  return piece;
}
