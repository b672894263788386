import { crossingsInto, scanlines, type Scanlines } from "./scanlines.js";

/**
 * Area that two polygons share, by scanlines: along x exact, along y by the midpoint rule.
 *
 * Why not by clipping: the polygons of one nucleus nearly coincide, which is where clipping is fragile, and
 * its cost is quadratic in the number of rays. The lines divide the rows that both polygons reach into
 * `SCANLINES` equal strips, whatever the size in px. Even for jagged polygons (15 % noise on every distance)
 * the error stays below 1 % of the smaller polygon (tested against exact clipping).
 *
 * @param a, b 2 x n, y of each corner, then x
 * @returns px²
 */
export function intersectionArea(a: Float64Array, b: Float64Array, scratch: OverlapScratch): number {
  const n = scratch.a.stride;
  let [lowA, highA, lowB, highB] = [a[0]!, a[0]!, b[0]!, b[0]!];
  for (let k = 1; k < n; k++) {
    if (a[k]! < lowA) lowA = a[k]!;
    if (a[k]! > highA) highA = a[k]!;
    if (b[k]! < lowB) lowB = b[k]!;
    if (b[k]! > highB) highB = b[k]!;
  }
  const from = Math.max(lowA, lowB);
  const step = (Math.min(highA, highB) - from) / scanlineCount;
  if (!(step > 0)) return 0;
  crossingsInto(scratch.a, a, from + step / 2, step, scanlineCount);
  crossingsInto(scratch.b, b, from + step / 2, step, scanlineCount);
  let sum = 0;
  for (let line = 0; line < scanlineCount; line++) sum += sharedLength(scratch, line);
  return sum * step;
}

/** Lines that an intersection is measured along. */
const scanlineCount = 32;

/** Room for the crossings of either polygon. */
export interface OverlapScratch {
  readonly a: Scanlines;
  readonly b: Scanlines;
}

/** Room for polygons of so many rays. */
export const overlapScratch = (rays: number): OverlapScratch => ({
  a: scanlines(scanlineCount, rays),
  b: scanlines(scanlineCount, rays),
});

/** Length of a line that lies in both polygons. */
function sharedLength({ a, b }: OverlapScratch, line: number): number {
  const at = line * a.stride;
  const countA = a.counts[line]!;
  const countB = b.counts[line]!;
  let sum = 0;
  for (let i = at; i < at + countA; i += 2) {
    for (let j = at; j < at + countB; j += 2) {
      const low = a.crossings[i]! > b.crossings[j]! ? a.crossings[i]! : b.crossings[j]!;
      const high = a.crossings[i + 1]! < b.crossings[j + 1]! ? a.crossings[i + 1]! : b.crossings[j + 1]!;
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

/**
 * `discIntersectionArea(r, s, distance) > limit`, in most cases from bounds that need no trigonometry: what two
 * discs share lies in the rectangle of its depth and the smaller diameter, and fills two thirds of that of its
 * depth and the chord.
 *
 * @param limit px², >= 0
 */
export function discsShareMore(r: number, s: number, distance: number, limit: number): boolean {
  const depth = r + s - distance;
  const small = r < s ? r : s;
  if (2 * depth * small < limit) return false;
  if (distance > Math.abs(r - s) && depth > shallow * small) {
    const toChord = (distance * distance + r * r - s * s) / (2 * distance);
    const chord = 2 * Math.sqrt(Math.max(0, r * r - toChord * toChord));
    if ((2 / 3) * depth * chord > limit) return true;
  }
  return discIntersectionArea(r, s, distance) > limit;
}

/** Depth, in radii of the smaller disc, below which the bounds are too close for rounded numbers. */
const shallow = 0.01;
