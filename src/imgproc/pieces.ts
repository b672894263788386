/**
 * Pieces of pixels that are connected by their edges (4-connected), and the largest of them.
 *
 * The search runs on states of one byte in a frame of one pixel, so that no step needs a test for the border.
 */
import type { LabelImage } from "../core/labels.js";
import type { Plane } from "../core/size.js";
import { boundingBoxes } from "./regions.js";

/** Buffers for a search in a rectangle of rows x columns pixels; they may be longer, to be used again. */
export interface FramedPixels {
  /**
   * (rows + 2) x stride states; pixel (y, x) is at (y + 1) * stride + x + 1. What the frame holds is neither
   * sought nor seen.
   */
  readonly state: Uint8Array;
  /** As long as `state`: pixels that wait for their neighbours to be visited. */
  readonly stack: Int32Array;
  readonly rows: number;
  /** Columns + 2. */
  readonly stride: number;
}

/** Turns the 4-connected pixels of state `from` around `start` into `to`. @returns their number */
export function floodPiece(framed: FramedPixels, start: number, from: number, to: number): number {
  const { state, stack, rows, stride } = framed;
  const size = stride * (rows + 2);
  let depth = 0;
  let count = 0;
  state[start] = from;
  stack[depth++] = start;
  while (depth > 0) {
    const at = stack[--depth]!;
    if (state[at] !== from) continue;
    // The run of the row that the pixel is in; above and below it, one pixel of every run waits.
    let [first, end] = [at, at + 1];
    while (first > 0 && state[first - 1] === from) first--;
    while (end < size && state[end] === from) end++;
    state.fill(to, first, end);
    count += end - first;
    depth = pushRuns(framed, from, { first: Math.max(0, first - stride), end: end - stride }, depth);
    depth = pushRuns(framed, from, { first: first + stride, end: Math.min(size, end + stride) }, depth);
  }
  return count;
}

/** Puts the first pixel of each run of state `from` between `first` and `end` on the stack. @returns its depth */
function pushRuns(
  { state, stack }: FramedPixels,
  from: number,
  { first, end }: { first: number; end: number },
  depth: number,
): number {
  let top = depth;
  let before = false;
  for (let at = first; at < end; at++) {
    const sought = state[at] === from;
    if (sought && !before) stack[top++] = at;
    before = sought;
  }
  return top;
}

/** States in the search for the largest piece. */
export interface PieceStates {
  /** Of the pixels that are sought. */
  readonly from: number;
  /** What those of the smaller pieces become. */
  readonly seen: number;
  /** What those of the largest piece become. */
  readonly kept: number;
}

/**
 * Marks the largest 4-connected piece, the one with the first pixel (row-major) among equals.
 *
 * @returns its number of pixels; 0 where no pixel is sought
 */
export function markLargestPiece(framed: FramedPixels, { from, seen, kept }: PieceStates): number {
  const { state, rows, stride } = framed;
  let best = -1;
  let largest = 0;
  for (let at = stride + 1; at < stride * (rows + 1); at++) {
    if (state[at] !== from) continue;
    const size = floodPiece(framed, at, from, seen);
    if (size > largest) {
      largest = size;
      best = at;
    }
  }
  if (best >= 0) floodPiece(framed, best, seen, kept);
  return largest;
}

/** Buffers for the largest of the bounding boxes (`boundingBoxes`) with its frame, reused for all of them. */
export function framesFor(boxes: Int32Array): Pick<FramedPixels, "state" | "stack"> {
  let size = 0;
  for (let i = 0; i < boxes.length; i += 4)
    size = Math.max(size, (boxes[i + 2]! - boxes[i]! + 2) * (boxes[i + 3]! - boxes[i + 1]! + 2));
  return { state: new Uint8Array(size), stack: new Int32Array(size) };
}

/** The states of `largestPieces`; 0 is what is not sought. */
const largestPieceStates: PieceStates = { from: 1, seen: 2, kept: 3 };

/**
 * The largest 4-connected piece of a mask, the one with the first pixel (row-major) among equals.
 *
 * @param mask height x width, 0 or not
 * @returns height x width, 1 on the piece
 */
export function largestPiece({ height, width, data }: Plane<Uint8Array>): Uint8Array {
  const labels = { height, width, data: Int32Array.from(data, (value) => (value === 0 ? 0 : 1)), count: 1 };
  return Uint8Array.from(largestPieces(labels).data);
}

/**
 * Of each label the largest 4-connected piece, the one with the first pixel among equals, if it has at least
 * `minimumArea` px. Labels keep their numbers; -1 becomes background.
 */
export function largestPieces(labels: LabelImage, minimumArea = 1): LabelImage {
  const { height, width, data, count } = labels;
  const boxes = boundingBoxes(labels);
  const buffers = framesFor(boxes);
  const { state } = buffers;
  const out = new Int32Array(data.length);
  for (let label = 1; label <= count; label++) {
    const top = boxes[4 * label - 4]!;
    const left = boxes[4 * label - 3]!;
    const rows = boxes[4 * label - 2]! - top;
    const columns = boxes[4 * label - 1]! - left;
    const stride = columns + 2;
    state.fill(0, 0, stride * (rows + 2));
    for (let y = 0; y < rows; y++) {
      for (let x = 0, p = (top + y) * width + left; x < columns; x++, p++)
        if (data[p] === label) state[(y + 1) * stride + x + 1] = largestPieceStates.from;
    }
    const size = markLargestPiece({ ...buffers, rows, stride }, largestPieceStates);
    if (size < minimumArea) continue;
    for (let y = 0; y < rows; y++) {
      for (let x = 0, p = (top + y) * width + left; x < columns; x++, p++)
        if (state[(y + 1) * stride + x + 1] === largestPieceStates.kept) out[p] = label;
    }
  }
  return { height, width, data: out, count };
}
