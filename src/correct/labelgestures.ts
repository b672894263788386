/**
 * Gestures that change labels: each looks at a window, and gives the rectangles that change, or undefined where
 * nothing does. Splitting, merging and filling may be refused, and lie beside this (`splitobject.ts`,
 * `mergeobjects.ts`, `fillobject.ts`).
 *
 * An object that a gesture leaves in several pieces keeps its label for all of them: it may become whole again
 * with the next stroke.
 */
import { fillRings } from "../geometry/fillrings.js";
import { brushed, type Stroke } from "./brush.js";
import type { LabelPatch } from "./edits.js";
import { boxOfLabels, chosen } from "./labelboxes.js";
import { boxOfPoints, boxWithin, type LabelWindow, patchesOf, type Point, sketchOf } from "./labelwindow.js";

/** What is painted. */
export interface Paint {
  /** 1 or more. */
  readonly label: number;
  /** Other objects keep their pixels: only background, unknown pixels and the object itself are painted. */
  readonly protect: boolean;
}

/** Paints along a line with a round brush. A stroke may come in steps; see `joinedSteps`. */
export const paint = (
  window: LabelWindow,
  stroke: Stroke,
  { label, protect }: Paint,
): LabelPatch[] | undefined =>
  brushed(window, stroke, (present) => (protect && present > 0 ? present : label));

/**
 * Makes objects background along a line with a round brush. Unknown pixels stay; see `ignore`.
 *
 * @param label whose pixels are erased; of any object where undefined
 */
export const erase = (window: LabelWindow, stroke: Stroke, label?: number): LabelPatch[] | undefined =>
  brushed(window, stroke, (present) =>
    present > 0 && (label === undefined || present === label) ? 0 : present,
  );

/**
 * Makes an object of a closed outline, by the even-odd rule: pixels whose centres are inside.
 *
 * @param outline its corners; the last is joined to the first
 * @param paint with the next free label
 */
export const draw = (
  window: LabelWindow,
  outline: readonly Point[],
  { label, protect }: Paint,
): LabelPatch[] | undefined => filled(window, outline, label, (present) => !protect || present <= 0);

/** How a region is ignored. */
export interface Ignoring {
  /** False makes unknown pixels background again. */
  readonly isIgnored: boolean;
  /** Objects stay; without it they, too, become unknown where they lie in the region. */
  readonly protect: boolean;
}

/** Makes the inside of a closed outline unknown (-1), which training leaves out. For annotations only. */
export const ignore = (
  window: LabelWindow,
  outline: readonly Point[],
  { isIgnored, protect }: Ignoring,
): LabelPatch[] | undefined =>
  isIgnored
    ? filled(window, outline, -1, (present) => !protect || present <= 0)
    : filled(window, outline, 0, (present) => present === -1);

function filled(
  window: LabelWindow,
  outline: readonly Point[],
  value: number,
  isFree: (present: number) => boolean,
): LabelPatch[] | undefined {
  const box = outline.length < 3 ? undefined : boxWithin(window, boxOfPoints(window, outline, 1));
  if (box === undefined) return undefined;
  const sketch = sketchOf(window, box);
  const ring = new Float64Array(2 * outline.length);
  outline.forEach(({ y, x }, i) => {
    // Rings count from the corner of the first pixel, points from its centre.
    ring[2 * i] = x - window.x - box.left + 0.5;
    ring[2 * i + 1] = y - window.y - box.top + 0.5;
  });
  const image = { height: box.bottom - box.top, width: sketch.width, data: sketch.after };
  fillRings(image, [ring], value, isFree);
  return patchesOf(window, sketch);
}

/** Makes objects background, in all their pieces. */
export function deleteObjects(window: LabelWindow, labels: readonly number[]): LabelPatch[] | undefined {
  const box = boxOfLabels(window, labels);
  if (box === undefined) return undefined;
  const sketch = sketchOf(window, box);
  const isChosen = chosen(labels);
  const { after } = sketch;
  for (let i = 0; i < after.length; i++) if (isChosen[after[i]!] === 1) after[i] = 0;
  return patchesOf(window, sketch);
}

/** An object of another plane: a candidate, or a nucleus of another frame. */
export interface OtherObject {
  /** A window of that plane; pixels of the same place in the frame belong together. */
  readonly plane: LabelWindow;
  readonly label: number;
}

/**
 * Takes a candidate that was rejected into the annotation: its pixels get a label where they are no other
 * object.
 *
 * @param label the next free one
 */
export const accept = (
  window: LabelWindow,
  candidate: OtherObject,
  label: number,
): LabelPatch[] | undefined => placed(window, candidate, label);

/**
 * Copies an object of another frame to the same place, where no other object is.
 *
 * @param label that it gets: its own, or the next free one
 */
export const copy = (window: LabelWindow, object: OtherObject, label: number): LabelPatch[] | undefined =>
  placed(window, object, label);

function placed(
  window: LabelWindow,
  { plane, label: from }: OtherObject,
  label: number,
): LabelPatch[] | undefined {
  const there = boxOfLabels(plane, [from]);
  const [dy, dx] = [plane.y - window.y, plane.x - window.x];
  const box =
    there &&
    boxWithin(window, {
      top: there.top + dy,
      left: there.left + dx,
      bottom: there.bottom + dy,
      right: there.right + dx,
    });
  if (box === undefined) return undefined;
  const sketch = sketchOf(window, box);
  for (let row = box.top, at = 0; row < box.bottom; row++) {
    const shift = (row - dy) * plane.width - dx;
    for (let column = box.left; column < box.right; column++, at++)
      if (plane.data[shift + column] === from && sketch.after[at]! <= 0) sketch.after[at] = label;
  }
  return patchesOf(window, sketch);
}
