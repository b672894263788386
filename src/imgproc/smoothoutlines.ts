/**
 * Outlines with points between the pixels, of labelled objects: where the blurred object has fallen to one half.
 * Filling them (`fillRings`) gives the labels back, as it does for outlines along the edges of pixels: the line
 * passes between the centres of the object's pixels and those of all others.
 *
 * Source: marching squares, Lorensen & Cline 1987 (in two dimensions); centres that meet at a corner only stay
 * apart.
 */
import type { LabelImage } from "../core/labels.js";
import { type Outline, piecesOf, type Ring } from "../geometry/outlines.js";
import { gaussian } from "./gaussian.js";
import { boundingBoxes } from "./regions.js";

/** Blur of an object before its line is drawn, px: it takes off the steps of the pixels, and no more. */
const sigma = 0.8;
/** The height of the line, and the least distance from it of the height at a pixel's centre. */
const [half, apart] = [0.5, 0.02] as const;
/** Pixels around an object that its blur is looked at in: one is outside for certain. */
const margin = 2;

/** The smooth outlines of all objects, by ascending label, in coordinates of corners (see `outlinesOf`). */
export function smoothOutlinesOf(labels: LabelImage): Outline[] {
  const boxes = boundingBoxes(labels);
  const found: Outline[] = [];
  for (let label = 1; label <= labels.count; label++) {
    const [y0, x0, y1, x1] = boxes.subarray(4 * label - 4, 4 * label) as unknown as Box;
    if (y1 <= y0) continue;
    found.push({ label, pieces: piecesOf(linesAt(fieldOf(labels, label, [y0, x0, y1, x1]))) });
  }
  return found;
}

/** First row and column, and those behind the last. */
type Box = readonly [y0: number, x0: number, y1: number, x1: number];

/** Heights at the centres of pixels; those at the border of the field are below the line. */
interface Field {
  readonly height: number;
  readonly width: number;
  readonly data: Float32Array;
  /** Row and column of the field's first centre in the image. */
  readonly top: number;
  readonly left: number;
}

/** An object, blurred as far as each pixel stays on its side of the line. */
function fieldOf(labels: LabelImage, label: number, [y0, x0, y1, x1]: Box): Field {
  const [top, left] = [y0 - margin, x0 - margin];
  const [height, width] = [y1 + margin - top, x1 + margin - left];
  const row = (y: number): number => Math.min(labels.height - 1, Math.max(0, top + y));
  const column = (x: number): number => Math.min(labels.width - 1, Math.max(0, left + x));
  // The object goes on beyond the image as at its border, where it is cut and not round.
  const mask = new Float32Array(height * width);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++)
      if (labels.data[row(y) * labels.width + column(x)] === label) mask[p] = 1;
  }
  const data = gaussian(mask, height, width, sigma);
  for (let p = 0; p < data.length; p++)
    data[p] = mask[p] === 1 ? Math.max(data[p]!, half + apart) : Math.min(data[p]!, half - apart);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const nearest = (row(y) - top) * width + column(x) - left;
      // As far below the line as the pixel at the border is above it: the line is half-way, on the border.
      if (nearest !== p) data[p] = Math.min(half - apart, 2 * half - data[nearest]!);
    }
  }
  return { height, width, data, top, left };
}

/** Sides of a square of four centres. */
const [above, right, below, left] = [0, 1, 2, 3] as const;
/**
 * Where the line enters and leaves a square, by which of its corners are inside (1 top left, 2 top right,
 * 4 bottom right, 8 bottom left): pairs of sides. The inside is on the right of the line.
 */
const waysThrough: readonly (readonly number[])[] = [
  [],
  [above, left],
  [right, above],
  [right, left],
  [below, right],
  [above, left, below, right],
  [below, above],
  [below, left],
  [left, below],
  [above, below],
  [right, above, left, below],
  [right, below],
  [left, right],
  [above, right],
  [left, above],
  [],
];

/** The closed lines at which a field has the height one half, by their first point. */
function linesAt(field: Field): Ring[] {
  const { height, width, data } = field;
  const isIn = (p: number): number => (data[p]! >= half ? 1 : 0);
  // A crossing is named after the centre above or left of it: twice its number, one more for a step down.
  const next = new Map<number, number>();
  for (let y = 0; y + 1 < height; y++) {
    for (let x = 0; x + 1 < width; x++) {
      const p = y * width + x;
      const sides = [2 * p, 2 * (p + 1) + 1, 2 * (p + width), 2 * p + 1];
      const corners = isIn(p) + 2 * isIn(p + 1) + 4 * isIn(p + width + 1) + 8 * isIn(p + width);
      const ways = waysThrough[corners]!;
      for (let i = 0; i < ways.length; i += 2) next.set(sides[ways[i]!]!, sides[ways[i + 1]!]!);
    }
  }
  const rings: Ring[] = [];
  for (const start of next.keys()) {
    if (!next.has(start)) continue;
    const points: number[] = [];
    for (let at = start; next.has(at);) {
      points.push(...crossingAt(field, at));
      const following = next.get(at)!;
      next.delete(at);
      at = following;
    }
    rings.push(Float64Array.from(points));
  }
  return rings;
}

/** Where the line crosses between two centres, in coordinates of corners. */
function crossingAt({ width, data, top, left: first }: Field, crossing: number): [x: number, y: number] {
  const p = crossing >> 1;
  const isDown = crossing % 2 === 1;
  const [here, there] = [data[p]!, data[isDown ? p + width : p + 1]!];
  const share = rounded((here - half) / (here - there));
  const [y, x] = [top + Math.floor(p / width) + 0.5, first + (p % width) + 0.5];
  return isDown ? [x, y + share] : [x + share, y];
}

/** A thousandth of a pixel is finer than any outline; the text of a file is shorter. */
const rounded = (share: number): number => Math.round(1000 * share) / 1000;
