/** What is selected: objects of the frame, or tracks, whose objects then are selected in each frame. */
import { batch, effect } from "@preact/signals";
import { labelLayer, layersThere, playing, shownFrame } from "../state/display.js";
import { project } from "../state/openproject.js";
import { camera, frame, hovered, selectedTracks, selection } from "../state/place.js";
import { numbers, rowsOfFrame, tableOf } from "../state/tables.js";
import { rowOf } from "./layertable.js";

const nothing: ReadonlySet<number> = new Set();

/** With the items added, or without them where all are in it. */
function toggled(now: ReadonlySet<number>, items: readonly number[]): ReadonlySet<number> {
  const next = new Set(now);
  const isIn = items.every((item) => next.has(item));
  for (const item of items) {
    if (isIn) next.delete(item);
    else next.add(item);
  }
  return next;
}

/** Tracks of objects of the track layer in the frame. */
function tracksOf(labels: readonly number[]): number[] {
  const table = tableOf("spots").peek();
  if (table === undefined) return [];
  const tracks = numbers(table, "track");
  const rows = labels.map((label) => rowOf(table, "tracks", frame.peek(), label)).filter((row) => row >= 0);
  return rows.map((row) => tracks[row]!);
}

/**
 * Selects objects of the layer that is shown; in the track layer, their tracks.
 *
 * @param isAdded whether what was selected before stays; those that were selected already are taken out
 */
export function selectObjects(labels: readonly number[], isAdded: boolean): void {
  const found = labels.filter((label) => label > 0);
  if (labelLayer.peek() === "tracks") {
    const tracks = tracksOf(found);
    selectedTracks.value = isAdded ? toggled(selectedTracks.peek(), tracks) : new Set(tracks);
  } else selection.value = isAdded ? toggled(selection.peek(), found) : new Set(found);
}

/** Objects of the selected tracks in each frame. */
effect(() => {
  if (labelLayer.value !== "tracks") return;
  const table = tableOf("spots").value;
  const chosen = selectedTracks.value;
  const now = frame.value;
  if (table === undefined) return;
  const [tracks, labels] = [numbers(table, "track"), numbers(table, "label")];
  const rows = rowsOfFrame(table, now).filter((row) => chosen.has(tracks[row]!));
  selection.value = new Set(Array.from(rows, (row) => labels[row]!));
});

/** The frame that `selection` is about. */
let selectionFrame = 0;
let isNew = false;
effect(() => {
  void selection.value;
  isNew = true;
  // Whoever goes to an object sets the frame and the selection, in whatever order.
  queueMicrotask(() => {
    isNew = false;
    selectionFrame = frame.peek();
  });
});
effect(() => {
  void frame.value;
  queueMicrotask(() => {
    if (isNew || labelLayer.peek() === "tracks" || selectionFrame === frame.peek()) return;
    if (selection.peek().size > 0) selection.value = nothing;
  });
});

/** Another layer has other objects. */
let layer = labelLayer.peek();
effect(() => {
  const next = labelLayer.value;
  if (next === layer) return;
  layer = next;
  batch(() => {
    hovered.value = 0;
    if (next !== "tracks") selection.value = nothing;
  });
});

/** A project is shown from its first frame, as a whole, with the latest layer that it has. */
let open = "";
effect(() => {
  const id = project.value?.id ?? "";
  if (id === open) return;
  open = id;
  batch(() => {
    frame.value = 0;
    camera.value = undefined;
    selection.value = nothing;
    selectedTracks.value = nothing;
    hovered.value = 0;
    playing.value = false;
    shownFrame.value = -1;
    labelLayer.value = layersThere.peek().at(-1) ?? "candidates";
  });
});
