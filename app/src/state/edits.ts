/** What is changed by hand in this page: seen at once, sent in order, undone across frames. */
import { computed, effect, signal } from "@preact/signals";
import type { Edit, Layer, ReviewedFrame, SpotPlace } from "../../../src/correct/edits.js";
import type { EditAnswer, LoggedEdit, UndoAnswer } from "../../../src/server/messages.js";
import { pageName } from "../api/address.js";
import { askPacked, getJson, sendJson, sendPacked } from "../api/request.js";
import { labelLayer } from "./display.js";
import { framesOf, type HistoryItem, historyOf, placeOf, textOf } from "./edithistory.js";
import { editQueue, type EditPlanes, type EditQueue } from "./editqueue.js";
import { tell } from "./notices.js";
import { onStudioEvent, project, projectPath } from "./openproject.js";
import { frame, goTo, view } from "./place.js";

/** Edits that the server does not have yet. */
export const unsaved = signal(0);

/** Whether something is on its way to the server. */
export const isSaving = computed(() => unsaved.value > 0);

/** Whether the server did not answer; it is asked again and again. */
export const isServerAway = signal(false);

/** How saving goes, in a word or two; "" where nothing is on its way. */
export const savingText = computed(() => {
  if (unsaved.value === 0) return "";
  return isServerAway.value ? `${unsaved.value} not saved: the server is away` : "saving";
});

/** The last edits, the oldest first; those that were undone at the end. */
export const editHistory = signal<readonly HistoryItem[]>([]);

let planes: EditPlanes = { write: () => undefined, forget: () => undefined };

/** Says where edits of labels are shown. */
export function showEditsIn(shown: EditPlanes): void {
  planes = shown;
}

/** The queue of the project that is open. */
let current: { readonly path: string; readonly queue: EditQueue } | undefined;

function queue(): EditQueue {
  const path = projectPath.value;
  if (current?.path === path) return current.queue;
  const isShown = (): boolean => projectPath.value === path;
  current = {
    path,
    queue: editQueue({
      write: (edit, side) => (isShown() ? planes.write(edit, side) : undefined),
      forget: (edit) => (isShown() ? planes.forget(edit) : undefined),
      send: (edit) => sendPacked<EditAnswer>(`${path}/edits`, edit),
      sendUndo: () => askPacked<UndoAnswer>(`${path}/undo`, {}),
      sendRedo: () => askPacked<UndoAnswer>(`${path}/redo`, {}),
      jump: (edit) => (isShown() ? jumpTo(edit) : undefined),
      counted: (corrections) => {
        if (isShown() && project.value !== undefined) project.value = { ...project.value, corrections };
      },
      changed: (state) => {
        if (!isShown()) return;
        unsaved.value = state.unsaved;
        isServerAway.value = state.isAway;
        editHistory.value = state.history;
      },
      say: tell,
      wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    }),
  };
  return current.queue;
}

/** Shows an edit, and sends it when those before it have been sent. */
export const applyEdit = (edit: Edit): void => queue().add(edit);

/** Takes the last edit back, in whatever frame it was, and goes there. */
export const undo = (): void => queue().undo();

/** Does again what was undone last. */
export const redo = (): void => queue().redo();

/** Nuclei that the last undo or redo was about; empty for one of labels. */
export const jumpedTo = signal<readonly SpotPlace[]>([]);

const layerNames: Readonly<Record<Layer, string>> = {
  annotation: "the annotation",
  labels: "the labels of the network",
  tracks: "the tracks",
};

/** The view stays where it is unless the edit is of another frame; what it does not show is said in words. */
function jumpTo(edit: Edit): void {
  const isCorrecting = view.value === "correct" && edit.layer !== "tracks";
  if (isCorrecting) labelLayer.value = edit.layer;
  if (labelLayer.value !== edit.layer) {
    tell(`${textOf(edit)}: this was in ${layerNames[edit.layer]}, frame ${placeOf(edit).frame + 1}.`);
    return;
  }
  if (!framesOf(edit).includes(frame.value)) goTo(placeOf(edit), 0);
  jumpedTo.value = edit.layer === "tracks" ? edit.spots : [];
}

/** The list of edits outlives the page, and has those of other pages. */
async function loadHistory(): Promise<void> {
  const path = projectPath.peek();
  try {
    const logged = await getJson<readonly LoggedEdit[]>(`${path}/log`);
    if (projectPath.peek() === path) queue().remember(historyOf(logged));
  } catch {
    // A server that is away tells its log when it is back.
  }
}

let loaded = "";
effect(() => {
  const id = project.value?.id ?? "";
  if (id === loaded) return;
  loaded = id;
  editHistory.value = [];
  if (id !== "") void loadHistory();
});
onStudioEvent((event) => {
  if (event.type === "edit" && event.page !== pageName) void loadHistory();
});

/** Marks a frame as looked through, or takes the mark away. @throws RequestError */
export async function markReviewed(reviewed: ReviewedFrame): Promise<void> {
  await sendJson("POST", `${projectPath.value}/reviewed`, reviewed);
}

if (typeof window !== "undefined") {
  window.addEventListener("beforeunload", (event) => {
    if (unsaved.value > 0) event.preventDefault();
  });
}
