/**
 * Moments of regions of pixels up to the second: additive, and enough to compare a region with an ellipse.
 */

/** Sums over the pixels of a region, px. */
export interface Moments {
  readonly area: number;
  readonly y: number;
  readonly x: number;
  readonly yy: number;
  readonly xx: number;
  readonly xy: number;
}

/** Numbers per region in a table of sums: area, sums of y, x, y², x², yx, and of the heights. */
export const sumsPerRegion = 7;

/**
 * Adds a pixel to a region.
 *
 * @param sums regions x `sumsPerRegion`
 * @param height over the background, grey values
 */
export function addPixel(sums: Float64Array, region: number, y: number, x: number, height: number): void {
  const at = region * sumsPerRegion;
  sums[at]!++;
  sums[at + 1]! += y;
  sums[at + 2]! += x;
  sums[at + 3]! += y * y;
  sums[at + 4]! += x * x;
  sums[at + 5]! += y * x;
  sums[at + 6]! += height;
}

/** The moments of a region in a table of sums. */
export function momentsAt(sums: Float64Array, region: number): Moments {
  const at = region * sumsPerRegion;
  return {
    area: sums[at]!,
    y: sums[at + 1]!,
    x: sums[at + 2]!,
    yy: sums[at + 3]!,
    xx: sums[at + 4]!,
    xy: sums[at + 5]!,
  };
}

/** Sum of the heights of a region in a table of sums, grey values. */
export const heightSumAt = (sums: Float64Array, region: number): number => sums[region * sumsPerRegion + 6]!;

/** The moments of the union of two regions that share no pixel. */
export const addMoments = (a: Moments, b: Moments): Moments => ({
  area: a.area + b.area,
  y: a.y + b.y,
  x: a.x + b.x,
  yy: a.yy + b.yy,
  xx: a.xx + b.xx,
  xy: a.xy + b.xy,
});

/**
 * Area / area of the ellipse with equal second moments: 1 for an ellipse, 0.9 for two equal disks that touch,
 * 0..1.
 */
export function ellipseFill({ area, y, x, yy, xx, xy }: Moments): number {
  // 1/12 is the second moment of a square pixel about its centre: without it a one-pixel line would have no
  // extent.
  const varianceY = yy / area - (y / area) ** 2 + 1 / 12;
  const varianceX = xx / area - (x / area) ** 2 + 1 / 12;
  const covariance = xy / area - (y * x) / area ** 2;
  return Math.min(
    1,
    area / (4 * Math.PI * Math.sqrt(Math.max(1e-9, varianceY * varianceX - covariance ** 2))),
  );
}
