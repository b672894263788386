/** An outline while it is drawn: freehand with a button held, corner by corner, or freehand from click to click. */
import type { Point } from "../../../src/correct/labelwindow.js";

/** How it is drawn: a button is held; each click is a corner; from a right click to the next one. */
type Manner = "held" | "corners" | "free";

/** An outline that is not closed yet. */
export interface Outline {
  readonly points: readonly Point[];
  readonly manner: Manner;
  /** Where the pointer is: the end of the line that is not set yet. */
  readonly pointer: Point | undefined;
}

/** What the user did. `reach`: what counts as the same place, image px. */
export type OutlineEvent =
  | { readonly type: "down"; readonly at: Point; readonly isRight: boolean; readonly reach: number }
  | { readonly type: "move"; readonly at: Point; readonly isHeld: boolean; readonly reach: number }
  | { readonly type: "up"; readonly at: Point; readonly reach: number }
  /** Enter, a double click. */
  | { readonly type: "close" }
  /** Takes the last corner back. */
  | { readonly type: "back" }
  | { readonly type: "cancel" };

/** The outline after an event, or what was closed with it; undefined: there is none. */
export interface OutlineStep {
  readonly outline: Outline | undefined;
  readonly closed?: readonly Point[];
}

const none: OutlineStep = { outline: undefined };

/** What becomes of an outline. Fewer than three corners are nothing. */
export function outlineAfter(outline: Outline | undefined, event: OutlineEvent): OutlineStep {
  switch (event.type) {
    case "down":
      return afterDown(outline, event);
    case "move":
      return { outline: outline && afterMove(outline, event) };
    case "up":
      return afterUp(outline, event);
    case "close":
      return closed(outline);
    case "back":
      return { outline: outline && withoutLast(outline) };
    case "cancel":
      return none;
  }
}

function afterDown(
  outline: Outline | undefined,
  { at, isRight, reach }: Extract<OutlineEvent, { type: "down" }>,
): OutlineStep {
  if (outline === undefined)
    return { outline: { points: [at], manner: isRight ? "free" : "held", pointer: undefined } };
  if (isRight || outline.manner === "free") return closed(outline);
  const isClosing = outline.points.length >= 3 && distance(outline.points[0]!, at) <= 2 * reach;
  if (isClosing) return closed(outline);
  // The second click of a double click sets no corner of its own.
  const isSame = distance(outline.points.at(-1)!, at) <= reach / 4;
  return { outline: isSame ? outline : { ...outline, points: [...outline.points, at], pointer: undefined } };
}

function afterMove(
  outline: Outline,
  { at, isHeld, reach }: Extract<OutlineEvent, { type: "move" }>,
): Outline {
  const isFree = outline.manner === "free" || isHeld;
  if (!isFree) return { ...outline, pointer: at };
  const isFar = distance(outline.points.at(-1)!, at) >= Math.min(1, reach / 2);
  return isFar ? { ...outline, points: [...outline.points, at], pointer: undefined } : outline;
}

/** A button that was held while the pointer went round closes; one that was only clicked sets a corner. */
function afterUp(
  outline: Outline | undefined,
  { reach }: Extract<OutlineEvent, { type: "up" }>,
): OutlineStep {
  if (outline?.manner !== "held") return { outline };
  const isRound = lengthOf(outline.points) > 3 * reach;
  return isRound
    ? closed(outline)
    : { outline: { ...outline, points: [outline.points[0]!], manner: "corners" } };
}

const closed = (outline: Outline | undefined): OutlineStep =>
  outline !== undefined && outline.points.length >= 3 ? { outline: undefined, closed: outline.points } : none;

const withoutLast = (outline: Outline): Outline | undefined =>
  outline.points.length > 1 ? { ...outline, points: outline.points.slice(0, -1) } : undefined;

/** Between two places, px. */
export const distance = (a: Point, b: Point): number => Math.hypot(a.y - b.y, a.x - b.x);

/** Of an open line, px. */
export const lengthOf = (points: readonly Point[]): number =>
  points.reduce((sum, point, i) => (i === 0 ? 0 : sum + distance(points[i - 1]!, point)), 0);

/** Whether a place lies inside a closed outline, by the even-odd rule. */
export function isInside(outline: readonly Point[], { y, x }: Point): boolean {
  let inside = false;
  outline.forEach((a, i) => {
    const b = outline[(i + 1) % outline.length]!;
    if (a.y > y !== b.y > y && x < a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x)) inside = !inside;
  });
  return inside;
}
