/** What is seen of a training: its curves, the watched part, and those of other networks. */
import { effect, signal } from "@preact/signals";
import type { EpochRecord, WatchAnswer } from "../../../src/server/messages.js";
import { getJson, getPacked } from "../api/request.js";
import { tellError } from "./notices.js";
import { epochs, onStudioEvent, project, projectPath } from "./openproject.js";

/** What the network in training makes of the watched part; undefined until it has been asked. */
export const watched = signal<WatchAnswer | undefined>(undefined);

/** Curves of networks by name, once they were asked for. */
export const curves = signal<Readonly<Record<string, readonly EpochRecord[]>>>({});

const loading = new Set<string>();

/** Has the curve of a network loaded. */
export function loadCurve(name: string): void {
  const path = `${projectPath.peek()}/models/${encodeURIComponent(name)}/training`;
  if (loading.has(path) || curves.peek()[name] !== undefined) return;
  loading.add(path);
  void getJson<readonly EpochRecord[]>(path)
    .then((records) => {
      curves.value = { ...curves.peek(), [name]: records };
    })
    .catch(tellError)
    .finally(() => loading.delete(path));
}

onStudioEvent((event) => {
  if (event.type === "watch")
    void getPacked<WatchAnswer | null>(`${projectPath.peek()}/watch`)
      .then((answer) => {
        watched.value = answer ?? undefined;
      })
      .catch(tellError);
});

let known = "";
effect(() => {
  const now = project.value;
  // A network that was trained again has another curve.
  const models = `${now?.id ?? ""}/${now?.models.map(({ name, finished }) => name + finished).join() ?? ""}`;
  if (models === known) return;
  const isOther = models.split("/")[0] !== known.split("/")[0];
  known = models;
  curves.value = {};
  if (isOther) watched.value = undefined;
});

/** Epochs of the own network: those that come in, or what its file holds. */
export const ownEpochs = (): readonly EpochRecord[] =>
  epochs.value.length > 0 ? epochs.value : (curves.value["model"] ?? []);
