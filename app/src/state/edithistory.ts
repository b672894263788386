/** The list of the last edits: those that hold, and behind them those that were undone. */
import { placeOfEdit } from "../../../src/correct/editplace.js";
import type { Edit, LabelGesture, SpotPlace, TrackGesture } from "../../../src/correct/edits.js";
import type { LoggedEdit } from "../../../src/server/messages.js";

/** An edit of this page, or what the log says of one. */
export type ListedEdit = Edit | LoggedEdit;

/** A line of the list. */
export interface HistoryItem {
  readonly edit: ListedEdit;
  /** Number in the log; 0 until the server has it. */
  readonly number: number;
  readonly isUndone: boolean;
}

/** As many are listed. */
const longest = 100;

/** The list as the server has it. @param logged the latest first */
export const historyOf = (logged: readonly LoggedEdit[]): readonly HistoryItem[] =>
  logged
    .map((edit): HistoryItem => ({ edit, number: edit.number, isUndone: edit.isUndone }))
    .reverse()
    .slice(-longest);

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
): readonly HistoryItem[] => history.filter(({ edit }) => !edits.some((each) => each === edit));

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

const isAlike = (a: ListedEdit, b: ListedEdit): boolean =>
  a.layer === b.layer && a.gesture === b.gesture && frameOf(a) === frameOf(b);

/** Frame in which an edit is seen, from 0. */
export const frameOf = (edit: ListedEdit): number => placeOf(edit).frame;

/** Where an edit is seen: the middle of what it changed, px. */
export const placeOf = (edit: ListedEdit): SpotPlace => ("isUndone" in edit ? edit : placeOfEdit(edit));

/** Frames that an edit is about. */
export const framesOf = (edit: Edit): readonly number[] =>
  edit.layer === "tracks" ? edit.spots.map(({ frame }) => frame) : [edit.frame];

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
export const textOf = ({ layer, gesture }: ListedEdit): string =>
  layer === "tracks" ? trackTexts[gesture as TrackGesture] : labelTexts[gesture as LabelGesture];
