/** Rejected candidates below the annotation, while they can be accepted. */
import { computed, signal } from "@preact/signals";
import { packed } from "../../../src/viewer/packedcolour.js";
import { frame } from "../state/place.js";
import { numbers, tableOf } from "../state/tables.js";
import { findLabelPlane } from "../viewer/labelplanes.js";
import { rowsByLabel } from "../viewer/layertable.js";
import type { ShownLabels } from "../viewer/viewscene.js";
import { fateColours } from "./annotationpreview.js";
import { editedLayer } from "./editedlabels.js";
import { reviewed } from "./reviewing.js";
import { tool } from "./toolstate.js";

/** Whether they are wanted: with the tool that accepts, or where one of them is looked at. */
const areCandidatesWanted = computed(
  () =>
    editedLayer.value === "annotation" && (tool.value === "accept" || reviewed.value?.kind === "rejected"),
);

/** Counts up while planes are awaited. */
const tries = signal(0);
/** Until the server is asked again, ms. */
const pause = 150;

/** The candidates that were rejected, and the annotation over them; undefined where the usual layer is shown. */
export const candidateLayers = computed<readonly ShownLabels[] | undefined>(() => {
  if (!areCandidatesWanted.value) return undefined;
  const [candidates, annotation] = [
    findLabelPlane("candidates", frame.value),
    findLabelPlane("annotation", frame.value),
  ];
  const table = tableOf("candidates").value;
  if (candidates === undefined || annotation === undefined) {
    const now = tries.value;
    setTimeout(() => (tries.value = now + 1), pause);
    return undefined;
  }
  if (table === undefined) return undefined;
  const kept = numbers(table, "kept");
  const colours = Uint32Array.from(rowsByLabel(table, "candidates", frame.value), (row) =>
    row < 0 || kept[row] === 1 ? 0 : packed(fateColours.rejected),
  );
  const now = reviewed.value;
  const isLookedAt = now?.kind === "rejected" && now.frame === frame.value;
  return [
    { plane: candidates, colours, selected: new Set(isLookedAt ? [now.object] : []) },
    { plane: annotation },
  ];
});
