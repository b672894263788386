/** Selections of a rectangle's shape as rings along the edges of pixels, which ImageJ fills as these. */
import type { Ring } from "../../geometry/outlines.js";

/** Whole pixels. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** The pixels whose centres are in an ellipse or on its edge. Source: ImageJ, ij/gui/OvalRoi.java. */
export function ovalRing(box: Box): Ring {
  const [a, b] = [box.width / 2, box.height / 2];
  return ringOfRows(box, (row) => {
    const y = row + 0.5 - b;
    const isInside = (column: number): boolean => (column + 0.5 - a) ** 2 / a ** 2 + y ** 2 / b ** 2 <= 1;
    let from = Math.max(0, Math.floor(a - a * Math.sqrt(Math.max(0, 1 - (y / b) ** 2))) - 1);
    while (from < a && !isInside(from)) from++;
    return from;
  });
}

/** A rectangle whose corners are rounded. @param diameter of the corners, px; 0 for none */
export function roundedRing(box: Box, diameter: number): Ring {
  const [a, b] = [Math.min(diameter, box.width) / 2, Math.min(diameter, box.height) / 2];
  if (!(a > 0 && b > 0)) return ringOfRows(box, () => 0);
  return ringOfRows(box, (row) => {
    const y = Math.max(0, b - Math.min(row + 0.5, box.height - row - 0.5));
    return Math.max(0, Math.ceil(a - a * Math.sqrt(Math.max(0, 1 - (y / b) ** 2)) - 0.5));
  });
}

/** A ring around rows of pixels, each as far from the right as from the left side of the box. */
function ringOfRows({ top, left, height, width }: Box, insetOf: (row: number) => number): Ring {
  const down: number[] = [];
  const up: number[] = [];
  for (let row = 0; row < height; row++) {
    const inset = insetOf(row);
    if (2 * inset > width) continue;
    const same = down.at(-2) === left + width - inset && down.at(-1) === top + row;
    if (same) {
      down.splice(-2);
      up.splice(-2);
    } else {
      down.push(left + width - inset, top + row);
      up.push(left + inset, top + row);
    }
    down.push(left + width - inset, top + row + 1);
    up.push(left + inset, top + row + 1);
  }
  const ring = Float64Array.from([...down, ...up]);
  for (let i = 0; i < up.length; i += 2) {
    ring[down.length + i] = up[up.length - 2 - i]!;
    ring[down.length + i + 1] = up[up.length - 1 - i]!;
  }
  return ring;
}
