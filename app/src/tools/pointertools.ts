/** The tools at the pointer: what a press begins, a move draws and a release sends. */
import type { Point } from "../../../src/correct/labelwindow.js";
import { attempt } from "../state/notices.js";
import { camera, selection } from "../state/place.js";
import type { PointerTool } from "../viewer/viewpointer.js";
import { commit, type EditedLabels, editedLabels, freeLabel } from "./editedlabels.js";
import { type GestureName, gestureFor, isCut, type Press, strokeLabel } from "./gesturechoice.js";
import { labelAt } from "./labelaccess.js";
import {
  acceptAt,
  deleteAt,
  drawInside,
  fillAt,
  ignoreInside,
  mergeAt,
  pickAt,
  splitAlong,
  tellProtected,
} from "./objectactions.js";
import { lengthOf, type OutlineEvent, outlineAfter } from "./outline.js";
import { beginStroke, type Stroke, type StrokeSettings } from "./stroke.js";
import {
  activate,
  activeLabel,
  brushDiameter,
  cutLine,
  isProtecting,
  outline,
  outlineFor,
  sizeBrush,
  tool,
} from "./toolstate.js";

/** Where the pointer was at the last move. */
let last: Point | undefined;

/** A press that is held. */
interface Held {
  readonly gesture: GestureName;
  readonly from: Point;
  readonly labels: EditedLabels;
  readonly stroke?: Stroke | undefined;
}
let held: Held | undefined;
/** Of the brush, before Alt and moves of the pointer changed it; undefined while Alt is not held. */
let sizeBefore: number | undefined;

/** Screen px within which two places are the same, in image px. */
const reach = (): number => 6 / (camera.peek()?.zoom ?? 1);

/** A press at a place. @returns whether the tool has it; else the view moves or selects */
export function pressTool(at: Point, press: Press): boolean {
  // The key that erases while painting also sizes the brush: on the way to a place it was not meant to.
  if (press.altKey && sizeBefore !== undefined) sizeBrush(sizeBefore);
  const gesture = outline.value === undefined ? gestureFor(tool.value, press) : outlineFor.value;
  const labels = gesture === undefined ? undefined : editedLabels();
  if (gesture === undefined || labels === undefined) return false;
  if (gesture === "draw" || gesture === "ignore" || gesture === "encircle") {
    outlineFor.value = gesture;
    const isRight = press.button === 2 && gesture !== "encircle";
    turnOutline({ type: "down", at, isRight, reach: reach() });
  }
  if (gesture === "split" || gesture === "cut") cutLine.value = [at];
  const isStroke = gesture === "paint" || gesture === "erase";
  const stroke = isStroke ? beginStroke(labels.plane, at, strokeSettings(labels, at, gesture)) : undefined;
  held = { gesture, from: at, labels, stroke };
  return true;
}

async function paintedLabel(labels: EditedLabels, at: Point): Promise<number> {
  const below = activeLabel.value === "automatic" ? await labelAt(labels.plane, at) : 0;
  const label = strokeLabel(activeLabel.value, below);
  return label === "new" ? freeLabel(labels) : label;
}

/** Of an eraser they are known at once; a brush may have to ask which label is free. */
function strokeSettings(
  labels: EditedLabels,
  at: Point,
  gesture: "paint" | "erase",
): StrokeSettings | Promise<StrokeSettings> {
  const [diameter, protect] = [brushDiameter.value, isProtecting.value];
  if (gesture === "erase") return { diameter, protect, label: "erase" };
  if (typeof activeLabel.value === "number") return { diameter, protect, label: activeLabel.value };
  return paintedLabel(labels, at).then((label) => {
    // Strokes after the first go on with the new object, until another is asked for.
    if (activeLabel.value === "new") activate(label);
    selection.value = new Set([label]);
    return { diameter, protect, label };
  });
}

/** A move, with or without a button held. @param buttons as in a pointer event */
export function moveTool(
  at: Point,
  { altKey, buttons }: { readonly altKey: boolean; readonly buttons: number },
): void {
  const before = last;
  last = at;
  if (outline.value !== undefined)
    turnOutline({ type: "move", at, isHeld: held !== undefined && buttons !== 0, reach: reach() });
  if (held?.stroke !== undefined) held.stroke.move(at);
  else if (held?.gesture === "cut" || held?.gesture === "split") cutLine.value = [...cutLine.value, at];
  else if (held === undefined && buttons === 0 && altKey && before !== undefined && isBrush()) {
    sizeBefore ??= brushDiameter.value;
    // To the right it grows, to the left it shrinks, by what the pointer moves.
    if (at.x !== before.x) sizeBrush(brushDiameter.value + 2 * (at.x - before.x));
  }
  if (!altKey) sizeBefore = undefined;
}

/** Whether a brush is at the pointer. */
export const isBrush = (): boolean => tool.value === "paint" || tool.value === "erase";

/** A release. */
export function releaseTool(at: Point): void {
  const ended = held;
  held = undefined;
  if (ended === undefined) return;
  if (outline.value !== undefined) turnOutline({ type: "up", at, reach: reach() });
  else if (ended.stroke !== undefined) attempt(() => sendStroke(ended, ended.stroke!));
  else attempt(() => finish(ended, at));
}

async function sendStroke({ labels, gesture, from }: Held, stroke: Stroke): Promise<void> {
  const patches = await stroke.end();
  const isDone = commit(labels, gesture === "erase" ? "erase" : "paint", patches);
  const active = activeLabel.value;
  if (isDone || gesture !== "paint" || active === "automatic") return;
  const below = await labelAt(labels.plane, from);
  if (below > 0 && below !== active) tellProtected();
}

async function finish({ gesture }: Held, at: Point): Promise<void> {
  switch (gesture) {
    case "delete":
      return deleteAt(at);
    case "merge":
      return mergeAt(at);
    case "fill":
      return fillAt(at);
    case "pick":
      return pickAt(at);
    case "accept":
      return acceptAt(at);
    case "split":
    case "cut":
      return finishCut(at, gesture);
    default:
  }
}

async function finishCut(at: Point, gesture: "cut" | "split"): Promise<void> {
  const line = [...cutLine.value, at];
  cutLine.value = [];
  if (isCut(lengthOf(line) * (camera.peek()?.zoom ?? 1))) return splitAlong(line);
  if (gesture === "cut") await toggleAt(at);
}

/** Adds an object to the selection, or takes it out. */
async function toggleAt(at: Point): Promise<void> {
  const labels = editedLabels();
  const label = labels === undefined ? 0 : await labelAt(labels.plane, at);
  if (label <= 0) return;
  const next = new Set(selection.value);
  if (!next.delete(label)) next.add(label);
  selection.value = next;
}

/** Goes on with the outline that is being drawn; what is closed is sent. */
export function turnOutline(event: OutlineEvent): void {
  const step = outlineAfter(outline.value, event);
  outline.value = step.outline;
  const { closed } = step;
  if (closed === undefined) return;
  const use = outlineFor.value;
  attempt(() => (use === "ignore" ? ignoreInside(closed) : drawInside(closed, use === "draw")));
}

/** Takes back what is being drawn. @returns whether there was something */
export function cancelTool(): boolean {
  const wasDrawing = outline.value !== undefined || cutLine.value.length > 0 || held?.stroke !== undefined;
  held?.stroke?.cancel();
  held = undefined;
  outline.value = undefined;
  cutLine.value = [];
  return wasDrawing;
}

/** The tools as the view knows them. */
export const maskTool: PointerTool = {
  get cursor() {
    return isBrush() ? "none" : tool.value === "select" ? "default" : "crosshair";
  },
  down: pressTool,
  move: moveTool,
  up: releaseTool,
  cancel: () => void cancelTool(),
};
