/** Where paths lie: all that the page reckons, without the page. */
import type { Path } from "./packedtracks.js";

/** A rectangle, px. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Index of the path nearest to (y, x), or -1 where none is within `reach`; of equally near ones the first.
 * Each piece of each path is looked at once.
 */
export function nearestPath(paths: readonly Path[], y: number, x: number, reach: number): number {
  let [best, minimum] = [-1, reach * reach];
  paths.forEach((path, index) => {
    for (let i = 0; i < path.length; i += 2) {
      const [y0, x0] = [path[i]!, path[i + 1]!];
      const [dy, dx] = [(path[i + 2] ?? y0) - y0, (path[i + 3] ?? x0) - x0];
      const squared = dy * dy + dx * dx;
      const t = squared === 0 ? 0 : Math.min(1, Math.max(0, ((y - y0) * dy + (x - x0) * dx) / squared));
      const distance = (y - y0 - t * dy) ** 2 + (x - x0 - t * dx) ** 2;
      if (distance < minimum || (distance === minimum && best < 0)) [best, minimum] = [index, distance];
    }
  });
  return best;
}

/** Whether any place of a path lies on a pixel of the box. */
export const touchesBox = (path: Path, { x, y, width, height }: Box): boolean =>
  path.some(
    (value, i) =>
      i % 2 === 0 &&
      value >= y - 0.5 &&
      value <= y + height &&
      path[i + 1]! >= x - 0.5 &&
      path[i + 1]! <= x + width,
  );

/** The circle around all places of a path, in coordinates whose origin is the corner of the first pixel. */
export function circleAround(path: Path): { cx: number; cy: number; radius: number } {
  const [ys, xs] = [path.filter((_, i) => i % 2 === 0), path.filter((_, i) => i % 2 === 1)];
  const [top, bottom, left, right] = [Math.min(...ys), Math.max(...ys), Math.min(...xs), Math.max(...xs)];
  return {
    cx: (left + right + 1) / 2,
    cy: (top + bottom + 1) / 2,
    radius: Math.hypot(bottom - top, right - left) / 2,
  };
}

/** A path for the `d` of an SVG path. A track of one place is a dot. */
export function svgPath(path: Path): string {
  // A place of the data is that of a pixel's centre, half a px from its corner.
  let text = `M${path[1]! + 0.5} ${path[0]! + 0.5}`;
  for (let i = 2; i < path.length; i += 2) text += `L${path[i + 1]! + 0.5} ${path[i]! + 0.5}`;
  return path.length === 2 ? `${text}h0.01` : text;
}
