/** Which gesture a press of the mouse begins: that of the tool, or the one that a held key calls in any tool. */
import { outlineColours } from "../../../src/draw/colours.js";

/** Tools of which one is taken up. */
export const toolNames = [
  "select",
  "paint",
  "erase",
  "fill",
  "draw",
  "split",
  "merge",
  "pick",
  "accept",
  "ignore",
] as const;
/** One of them. */
export type ToolName = (typeof toolNames)[number];

/** What a press begins. `encircle`: an outline that is filled; `cut`: a line, or a click that adds to the selection. */
export type GestureName = ToolName | "encircle" | "delete" | "cut";

/** A press: the button (0 left, 1 middle, 2 right) and the keys that are held. */
export interface Press {
  readonly button: number;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** Undefined: the view has it, for moving and selecting. */
export function gestureFor(tool: ToolName, press: Press): GestureName | undefined {
  if (press.button === 1) return undefined;
  const isBrush = tool === "paint" || tool === "erase";
  if (press.button === 2) {
    if (isBrush) return "encircle";
    return tool === "draw" || tool === "ignore" ? tool : undefined;
  }
  if (press.ctrlKey || press.metaKey) return "delete";
  if (press.altKey) return isBrush ? "erase" : "merge";
  if (press.shiftKey) return "cut";
  return tool === "select" ? undefined : tool;
}

/** A line that is shorter than this was a click, screen px. */
const shortest = 5;

/** Whether a drawn line cuts, or was a click. @param length screen px */
export const isCut = (length: number): boolean => length >= shortest;

/** What a click on an object does while others are selected. */
export type MergeChoice =
  | { readonly type: "first"; readonly label: number }
  | { readonly type: "merge"; readonly labels: readonly number[] }
  | { readonly type: "nothing"; readonly why: string };

/** The first click chooses the object that stays, the next ones choose those that become part of it. */
export function mergeChoice(selected: ReadonlySet<number>, clicked: number): MergeChoice {
  if (clicked <= 0) return { type: "nothing", why: "Click an object to merge it." };
  const others = [...selected].filter((label) => label !== clicked);
  if (others.length === 0) return { type: "first", label: clicked };
  return { type: "merge", labels: [...others, clicked] };
}

/** Colours of labels come round again after so many. */
const colourCycle = outlineColours.length;

/** The next label from a free one on whose colour none of the others has. @param free so are all after it */
export function labelApart(free: number, others: ReadonlySet<number>): number {
  const taken = new Set([...others].map((label) => label % colourCycle));
  for (let label = free; label < free + colourCycle; label++)
    if (!taken.has(label % colourCycle)) return label;
  return free;
}

/** Label that a stroke paints. `new`: the next free one. */
export function strokeLabel(active: number | "new" | "automatic", below: number): number | "new" {
  if (active === "automatic") return below > 0 ? below : "new";
  return active;
}
