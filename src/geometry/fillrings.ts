/** Outlines to pixels. */
import type { Ring } from "./outlines.js";

/** An image that is filled: height x width, row-major. */
export interface Filled {
  readonly height: number;
  readonly width: number;
  readonly data: Int32Array;
}

/**
 * Gives a value to each pixel whose centre is inside of the rings, by the even-odd rule: holes, and pieces
 * beside each other, are rings like others. A centre on an edge is inside where the inside is to its right or
 * below, so that outlines that share an edge share no pixel. What is outside of the image is left out.
 *
 * @param rings in coordinates of corners; see `outlinesOf`
 * @param isFree which pixels may be taken, by their present value. Default: all
 * @returns the number of pixels that were set
 */
export function fillRings(
  image: Filled,
  rings: readonly Ring[],
  value: number,
  isFree: (present: number) => boolean = () => true,
): number {
  const { height, width, data } = image;
  let count = 0;
  for (const [row, crossings] of crossingsOf(rings, height)) {
    crossings.sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      // The first and last columns whose centres are at or right of the one, and left of the other crossing.
      const from = Math.max(0, Math.ceil(crossings[i]! - 0.5));
      const to = Math.min(width, Math.ceil(crossings[i + 1]! - 0.5));
      for (let at = row * width + from; at < row * width + to; at++) {
        if (!isFree(data[at]!)) continue;
        data[at] = value;
        count++;
      }
    }
  }
  return count;
}

/** Where the edges of rings cross the middles of rows of an image. */
function crossingsOf(rings: readonly Ring[], height: number): Map<number, number[]> {
  const rows = new Map<number, number[]>();
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      const isDown = ring[j + 1]! < ring[i + 1]!;
      // From above to below, so that an edge of two outlines crosses at the very same place for both.
      const [ax, ay, bx, by] = isDown
        ? [ring[j]!, ring[j + 1]!, ring[i]!, ring[i + 1]!]
        : [ring[i]!, ring[i + 1]!, ring[j]!, ring[j + 1]!];
      const last = Math.min(height, Math.ceil(by - 0.5));
      for (let row = Math.max(0, Math.ceil(ay - 0.5)); row < last; row++) {
        const x = ax + ((row + 0.5 - ay) / (by - ay)) * (bx - ax);
        const known = rows.get(row);
        if (known === undefined) rows.set(row, [x]);
        else known.push(x);
      }
    }
  }
  return rows;
}
