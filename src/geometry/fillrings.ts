/** Outlines to pixels. */
import type { Ring } from "./outlines.js";

/** An image that is filled: height x width, row-major. */
export interface Filled {
  readonly height: number;
  readonly width: number;
  readonly data: Int32Array;
}

/** Where the inside is of an edge that the centres of pixels on it belong to: to its right, or to its left. */
export type EdgeRule = "right" | "left";

/**
 * Gives a value to each pixel whose centre is inside of the rings, by the even-odd rule: holes, and pieces
 * beside each other, are rings like others. A centre on an edge is inside where the inside is to its right or
 * below, so that outlines that share an edge share no pixel. What is outside of the image is left out.
 *
 * @param rings in coordinates of corners; see `outlinesOf`
 * @param isFree which pixels may be taken, by their present value. Default: all
 * @param rule "left": a centre on an edge is inside where the inside is to its left or above, and nearer than
 *   1e-8 px is on it; so does ImageJ. Default: "right"
 * @returns the number of pixels that were set
 */
export function fillRings(
  image: Filled,
  rings: readonly Ring[],
  value: number,
  isFree: (present: number) => boolean = () => true,
  rule: EdgeRule = "right",
): number {
  const { height, width, data } = image;
  const after = firstCentre[rule];
  let count = 0;
  for (const [row, crossings] of crossingsOf(rings, height, after)) {
    crossings.sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      // The first and last columns whose centres are at or right of the one, and left of the other crossing.
      const from = Math.max(0, after(crossings[i]!));
      const to = Math.min(width, after(crossings[i + 1]!));
      for (let at = row * width + from; at < row * width + to; at++) {
        if (!isFree(data[at]!)) continue;
        data[at] = value;
        count++;
      }
    }
  }
  return count;
}

/** The first row or column whose centre is beyond a place, by each rule. */
const firstCentre: Readonly<Record<EdgeRule, (place: number) => number>> = {
  right: (place) => Math.ceil(place - 0.5),
  left: (place) => Math.floor(place - 0.5 + 1e-8) + 1,
};

/** Where the edges of rings cross the middles of rows of an image. */
function crossingsOf(
  rings: readonly Ring[],
  height: number,
  after: (place: number) => number,
): Map<number, number[]> {
  const rows = new Map<number, number[]>();
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      const isDown = ring[j + 1]! < ring[i + 1]!;
      // From above to below, so that an edge of two outlines crosses at the very same place for both.
      const [ax, ay, bx, by] = isDown
        ? [ring[j]!, ring[j + 1]!, ring[i]!, ring[i + 1]!]
        : [ring[i]!, ring[i + 1]!, ring[j]!, ring[j + 1]!];
      const last = Math.min(height, after(by));
      for (let row = Math.max(0, after(ay)); row < last; row++) {
        const x = ax + ((row + 0.5 - ay) / (by - ay)) * (bx - ax);
        const known = rows.get(row);
        if (known === undefined) rows.set(row, [x]);
        else known.push(x);
      }
    }
  }
  return rows;
}
