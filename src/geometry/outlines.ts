/**
 * Outlines of labelled objects along the edges of their pixels. Filling them (`fillRings`) gives the labels
 * back.
 *
 * Coordinates are those of corners, as in ImageJ, QuPath and COCO: the top left pixel covers 0 to 1, and the
 * centre of a pixel is at its column and row plus one half.
 */
import type { LabelImage } from "../core/labels.js";

/** A closed line, x0, y0, x1, y1, ...; the first point is not repeated. */
export type Ring = Float64Array;

/** A part of an object in one piece (over edges), clockwise on the screen, and its holes, counter-clockwise. */
export interface Piece {
  readonly outer: Ring;
  readonly holes: readonly Ring[];
}

/** The outline of an object. */
export interface Outline {
  readonly label: number;
  /** In the order of their first pixel. */
  readonly pieces: readonly Piece[];
}

/**
 * The outlines of all objects, by ascending label. Corners only: a straight edge is one line. Pixels that
 * meet at a corner only are in different pieces. -1 is background.
 */
export function outlinesOf({ height, width, data }: LabelImage): Outline[] {
  const seen = new Uint8Array(data.length);
  const rings = new Map<number, Ring[]>();
  for (let at = 0; at < data.length; at++) {
    const label = data[at]!;
    if (label <= 0 || seen[at] === 1 || (at % width > 0 && data[at - 1] === label)) continue;
    const ring = traced({ height, width, data, seen }, at);
    const known = rings.get(label);
    if (known === undefined) rings.set(label, [ring]);
    else known.push(ring);
  }
  return [...rings].sort(([a], [b]) => a - b).map(([label, all]) => ({ label, pieces: piecesOf(all) }));
}

/** Steps to the right, down, left and up. */
const [stepX, stepY] = [
  [1, 0, -1, 0],
  [0, 1, 0, -1],
] as const;
const up = 3;

interface Tracing {
  readonly height: number;
  readonly width: number;
  readonly data: Int32Array;
  /** 1 for a pixel whose left edge a ring has passed. */
  readonly seen: Uint8Array;
}

/** Follows the edge of an object, which is on the right, up the left edge of a pixel and on until it is there again. */
function traced({ height, width, data, seen }: Tracing, start: number): Ring {
  const label = data[start]!;
  const points: number[] = [];
  const isInside = (y: number, x: number): boolean =>
    y >= 0 && y < height && x >= 0 && x < width && data[y * width + x] === label;
  const [startX, startY] = [start % width, Math.floor(start / width) + 1];
  let [x, y, direction] = [startX, startY, up];
  do {
    if (direction === up) seen[(y - 1) * width + x] = 1;
    x += stepX[direction]!;
    y += stepY[direction]!;
    // The pixel ahead on a side has its top left corner where both of the steps from here are negative.
    const side = (direction + 1) % 4;
    const right = isInside(
      y + (stepY[direction]! + stepY[side]! - 1) / 2,
      x + (stepX[direction]! + stepX[side]! - 1) / 2,
    );
    const left = isInside(
      y + (stepY[direction]! - stepY[side]! - 1) / 2,
      x + (stepX[direction]! - stepX[side]! - 1) / 2,
    );
    if (right && !left) continue;
    points.push(x, y);
    direction = (direction + (right ? 3 : 1)) % 4;
  } while (x !== startX || y !== startY || direction !== up);
  return Float64Array.from(points);
}

/** Twice the area that a ring encloses, px²; negative where it runs counter-clockwise on the screen. */
export function twiceSignedArea(ring: Ring): number {
  let sum = 0;
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2)
    sum += ring[j]! * ring[i + 1]! - ring[i]! * ring[j + 1]!;
  return sum;
}

/** Rings of one object as pieces, each with the holes that lie in it. */
export function piecesOf(rings: readonly Ring[]): Piece[] {
  const outer = rings.filter((ring) => twiceSignedArea(ring) > 0);
  const holes = rings.filter((ring) => twiceSignedArea(ring) < 0);
  if (outer.length === 1) return [{ outer: outer[0]!, holes }];
  const pieces = outer.map((ring) => ({ outer: ring, holes: [] as Ring[] }));
  for (const hole of holes) {
    // A piece in a hole of another is smaller than that: the smallest one around a hole is its own.
    const around = pieces.filter((piece) => isAround(piece.outer, hole));
    around.sort((a, b) => twiceSignedArea(a.outer) - twiceSignedArea(b.outer))[0]?.holes.push(hole);
  }
  return pieces;
}

/** Whether a pixel beside the first edge of a hole, within the object, is inside of a ring. */
function isAround(ring: Ring, [ax, ay, bx, by]: Ring): boolean {
  // The object is on the right of the hole's edges.
  const [dx, dy] = [Math.sign(bx! - ax!), Math.sign(by! - ay!)];
  return isInRing(ring, ax! + 0.5 * (dx - dy), ay! + 0.5 * (dy + dx));
}

/** Whether a point is inside of a ring, by the even-odd rule. */
export function isInRing(ring: Ring, x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
    const [ay, by] = [ring[j + 1]!, ring[i + 1]!];
    if (ay <= y === by <= y) continue;
    if (ring[j]! + ((y - ay) / (by - ay)) * (ring[i]! - ring[j]!) > x) inside = !inside;
  }
  return inside;
}
