import type { LabelImage } from "../core/labels.js";
import { medianInPlace, select } from "../stats/percentile.js";
import { growLabels } from "./grow.js";
import { type FramedPixels, floodPiece, framesFor, markLargestPiece } from "./pieces.js";
import { boundingBoxes } from "./regions.js";

/**
 * Each object's own contour. A blurred edge lies where the intensity has fallen to a fixed fraction of the
 * object's own height above its own surroundings, so each object gets its own threshold: dim and bright
 * nuclei are outlined alike, and no global threshold decides.
 */
export interface ContourOptions {
  /** Height of the contour between the background (0) and the object's core (1). Default 0.4: `outlineFraction`. */
  readonly fraction: number;
  /** How far outside the given region the contour may lie, px. Default 6. */
  readonly grow: number;
}

/** For the fraction see there; 6 px is what the annotation takes for nuclei of some 40 px. */
export const defaultContourOptions: ContourOptions = { fraction: 0.4, grow: 6 };

/** Nuclei up to the first diameter have the first height, those from the second on the second, px. */
const [smallNucleus, largeNucleus] = [26, 34];
const [smallFraction, largeFraction] = [0.45, defaultContourOptions.fraction];

/**
 * Height of the outline of a nucleus between the background (0) and its core (1).
 *
 * Half is where a blurred edge lies, and people draw large nuclei somewhat outside it, at 0.4. Blur takes more of the
 * height of a small nucleus, so that the same share of it lies further outside: 0.45. Measured: decision 25.
 *
 * @param diameter of a typical nucleus, px
 */
export function outlineFraction(diameter: number): number {
  const large = (diameter - smallNucleus) / (largeNucleus - smallNucleus);
  return smallFraction + (largeFraction - smallFraction) * Math.min(1, Math.max(0, large));
}

/**
 * Layers of pixels that are taken off an object to get its core. Without them the blurred edge would pull
 * the median of the core down.
 */
const coreLayers = 3;
/** A core of no more pixels than this is too small for a median: then the whole object is its core. */
const smallestCore = 20;

/**
 * A core of so many pixels shows what lies within a nucleus: bright spots, dark nucleoli, lobes. Its height is then
 * that of its dark parts, for a contour at a share of the median would cut them off.
 */
const structuredCore = 300;
/** The lower quartile of an even core, beside its median: what lies below is structure, and not noise. */
const evenQuartile = 0.9;

/** What contours are taken from, height x width each. */
export interface ContourGrey {
  /** Lightly blurred grey values; NaN is never part of an object, save as a filled hole. */
  readonly smoothed: Float32Array;
  /** Grey value that would be there without objects (`localBackground`). */
  readonly background: Float32Array;
}

/**
 * Replaces each object by its own iso-contour: the pixels of the object, grown by `grow`, whose centres lie
 * inside the line where the height over the background has fallen to `fraction` of that of the object's core
 * (a median, or less where a large core has dark parts), whatever slope the background has below it; of these the
 * largest piece (4-connected; the one with the first pixel among equals), with its holes filled.
 *
 * Growing stops half-way to the neighbours, and a pixel of a neighbour is never taken, so that results do not
 * overlap. Labels keep their numbers: an object of which nothing is left (no brighter than its background, or
 * NaN throughout) has no pixels, and its number is unused. `count` stays that of the input. -1 is treated as
 * background.
 *
 * @param labels objects to refine
 * @param smoothed height x width, lightly blurred grey values; NaN is never part of an object, save as a
 *   filled hole
 * @param background height x width, grey value that would be there without objects (`localBackground`)
 */
export function ownContours(
  labels: LabelImage,
  smoothed: Float32Array,
  background: Float32Array,
  options: ContourOptions = defaultContourOptions,
): LabelImage {
  const cells = growLabels(labels, options.grow);
  return contoursWithin(cells, labels, { smoothed, background }, options.fraction);
}

/**
 * `ownContours` with the pixels given that each contour may take.
 *
 * @param cells height x width, the label of the object whose contour may take the pixel, 0 for none; holds
 *   `labels`
 * @param labels where the height of each object is taken from
 */
export function contoursWithin(
  cells: Int32Array,
  labels: LabelImage,
  grey: ContourGrey,
  fraction: number,
): LabelImage {
  const { width, data, count } = labels;
  const boxes = boundingBoxes({ ...labels, data: cells });
  const buffers = framesFor(boxes);
  const values = new Float32Array(buffers.state.length);
  const out = new Int32Array(cells.length);
  for (let label = 1; label <= count; label++) {
    const y0 = boxes[4 * label - 4]!;
    const x0 = boxes[4 * label - 3]!;
    const rows = boxes[4 * label - 2]! - y0;
    const columns = boxes[4 * label - 1]! - x0;
    if (rows === 0) continue;
    const box: Box = {
      label,
      origin: y0 * width + x0,
      rows,
      columns,
      width,
      stride: columns + 2,
      ...buffers,
    };
    const height = coreHeight(box, data, grey, { fraction, values });
    if (height > 0 && keepLargestPiece(box, cells, grey, fraction * height)) fillAndPaint(box, cells, out);
  }
  return { ...labels, data: out };
}

/** Where an object lies in the image: `rows` x `columns` pixels from the flat index `origin`. */
interface Box extends FramedPixels {
  readonly label: number;
  readonly origin: number;
  readonly columns: number;
  /** Of the image, px. */
  readonly width: number;
}

/**
 * Height over the background of an object's core: its median, or, of a large one, that of its dark parts.
 *
 * @param fraction see `ContourOptions`: below that share of the median is no nucleus
 * @param values scratch, as long as the box with its frame
 * @returns NaN, or 0 or less, where the object has no contour
 */
function coreHeight(
  { label, origin, rows, columns, width, stride, state }: Box,
  labels: Int32Array,
  { smoothed, background }: ContourGrey,
  { fraction, values }: { readonly fraction: number; readonly values: Float32Array },
): number {
  // Layers from the outside, by steps over edges, 0 outside: down and right first, then up and left.
  state.fill(0, 0, stride * (rows + 2));
  for (let y = 0, at = stride + 1, from = origin; y < rows; y++, at += 2, from += width - columns) {
    for (const end = from + columns; from < end; from++, at++) {
      if (labels[from] !== label) continue;
      const left = state[at - 1]!;
      const above = state[at - stride]!;
      const least = left < above ? left : above;
      state[at] = least < coreLayers ? least + 1 : coreLayers + 1;
    }
  }
  let core = 0;
  for (let y = rows - 1, at = stride * (rows + 1) - 2; y >= 0; y--, at -= 2) {
    for (let from = origin + y * width + columns - 1, end = from - columns; from > end; from--, at--) {
      const own = state[at]!;
      if (own === 0) continue;
      const right = state[at + 1]!;
      const below = state[at + stride]!;
      const least = (right < below ? right : below) + 1;
      if (least < own) state[at] = least;
      if (own <= coreLayers || least <= coreLayers) continue;
      const height = smoothed[from]! - background[from]!;
      if (!Number.isNaN(height)) values[core++] = height;
    }
  }
  if (core <= smallestCore) {
    core = 0;
    for (let y = 0, at = stride + 1, from = origin; y < rows; y++, at += 2, from += width - columns) {
      for (const end = from + columns; from < end; from++, at++) {
        if (state[at] === 0) continue;
        const height = smoothed[from]! - background[from]!;
        if (!Number.isNaN(height)) values[core++] = height;
      }
    }
  }
  const median = medianInPlace(values, core);
  if (core < structuredCore) return median;
  let outside = 0;
  for (let i = 0; i < core; i++) if (values[i]! < fraction * median) outside++;
  const quartile = select(values, outside + ((core - outside - 1) >>> 2), 0, core - 1);
  return Math.min(median, quartile / evenQuartile);
}

/** State of a pixel of the box that is not above the threshold, or belongs to another object. */
const stateBelow = 0;
/** Above the threshold, not yet visited. */
const stateAbove = 1;
/** Above the threshold, in a piece that was counted. */
const stateSeen = 2;
/** In the largest piece. */
const stateKept = 3;
/** Background that is connected to the frame of the box: no hole. */
const stateOutside = 4;

/**
 * Marks the largest piece above the threshold as kept in the state of the box.
 *
 * @returns false if nothing is above
 */
function keepLargestPiece(
  box: Box,
  cells: Int32Array,
  { smoothed, background }: ContourGrey,
  threshold: number,
): boolean {
  const { label, origin, rows, columns, width, stride, state } = box;
  state.fill(stateBelow, 0, stride * (rows + 2));
  for (let y = 0, at = stride + 1, from = origin; y < rows; y++, at += 2, from += width - columns) {
    for (const end = from + columns; from < end; from++, at++)
      if (cells[from] === label && smoothed[from]! - background[from]! > threshold) state[at] = stateAbove;
  }
  return markLargestPiece(box, { from: stateAbove, seen: stateSeen, kept: stateKept }) > 0;
}

/**
 * Writes the kept piece and its holes, save those that reach into another's cell: filled around another
 * object, the piece might fall apart.
 */
function fillAndPaint(box: Box, cells: Int32Array, out: Int32Array): void {
  const { label, origin, rows, columns, width, stride, state } = box;
  const size = stride * (rows + 2);
  for (let at = 0; at < size; at++) if (state[at] !== stateKept) state[at] = stateBelow;
  // The frame is all background and connected, and the rows wrap into each other only within it.
  floodPiece(box, 0, stateBelow, stateOutside);
  for (let y = 0; y < rows; y++) {
    for (let x = 0, at = (y + 1) * stride + 1, from = origin + y * width; x < columns; x++, at++, from++) {
      if (state[at] === stateBelow && cells[from] !== label && cells[from]! > 0)
        floodPiece(box, at, stateBelow, stateOutside);
    }
  }
  for (let y = 0, at = stride + 1, to = origin; y < rows; y++, at += 2, to += width - columns)
    for (const end = to + columns; to < end; to++, at++) if (state[at] !== stateOutside) out[to] = label;
}
