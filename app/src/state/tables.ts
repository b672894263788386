/** Tables of the open project: loaded when first read, and again when what they were made from has changed. */
import { effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { Layer } from "../../../src/correct/edits.js";
import type {
  LabelLayerName,
  ProjectState,
  StudioTable,
  TableColumn,
  TableName,
} from "../../../src/server/messages.js";
import { getPacked } from "../api/request.js";
import { afterPicture } from "./display.js";
import { tellError } from "./notices.js";
import { onStudioEvent, project } from "./openproject.js";

/** The label layer whose objects a table lists. */
const layerOf: Readonly<Record<TableName, LabelLayerName>> = {
  candidates: "candidates",
  annotation: "annotation",
  labels: "labels",
  spots: "tracks",
  tracks: "tracks",
  divisions: "tracks",
};

/** Edits come in bursts; a table is asked for once after them. */
const settleMs = 400;

interface Entry {
  readonly name: TableName;
  readonly table: Signal<StudioTable | undefined>;
  /** Of what is shown or on its way; "" for nothing. */
  version: string;
  isWatched: boolean;
  asked: AbortController | undefined;
}

const entries = new Map<TableName, Entry>();

/** Changes of each label layer that were told since the page was opened. */
const changes = signal<Readonly<Partial<Record<LabelLayerName, number>>>>({});

/** A table of the project; undefined where there is none (yet). An old one stays until the new one is there. */
export function tableOf(name: TableName): ReadonlySignal<StudioTable | undefined> {
  const known = entries.get(name);
  if (known !== undefined) return known.table;
  const entry: Entry = {
    name,
    table: signal<StudioTable | undefined>(undefined, {
      watched: () => {
        entry.isWatched = true;
        // A signal may not be written while it is being read.
        queueMicrotask(() => refresh(entry));
      },
      unwatched: () => {
        entry.isWatched = false;
      },
    }),
    version: "",
    isWatched: false,
    asked: undefined,
  };
  entries.set(name, entry);
  queueMicrotask(() => refresh(entry));
  return entry.table;
}

/** Number of the last edit that was told. */
let lastTold = 0;
/** Numbers of the layers as they were when something else than a told edit changed them. */
const bases = new Map<string, { readonly made: string; readonly number: number; readonly shown: number }>();

/** The number of a layer, that of before where edits, which are counted one by one, are all that is new. */
function baseOf(state: ProjectState, layer: LabelLayerName, number: number): number {
  const key = `${state.id} ${layer}`;
  const made = JSON.stringify(Object.values(state.stages).map(({ finished }) => finished));
  const known = bases.get(key);
  if (known?.number === number && known.made === made) return known.shown;
  const isTold = known?.made === made && number > known.number && state.corrections.revision <= lastTold;
  const shown = isTold ? known.shown : number;
  bases.set(key, { made, number, shown });
  return shown;
}

/** "" where the project has no such table. */
function versionOf(state: ProjectState | undefined, name: TableName): string {
  const layer = layerOf[name];
  const number = state?.labelLayers[layer];
  if (state === undefined || number === undefined) return "";
  const base = baseOf(state, layer, number);
  return [state.id, base, state.stages.track.finished, changes.peek()[layer] ?? 0].join("/");
}

function refresh(entry: Entry): void {
  const state = project.peek();
  const version = versionOf(state, entry.name);
  if (version === entry.version) return;
  const isOther = entry.version.split("/")[0] !== version.split("/")[0];
  entry.version = version;
  entry.asked?.abort();
  entry.asked = undefined;
  if (isOther) entry.table.value = undefined;
  if (version !== "") void load(entry, `projects/${state!.id}/tables/${entry.name}`);
}

async function load(entry: Entry, path: string): Promise<void> {
  const asked = new AbortController();
  entry.asked = asked;
  try {
    // The server makes one thing after another: first what is seen.
    await afterPicture();
    if (entry.asked !== asked) return;
    const table = await getPacked<StudioTable>(path, asked.signal);
    if (entry.asked === asked) entry.table.value = table;
  } catch (error) {
    if (entry.asked === asked) entry.version = "";
    tellError(error);
  }
}

const correctedLayer: Readonly<Record<Layer, readonly LabelLayerName[]>> = {
  annotation: ["annotation", "candidates"],
  labels: ["labels"],
  tracks: ["tracks"],
};

onStudioEvent((event) => {
  if (event.type !== "edit") return;
  lastTold = Math.max(lastTold, event.number);
  const next = { ...changes.peek() };
  for (const layer of correctedLayer[event.layer]) next[layer] = (next[layer] ?? 0) + 1;
  changes.value = next;
  // Tracks are changed one click at a time, and seen in their tables only.
  if (event.layer === "tracks") refreshWatched();
});

let settling: ReturnType<typeof setTimeout> | undefined;
const refreshWatched = (): void => {
  for (const entry of entries.values()) if (entry.isWatched) refresh(entry);
};

effect(() => {
  void project.value;
  refreshWatched();
});

effect(() => {
  void changes.value;
  clearTimeout(settling);
  settling = setTimeout(refreshWatched, settleMs);
});

/** @returns the column, or undefined where the table has none of that key */
export const columnOf = (table: StudioTable, key: string): TableColumn | undefined =>
  table.columns.find((column) => column.key === key);

const noNumbers = new Float64Array(0);

/** Numbers of a column, one a row; empty where the table has no such column or it holds words. */
export function numbers(table: StudioTable, key: string): Float64Array {
  const values = columnOf(table, key)?.values;
  return values instanceof Float64Array ? values : noNumbers;
}

const byFrame = new WeakMap<StudioTable, Map<number, Uint32Array>>();

/** Rows whose `frame` is this one, ascending; empty for a table without that column. */
export function rowsOfFrame(table: StudioTable, frame: number): Uint32Array {
  let groups = byFrame.get(table);
  if (groups === undefined) {
    const lists = new Map<number, number[]>();
    numbers(table, "frame").forEach((value, row) => {
      const list = lists.get(value);
      if (list === undefined) lists.set(value, [row]);
      else list.push(row);
    });
    groups = new Map([...lists].map(([value, rows]) => [value, Uint32Array.from(rows)]));
    byFrame.set(table, groups);
  }
  return groups.get(frame) ?? new Uint32Array(0);
}
