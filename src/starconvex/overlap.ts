import { crossingsAt } from "./raster.js";

/**
 * Area that two polygons share, by scanlines: along x exact, along y by the midpoint rule.
 *
 * Why not by clipping: the polygons of one nucleus nearly coincide, which is where clipping is fragile, and its cost is quadratic in the number of rays.
 * The lines divide the rows that both polygons reach into `SCANLINES` equal strips, whatever the size in px. Even for jagged polygons (15 % noise on
 * every distance) the error stays below 1 % of the smaller polygon (tested against exact clipping).
 *
 * @param a, b 2 x n, y of each corner, then x
 * @returns px²
 */
export function intersectionArea(a: Float64Array, b: Float64Array, scratch: OverlapScratch): number {
  const n = a.length / 2;
  const [fromA, toA] = rangeOf(a, n);
  const [fromB, toB] = rangeOf(b, n);
  const from = Math.max(fromA, fromB);
  const step = (Math.min(toA, toB) - from) / SCANLINES;
  if (!(step > 0)) return 0;
  let sum = 0;
  for (let line = 0; line < SCANLINES; line++) {
    const y = from + (line + 0.5) * step;
    const countA = crossingsAt(scratch.a, a, n, y);
    const countB = crossingsAt(scratch.b, b, n, y);
    sum += sharedLength(scratch.a, countA, scratch.b, countB);
  }
  return sum * step;
}

const SCANLINES = 32;

/** Room for the crossings of one scanline with either polygon. */
export interface OverlapScratch {
  readonly a: Float64Array;
  readonly b: Float64Array;
}

export const overlapScratch = (rays: number): OverlapScratch => ({ a: new Float64Array(rays), b: new Float64Array(rays) });

function rangeOf(corners: Float64Array, n: number): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (let k = 0; k < n; k++) {
    const y = corners[k]!;
    if (y < low) low = y;
    if (y > high) high = y;
  }
  return [low, high];
}

/** Length that two ascending lists of intervals share. */
function sharedLength(a: Float64Array, countA: number, b: Float64Array, countB: number): number {
  let sum = 0;
  for (let i = 0; i < countA; i += 2) {
    for (let j = 0; j < countB; j += 2) {
      const low = a[i]! > b[j]! ? a[i]! : b[j]!;
      const high = a[i + 1]! < b[j + 1]! ? a[i + 1]! : b[j + 1]!;
      if (high > low) sum += high - low;
    }
  }
  return sum;
}

/**
 * Area that two discs share.
 *
 * @param distance between the centres, px
 * @returns px²
 */
export function discIntersectionArea(r: number, s: number, distance: number): number {
  if (distance >= r + s) return 0;
  const small = Math.min(r, s);
  if (distance <= Math.abs(r - s)) return Math.PI * small * small;
  const d2 = distance * distance;
  // Rounding may push the cosines beyond 1 where the circles nearly touch.
  const atR = Math.acos(Math.min(1, Math.max(-1, (d2 + r * r - s * s) / (2 * distance * r))));
  const atS = Math.acos(Math.min(1, Math.max(-1, (d2 + s * s - r * r) / (2 * distance * s))));
  return r * r * (atR - Math.sin(2 * atR) / 2) + s * s * (atS - Math.sin(2 * atS) / 2);
}
