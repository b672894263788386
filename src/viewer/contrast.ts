/** How grey values are distributed, and which of them become black and white. */
import type { PixelData } from "../core/image.js";
import { percentiles } from "../stats/percentile.js";
import type { GreyTile, TiledPlane } from "./scene.js";
import { tilesIn } from "./visibletiles.js";

/** How often grey values occur. */
export interface Histogram {
  /** Values of bin i lie from low + i * step to below low + (i + 1) * step; integers have a step of 1. */
  readonly low: number;
  readonly step: number;
  /** Of floats, the first and last bin count what lies beyond them, too. */
  readonly counts: Uint32Array;
  /** Values counted; NaN and infinities are not. */
  readonly total: number;
}

/** Grey values shown black and at full brightness. */
export interface GreyRange {
  readonly low: number;
  readonly high: number;
}

/** Bins of a histogram of floats. */
const floatBins = 4096;

/** Floats that are looked at to find where most of them lie. */
const sampled = 262_144;

/**
 * Counts values, exactly for integers. Floats are counted in 4,096 bins over the middle 99.98 % of a sample, so
 * that one hot pixel does not push all others into one bin.
 *
 * @param parts of one type; e.g. from `residentValues`
 */
export function histogramOf(parts: readonly PixelData[]): Histogram {
  const floats = parts.filter((part): part is Float32Array => part instanceof Float32Array);
  if (floats.length > 0) return histogramOfFloats(floats);
  const counts = new Uint32Array(parts.every((part) => part instanceof Uint8Array) ? 256 : 65536);
  let total = 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) counts[part[i]!]!++;
    total += part.length;
  }
  return { low: 0, step: 1, counts, total };
}

function histogramOfFloats(parts: readonly Float32Array[]): Histogram {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  // The odd stride visits all rows and columns.
  const stride = Math.max(1, Math.floor(length / sampled)) | 1;
  const sample = parts.flatMap((part) => {
    const values: number[] = [];
    for (let i = 0; i < part.length; i += stride) if (Number.isFinite(part[i]!)) values.push(part[i]!);
    return values;
  });
  const counts = new Uint32Array(floatBins);
  if (sample.length === 0) return { low: 0, step: 1 / floatBins, counts, total: 0 };
  const [low, high] = percentiles(sample, [0.01, 99.99]) as [number, number];
  const step = (high > low ? high - low : Math.abs(low) || 1) / floatBins;
  let total = 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) {
      const value = part[i]!;
      if (!Number.isFinite(value)) continue;
      counts[Math.max(0, Math.min(floatBins - 1, Math.floor((value - low) / step)))]!++;
      total++;
    }
  }
  return { low, step, counts, total };
}

/** Percentages of the values that `autoContrast` shows black and at full brightness. */
export const autoPercentiles: readonly [low: number, high: number] = [0.1, 99.9];

/**
 * The range that shows nearly all values: from percentile 0.1 to 99.9, as whole bins. `high` is above `low` also
 * where all values are equal; 0 to 1 where there is none.
 */
export function autoContrast(
  { low, step, counts, total }: Histogram,
  [below, above]: readonly [number, number] = autoPercentiles,
): GreyRange {
  if (total === 0) return { low: 0, high: 1 };
  const at = (percent: number): number => {
    const rank = Math.round((percent / 100) * (total - 1));
    let [bin, seen] = [0, counts[0]!];
    while (seen <= rank && bin + 1 < counts.length) seen += counts[++bin]!;
    return low + bin * step;
  };
  const [black, white] = [at(below), at(above)];
  return { low: black, high: white > black ? white : black + step };
}

/** All values that occur, from the smallest to the largest: the ends of a slider. */
export function fullRange({ low, step, counts, total }: Histogram): GreyRange {
  if (total === 0) return { low: 0, high: 1 };
  const first = counts.findIndex((count) => count > 0);
  const last = counts.findLastIndex((count) => count > 0);
  return { low: low + first * step, high: low + Math.max(last, first + 1) * step };
}

/**
 * Counts in few bins, to be drawn.
 *
 * @param range of the drawing; what lies outside is left out
 */
export function rebinned(histogram: Histogram, range: GreyRange, bins: number): Float64Array {
  const out = new Float64Array(bins);
  histogram.counts.forEach((count, i) => {
    const value = histogram.low + i * histogram.step;
    if (count === 0 || value < range.low || value > range.high) return;
    out[Math.min(bins - 1, Math.floor(((value - range.low) / (range.high - range.low)) * bins))]! += count;
  });
  return out;
}

/**
 * The values of a level that are in memory, tile by tile, without the padding of tiles at the border.
 *
 * @param level default: the coarsest that has a tile in memory and at least 65,536 px, else the finest that has
 *   one
 */
export function residentValues(plane: TiledPlane<GreyTile>, level = bestLevel(plane)): GreyTile[] {
  const { tile, levels } = plane;
  const size = levels[level]!;
  const { rows, columns } = tilesIn(plane, level);
  const parts: GreyTile[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const values = plane.get(level, row, column);
      if (values === undefined) continue;
      const height = Math.min(tile, size.height - row * tile);
      const width = Math.min(tile, size.width - column * tile);
      if (width === tile) parts.push(values.subarray(0, height * tile));
      else for (let y = 0; y < height; y++) parts.push(values.subarray(y * tile, y * tile + width));
    }
  }
  return parts;
}

/** Enough px for percentiles of 0.1 %. */
const enough = 65536;

function bestLevel(plane: TiledPlane<GreyTile>): number {
  const isThere = (level: number): boolean => {
    const { rows, columns } = tilesIn(plane, level);
    return Array.from({ length: rows * columns }).some(
      (_, i) => plane.get(level, Math.floor(i / columns), i % columns) !== undefined,
    );
  };
  const there = plane.levels.map((_, level) => level).filter(isThere);
  return (
    there.findLast((level) => plane.levels[level]!.height * plane.levels[level]!.width >= enough) ??
    there[0] ??
    0
  );
}
