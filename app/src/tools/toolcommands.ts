/** The tools as commands, with their names, keys and what they explain of themselves. */
import { isLassoOn } from "../state/display.js";
import { undo, redo } from "../state/edits.js";
import { type Command, command } from "../state/keys.js";
import { tell } from "../state/notices.js";
import { project } from "../state/openproject.js";
import { selection, view } from "../state/place.js";
import { editedLayer } from "./editedlabels.js";
import type { ToolName } from "./gesturechoice.js";
import { copyToNext, deleteLabels, mergeLabels } from "./objectactions.js";
import { cancelTool, turnOutline } from "./pointertools.js";
import {
  activate,
  activeLabel,
  isProtecting,
  lastLabel,
  outline,
  protect,
  stepBrush,
  tool,
} from "./toolstate.js";

/** A tool as it stands in the bar. */
export interface ToolEntry {
  readonly name: ToolName;
  readonly id: string;
  readonly title: string;
  readonly hint: string;
  /** Layer that it is for; undefined: both. */
  readonly layer?: "annotation" | "labels";
}

/** All tools, in the order of the bar. */
export const toolEntries: readonly ToolEntry[] = [
  {
    name: "select",
    id: "mask.select",
    title: "Select",
    hint: "Click selects; drag moves the image. Ctrl+click deletes, Alt+click merges, Shift+drag splits",
  },
  {
    name: "paint",
    id: "mask.paint",
    title: "Paint",
    hint: "Paints the object in which the stroke begins, or a new one. Alt erases; a right drag encircles and fills",
  },
  { name: "erase", id: "mask.erase", title: "Erase", hint: "Makes pixels background" },
  { name: "fill", id: "mask.fill", title: "Fill", hint: "Fills the holes of an object" },
  {
    name: "draw",
    id: "mask.draw",
    title: "Outline",
    hint: "Draws a new object: drag round it, or click corners and press Enter; or from right click to right click",
  },
  { name: "split", id: "mask.split", title: "Split", hint: "Drag a line across an object" },
  {
    name: "merge",
    id: "mask.merge",
    title: "Merge",
    hint: "Click the object that stays, then those that become part of it",
  },
  {
    name: "pick",
    id: "mask.pick",
    title: "Pick",
    hint: "Click the object to paint with; the brush is taken up",
  },
  {
    name: "accept",
    id: "mask.accept",
    title: "Accept",
    hint: "Click a rejected candidate to take it into the annotation",
    layer: "annotation",
  },
  {
    name: "ignore",
    id: "mask.ignore",
    title: "Ignore",
    hint: "Outline a region that training leaves out",
    layer: "annotation",
  },
];

const group = "Correct masks";

/** Whether masks are corrected now. */
const isMaskView = (): boolean =>
  (view.value === "correct" || view.value === "annotate") && editedLayer.value !== undefined;

const more: readonly Omit<Command, "group" | "isActive">[] = [
  { id: "mask.delete", title: "Delete selected objects", run: () => deleteLabels(selection.value) },
  {
    id: "mask.mergeselected",
    title: "Merge selected objects",
    keys: { karyon: ["Shift+R"] },
    run: mergeSelected,
  },
  { id: "mask.newlabel", title: "Paint a new object", run: () => activate("new") },
  {
    id: "mask.automatic",
    title: "Paint the object below the brush",
    keys: { karyon: ["Shift+M"] },
    run: () => activate("automatic"),
  },
  { id: "mask.swap", title: "Swap with the last label", run: () => activate(lastLabel.value) },
  { id: "mask.nextlabel", title: "Next label", run: () => stepLabel(1) },
  { id: "mask.previouslabel", title: "Previous label", run: () => stepLabel(-1) },
  { id: "mask.protect", title: "Protect neighbours", run: () => protect(!isProtecting.value) },
  { id: "mask.smaller", title: "Smaller brush", run: () => stepBrush(-1) },
  { id: "mask.larger", title: "Larger brush", run: () => stepBrush(1) },
  { id: "mask.copynext", title: "Copy to the next frame", run: copyToNext },
];

function stepLabel(by: 1 | -1): void {
  const now = activeLabel.value;
  activate(typeof now === "number" ? Math.max(1, now + by) : 1);
}

async function mergeSelected(): Promise<void> {
  if (selection.value.size < 2) tell("Select two objects or more to merge them.");
  else await mergeLabels([...selection.value]);
}

/** Registers all of them. @returns takes them away */
export function addToolCommands(): () => void {
  const isOpen = (): boolean => project.value !== undefined;
  const added = [
    command({ id: "edit.undo", title: "Undo", group: "Edit", run: undo, isActive: isOpen }),
    command({ id: "edit.redo", title: "Redo", group: "Edit", run: redo, isActive: isOpen }),
    ...toolEntries.map(({ name, id, title, layer }) =>
      command({
        id,
        title,
        group,
        ...(name === "select"
          ? { keys: { karyon: ["S"] } }
          : name === "accept"
            ? { keys: { karyon: ["A"] } }
            : {}),
        run: () => takeTool(name),
        isActive: () => isMaskView() && (layer === undefined || layer === editedLayer.value),
      }),
    ),
    ...more.map((each) => command({ ...each, group, isActive: isMaskView })),
    command({
      id: "mask.close",
      title: "Close the outline",
      group,
      keys: { karyon: ["Enter"] },
      run: () => turnOutline({ type: "close" }),
      isActive: () => outline.value !== undefined,
    }),
    command({
      id: "mask.back",
      title: "Take back the last corner",
      group,
      keys: { karyon: ["Backspace"] },
      run: () => turnOutline({ type: "back" }),
      isActive: () => outline.value !== undefined,
    }),
    command({ id: "edit.cancel", title: "Cancel", group: "Edit", run: cancelAll }),
  ];
  return () => added.forEach((remove) => remove());
}

/** What is being drawn goes first, then the tool, then the label, then the selection. */
function cancelAll(): void {
  if (cancelTool()) return;
  if (isLassoOn.value) isLassoOn.value = false;
  else if (tool.value !== "select") tool.value = "select";
  else if (activeLabel.value !== "automatic") activate("automatic");
  else selection.value = new Set();
}

/** Takes a tool up; Esc puts it down. */
export function takeTool(name: ToolName): void {
  cancelTool();
  isLassoOn.value = false;
  tool.value = name;
}
