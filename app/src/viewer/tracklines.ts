/** The tails of tracks over the image. */
import type { StudioTable } from "../../../src/server/messages.js";
import {
  type Branch,
  linesOfBranches,
  linesOfFrame,
  segmentColours,
  type TrackSegments,
  trackSegments,
} from "../../../src/viewer/lines.js";
import type { LineLayer } from "../../../src/viewer/scene.js";
import { areTracksShown, frameCount, labelLayer, tailLength } from "../state/display.js";
import { selectedTracks } from "../state/place.js";
import { columnOf, numbers, tableOf } from "../state/tables.js";

/** Branches of a table of nuclei: one a track, in the order of time. */
export function branchesOf(table: StudioTable): Branch[] {
  const [frames, tracks] = [numbers(table, "frame"), numbers(table, "track")];
  const [y, x] = [numbers(table, "y"), numbers(table, "x")];
  const parents = numbers(table, columnOf(table, "parent_spot") === undefined ? "parent" : "parent_spot");
  const rows = new Map<number, number[]>();
  tracks.forEach((track, row) => {
    const list = rows.get(track);
    if (list === undefined) rows.set(track, [row]);
    else list.push(row);
  });
  return [...rows].map(([id, list]) => {
    list.sort((a, b) => frames[a]! - frames[b]!);
    const parent = parents[list[0]!] ?? -1;
    const mother = parent >= 0 ? tracks[parent] : undefined;
    return {
      id,
      frames: Float64Array.from(list, (row) => frames[row]!),
      y: Float64Array.from(list, (row) => y[row]!),
      x: Float64Array.from(list, (row) => x[row]!),
      mother: mother === id ? undefined : mother,
    };
  });
}

interface Tails {
  readonly segments: TrackSegments;
  readonly colours: Uint32Array;
}
const made = new WeakMap<StudioTable, Tails>();

function tailsOf(table: StudioTable): Tails {
  const known = made.get(table);
  if (known !== undefined) return known;
  const segments = trackSegments(branchesOf(table), frameCount.peek());
  const tails = { segments, colours: segmentColours(segments, "speed") };
  made.set(table, tails);
  return tails;
}

let kept: { readonly key: readonly unknown[]; readonly lines: readonly LineLayer[] } | undefined;

/** Lines over a frame: the tails of all tracks by speed, the whole paths of the selected ones. Reads signals. */
export function trackLines(frame: number): readonly LineLayer[] {
  if (!areTracksShown.value || labelLayer.value !== "tracks") return [];
  const table = tableOf("spots").value;
  if (table === undefined || table.count === 0) return [];
  const key = [table, frame, tailLength.value, selectedTracks.value];
  if (kept !== undefined && kept.key.every((value, i) => value === key[i])) return kept.lines;
  const { segments, colours } = tailsOf(table);
  const lines = [linesOfFrame(segments, colours, frame, { tail: tailLength.value, width: 2, fade: true })];
  if (selectedTracks.value.size > 0) lines.push(linesOfBranches(segments, selectedTracks.value));
  kept = { key, lines };
  return lines;
}
