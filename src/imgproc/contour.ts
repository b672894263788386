import type { LabelImage } from "../core/labels.js";
import { medianInPlace } from "../stats/percentile.js";
import { growLabels } from "./grow.js";
import { boundingBoxes } from "./regions.js";

/**
 * Each object's own contour. A blurred edge lies where the intensity has fallen to a fixed fraction of the
 * object's own height above its own surroundings, so each object gets its own threshold: dim and bright
 * nuclei are outlined alike, and no global threshold decides.
 */
export interface ContourOptions {
  /**
   * Height of the contour between the background (0) and the object's core (1). Default 0.4: half is where a
   * blurred edge lies, and people draw somewhat outside it.
   */
  readonly fraction: number;
  /** How far outside the given region the contour may lie, px. Default 6. */
  readonly grow: number;
}

export const defaultContourOptions: ContourOptions = { fraction: 0.4, grow: 6 };

/**
 * The core is what is left of an object after taking off this many layers of pixels, so that the edge does
 * not pull its median down,
 */
const coreLayers = 3;
/** but the whole object where that leaves no more than this many pixels. */
const smallestCore = 20;

/**
 * Replaces each object by its own iso-contour: the pixels of the object, grown by `grow`, whose centres lie
 * inside the line where the height over the background has fallen to `fraction` of that of the object's core
 * (a median), whatever slope the background has below it; of these the largest piece (4-connected; the one
 * with the first pixel among equals), with its holes filled.
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
  return contoursWithin(growLabels(labels, options.grow), labels, smoothed, background, options.fraction);
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
  { height, width, data, count }: LabelImage,
  smoothed: Float32Array,
  background: Float32Array,
  fraction: number,
): LabelImage {
  const boxes = boundingBoxes({ height, width, data: cells, count });
  const scratch = scratchFor(boxes);
  const out = new Int32Array(cells.length);
  for (let label = 1; label <= count; label++) {
    const y0 = boxes[4 * label - 4]!;
    const x0 = boxes[4 * label - 3]!;
    const rows = boxes[4 * label - 2]! - y0;
    const columns = boxes[4 * label - 1]! - x0;
    if (rows === 0) continue;
    const box = { label, origin: y0 * width + x0, rows, columns, width };
    const threshold = ownThreshold(box, data, smoothed, background, fraction, scratch);
    if (
      Number.isNaN(threshold) ||
      !keepLargestPiece(box, cells, { smoothed, background }, threshold, scratch)
    )
      continue;
    fillAndPaint(box, cells, scratch, out);
  }
  return { height, width, data: out, count };
}

/** Where an object lies in the image: `rows` x `columns` pixels from the flat index `origin`. */
interface Box {
  readonly label: number;
  readonly origin: number;
  readonly rows: number;
  readonly columns: number;
  readonly width: number;
}

interface Grey {
  readonly smoothed: Float32Array;
  readonly background: Float32Array;
}

/** Buffers for the largest box with a frame of one pixel, reused for all objects. */
interface Scratch {
  readonly state: Uint8Array;
  readonly stack: Int32Array;
  readonly values: Float32Array;
}

function scratchFor(boxes: Int32Array): Scratch {
  let size = 0;
  for (let i = 0; i < boxes.length; i += 4)
    size = Math.max(size, (boxes[i + 2]! - boxes[i]! + 2) * (boxes[i + 3]! - boxes[i + 1]! + 2));
  return { state: new Uint8Array(size), stack: new Int32Array(size), values: new Float32Array(size) };
}

/** The height over the background of the object's contour; NaN if it has none. */
function ownThreshold(
  box: Box,
  labels: Int32Array,
  smoothed: Float32Array,
  background: Float32Array,
  fraction: number,
  scratch: Scratch,
): number {
  const { label, origin, rows, columns, width } = box;
  const { state, values } = scratch;
  const stride = columns + 2;
  // Layers from the outside, by steps over edges, 0 outside: down and right first, then up and left.
  state.fill(0, 0, stride * (rows + 2));
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      if (labels[origin + y * width + x] !== label) continue;
      const at = (y + 1) * stride + x + 1;
      state[at] = Math.min(state[at - 1]!, state[at - stride]!, coreLayers) + 1;
    }
  }
  let core = 0;
  for (let y = rows - 1; y >= 0; y--) {
    for (let x = columns - 1; x >= 0; x--) {
      const at = (y + 1) * stride + x + 1;
      if (state[at] === 0) continue;
      state[at] = Math.min(state[at]!, Math.min(state[at + 1]!, state[at + stride]!) + 1);
      const from = origin + y * width + x;
      const height = smoothed[from]! - background[from]!;
      if (state[at] > coreLayers && !Number.isNaN(height)) values[core++] = height;
    }
  }
  if (core <= smallestCore) {
    core = 0;
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const from = origin + y * width + x;
        const height = smoothed[from]! - background[from]!;
        if (state[(y + 1) * stride + x + 1]! > 0 && !Number.isNaN(height)) values[core++] = height;
      }
    }
  }
  const high = medianInPlace(values, core);
  return high > 0 ? fraction * high : NaN;
}

// States of a pixel in the search for pieces.
const stateBelow = 0;
const stateAbove = 1;
const stateSeen = 2;
const stateKept = 3;
const stateOutside = 4;

/**
 * Marks the largest piece above the threshold as KEPT in the scratch buffer.
 *
 * @returns false if nothing is above
 */
function keepLargestPiece(
  box: Box,
  cells: Int32Array,
  { smoothed, background }: Grey,
  threshold: number,
  scratch: Scratch,
): boolean {
  const { label, origin, rows, columns, width } = box;
  const { state } = scratch;
  const stride = columns + 2;
  state.fill(stateBelow, 0, stride * (rows + 2));
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const from = origin + y * width + x;
      if (cells[from] === label && smoothed[from]! - background[from]! > threshold)
        state[(y + 1) * stride + x + 1] = stateAbove;
    }
  }
  let best = -1;
  let largest = 0;
  for (let at = stride + 1; at < stride * (rows + 1); at++) {
    if (state[at] !== stateAbove) continue;
    const size = floodFrom(at, stateAbove, stateSeen, stride, rows, scratch);
    if (size > largest) {
      largest = size;
      best = at;
    }
  }
  if (best >= 0) floodFrom(best, stateSeen, stateKept, stride, rows, scratch);
  return best >= 0;
}

/** Turns the 4-connected pixels of state `from` around `start` into `to`. @returns their number */
function floodFrom(
  start: number,
  from: number,
  to: number,
  stride: number,
  rows: number,
  scratch: Scratch,
): number {
  const { state, stack } = scratch;
  const size = stride * (rows + 2);
  let depth = 0;
  let count = 0;
  stack[depth++] = start;
  state[start] = to;
  while (depth > 0) {
    const at = stack[--depth]!;
    count++;
    for (let side = 0; side < 4; side++) {
      const next = side === 0 ? at - stride : side === 1 ? at - 1 : side === 2 ? at + 1 : at + stride;
      if (next < 0 || next >= size || state[next] !== from) continue;
      state[next] = to;
      stack[depth++] = next;
    }
  }
  return count;
}

/**
 * Writes the kept piece and its holes, save those that reach into another's cell: filled around another
 * object, the piece might fall apart.
 */
function fillAndPaint(box: Box, cells: Int32Array, scratch: Scratch, out: Int32Array): void {
  const { label, origin, rows, columns, width } = box;
  const { state } = scratch;
  const stride = columns + 2;
  const size = stride * (rows + 2);
  for (let at = 0; at < size; at++) if (state[at] !== stateKept) state[at] = stateBelow;
  // The frame is all background and connected, and the rows wrap into each other only within it.
  floodFrom(0, stateBelow, stateOutside, stride, rows, scratch);
  for (let y = 0; y < rows; y++) {
    for (let x = 0, at = (y + 1) * stride + 1, from = origin + y * width; x < columns; x++, at++, from++) {
      if (state[at] === stateBelow && cells[from] !== label && cells[from]! > 0)
        floodFrom(at, stateBelow, stateOutside, stride, rows, scratch);
    }
  }
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      if (state[(y + 1) * stride + x + 1] === stateOutside) continue;
      const to = origin + y * width + x;
      out[to] = label;
    }
  }
}
