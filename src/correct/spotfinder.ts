/** Nuclei by their place in the movie. */
import type { Nuclei } from "../core/nuclei.js";
import { equivalentDiameter } from "../imgproc/regions.js";
import { median } from "../stats/percentile.js";
import type { SpotPlace } from "./edits.js";

/** The row of the nucleus at a place; -1 where there is none. */
export type SpotFinder = (place: SpotPlace) => number;

/**
 * Finds nuclei by frame and centroid: the nearest within half the median diameter of its frame, of several
 * equally near the first row.
 */
export function spotFinder({ frame, y, x, area }: Pick<Nuclei, "frame" | "y" | "x" | "area">): SpotFinder {
  const rowsOf = new Map<number, number[]>();
  frame.forEach((t, row) => {
    const rows = rowsOf.get(t);
    if (rows === undefined) rowsOf.set(t, [row]);
    else rows.push(row);
  });
  const reaches = new Map<number, number>();
  const reachOf = (t: number, rows: readonly number[]): number => {
    const known = reaches.get(t);
    if (known !== undefined) return known;
    const reach = equivalentDiameter(median(rows.map((row) => area[row]!))) / 2;
    reaches.set(t, reach);
    return reach;
  };
  return (place) => {
    const rows = rowsOf.get(place.frame);
    if (rows === undefined) return -1;
    let [best, nearest] = [-1, reachOf(place.frame, rows) ** 2];
    for (const row of rows) {
      const d = (y[row]! - place.y) ** 2 + (x[row]! - place.x) ** 2;
      if (d < nearest || (d === nearest && best < 0)) [best, nearest] = [row, d];
    }
    return best;
  };
}
