/** The list of the last edits: those that hold, and behind them those that were undone. */
import type { Edit, LabelGesture, TrackGesture } from "../../../src/correct/edits.js";
import type { LoggedEdit } from "../../../src/server/messages.js";

/** A line of the list. */
export interface HistoryItem {
  readonly edit: Edit;
  /** Number in the log; 0 until the server has it. */
  readonly number: number;
  readonly isUndone: boolean;
}

/** As many are listed. */
const longest = 100;

/** With one more that holds; those that were undone can no longer be done again. */
export const withEdit = (history: readonly HistoryItem[], edit: Edit): readonly HistoryItem[] => [
  ...history.filter(({ isUndone }) => !isUndone).slice(1 - longest),
  { edit, number: 0, isUndone: false },
];

/** With the number that the server gave. */
export const withSaved = (
  history: readonly HistoryItem[],
  edit: Edit,
  number: number,
): readonly HistoryItem[] => history.map((item) => (item.edit === edit ? { ...item, number } : item));

/** Without edits that the server refused. */
export const withRefused = (
  history: readonly HistoryItem[],
  edits: readonly Edit[],
): readonly HistoryItem[] => history.filter(({ edit }) => !edits.includes(edit));

/** With the last edit that holds undone; where it was made by another page, with that one. */
export function withUndone(history: readonly HistoryItem[], edit: Edit): readonly HistoryItem[] {
  const at = history.findLastIndex(({ isUndone, number }) => !isUndone && number > 0);
  const undone = { edit, number: 0, isUndone: true };
  if (at < 0) return [undone, ...history];
  const item = history[at]!;
  return isAlike(item.edit, edit)
    ? history.with(at, { ...item, isUndone: true })
    : history.toSpliced(at + 1, 0, undone);
}

/** With the first of the undone edits holding again. */
export function withRedone(history: readonly HistoryItem[], edit: Edit): readonly HistoryItem[] {
  const at = history.findIndex(({ isUndone }) => isUndone);
  const item = history[at];
  return item === undefined || !isAlike(item.edit, edit)
    ? [...history.filter(({ isUndone }) => !isUndone), { edit, number: 0, isUndone: false }]
    : history.with(at, { ...item, isUndone: false });
}

const isAlike = (a: Edit, b: Edit): boolean =>
  a.layer === b.layer && a.gesture === b.gesture && frameOf(a) === frameOf(b);

/** Frame in which an edit is seen, from 0. */
export const frameOf = (edit: Edit): number =>
  edit.layer === "tracks" ? (edit.spots[0]?.frame ?? 0) : edit.frame;

/** Where an edit is seen: the middle of what it changed, px. */
export function placeOf(edit: Edit): { readonly frame: number; readonly y: number; readonly x: number } {
  if (edit.layer === "tracks") return edit.spots[0] ?? { frame: 0, y: 0, x: 0 };
  const { patches, frame } = edit;
  const middle = (low: readonly number[], high: readonly number[]): number =>
    (Math.min(...low) + Math.max(...high) - 1) / 2;
  return {
    frame,
    y: middle(
      patches.map(({ y }) => y),
      patches.map(({ y, height }) => y + height),
    ),
    x: middle(
      patches.map(({ x }) => x),
      patches.map(({ x, width }) => x + width),
    ),
  };
}

/** An edit in the list. */
export interface HistoryLine {
  readonly text: string;
  readonly frame: number;
  /** Where it is in the frame; undefined of edits that were made before this page was opened, or by another one. */
  readonly place: ReturnType<typeof placeOf> | undefined;
  readonly isUndone: boolean;
}

/** Edits of this page among those of the log, the newest first. @param logged those that hold, in any order */
export function historyLines(
  history: readonly HistoryItem[],
  logged: readonly LoggedEdit[],
): readonly HistoryLine[] {
  const own = new Set(history.map(({ number }) => number));
  const others = logged
    .filter(({ number }) => !own.has(number))
    .map(({ number, layer, gesture, frame }) => ({
      order: number,
      text: textOfGesture(layer, gesture),
      frame,
      place: undefined,
      isUndone: false,
    }));
  const ours = history.map(({ edit, number, isUndone }) => ({
    // What is on its way or undone has no place in the log.
    order: isUndone || number === 0 ? Infinity : number,
    text: textOf(edit),
    frame: frameOf(edit),
    place: placeOf(edit),
    isUndone,
  }));
  return [...others, ...ours]
    .toSorted((a, b) => (a.order === b.order ? 0 : a.order - b.order))
    .slice(-longest)
    .reverse();
}

const labelTexts: Readonly<Record<LabelGesture, string>> = {
  paint: "Painted",
  erase: "Erased",
  fill: "Filled",
  draw: "Drew an object",
  delete: "Deleted objects",
  split: "Split an object",
  merge: "Merged objects",
  accept: "Accepted a candidate",
  ignore: "Ignored a region",
  copy: "Copied an object",
};
const trackTexts: Readonly<Record<TrackGesture, string>> = {
  cut: "Cut a link",
  join: "Linked two nuclei",
  divide: "Added a division",
  delete: "Deleted a nucleus from its track",
  deleteTrack: "Deleted a track",
  confirm: "Confirmed a division",
  refuse: "Refused a division",
};

/** What an edit did, in words. */
export const textOf = (edit: Edit): string => textOfGesture(edit.layer, edit.gesture);

function textOfGesture(layer: string, gesture: string): string {
  const texts: Readonly<Record<string, string>> = layer === "tracks" ? trackTexts : labelTexts;
  return texts[gesture] ?? gesture;
}
