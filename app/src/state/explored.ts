/** Rows that are chosen in the tables and plots, kept in step with the image. */
import { batch, computed, effect, signal } from "@preact/signals";
import type { LabelLayerName, StudioTable, TableName } from "../../../src/server/messages.js";
import { project } from "./openproject.js";
import { frame, goTo, selectedTracks, selection } from "./place.js";
import { numbers, rowsOfFrame, tableOf } from "./tables.js";

/** What can be explored: objects of a layer, or whole tracks. */
export type ExploredTable = Exclude<TableName, "candidates" | "divisions">;

/** As they are called. */
export const exploredTitles: Readonly<Record<ExploredTable, string>> = {
  spots: "Nuclei in tracks",
  tracks: "Tracks",
  labels: "Nuclei",
  annotation: "Annotated nuclei",
};

const layers: Readonly<Record<ExploredTable, LabelLayerName>> = {
  spots: "tracks",
  tracks: "tracks",
  labels: "labels",
  annotation: "annotation",
};

/** The tables that there are, the most telling first. */
export const tablesThere = computed<readonly ExploredTable[]>(() =>
  (["spots", "tracks", "labels", "annotation"] as const).filter(
    (name) => project.value?.labelLayers[layers[name]] !== undefined,
  ),
);

const wanted = signal<ExploredTable | undefined>(undefined);

/** The one that is looked at: what was chosen, else the first that is not known to be empty. */
export const explored = computed<ExploredTable>(() => {
  const there = tablesThere.value;
  if (wanted.value !== undefined && there.includes(wanted.value)) return wanted.value;
  return there.find((name) => tableOf(name).value?.count !== 0) ?? there[0] ?? "labels";
});

/** Its label layer. */
export const exploredLayer = computed(() => layers[explored.value]);

/** Undefined where there is none yet. */
export const exploredTable = computed<StudioTable | undefined>(() =>
  tablesThere.value.length === 0 ? undefined : tableOf(explored.value).value,
);

/** Chosen rows of that table. */
export const chosenRows = signal<ReadonlySet<number>>(new Set());

/** Looks at another table. */
export function explore(name: ExploredTable): void {
  wanted.value = name;
  chosenRows.value = new Set();
}

/** Selections that came from rows, so that they do not come back as such. */
let told: ReadonlySet<number> | undefined;
let toldTracks: ReadonlySet<number> | undefined;

/** Chooses rows; one alone is gone to. */
export function chooseRows(rows: ReadonlySet<number>, row?: number): void {
  const table = exploredTable.peek();
  batch(() => {
    chosenRows.value = rows;
    if (table !== undefined) tellImage(table, rows, row ?? (rows.size === 1 ? [...rows][0] : undefined));
  });
}

/** Selects in the image what is chosen in the table. @param place row that is gone to */
function tellImage(table: StudioTable, rows: ReadonlySet<number>, place: number | undefined): void {
  const isOfTracks = explored.peek() === "tracks" || explored.peek() === "spots";
  if (isOfTracks) {
    const tracks = numbers(table, "track");
    toldTracks = new Set(Array.from(rows, (each) => tracks[each]!));
    selectedTracks.value = toldTracks;
  }
  if (explored.peek() === "tracks") return;
  const [frames, labels] = [numbers(table, "frame"), numbers(table, "label")];
  if (place !== undefined) {
    const [y, x] = [numbers(table, "y")[place], numbers(table, "x")[place]];
    if (y !== undefined && x !== undefined && Number.isFinite(y + x)) goTo({ frame: frames[place]!, y, x });
    else frame.value = frames[place]!;
  }
  const here = [...rows].filter((each) => frames[each] === frame.peek());
  told = new Set(here.map((each) => labels[each]!));
  selection.value = told;
}

/** What is selected in the image is chosen in the table: the nuclei of the frame, or the tracks. */
effect(() => {
  const [labelsHere, tracksHere] = [selection.value, selectedTracks.value];
  const table = exploredTable.value;
  if (table === undefined) return;
  const isOfTracks = explored.peek() === "tracks" || exploredLayer.peek() === "tracks";
  // The image shows those nuclei of chosen tracks that are in its frame; the table knows all of them.
  if (isOfTracks ? tracksHere === toldTracks : labelsHere === told) return;
  if (explored.peek() === "tracks") {
    const tracks = numbers(table, "track");
    const rows = Array.from(tracks.keys()).filter((row) => tracksHere.has(tracks[row]!));
    chosenRows.value = new Set(rows);
    return;
  }
  const labels = numbers(table, "label");
  chosenRows.value = new Set(rowsOfFrame(table, frame.peek()).filter((row) => labelsHere.has(labels[row]!)));
});
