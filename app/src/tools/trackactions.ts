/** Tracks at the keyboard: walking along them, and changing them. */
import { computed, effect, signal } from "@preact/signals";
import type { SpotPlace, TrackEdit } from "../../../src/correct/edits.js";
import { labelLayer } from "../state/display.js";
import { applyEdit, jumpedTo, redo, undo } from "../state/edits.js";
import { command } from "../state/keys.js";
import { tell } from "../state/notices.js";
import { project } from "../state/openproject.js";
import { frame, selectedTracks, selection, view } from "../state/place.js";
import { numbers, tableOf } from "../state/tables.js";
import { stepFrame } from "../viewer/frameclock.js";
import { reveal } from "./revealing.js";
import {
  cutAt,
  divideInto,
  joinNearest,
  joinRows,
  joinTracks,
  judgeDivision,
  nearestInTime,
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
/** The command that goes on with it. */
export const markedFor = signal<"track.link" | "track.divide">("track.link");

function mark(place: SpotPlace, use: typeof markedFor.value, hint: string): void {
  marked.value = place;
  markedFor.value = use;
  tell(hint);
}

/** Shows a nucleus and selects its track. */
export function showRow(now: SpotLinks, row: number): void {
  selectedTracks.value = new Set([now.track[row]!]);
  const place = placeOfRow(now, row);
  reveal(place);
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

/** What was undone or done again is what the user looks at then. */
effect(() => {
  const spots = jumpedTo.value;
  const spot = spots.find((each) => each.frame === frame.peek()) ?? spots[0];
  if (spot === undefined) return;
  last = spot;
  const now = links.peek();
  const row = now === undefined ? -1 : rowAt(now, spot);
  if (row >= 0) selectedTracks.value = new Set([now!.track[row]!]);
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

/** Nucleus of a selected track that is nearest in time; -1 where none is selected. */
const nearestRow = (): number => {
  const [track] = selectedTracks.value;
  return links.value === undefined || track === undefined
    ? -1
    : nearestInTime(links.value, track, frame.value);
};

/** Goes a step along the tracks; where the selected track is not in this frame, to where it is. */
export function go(step: WalkStep): void {
  const nearest = currentRows.value.length > 0 ? -1 : nearestRow();
  if (nearest >= 0) showRow(links.value!, nearest);
  else withCurrent((now, row) => showRow(now, walk(now, row, step)));
}

/** Sends a change of tracks, or says why there is none. @returns whether there is one */
export function change(choice: TrackChoice): boolean {
  if ("why" in choice) tell(choice.why);
  else applyEdit(choice satisfies TrackEdit);
  return !("why" in choice);
}

/** Sends a change, and goes on to the nucleus with which the work goes on. @param next -1 for none */
function changeAndGo(now: SpotLinks, choice: TrackChoice, next: number): void {
  if (!change(choice)) return;
  if (next >= 0) showRow(now, next);
  else forgetTrack();
}

function forgetTrack(): void {
  last = undefined;
  selectedTracks.value = new Set();
}

/** Deletes a nucleus, and goes on to the next one of its track. */
const deleteNucleus = (): void =>
  withCurrent((now, row) => {
    const next = now.childrenOf[row]![0] ?? now.parentOf[row]!;
    changeAndGo(now, removeRow(now, row, false), next);
  });

/** Goes on along a track; where it ends, it is linked with the nearest one that begins then. */
const linkNearest = (): void =>
  withCurrent((now, row) => {
    const child = now.childrenOf[row]![0];
    if (child !== undefined) return showRow(now, child);
    const choice = joinNearest(now, row);
    changeAndGo(now, choice, "why" in choice ? -1 : rowAt(now, choice.spots[1]!));
  });

/**
 * Links what is selected, and goes on with the later one: two tracks by their ends; of one nucleus, the first time
 * it is put aside, then it is linked with the one selected.
 */
export function linkSelected(): void {
  const now = links.value;
  const [one, other, ...more] = selectedTracks.value;
  if (now !== undefined && marked.value === undefined && other !== undefined && more.length === 0) {
    const choice = joinTracks(now, one!, other);
    return changeAndGo(now, choice, "why" in choice ? -1 : rowAt(now, choice.spots[1]!));
  }
  const rows = currentRows.value;
  const from = now === undefined || marked.value === undefined ? -1 : rowAt(now, marked.value);
  withCurrent((known, row) => {
    if (from < 0 || from === row) {
      const hint = "Go to another frame, select the nucleus to link with, and press the same key.";
      return mark(placeOfRow(known, row), "track.link", hint);
    }
    marked.value = undefined;
    const to = rows[0]!;
    changeAndGo(known, joinRows(known, from, to), known.frame[to]! > known.frame[from]! ? to : from);
  });
}

/** Makes the nucleus that was put aside a mother of those selected. */
export function addDivision(): void {
  const now = links.value;
  const from = now === undefined || marked.value === undefined ? -1 : rowAt(now, marked.value);
  withCurrent((known, row) => {
    if (from < 0 || from === row) {
      const hint =
        "This is the mother. Select one daughter or both in a later frame, and press the same key.";
      return mark(placeOfRow(known, row), "track.divide", hint);
    }
    marked.value = undefined;
    changeAndGo(known, divideInto(known, from, currentRows.value), row);
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
  ["track.link", "Link two nuclei or tracks", linkSelected],
  ["track.linknearest", "Go on along the track, linking where it ends", linkNearest, "Shift+L"],
  ["track.divide", "Add a division", addDivision],
  ["track.delete", "Delete the nucleus from its track", deleteNucleus],
  [
    "track.deletetrack",
    "Delete the track",
    () => withCurrent((now, row) => changeAndGo(now, removeRow(now, row, true), -1)),
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
export const trackChanges = changes.slice(0, 9).map(([id, title, run]) => ({ id, title, run }));

/** Registers the keys of the view. @returns takes them away */
export function addTrackCommands(): () => void {
  const isActive = (): boolean => view.value === "track" && links.value !== undefined;
  const isOpen = (): boolean => project.value !== undefined;
  // Arrows step along a track where one is selected, else through the frames.
  const isWalking = (step: WalkStep) => (): boolean =>
    isActive() && (currentRows.value.length > 0 || (!step.endsWith("Sibling") && nearestRow() >= 0));
  const added = [
    command({ id: "edit.undo", title: "Undo", group: "Edit", run: undo, isActive: isOpen }),
    command({ id: "edit.redo", title: "Redo", group: "Edit", run: redo, isActive: isOpen }),
    ...walkCommands.map(([id, title, step]) =>
      command({ id, title, group: "Tracks", run: () => go(step), isActive: isWalking(step) }),
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
        else forgetTrack();
      },
    }),
  ];
  return () => added.forEach((remove) => remove());
}
