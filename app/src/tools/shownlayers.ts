/** Rejected candidates below the annotation, while they can be accepted. */
import { computed } from "@preact/signals";
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

/** Whether they are shown: with the tool that accepts, or where one of them is looked at. */
export const isShowingCandidates = computed(
  () =>
    editedLayer.value === "annotation" && (tool.value === "accept" || reviewed.value?.kind === "rejected"),
);

/** The candidates that were rejected, and the annotation over them. */
export const candidateLayers = computed<readonly ShownLabels[]>(() => {
  const [candidates, annotation] = [
    findLabelPlane("candidates", frame.value),
    findLabelPlane("annotation", frame.value),
  ];
  const table = tableOf("candidates").value;
  if (candidates === undefined || annotation === undefined || table === undefined) return [];
  const kept = numbers(table, "kept");
  const colours = Uint32Array.from(rowsByLabel(table, "candidates", frame.value), (row) =>
    row < 0 || kept[row] === 1 ? 0 : packed(fateColours.rejected),
  );
  return [
    { plane: candidates, colours, selected: new Set() },
    { plane: annotation, loaded: annotation },
  ];
});
