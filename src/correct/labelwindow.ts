/** The part of a frame's labels that a gesture looks at, and the rectangles in which they change. */
import type { LabelPatch } from "./edits.js";

/** A place of a frame, px; the centre of the top left pixel is (0, 0). */
export interface Point {
  readonly y: number;
  readonly x: number;
}

/**
 * A window of the labels of a frame. Gestures look at it and leave it as it is. It must hold the whole of the
 * objects that they are about: what lies beyond it is not changed.
 */
export interface LabelWindow {
  /** First row and column, px of the whole frame. */
  readonly y: number;
  readonly x: number;
  readonly height: number;
  readonly width: number;
  /** height x width, row-major: 0 background, 1.. objects, -1 unknown. */
  readonly data: Int32Array;
}

/** Why a gesture changes nothing: one sentence for the user. */
export interface Refusal {
  readonly why: string;
}

/** What a gesture gives that may be refused. */
export type Outcome = readonly LabelPatch[] | Refusal;

/** Whether a gesture was refused. */
export const isRefused = (outcome: Outcome): outcome is Refusal => "why" in outcome;

/** Rows and columns of a window: from its own first ones, the ends exclusive. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** What a box of a window is to become. */
export interface Sketch {
  readonly box: Box;
  /** Columns of the box. */
  readonly width: number;
  /** Of the box, row-major. */
  readonly after: Int32Array;
}

/** The part of a box that lies in a window; undefined where none does. */
export function boxWithin({ height, width }: LabelWindow, box: Box): Box | undefined {
  const [top, left] = [Math.max(0, box.top), Math.max(0, box.left)];
  const [bottom, right] = [Math.min(height, box.bottom), Math.min(width, box.right)];
  return top < bottom && left < right ? { top, left, bottom, right } : undefined;
}

/** The box of a window in which all points lie, with a margin. */
export function boxOfPoints({ y, x }: LabelWindow, points: readonly Point[], margin: number): Box {
  let [top, left, bottom, right] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const point of points) {
    if (point.y < top) top = point.y;
    if (point.y > bottom) bottom = point.y;
    if (point.x < left) left = point.x;
    if (point.x > right) right = point.x;
  }
  return {
    top: Math.floor(top - margin) - y,
    left: Math.floor(left - margin) - x,
    bottom: Math.ceil(bottom + margin) + 1 - y,
    right: Math.ceil(right + margin) + 1 - x,
  };
}

/** A copy of a box of a window, to be changed. */
export function sketchOf({ width, data }: LabelWindow, box: Box): Sketch {
  const columns = box.right - box.left;
  const after = new Int32Array((box.bottom - box.top) * columns);
  for (let row = box.top, at = 0; row < box.bottom; row++, at += columns)
    after.set(data.subarray(row * width + box.left, row * width + box.right), at);
  return { box, width: columns, after };
}

/** Sketches larger than this are cut, so that a long, thin change does not carry all that lies beside it. */
const largestPatch = 128 * 128;

/** Rows and columns of the pieces, px. */
const pieceSide = 64;

/** Where a sketch differs from its window, in tight rectangles that do not overlap; undefined where nowhere. */
export function patchesOf(window: LabelWindow, sketch: Sketch): LabelPatch[] | undefined {
  const changed = changedBox(window, sketch, sketch.box);
  if (changed === undefined) return undefined;
  const { top, left, bottom, right } = changed;
  if ((bottom - top) * (right - left) <= largestPatch) return [patchOf(window, sketch, changed)];
  const patches: LabelPatch[] = [];
  for (let row = top; row < bottom; row += pieceSide) {
    for (let column = left; column < right; column += pieceSide) {
      const piece = changedBox(window, sketch, {
        top: row,
        left: column,
        bottom: Math.min(bottom, row + pieceSide),
        right: Math.min(right, column + pieceSide),
      });
      if (piece !== undefined) patches.push(patchOf(window, sketch, piece));
    }
  }
  return patches;
}

/** The box around all that differs within a part of a sketch. */
function changedBox({ width, data }: LabelWindow, sketch: Sketch, part: Box): Box | undefined {
  let [top, left, bottom, right] = [part.bottom, part.right, -1, -1];
  for (let row = part.top; row < part.bottom; row++) {
    const shift = (row - sketch.box.top) * sketch.width - sketch.box.left;
    for (let column = part.left; column < part.right; column++) {
      if (sketch.after[shift + column] === data[row * width + column]) continue;
      if (row < top) top = row;
      if (row >= bottom) bottom = row + 1;
      if (column < left) left = column;
      if (column >= right) right = column + 1;
    }
  }
  return bottom < 0 ? undefined : { top, left, bottom, right };
}

function patchOf(window: LabelWindow, sketch: Sketch, part: Box): LabelPatch {
  const drawn = { ...sketch.box, height: 0, width: sketch.width, y: 0, x: 0, data: sketch.after };
  const { top, left, bottom, right } = part;
  const inSketch = {
    top: top - sketch.box.top,
    left: left - sketch.box.left,
    bottom: bottom - sketch.box.top,
    right: right - sketch.box.left,
  };
  return {
    y: window.y + top,
    x: window.x + left,
    height: bottom - top,
    width: right - left,
    before: sketchOf(window, part).after,
    after: sketchOf(drawn, inSketch).after,
  };
}

/** Which of the values of a patch. */
export type PatchSide = "before" | "after";

/** Writes the values of a patch into labels, in place; what lies outside of the window is left out. */
export function writePatch(window: LabelWindow, patch: LabelPatch, side: PatchSide): void {
  const box = boxOfPatch(window, patch);
  if (box === undefined) return;
  const [dy, dx] = [window.y - patch.y, window.x - patch.x];
  for (let row = box.top; row < box.bottom; row++) {
    const from = (row + dy) * patch.width + dx;
    const values = patch[side].subarray(from + box.left, from + box.right);
    window.data.set(values, row * window.width + box.left);
  }
}

/**
 * Whether a patch fits: the part of it that lies in the window has there the values that it was made from.
 * False where something else was changed in the meantime.
 */
export function matches(window: LabelWindow, patch: LabelPatch): boolean {
  const box = boxOfPatch(window, patch);
  if (box === undefined) return true;
  const [dy, dx] = [window.y - patch.y, window.x - patch.x];
  for (let row = box.top; row < box.bottom; row++) {
    const from = (row + dy) * patch.width + dx;
    for (let column = box.left; column < box.right; column++)
      if (window.data[row * window.width + column] !== patch.before[from + column]) return false;
  }
  return true;
}

const boxOfPatch = (window: LabelWindow, { y, x, height, width }: LabelPatch): Box | undefined =>
  boxWithin(window, {
    top: y - window.y,
    left: x - window.x,
    bottom: y - window.y + height,
    right: x - window.x + width,
  });

/**
 * The patches of the steps of one gesture, such as those of a stroke, as one change: they overlap, and these do
 * not.
 *
 * @param window in which all steps lie, after the last of them
 * @param steps in the order in which they were written
 * @returns undefined where the last step took back what the others did
 */
export function joinedSteps(window: LabelWindow, steps: readonly LabelPatch[]): LabelPatch[] | undefined {
  const corners = steps.flatMap(({ y, x, height, width }) => [
    { y, x },
    { y: y + height - 1, x: x + width - 1 },
  ]);
  const box = boxWithin(window, boxOfPoints(window, corners, 0));
  if (box === undefined) return undefined;
  const now = sketchOf(window, box);
  const first: LabelWindow = {
    y: window.y + box.top,
    x: window.x + box.left,
    height: box.bottom - box.top,
    width: now.width,
    data: now.after.slice(),
  };
  for (const step of steps.toReversed()) writePatch(first, step, "before");
  const whole = { top: 0, left: 0, bottom: first.height, right: first.width };
  return patchesOf(first, { ...now, box: whole });
}

/** The largest label of a window, 0 where there is none: the next free one is by 1 larger. */
export function largestLabel({ data }: Pick<LabelWindow, "data">): number {
  let largest = 0;
  for (let i = 0; i < data.length; i++) if (data[i]! > largest) largest = data[i]!;
  return largest;
}
