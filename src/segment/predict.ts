import { InvalidInput } from "../core/errors.js";
import type { Window } from "../core/image.js";
import { type StageContext, throwIfCancelled } from "../core/progress.js";
import type { Plane, Size } from "../core/size.js";
import type { Rows } from "../imgproc/rescale.js";
import {
  mirroredBorder,
  type ModelConfig,
  receptiveField,
  receptiveMargin,
  sizeMultiple,
} from "../model/modelconfig.js";
import type { Predictor } from "../model/predictor.js";

/**
 * Prediction of images of any size, tile by tile, such that the result does not depend on the tiles.
 *
 * A U-Net pools in cells of grid x 2^depth px: moved by less than that, the same pixels give other
 * predictions. So tiles begin on multiples of that length, overlap by at least what a prediction sees beyond
 * its cell, and only the part that sees nothing of the tile's cut edges is used. The image itself is mirrored
 * at its borders (`mirroredBorder`), and at the lower and right one up to the next multiple, which depends on its size
 * alone: of nuclei that a border cuts, more are found. What remains is the
 * rounding of sums that the runtime may order differently in tiles of another size.
 */

/** What the network says about an image, on its grid. */
export interface Prediction {
  /** Cells: ceil(height of the image / grid). Cell (i, j) sits at pixel (i * grid, j * grid). */
  readonly height: number;
  readonly width: number;
  readonly grid: number;
  readonly rays: number;
  /** height x width, 0..1. */
  readonly probability: Float32Array;
  /**
   * rays x height x width, px of the image; at most what the network sees (`receptiveField`): of a border
   * beyond that it cannot know.
   */
  readonly distances: Float32Array;
}

/** The input of a prediction, of which any rows can be had, so that it need not be in memory as a whole. */
export interface InputRows {
  readonly height: number;
  readonly width: number;
  /**
   * Normalised grey values of rows from..to (exclusive), (to - from) x width. The caller does not change
   * them.
   */
  rows(from: number, to: number): Promise<Float32Array>;
}

/** The prediction of a part of an image, whose first cell is (y, x). */
export interface PredictionTile extends Prediction {
  readonly y: number;
  readonly x: number;
  /**
   * px. Longer distances stand for this one (`Prediction.distances`): most are never looked at, so that who
   * looks takes the smaller.
   */
  readonly farthest: number;
}

/**
 * Predicts a whole image. Memory: 4 (rays + 1) / grid² bytes a pixel for the result, and what the network
 * needs for one tile.
 *
 * @param image normalised grey values
 * @param tile edge of the square that is given to the network at once, px, margins included; rounded down to
 *   what the network can take
 * @throws InvalidInput when the data is not of that size or the tile is no positive number; Cancelled
 */
export async function predictTiled(
  { height, width, data }: Plane,
  predictor: Predictor,
  tile: number,
  context: StageContext = {},
): Promise<Prediction> {
  if (data.length !== height * width || data.length === 0)
    throw new InvalidInput("image", `${height * width} values, at least one`, String(data.length));
  const { grid, rays } = predictor.config;
  const [h, w] = [Math.ceil(height / grid), Math.ceil(width / grid)];
  const probability = new Float32Array(h * w);
  const distances = new Float32Array(rays * h * w);
  for await (const part of predictTiles(
    { height, width, rows: (from, to) => Promise.resolve(data.subarray(from * width, to * width)) },
    predictor,
    tile,
    context,
  )) {
    copyRows({ height: h, width: w, data: probability }, part.probability, part, 1);
    copyRows({ height: h, width: w, data: distances }, part.distances, part, rays);
  }
  const farthest = receptiveField(predictor.config);
  for (let i = 0; i < distances.length; i++) if (distances[i]! > farthest) distances[i] = farthest;
  return { height: h, width: w, grid, rays, probability, distances };
}

/**
 * The same, part by part in row-major order, for who need not hold the whole. The parts do not overlap and
 * cover the image; those beside each other have the same rows. In memory are the rows of one row of tiles,
 * and what the network needs for one tile.
 *
 * @param some the rows of tiles to predict, numbered from 0 (`tileRowsOf`); default: all
 */
export async function* predictTiles(
  input: InputRows,
  predictor: Predictor,
  tile: number,
  context: StageContext = {},
  some: Rows = { from: 0, to: Infinity },
): AsyncGenerator<PredictionTile> {
  const { height, width } = input;
  const { grid } = predictor.config;
  const rows = tileSpans(height, tile, predictor.config).slice(some.from, some.to);
  const columns = tileSpans(width, tile, predictor.config);
  const cells = { height: Math.ceil(height / grid), width: Math.ceil(width / grid) };
  const farthest = receptiveField(predictor.config);
  let done = 0;
  for (const row of rows) {
    throwIfCancelled(context, "Prediction");
    const lines = await input.rows(Math.max(0, row.from), Math.min(height, row.to));
    for (const column of columns) {
      throwIfCancelled(context, "Prediction");
      const [h, w] = [row.to - row.from, column.to - column.from];
      const crop = mirroredCrop(lines, input, { y: row.from, x: column.from, height: h, width: w });
      const raw = await predictor.predict(crop, h, w);
      yield { ...usedPart(raw, predictor, { row, column }, cells), farthest };
      context.onProgress?.({ done: ++done, total: rows.length * columns.length });
    }
  }
}

/**
 * One tile along one axis, px: what is predicted, and what of it is used. Each a multiple of the network's.
 */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly usedFrom: number;
  readonly usedTo: number;
}

/** Rows of tiles that an input of this height is predicted in. @throws as `predictTiles` */
export const tileRowsOf = (height: number, tile: number, config: ModelConfig): number =>
  tileSpans(height, tile, config).length;

function tileSpans(length: number, tile: number, config: ModelConfig): Span[] {
  if (!(tile > 0)) throw new InvalidInput("tile", "a positive number of px", String(tile));
  const multiple = sizeMultiple(config);
  const margin = Math.ceil(receptiveMargin(config) / multiple) * multiple;
  return spans(length, tile, { multiple, margin, border: mirroredBorder(config) });
}

/** Tiles along one axis. One, if the image fits; else as few as possible, of about equal size. */
function spans(
  length: number,
  tile: number,
  {
    multiple,
    margin,
    border,
  }: { readonly multiple: number; readonly margin: number; readonly border: number },
): Span[] {
  const padded = Math.ceil(length / multiple) * multiple;
  if (padded + 2 * border <= tile)
    return [{ from: -border, to: padded + border, usedFrom: 0, usedTo: padded }];
  const units = padded / multiple;
  const divided = (count: number): Span[] =>
    Array.from({ length: count }, (_, i) => {
      const usedFrom = Math.floor((i * units) / count) * multiple;
      const usedTo = Math.floor(((i + 1) * units) / count) * multiple;
      return {
        usedFrom,
        usedTo,
        from: Math.max(-border, usedFrom - margin),
        to: Math.min(padded + border, usedTo + margin),
      };
    });
  // The first and the last have one margin only: two may fit where a third in between would not. A tile too
  // small for its margins still makes progress, one multiple at a time.
  let count = Math.min(units, Math.ceil(padded / tile));
  while (count < units && divided(count).some(({ from, to }) => to - from > tile)) count++;
  return divided(count);
}

/**
 * Cuts a rectangle, mirroring the image beyond its borders without doubling the border pixel.
 *
 * @param lines the rows of the image from that of the rectangle on, where that is inside; as a tile that reaches
 *   beyond the border is higher than what it mirrors, that is all it takes
 */
function mirroredCrop(
  lines: Float32Array,
  { height, width }: Size,
  { y: y0, x: x0, height: h, width: w }: Window,
): Float32Array {
  const out = new Float32Array(h * w);
  const first = Math.max(0, y0);
  const [start, end] = [Math.max(0, -x0), Math.max(0, Math.min(w, width - x0))];
  for (let y = 0; y < h; y++) {
    const row = (mirrored(y0 + y, height) - first) * width;
    out.set(lines.subarray(row + x0 + start, row + x0 + end), y * w + start);
    for (let x = 0; x < start; x++) out[y * w + x] = lines[row + mirrored(x0 + x, width)]!;
    for (let x = end; x < w; x++) out[y * w + x] = lines[row + mirrored(x0 + x, width)]!;
  }
  return out;
}

function mirrored(i: number, length: number): number {
  if (i >= 0 && i < length) return i;
  if (length === 1) return 0;
  const j = Math.abs(i) % (2 * (length - 1));
  return j < length ? j : 2 * (length - 1) - j;
}

/**
 * The used part of a tile's prediction, without the cells that lie wholly in the mirrored border.
 *
 * @param cells of the whole image
 */
function usedPart(
  raw: { probability: Float32Array; distances: Float32Array },
  { config: { grid, rays } }: Predictor,
  { row, column }: { readonly row: Span; readonly column: Span },
  cells: Size,
): Omit<PredictionTile, "farthest"> {
  const [y, x] = [row.usedFrom / grid, column.usedFrom / grid];
  const [h, w] = [
    Math.min(cells.height, row.usedTo / grid) - y,
    Math.min(cells.width, column.usedTo / grid) - x,
  ];
  const [rawHeight, rawWidth] = [(row.to - row.from) / grid, (column.to - column.from) / grid];
  const [top, left] = [(row.usedFrom - row.from) / grid, (column.usedFrom - column.from) / grid];
  const cut = (data: Float32Array, planes: number): Float32Array => {
    if (h === rawHeight && w === rawWidth) return data;
    const out = new Float32Array(planes * h * w);
    for (let k = 0; k < planes; k++) {
      for (let i = 0; i < h; i++) {
        const at = (k * rawHeight + top + i) * rawWidth + left;
        out.set(data.subarray(at, at + w), (k * h + i) * w);
      }
    }
    return out;
  };
  return {
    y,
    x,
    height: h,
    width: w,
    grid,
    rays,
    probability: cut(raw.probability, 1),
    distances: cut(raw.distances, rays),
  };
}

/** Copies the cells of a part, `planes` values each, to their place in the whole. */
function copyRows(
  { height, width, data: out }: Plane,
  data: Float32Array,
  part: PredictionTile,
  planes: number,
): void {
  for (let k = 0; k < planes; k++) {
    for (let i = 0; i < part.height; i++) {
      const from = (k * part.height + i) * part.width;
      out.set(data.subarray(from, from + part.width), (k * height + part.y + i) * width + part.x);
    }
  }
}
