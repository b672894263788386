/**
 * Edits on their way to the server: each is seen at once, and sent in order. Knows no page and no network, so
 * that it can be tried by itself.
 */
import type { Edit, LabelEdit } from "../../../src/correct/edits.js";
import type { CorrectionCounts, EditAnswer, UndoAnswer } from "../../../src/server/messages.js";
import { type HistoryItem, withEdit, withRefused, withRedone, withSaved, withUndone } from "./edithistory.js";

/** Values of a patch. */
export type PatchSide = "before" | "after";

/** Label images that show edits. */
export interface EditPlanes {
  /** Writes all patches, those after `after` or back to `before`. */
  readonly write: (edit: LabelEdit, side: PatchSide) => void;
  /** What is shown there is no longer what the server has: it is asked again. */
  readonly forget: (edit: LabelEdit) => void;
}

/** What the queue needs. */
export interface EditHost extends EditPlanes {
  /** @throws an error with `status`: 0 where the server is away, 409 where the labels have changed meanwhile */
  readonly send: (edit: Edit) => Promise<EditAnswer>;
  readonly sendUndo: () => Promise<UndoAnswer>;
  readonly sendRedo: () => Promise<UndoAnswer>;
  /** Shows where something was undone or done again. */
  readonly jump: (edit: Edit) => void;
  readonly counted: (corrections: CorrectionCounts) => void;
  readonly changed: (state: QueueState) => void;
  readonly say: (sentence: string) => void;
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** How the queue stands. */
export interface QueueState {
  /** Edits, undos and redos that the server does not have yet. */
  readonly unsaved: number;
  /** The server did not answer; it is asked again. */
  readonly isAway: boolean;
  /** The oldest first; those that were undone at the end. */
  readonly history: readonly HistoryItem[];
}

type Task = { readonly kind: "edit"; readonly edit: Edit } | { readonly kind: "undo" | "redo" };

const awayText = "The server does not answer; changes are kept here and sent when it is back.";

/** First and longest pause before the server is asked again, ms. */
const [firstPause, longestPause] = [500, 8000];

/** Edits in the order in which they were made. */
export interface EditQueue {
  /** Shows an edit and sends it. */
  readonly add: (edit: Edit) => void;
  readonly undo: () => void;
  readonly redo: () => void;
  /** Takes over the list that the server has, unless something is on its way. */
  readonly remember: (history: readonly HistoryItem[]) => void;
  /** When all that was asked for is done. */
  readonly settled: () => Promise<void>;
}

/** A queue that is empty. */
export function editQueue(host: EditHost): EditQueue {
  const tasks: Task[] = [];
  let history: readonly HistoryItem[] = [];
  let isAway = false;
  let work: Promise<void> | undefined;
  let isWorking = false;
  const tell = (): void => host.changed({ unsaved: tasks.length, isAway, history });

  /** @returns whether the task was carried out, or refused for good */
  const tryFirst = async (task: Task): Promise<boolean> => {
    try {
      // More may have been added meanwhile.
      const change = await carriedOut(host, task);
      history = change(history);
      tasks.shift();
      return true;
    } catch (error) {
      if (statusOf(error) === 0) return false;
      history = withRefused(history, dropRefused(host, tasks, error));
      return true;
    }
  };
  const pump = async (): Promise<void> => {
    let pause = firstPause;
    isWorking = true;
    for (let task = tasks[0]; task !== undefined; task = tasks[0]) {
      if (await tryFirst(task)) {
        isAway = false;
        pause = firstPause;
        tell();
        continue;
      }
      if (!isAway) host.say(awayText);
      isAway = true;
      tell();
      await host.wait(pause);
      pause = Math.min(longestPause, 2 * pause);
    }
    isWorking = false;
  };
  const enqueue = (task: Task): void => {
    tasks.push(task);
    tell();
    if (!isWorking) work = pump();
  };
  return {
    add: (edit) => {
      if (edit.layer !== "tracks") host.write(edit, "after");
      history = withEdit(history, edit);
      enqueue({ kind: "edit", edit });
    },
    undo: () => enqueue({ kind: "undo" }),
    redo: () => enqueue({ kind: "redo" }),
    remember: (known) => {
      if (tasks.length === 0) history = known;
      tell();
    },
    settled: () => work ?? Promise.resolve(),
  };
}

type History = readonly HistoryItem[];

/** @returns how the list of edits is different afterwards */
async function carriedOut(host: EditHost, task: Task): Promise<(history: History) => History> {
  if (task.kind === "edit") {
    const { number, corrections } = await host.send(task.edit);
    host.counted(corrections);
    return (history) => withSaved(history, task.edit, number);
  }
  const isUndo = task.kind === "undo";
  const { edit, corrections } = await (isUndo ? host.sendUndo() : host.sendRedo());
  host.counted(corrections);
  if (edit === null) {
    host.say(isUndo ? "There is nothing to undo." : "There is nothing to do again.");
    return (history) => history;
  }
  host.jump(edit);
  if (edit.layer !== "tracks") host.write(edit, isUndo ? "before" : "after");
  return (history) => (isUndo ? withUndone(history, edit) : withRedone(history, edit));
}

/** Takes back what the server refused, and says so. @returns edits that are no more */
function dropRefused(host: EditHost, tasks: Task[], error: unknown): readonly Edit[] {
  const edits = droppedWith(tasks).flatMap((each) => (each.kind === "edit" ? [each.edit] : []));
  takeBack(host, edits);
  host.say(refusal(error, edits.length));
  return edits;
}

/**
 * Takes the first task out, and with it those that were built on it: later edits of the same labels, and undos,
 * which were meant for it.
 */
function droppedWith(tasks: Task[]): Task[] {
  const first = tasks[0]!;
  if (first.kind !== "edit") return tasks.splice(0, 1);
  const isBuiltOn = (task: Task): boolean =>
    task.kind !== "edit" || (task.edit.layer !== "tracks" && isSamePlane(task.edit, first.edit));
  const dropped = tasks.filter((task, i) => i === 0 || isBuiltOn(task));
  tasks.splice(0, tasks.length, ...tasks.filter((task) => !dropped.includes(task)));
  return dropped;
}

const isSamePlane = (a: LabelEdit, b: Edit): boolean => a.layer === b.layer && a.frame === b.frame;

function takeBack(host: EditHost, edits: readonly Edit[]): void {
  const ofLabels = edits.filter((edit): edit is LabelEdit => edit.layer !== "tracks");
  for (const edit of ofLabels.toReversed()) host.write(edit, "before");
  // Only now: what is asked for anew must not be written over.
  for (const edit of ofLabels) host.forget(edit);
}

const statusOf = (error: unknown): number =>
  error instanceof Error && "status" in error && typeof error.status === "number" ? error.status : -1;

function refusal(error: unknown, edits: number): string {
  const sentence = error instanceof Error ? error.message : String(error);
  if (edits === 0) return sentence;
  return `${sentence} ${edits === 1 ? "Your change was taken back." : `${edits} changes were taken back.`}`;
}
