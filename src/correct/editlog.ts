/**
 * The log of edits as a state: which of them hold, and which were taken back. Undo is one stack for all layers
 * and frames; a new edit clears what could be applied again.
 */
import { InvalidInput } from "../core/errors.js";
import {
  type Edit,
  type LabelEdit,
  type Layer,
  type LayerBasis,
  layers,
  type LogEntry,
  type ReviewedFrame,
  type TrackEdit,
} from "./edits.js";
import { largestLabel } from "./labelwindow.js";

/** An edit with the number of its entry. */
export interface NumberedEdit {
  readonly number: number;
  readonly edit: Edit;
}

/** The state of a log; only `appendEntry` changes it. */
export interface EditLog {
  /** Number of the last entry; 0 of an empty log. */
  last: number;
  /** Edits that hold, in the order in which they are applied. */
  readonly held: NumberedEdit[];
  /** Edits that were taken back; the last is applied again first. */
  readonly undone: NumberedEdit[];
  /** Basis of the labels that the edits of a layer are of; absent before the first. */
  readonly bases: Partial<Record<LayerBasis["layer"], string>>;
  /** Frames that were looked through, by layer. */
  readonly reviewed: Readonly<Record<ReviewedFrame["layer"], Set<number>>>;
  /** Number of the last entry that changed the labels of a frame, by layer and frame. */
  readonly changed: Readonly<Record<LabelEdit["layer"], Map<number, number>>>;
}

/** A log without entries. */
export const emptyLog = (): EditLog => ({
  last: 0,
  held: [],
  undone: [],
  bases: {},
  reviewed: { annotation: new Set(), labels: new Set() },
  changed: { annotation: new Map(), labels: new Map() },
});

/** What an entry does to the data: an edit is applied, or taken back. */
export interface LogStep {
  readonly edit: Edit;
  readonly side: "before" | "after";
}

/**
 * Appends an entry to a log, in place.
 *
 * @returns what it does to the data; undefined where it is no edit
 * @throws InvalidInput when its number is not the next, or it takes back or applies again another edit than the
 *   one whose turn it is; the log is as before then
 */
export function appendEntry(log: EditLog, entry: LogEntry): LogStep | undefined {
  if (entry.number !== log.last + 1)
    throw new InvalidInput("entry", `number ${log.last + 1}`, String(entry.number), "read the log again");
  let step: LogStep | undefined;
  if ("edit" in entry) {
    log.held.push({ number: entry.number, edit: entry.edit });
    log.undone.length = 0;
    step = { edit: entry.edit, side: "after" };
  } else if ("undo" in entry) step = moved(log.held, log.undone, entry.undo, "undo");
  else if ("redo" in entry) step = moved(log.undone, log.held, entry.redo, "redo");
  else if ("based" in entry) newBasis(log, entry.based);
  else {
    const frames = log.reviewed[entry.reviewed.layer];
    if (entry.reviewed.isDone) frames.add(entry.reviewed.frame);
    else frames.delete(entry.reviewed.frame);
  }
  log.last = entry.number;
  if (step !== undefined && step.edit.layer !== "tracks")
    log.changed[step.edit.layer].set(step.edit.frame, entry.number);
  return step;
}

/** Edits of other labels hold no longer, and cannot be taken back. */
function newBasis(log: EditLog, { layer, basis }: LayerBasis): void {
  for (const list of [log.held, log.undone])
    list.splice(0, list.length, ...list.filter(({ edit }) => edit.layer !== layer));
  log.bases[layer] = basis;
}

function moved(
  from: NumberedEdit[],
  to: NumberedEdit[],
  number: number,
  direction: "undo" | "redo",
): LogStep {
  const top = from.at(-1);
  if (top?.number !== number) {
    const expected = top === undefined ? `no ${direction}, as there is nothing left` : `edit ${top.number}`;
    throw new InvalidInput(direction, expected, `edit ${number}`, "read the log again");
  }
  to.push(from.pop()!);
  return { edit: top.edit, side: direction === "undo" ? "before" : "after" };
}

/** The log of some entries. @throws InvalidInput as `appendEntry` does */
export function replay(entries: Iterable<LogEntry>): EditLog {
  const log = emptyLog();
  for (const entry of entries) appendEntry(log, entry);
  return log;
}

/** What is to be logged, without its number and time. */
export type NewEntry =
  | { readonly edit: Edit }
  | { readonly based: LayerBasis }
  | { readonly reviewed: ReviewedFrame }
  /** The last edit that holds, or the last one that was taken back. */
  | "undo"
  | "redo";

/**
 * The next entry of a log, which is not appended yet.
 *
 * @param time ISO 8601
 * @returns undefined where there is nothing to undo or to redo
 */
export function nextEntry(log: EditLog, what: NewEntry, time: string): LogEntry | undefined {
  const head = { number: log.last + 1, time };
  if (typeof what === "object") return { ...head, ...what };
  const top = (what === "undo" ? log.held : log.undone).at(-1);
  if (top === undefined) return undefined;
  return what === "undo" ? { ...head, undo: top.number } : { ...head, redo: top.number };
}

/** Edits of labels that hold, in order; of one frame only where it is given. */
export const heldLabelEdits = (log: EditLog, layer: LabelEdit["layer"], frame?: number): LabelEdit[] =>
  log.held.flatMap(({ edit }) =>
    edit.layer === layer && (frame === undefined || edit.frame === frame) ? [edit] : [],
  );

/** Edits of tracks that hold, in order. */
export const heldTrackEdits = (log: EditLog): TrackEdit[] =>
  log.held.flatMap(({ edit }) => (edit.layer === "tracks" ? [edit] : []));

/**
 * The largest label that the edits of a frame ever used, those that were taken back included, so that a new
 * object gets a label that no edit means; 0 without edits.
 */
export function largestEditedLabel(log: EditLog, layer: LabelEdit["layer"], frame: number): number {
  let largest = 0;
  for (const { edit } of [...log.held, ...log.undone]) {
    if (edit.layer !== layer || edit.frame !== frame) continue;
    for (const { after } of edit.patches) largest = Math.max(largest, largestLabel({ data: after }));
  }
  return largest;
}

/** How much was changed by hand, for the report. */
export interface EditCounts {
  /** Edits that hold. */
  readonly edits: number;
  /** Of each layer. */
  readonly layers: Readonly<Record<Layer, LayerCounts>>;
}

/** How much of a layer was changed by hand. */
export interface LayerCounts {
  readonly edits: number;
  /** Edits by gesture; gestures without any are left out. By name. */
  readonly gestures: Readonly<Record<string, number>>;
  /** Frames in which something was changed, ascending. */
  readonly frames: readonly number[];
  /** Frames that were looked through, ascending; always none of tracks. */
  readonly reviewed: readonly number[];
}

/** Counts the edits of a log that hold. */
export function countEdits(log: EditLog): EditCounts {
  const countLayer = (layer: Layer): LayerCounts => {
    const edits = log.held.map(({ edit }) => edit).filter((edit) => edit.layer === layer);
    const gestures = new Map<string, number>();
    for (const { gesture } of edits) gestures.set(gesture, (gestures.get(gesture) ?? 0) + 1);
    return {
      edits: edits.length,
      gestures: Object.fromEntries([...gestures].sort(([a], [b]) => (a < b ? -1 : 1))),
      frames: ascending(edits.flatMap(framesOf)),
      reviewed: layer === "tracks" ? [] : ascending(log.reviewed[layer]),
    };
  };
  const counts = Object.fromEntries(layers.map((layer) => [layer, countLayer(layer)]));
  return { edits: log.held.length, layers: counts as Record<Layer, LayerCounts> };
}

const ascending = (frames: Iterable<number>): number[] => [...new Set(frames)].sort((a, b) => a - b);

/** Frames that an edit is about, each once or more. */
export const framesOf = (edit: Edit): number[] =>
  edit.layer === "tracks" ? edit.spots.map(({ frame }) => frame) : [edit.frame];
