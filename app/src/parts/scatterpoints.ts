/** Points of a scatter plot: where they are, which the pointer means, which a lasso holds. */

/** A rectangle of a plot, px. */
export interface PlotBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Screen places of points, px; NaN for what cannot be drawn. */
export interface PointPlaces {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/**
 * Row of the nearest point within a distance, px.
 *
 * @returns -1 for none
 */
export function nearestPoint(places: PointPlaces, x: number, y: number, within: number): number {
  let best = -1;
  let nearest = within * within;
  for (let row = 0; row < places.x.length; row++) {
    const distance = (places.x[row]! - x) ** 2 + (places.y[row]! - y) ** 2;
    if (distance <= nearest) [best, nearest] = [row, distance];
  }
  return best;
}

/** Rows of the points inside a closed line (even-odd rule). @param line x0, y0, x1, y1, ... px */
export function pointsInside(places: PointPlaces, line: readonly number[]): number[] {
  const inside: number[] = [];
  const xs = line.filter((_, index) => index % 2 === 0);
  const ys = line.filter((_, index) => index % 2 === 1);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  for (let row = 0; row < places.x.length; row++) {
    const [x, y] = [places.x[row]!, places.y[row]!];
    if (!(x >= left && x <= right && y >= top && y <= bottom)) continue;
    if (isInside(xs, ys, x, y)) inside.push(row);
  }
  return inside;
}

function isInside(xs: readonly number[], ys: readonly number[], x: number, y: number): boolean {
  let crossings = false;
  for (let i = 0, j = xs.length - 1; i < xs.length; j = i++) {
    const [yi, yj] = [ys[i]!, ys[j]!];
    if (yi > y !== yj > y && x < ((xs[j]! - xs[i]!) * (y - yi)) / (yj - yi) + xs[i]!) crossings = !crossings;
  }
  return crossings;
}
