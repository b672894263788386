/**
 * Where the tiles of a tile scan lie in one image.
 *
 * Places of the stage become places in the image as Leica's own reader has it: x and y are swapped where the
 * file says so, then each is reversed where it says so.
 *
 * Source: the flags `SwapXY`, `FlipX`, `FlipY` in Bio-Formats' PositionExtractor (C. Wendlandt, Leica
 * Microsystems). When both are not reversed alike, other readers flip first; there no public file decides.
 */
import type { TileScan } from "./lifplaces.js";

/** Tiles put together. */
export interface Mosaic {
  readonly height: number;
  readonly width: number;
  /** Row and column of each tile's first pixel. */
  readonly places: readonly { readonly y: number; readonly x: number }[];
  /** True when stage positions decide; false for a grid of fields, whose overlap is unknown. */
  readonly isMeasured: boolean;
}

interface Extent {
  readonly y: number;
  readonly x: number;
}

/** An image may be so many times larger than its tiles together; beyond, positions are not believed. */
const mostSpread = 16;

/**
 * Puts tiles together by the positions of the stage, or by their fields where these are not known.
 *
 * @param count number of tiles that have pixels
 * @param tile height (y) and width (x) of one, px
 * @param pixel its height and width, m; undefined when the file does not say
 * @returns undefined when neither can be
 */
export function mosaicOf(
  scan: TileScan,
  count: number,
  tile: Extent,
  pixel: Extent | undefined,
): Mosaic | undefined {
  if (scan.tiles.length < count) return undefined;
  const tiles = scan.tiles.slice(0, count);
  const inImage = (at: Extent): Extent => {
    const [y, x] = scan.swapXY ? [at.x, at.y] : [at.y, at.x];
    return { y: scan.flipY ? -y : y, x: scan.flipX ? -x : x };
  };
  const measured =
    pixel &&
    placed(
      tiles.map(({ place }) => inImage(place)),
      tile,
      { y: 1 / pixel.y, x: 1 / pixel.x },
    );
  if (measured !== undefined) return { ...measured, isMeasured: true };
  const fields = tiles.map(({ field }) => inImage(field));
  const isGrid = new Set(fields.map(({ y, x }) => `${y} ${x}`)).size === count;
  const grid = isGrid ? placed(fields, tile, tile) : undefined;
  return grid && { ...grid, isMeasured: false };
}

function placed(at: readonly Extent[], tile: Extent, scale: Extent): Omit<Mosaic, "isMeasured"> | undefined {
  const rows = pixelsFromFirst(at.map(({ y }) => y * scale.y));
  const columns = pixelsFromFirst(at.map(({ x }) => x * scale.x));
  const height = rows.reduce((a, b) => Math.max(a, b)) + tile.y;
  const width = columns.reduce((a, b) => Math.max(a, b)) + tile.x;
  // NaN fails, too. All tiles in one place are positions that were not recorded.
  const isSound = height * width <= mostSpread * at.length * tile.y * tile.x;
  if (!isSound || (height === tile.y && width === tile.x)) return undefined;
  return { height, width, places: rows.map((y, i) => ({ y, x: columns[i]! })) };
}

function pixelsFromFirst(values: readonly number[]): number[] {
  const least = values.reduce((a, b) => Math.min(a, b));
  return values.map((value) => Math.round(value - least));
}
