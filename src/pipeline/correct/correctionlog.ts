/** The log of edits of a run on disk, `corrections/log.jsonl`: it only grows, a line an entry. */
import { existsSync, statSync } from "node:fs";
import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  appendEntry,
  type EditLog,
  emptyLog,
  type LogStep,
  type NewEntry,
  nextEntry,
} from "../../correct/editlog.js";
import type { LogEntry } from "../../correct/edits.js";
import { decodeLog, encodeEntry, logHead } from "../../correct/logcodec.js";
import { studioFiles } from "../store/folders.js";
import { codeOf, unwritable } from "../store/files.js";
import { FolderBusy, withOutputLock } from "../store/lock.js";

/** Folder of what was corrected by hand, in a run folder. */
export const correctionsFolder = (out: string): string => join(out, studioFiles.corrections);

const logFile = (out: string): string => join(correctionsFolder(out), "log.jsonl");

/** What was appended. */
export interface Appended {
  readonly entry: LogEntry;
  /** What it does to labels or tracks; undefined for other entries. */
  readonly step: LogStep | undefined;
}

/** A log that is open. Calls of `append` follow each other. */
export interface CorrectionLog {
  /** As it stands; do not change it. */
  readonly state: () => EditLog;
  /**
   * Writes an entry, to the disk and not only to its cache, before it holds.
   *
   * @param check may refuse it, once the log is known to be that of the disk
   * @returns undefined where there is nothing to undo or to redo
   * @throws OutputError when another process writes just now, or the disk refuses; what `check` throws
   */
  readonly append: (what: NewEntry, check?: () => Promise<void> | void) => Promise<Appended | undefined>;
  /** Reads the log again where another process has written. @returns whether one has */
  readonly refresh: () => Promise<boolean>;
}

/** Reads the log of a run folder as it is now. @throws CorruptFile, UnsupportedFormat */
export async function readCorrectionLog(out: string): Promise<EditLog> {
  return (await readLog(out)).log;
}

/** What is known of a log file. */
interface KnownLog {
  readonly log: EditLog;
  /** Bytes up to the end of its last whole entry. */
  readonly length: number;
}

async function readLog(out: string): Promise<KnownLog> {
  const path = logFile(out);
  if (!existsSync(path)) return { log: emptyLog(), length: 0 };
  const { entries, length } = decodeLog(await readFile(path), path);
  const log = emptyLog();
  for (const entry of entries) appendEntry(log, entry);
  return { log, length };
}

/**
 * Opens the log of a run folder; nothing is written before the first entry.
 *
 * @throws CorruptFile, UnsupportedFormat
 */
export async function openCorrectionLog(out: string): Promise<CorrectionLog> {
  let known = await readLog(out);
  let last: Promise<unknown> = Promise.resolve();

  const refresh = async (): Promise<boolean> => {
    const size = statSync(logFile(out), { throwIfNoEntry: false })?.size ?? 0;
    if (size === known.length) return false;
    const read = await readLog(out);
    const isOther = read.length !== known.length;
    known = read;
    return isOther;
  };

  const append = async (what: NewEntry, check: () => Promise<void> | void): Promise<Appended | undefined> => {
    await mkdir(correctionsFolder(out), { recursive: true }).catch((error: unknown) => {
      throw unwritable(correctionsFolder(out), error);
    });
    return patiently(correctionsFolder(out), async () => {
      await refresh();
      await check();
      const entry = nextEntry(known.log, what, new Date().toISOString());
      if (entry === undefined) return undefined;
      const length = await writeAt(logFile(out), known.length, encodeEntry(entry));
      const step = appendEntry(known.log, entry);
      known = { log: known.log, length };
      return { entry, step };
    });
  };

  return {
    state: () => known.log,
    refresh,
    append: (what, check = () => undefined) => {
      const next = last.then(() => append(what, check));
      last = next.catch(() => undefined);
      return next;
    },
  };
}

/** How often a log that another program writes is tried, and how long apart, ms: a line takes a few. */
const [attempts, pause] = [40, 25];

/** Does work that writes a folder, once no other program does. @throws FolderBusy when one does for long */
async function patiently<T>(folder: string, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await withOutputLock(folder, work);
    } catch (error) {
      if (!(error instanceof FolderBusy) || attempt === attempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/**
 * Writes a line behind the whole entries of a log; what a killed process left of another one is cut off.
 *
 * @returns length of the file
 */
async function writeAt(path: string, length: number, line: string): Promise<number> {
  const text = new TextEncoder().encode(length === 0 ? logHead + line : line);
  try {
    const file = await open(path, existsSync(path) ? "r+" : "w");
    try {
      await file.truncate(length);
      await file.write(text, 0, text.length, length);
      await file.datasync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw codeOf(error) === "" ? error : unwritable(path, error);
  }
  return length + text.length;
}
