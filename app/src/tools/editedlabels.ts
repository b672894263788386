/** The labels that are corrected now, and how a change of them is sent. */
import { computed, effect } from "@preact/signals";
import type { LabelEdit, LabelGesture, LabelPatch } from "../../../src/correct/edits.js";
import { isRefused, type Outcome } from "../../../src/correct/labelwindow.js";
import { labelLayer } from "../state/display.js";
import { applyEdit, showEditsIn, unsaved } from "../state/edits.js";
import { tell } from "../state/notices.js";
import { onStudioEvent, project } from "../state/openproject.js";
import { frame } from "../state/place.js";
import { findLabelPlane, labelPlane, releaseSaved } from "../viewer/labelplanes.js";
import type { LabelAccess } from "./labelaccess.js";

/** Labels of a frame that may be changed. */
export interface EditedLabels {
  readonly layer: LabelEdit["layer"];
  readonly frame: number;
  readonly plane: LabelAccess;
}

/** The layer that is shown, where it is one that may be changed. */
export const editedLayer = computed<LabelEdit["layer"] | undefined>(() => {
  const layer = labelLayer.value;
  return layer === "annotation" || layer === "labels" ? layer : undefined;
});

/** Labels that tools change now; undefined where there are none. */
export function editedLabels(): EditedLabels | undefined {
  const layer = editedLayer.value;
  if (layer === undefined) return undefined;
  const plane = findLabelPlane(layer, frame.value);
  return plane && { layer, frame: frame.value, plane };
}

/** The same for another frame. @throws Error while its labels are not known */
export const labelsOfFrame = ({ layer }: EditedLabels, of: number): EditedLabels => ({
  layer,
  frame: of,
  plane: labelPlane(layer, of),
});

/** Largest labels by layer and frame, those included that are only on their way. */
const largest = new Map<string, number>();
const nameOf = ({ layer, frame: of }: Pick<LabelEdit, "layer" | "frame">): string => `${layer} ${of}`;

/** The next free label. */
export async function freeLabel(labels: EditedLabels): Promise<number> {
  const counted = await labels.plane.countLabels();
  return Math.max(counted, largest.get(nameOf(labels)) ?? 0) + 1;
}

/** Makes one change of patches. Nothing is sent where nothing changes. @returns whether something did */
export function commit(
  { layer, frame: of }: EditedLabels,
  gesture: LabelGesture,
  patches: readonly LabelPatch[] | undefined,
): boolean {
  if (patches === undefined || patches.length === 0) return false;
  const edit: LabelEdit = { layer, gesture, frame: of, patches };
  let most = largest.get(nameOf(edit)) ?? 0;
  for (const { after } of patches) for (const label of after) if (label > most) most = label;
  largest.set(nameOf(edit), most);
  applyEdit(edit);
  return true;
}

/** The same for a gesture that may be refused; then it says why. */
export function commitOutcome(labels: EditedLabels, gesture: LabelGesture, outcome: Outcome): boolean {
  if (!isRefused(outcome)) return commit(labels, gesture, outcome);
  tell(outcome.why);
  return false;
}

showEditsIn({
  write: ({ layer, frame: of, patches }, side) => {
    const plane = findLabelPlane(layer, of);
    for (const patch of patches) plane?.write(patch, side);
  },
  forget: ({ layer, frame: of, patches }) => findLabelPlane(layer, of)?.forget(patches),
});

effect(() => {
  if (unsaved.value === 0) releaseSaved();
});

// What another page has added is counted anew.
onStudioEvent((event) => {
  if (event.type === "edit" && unsaved.peek() === 0) largest.clear();
});
let projectOf = "";
effect(() => {
  const id = project.value?.id ?? "";
  if (id !== projectOf) largest.clear();
  projectOf = id;
});
