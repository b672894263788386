/** Where a drawn line passes between neighbouring pixels. */
import type { Box, LabelWindow, Point } from "./labelwindow.js";

/**
 * The line is moved by so much, px, so that it passes through no centre of a pixel: nobody sees it, and no case
 * is left in which a pixel lies on both sides.
 */
const nudge = { y: 1e-4 * Math.SQRT2, x: 1e-4 * Math.sqrt(3) } as const;

/** A pixel, and whether the line passes between it and the one below; else between it and the one to its right. */
type Visit = (y: number, x: number, isBelow: boolean) => void;

/** Calls for each place where a line passes between two pixels that share an edge, once for each time. */
export function eachCrossing(line: readonly Point[], visit: Visit): void {
  for (let i = 1; i < line.length; i++) {
    const [ay, ax] = [line[i - 1]!.y + nudge.y, line[i - 1]!.x + nudge.x];
    const [by, bx] = [line[i]!.y + nudge.y, line[i]!.x + nudge.x];
    const [top, bottom] = [Math.min(ay, by), Math.max(ay, by)];
    for (let y = Math.ceil(top); y < bottom; y++)
      visit(y, Math.floor(ax + ((y - ay) / (by - ay)) * (bx - ax)), false);
    const [left, right] = [Math.min(ax, bx), Math.max(ax, bx)];
    for (let x = Math.ceil(left); x < right; x++)
      visit(Math.floor(ay + ((x - ax) / (bx - ax)) * (by - ay)), x, true);
  }
}

/**
 * Objects between whose own pixels a line passes, in the order in which it meets them, each with these pixels:
 * row * width + column of the window.
 */
export function pixelsAlong(
  { y: top, x: left, height, width, data }: LabelWindow,
  line: readonly Point[],
): Map<number, number[]> {
  const along = new Map<number, number[]>();
  for (let i = 1; i < line.length; i++) {
    const met: { readonly at: number; readonly share: number }[] = [];
    const [a, b] = [line[i - 1]!, line[i]!];
    eachCrossing([a, b], (y, x, isBelow) => {
      const [row, column] = [y - top, x - left];
      const [nextRow, nextColumn] = isBelow ? [row + 1, column] : [row, column + 1];
      if (row < 0 || column < 0 || nextRow >= height || nextColumn >= width) return;
      const at = row * width + column;
      if (data[at]! <= 0 || data[nextRow * width + nextColumn] !== data[at]) return;
      met.push({ at, share: (y - a.y) * (b.y - a.y) + (x - a.x) * (b.x - a.x) });
    });
    for (const { at } of met.sort((p, q) => p.share - q.share || p.at - q.at)) {
      const known = along.get(data[at]!);
      if (known === undefined) along.set(data[at]!, [at]);
      else known.push(at);
    }
  }
  return along;
}

/** Between which pixels of a box a line passes, an odd number of times. */
export interface Crossings {
  readonly width: number;
  /** 1 between a pixel of the box and the one to its right. */
  readonly right: Uint8Array;
  /** 1 between it and the one below. */
  readonly below: Uint8Array;
}

/** The crossings of a line in a box of a window. */
export function crossingsIn({ y, x }: LabelWindow, box: Box, line: readonly Point[]): Crossings {
  const [height, width] = [box.bottom - box.top, box.right - box.left];
  const right = new Uint8Array(height * width);
  const below = new Uint8Array(height * width);
  eachCrossing(line, (lineY, lineX, isBelow) => {
    const [row, column] = [lineY - y - box.top, lineX - x - box.left];
    if (row < 0 || column < 0 || row >= height || column >= width) return;
    const at = row * width + column;
    // A line that comes back through the same gap has both pixels on one side.
    if (isBelow) below[at]! ^= 1;
    else right[at]! ^= 1;
  });
  return { width, right, below };
}

/**
 * Whether a pixel and one of its eight neighbours are on different sides of the line. The way to a neighbour at
 * a corner leads over the one beside it in the same row.
 */
export function isApart({ width, right, below }: Crossings, at: number, dy: number, dx: number): boolean {
  const beside = at + dx;
  const along = dx === 0 ? 0 : right[dx > 0 ? at : beside]!;
  const down = dy === 0 ? 0 : below[dy > 0 ? beside : beside - width]!;
  return (along ^ down) === 1;
}
