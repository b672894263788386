/** Tracks at the keyboard: walking along them, and changing them. */
import { computed, effect, signal } from "@preact/signals";
import type { SpotPlace, TrackEdit } from "../../../src/correct/edits.js";
import { labelLayer } from "../state/display.js";
import { applyEdit, redo, undo } from "../state/edits.js";
import { command } from "../state/keys.js";
import { tell } from "../state/notices.js";
import { project } from "../state/openproject.js";
import { frame, goTo, selectedTracks, selection, view } from "../state/place.js";
import { numbers, tableOf } from "../state/tables.js";
import { stepFrame } from "../viewer/frameclock.js";
import {
  cutAt,
  divideInto,
  joinRows,
  judgeDivision,
  placeOfRow,
  removeRow,
  rowOfLabel,
  type SpotLinks,
  spotLinks,
  type TrackChoice,
  walk,
  type WalkStep,
} from "./trackwalk.js";

/** The tracks as they are; undefined where there are none. */
export const links = computed<SpotLinks | undefined>(() => {
  const [spots, tracks] = [tableOf("spots").value, tableOf("tracks").value];
  if (spots === undefined || tracks === undefined || spots.count === 0) return undefined;
  const column = (key: string): Float64Array => numbers(spots, key);
  return spotLinks(
    {
      frame: column("frame"),
      label: column("label"),
      track: column("track"),
      y: column("y"),
      x: column("x"),
    },
    { track: numbers(tracks, "track"), parent: numbers(tracks, "parent") },
  );
});

/** Nuclei that are selected in this frame, by row. */
export const currentRows = computed<readonly number[]>(() => {
  const now = links.value;
  if (now === undefined || labelLayer.value !== "tracks") return [];
  return [...selection.value].map((label) => rowOfLabel(now, frame.value, label)).filter((row) => row >= 0);
});

/** A nucleus that was put aside to be linked with another one, by its place. */
export const marked = signal<SpotPlace | undefined>(undefined);

/** Shows a nucleus and selects its track. */
export function showRow(now: SpotLinks, row: number): void {
  selectedTracks.value = new Set([now.track[row]!]);
  const place = placeOfRow(now, row);
  goTo(place, 0);
  selection.value = new Set([now.label[row]!]);
  last = place;
}

/** Where the user was: tracks that are made again have other numbers. */
let last: SpotPlace | undefined;
effect(() => {
  const now = links.value;
  const row = now === undefined || last === undefined ? -1 : rowAt(now, last);
  if (row >= 0 && now !== undefined) selectedTracks.value = new Set([now.track[row]!]);
});
effect(() => {
  const row = currentRows.value[0];
  if (row !== undefined && links.value !== undefined) last = placeOfRow(links.value, row);
});

/** The nucleus at a place; -1 for none. */
export function rowAt(now: SpotLinks, { frame: of, y, x }: SpotPlace): number {
  for (let row = 0; row < now.count; row++)
    if (now.frame[row] === of && Math.abs(now.y[row]! - y) < 0.01 && Math.abs(now.x[row]! - x) < 0.01)
      return row;
  return -1;
}

/** Does something with the nucleus that is selected, or says that there is none. */
function withCurrent(work: (now: SpotLinks, row: number) => void): void {
  const row = currentRows.value[0];
  if (links.value === undefined || row === undefined)
    tell("Select a nucleus of a track in this frame first.");
  else work(links.value, row);
}

/** Goes a step along the tracks. */
export const go = (step: WalkStep): void => withCurrent((now, row) => showRow(now, walk(now, row, step)));

/** Sends a change of tracks, or says why there is none. */
export function change(choice: TrackChoice): void {
  if ("why" in choice) tell(choice.why);
  else applyEdit(choice satisfies TrackEdit);
}

/** Links what is selected: the first time the nucleus is put aside, then it is linked with the one selected. */
export function linkSelected(): void {
  const now = links.value;
  const rows = currentRows.value;
  const from = now === undefined || marked.value === undefined ? -1 : rowAt(now, marked.value);
  withCurrent((known, row) => {
    if (from < 0 || from === row) {
      marked.value = placeOfRow(known, row);
      tell("Go to another frame, select the nucleus to link with, and press the same key.");
      return;
    }
    marked.value = undefined;
    change(joinRows(known, from, rows[0]!));
  });
}

/** Makes the nucleus that was put aside a mother of those selected. */
export function addDivision(): void {
  const now = links.value;
  const from = now === undefined || marked.value === undefined ? -1 : rowAt(now, marked.value);
  withCurrent((known, row) => {
    if (from < 0 || from === row) {
      marked.value = placeOfRow(known, row);
      tell("This is the mother. Select one daughter or both in a later frame, and press the same key.");
      return;
    }
    marked.value = undefined;
    change(divideInto(known, from, currentRows.value));
  });
}

const walkCommands = [
  ["track.later", "Later along the track", "later"],
  ["track.earlier", "Earlier along the track", "earlier"],
  ["track.nextsibling", "Next in the lineage", "nextSibling"],
  ["track.previoussibling", "Previous in the lineage", "previousSibling"],
  ["track.nexttrack", "Next track", "nextTrack"],
  ["track.previoustrack", "Previous track", "previousTrack"],
] as const satisfies readonly (readonly [string, string, WalkStep])[];

const changes: readonly (readonly [id: string, title: string, run: () => void, key?: string])[] = [
  [
    "track.cut",
    "Cut the link to the frame before",
    () => withCurrent((now, row) => change(cutAt(now, row, "before"))),
  ],
  [
    "track.cutafter",
    "Cut the link to the frame after",
    () => withCurrent((now, row) => change(cutAt(now, row, "after"))),
    "Shift+B",
  ],
  ["track.link", "Link two nuclei", linkSelected],
  ["track.divide", "Add a division", addDivision],
  [
    "track.delete",
    "Delete the nucleus from its track",
    () => withCurrent((now, row) => change(removeRow(now, row, false))),
  ],
  [
    "track.deletetrack",
    "Delete the track",
    () => withCurrent((now, row) => change(removeRow(now, row, true))),
  ],
  [
    "track.confirm",
    "Confirm the division",
    () => withCurrent((now, row) => change(judgeDivision(now, row, true))),
  ],
  [
    "track.refuse",
    "Refuse the division",
    () => withCurrent((now, row) => change(judgeDivision(now, row, false))),
  ],
  ["track.nextframe", "Next frame", () => stepFrame(1)],
  ["track.previousframe", "Previous frame", () => stepFrame(-1)],
];

/** Commands that change tracks, for buttons. */
export const trackChanges = changes.slice(0, 8).map(([id, title, run]) => ({ id, title, run }));

/** Registers the keys of the view. @returns takes them away */
export function addTrackCommands(): () => void {
  const isActive = (): boolean => view.value === "track" && links.value !== undefined;
  const isOpen = (): boolean => project.value !== undefined;
  // Arrows step along a track where one is selected, else through the frames.
  const isWalking = (): boolean => isActive() && currentRows.value.length > 0;
  const added = [
    command({ id: "edit.undo", title: "Undo", group: "Edit", run: undo, isActive: isOpen }),
    command({ id: "edit.redo", title: "Redo", group: "Edit", run: redo, isActive: isOpen }),
    ...walkCommands.map(([id, title, step]) =>
      command({ id, title, group: "Tracks", run: () => go(step), isActive: isWalking }),
    ),
    ...changes.map(([id, title, run, key]) =>
      command({
        id,
        title,
        group: "Tracks",
        run,
        isActive,
        ...(key === undefined ? {} : { keys: { karyon: [key] } }),
      }),
    ),
    command({
      id: "edit.cancel",
      title: "Cancel",
      group: "Edit",
      run: () => {
        if (marked.value !== undefined) marked.value = undefined;
        else selectedTracks.value = new Set();
      },
    }),
  ];
  return () => added.forEach((remove) => remove());
}
