/**
 * Correcting by hand while it goes on: labels as they are now, edits that are checked, logged and taken back, and
 * frames that are marked as looked through. One session of a process for each run folder.
 */
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import { croppedLabels, fileValues, type LabelImage, type LabelSource } from "../../core/labels.js";
import { correctedLabels } from "../../correct/applylabels.js";
import { checkWithin } from "../../correct/checkedit.js";
import { type EditLog, heldLabelEdits } from "../../correct/editlog.js";
import type { Edit, LabelPatch, ReviewedFrame } from "../../correct/edits.js";
import type { FileSource } from "../source/source.js";
import { readLabels, writeLabels } from "../store/labelfiles.js";
import { type Appended, type CorrectionLog, openCorrectionLog } from "./correctionlog.js";
import { type Corrections, correctionsOf, type LabelLayer, reviewedFile } from "./corrections.js";

/** Labels that can be corrected. */
export interface BaseLabels {
  /** Fingerprint of all that they were made from. */
  readonly basis: string;
  readonly labels: LabelSource;
}

/** What a session corrects. */
export interface SessionInput {
  /** The run folder. */
  readonly out: string;
  readonly source: Pick<FileSource, "frames" | "frameNames" | "size">;
  /** The labels of a layer as they were made; undefined where there are none (yet). */
  readonly base: (layer: LabelLayer) => Promise<BaseLabels | undefined>;
}

/** The labels of an edit are no longer those that it was made on. */
export class LabelsChanged extends InvalidInput {}

/** A session. Calls that change something follow each other. */
export interface CorrectionSession {
  readonly log: () => EditLog;
  readonly corrections: () => Corrections;
  /** The labels of a layer as they are now; undefined where there are none. */
  readonly labels: (layer: LabelLayer) => Promise<LabelSource | undefined>;
  /** @throws LabelsChanged; InvalidInput for an edit outside of the frames; OutputError */
  readonly edit: (edit: Edit) => Promise<Appended>;
  /**
   * @returns undefined where there is nothing to take back, or the last edit was made on labels that are no more
   * @throws OutputError
   */
  readonly undo: () => Promise<Appended | undefined>;
  /** @returns undefined where there is nothing to do again @throws OutputError */
  readonly redo: () => Promise<Appended | undefined>;
  /** Marks a frame as looked through, or takes the mark away. @throws InvalidInput, OutputError */
  readonly review: (frame: ReviewedFrame) => Promise<void>;
  /** Reads the log again where the command line or another server has written. @returns whether one has */
  readonly refresh: () => Promise<boolean>;
  /** Waits for what is still to be written. */
  readonly close: () => Promise<void>;
}

/** Frames that were looked through are written so long after an edit of theirs, ms. */
const writingDelay = 500;

/** What the parts of a session share. */
interface OpenSession extends SessionInput {
  readonly log: CorrectionLog;
  /** Does work after all that was asked for before. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  /** Frames that are to be written, by layer and frame. */
  readonly waiting: Map<string, Waiting>;
}

interface Waiting {
  readonly timer: ReturnType<typeof setTimeout>;
  readonly write: () => void;
}

/** Opens a session. @throws CorruptFile, UnsupportedFormat */
export async function openCorrectionSession(input: SessionInput): Promise<CorrectionSession> {
  const log = await openCorrectionLog(input.out);
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
  const session: OpenSession = { ...input, log, inTurn, waiting: new Map() };
  return {
    log: log.state,
    corrections: () => correctionsOf(input.out, log.state(), input.source.frameNames),
    labels: (layer) => labelsNow(session, layer),
    edit: (edit) => inTurn(() => makeEdit(session, edit)),
    undo: () => inTurn(() => goBack(session, "undo")),
    redo: () => inTurn(() => goBack(session, "redo")),
    review: (reviewed) => inTurn(() => markReviewed(session, reviewed)),
    refresh: () => inTurn(log.refresh),
    close: async () => {
      for (const { timer, write } of session.waiting.values()) {
        clearTimeout(timer);
        write();
      }
      await last;
    },
  };
}

async function labelsNow(session: OpenSession, layer: LabelLayer): Promise<LabelSource | undefined> {
  const { out, source, log } = session;
  const found = await session.base(layer);
  if (found === undefined) return undefined;
  const state = log.state();
  if (state.bases[layer] === found.basis) return correctedLabels(found.labels, heldLabelEdits(state, layer));
  const file = (frame: number): string => reviewedFile(out, layer, source.frameNames[frame] ?? "");
  return withFiles(found.labels, new Map([...state.reviewed[layer]].map((frame) => [frame, file(frame)])));
}

async function makeEdit(session: OpenSession, edit: Edit): Promise<Appended> {
  const { log } = session;
  await log.refresh();
  if (edit.layer !== "tracks") await ensureBasis(session, edit.layer);
  const appended = await log.append({ edit }, () => assertFits(session, edit));
  rewriteReviewed(session, edit);
  return appended!;
}

async function goBack(session: OpenSession, what: "undo" | "redo"): Promise<Appended | undefined> {
  await session.log.refresh();
  const { held, undone } = session.log.state();
  const next = (what === "undo" ? held : undone).at(-1);
  // The pixels of an edit of earlier labels are other objects now.
  if (next === undefined || !(await isOfPresent(session, next.edit))) return undefined;
  const appended = await session.log.append(what);
  if (appended?.step !== undefined) rewriteReviewed(session, appended.step.edit);
  return appended;
}

async function isOfPresent(session: OpenSession, { layer }: Edit): Promise<boolean> {
  if (layer === "tracks") return true;
  return session.log.state().bases[layer] === (await session.base(layer))?.basis;
}

async function markReviewed(session: OpenSession, reviewed: ReviewedFrame): Promise<void> {
  const { out, source, log } = session;
  const { layer, frame, isDone } = reviewed;
  if (frame >= source.frames)
    throw new InvalidInput("reviewed.frame", `0 to ${source.frames - 1}`, String(frame));
  await ensureBasis(session, layer);
  await log.append({ reviewed });
  if (isDone) await writeReviewed(session, layer, frame);
  else await rm(reviewedFile(out, layer, source.frameNames[frame] ?? ""), { force: true });
}

/** Begins the edits of a layer whose labels were made anew: frames that were looked through stay as they are. */
async function ensureBasis(session: OpenSession, layer: LabelLayer): Promise<void> {
  const { log } = session;
  const found = await session.base(layer);
  if (found === undefined)
    throw new InvalidInput(layer, "labels to correct", "none", "annotate or segment the images first");
  if (log.state().bases[layer] === found.basis) return;
  const kept = await labelsNow(session, layer);
  const frames = [...log.state().reviewed[layer]];
  await log.append({ based: { layer, basis: found.basis } });
  for (const frame of frames) {
    const patch = difference(await found.labels.read(frame), await kept!.read(frame));
    if (patch !== undefined) await log.append({ edit: { layer, gesture: "copy", frame, patches: [patch] } });
  }
}

async function assertFits(session: OpenSession, edit: Edit): Promise<void> {
  const { source } = session;
  const { frames } = source;
  if (edit.layer === "tracks") return checkWithin(edit, { frames, height: 0, width: 0 });
  const isFrame = edit.frame < frames;
  checkWithin(edit, { frames, ...(isFrame ? await source.size(edit.frame) : { height: 0, width: 0 }) });
  const now = await labelsNow(session, edit.layer);
  for (const patch of edit.patches)
    if (now === undefined || !(await isBefore(now, edit.frame, patch)))
      throw new LabelsChanged("edit", "the labels as they are now", "others", "look at the frame again");
}

async function writeReviewed(session: OpenSession, layer: LabelLayer, frame: number): Promise<void> {
  const { out, source, log } = session;
  const now = await (await labelsNow(session, layer))?.read(frame);
  if (now === undefined || !log.state().reviewed[layer].has(frame)) return;
  const file = reviewedFile(out, layer, source.frameNames[frame]!);
  await mkdir(dirname(file), { recursive: true });
  await writeLabels(file, now);
}

/** Writes the file of a frame that was looked through again, some time after its last edit. */
function rewriteReviewed(session: OpenSession, edit: Edit): void {
  if (edit.layer === "tracks" || !session.log.state().reviewed[edit.layer].has(edit.frame)) return;
  const { waiting, inTurn } = session;
  const { layer, frame } = edit;
  const key = `${layer} ${frame}`;
  clearTimeout(waiting.get(key)?.timer);
  const write = (): void => {
    waiting.delete(key);
    // The log holds the edit; the file is made from it again at the next one.
    void inTurn(() => writeReviewed(session, layer, frame)).catch(() => undefined);
  };
  waiting.set(key, { timer: setTimeout(write, writingDelay), write });
}

/** Labels of which some frames lie in files of their own. */
function withFiles(labels: LabelSource, files: ReadonlyMap<number, string>): LabelSource {
  const read: LabelSource["read"] = (frame, options) => {
    const file = files.get(frame);
    return file === undefined || !existsSync(file) ? labels.read(frame, options) : readLabels(file);
  };
  return {
    ...labels,
    read,
    readWindow: async (frame, window, options) =>
      files.has(frame) || labels.readWindow === undefined
        ? croppedLabels(await read(frame, options), window)
        : labels.readWindow(frame, window, options),
  };
}

/** Whether labels are what a patch has found there. */
async function isBefore(labels: LabelSource, frame: number, patch: LabelPatch): Promise<boolean> {
  const { y, x, height, width, before } = patch;
  const now =
    labels.readWindow === undefined
      ? croppedLabels(await labels.read(frame), patch)
      : await labels.readWindow(frame, { y, x, height, width });
  const values = fileValues(now);
  return before.every((label, i) => label === values[i]);
}

/** The smallest patch that makes one label image of another; undefined where they are equal. */
function difference(before: LabelImage, after: LabelImage): LabelPatch | undefined {
  const [old, now] = [fileValues(before), fileValues(after)];
  const { width } = before;
  let [top, left, bottom, right] = [Infinity, Infinity, -1, -1];
  for (let i = 0; i < old.length; i++) {
    if (old[i] === now[i]) continue;
    const [y, x] = [Math.floor(i / width), i % width];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
  }
  if (bottom < 0) return undefined;
  const window = { y: top, x: left, height: bottom - top + 1, width: right - left + 1 };
  return { ...window, before: croppedLabels(before, window).data, after: croppedLabels(after, window).data };
}
