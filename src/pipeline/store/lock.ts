/** One process at a time writes an output folder. */
import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { threadId } from "node:worker_threads";
import { OutputError } from "../../core/errors.js";
import { throwIfCancelled } from "../../core/progress.js";
import { codeOf, unwritable } from "./files.js";
import { keepBeating, type LockTimes, lockTimes, viewOfLock, watchLock } from "./heartbeat.js";
import { countAsEnded, isThisProcess, type Owner, stateOf, thisProcess } from "./owner.js";
import { renameAtOnce } from "./renaming.js";
import { forget, realPlace, removeAtExit, removeLeftovers, temporaryBeside } from "./temporaries.js";

/** Contents of a lock file. */
interface Lock extends Owner {
  /** When it was made, ISO 8601. */
  readonly since: string;
  /** The thread of the process; 0 for the main one. */
  readonly thread?: number | undefined;
}

/** Another process, or another part of this one, writes the folder just now. */
export class FolderBusy extends OutputError {}

/** Name of a lock within the folder that it is for: where nothing may be written beside the folder. */
const nameInside = ".karyon.lock";

/** Whether a file in an output folder is a lock, which is no part of the result. */
export const isLock = (name: string): boolean => name === nameInside;

const lockBeside = (place: string): string => join(dirname(place), `.${basename(place)}.lock`);

/** How often a lock that disappears, or is not yet written, is looked at again, and how long apart, ms. */
const attempts = 20;
const pause = 25;

/** How a process waits for a lock of another machine. */
export interface LockWait {
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
  /** Is told, once, what is waited for. */
  readonly tell?: ((text: string) => void) | undefined;
  readonly times?: LockTimes | undefined;
}

/**
 * Does work that writes the output folder `out`, which no other process writes in the meantime. The lock is a
 * file beside the folder, or inside where nothing may be written beside it; a killed process leaves one that
 * does not block. One of another machine blocks while it beats; when it is silent for minutes its process has
 * ended.
 *
 * @throws FolderBusy when another process writes the folder; OutputError when the lock cannot be written;
 *   Cancelled; whatever `work` throws
 */
export async function withOutputLock<T>(
  folder: string | (LockWait & { readonly out: string }),
  work: () => Promise<T>,
): Promise<T> {
  const { out, ...wait }: LockWait & { out: string } = typeof folder === "string" ? { out: folder } : folder;
  const place = realPlace(out);
  const path = await acquire(out, place, wait);
  removeAtExit(path);
  const contents = readFileSync(path, "utf8");
  const stopBeating = keepBeating(path, contents, wait.times?.beat);
  try {
    await removeLeftovers(place);
    return await work();
  } finally {
    await stopBeating();
    forget(path);
    removeOwn(path, contents);
  }
}

/** Removes the lock of this process, but not one that has taken its place while this machine slept. */
function removeOwn(path: string, contents: string): void {
  try {
    if (readFileSync(path, "utf8") !== contents) return;
  } catch {
    // It is gone, or nobody can read it.
  }
  rmSync(path, { force: true });
}

/**
 * Refuses a folder that another process of this machine writes, before any work for it. Those of other machines
 * are met when the work begins.
 *
 * @throws OutputError that says who writes it, and what to do
 */
export function assertNotLocked(out: string): void {
  const place = realPlace(out);
  for (const path of [lockBeside(place), join(place, nameInside)]) {
    const lock = readLockOf(out, path);
    if (lock !== undefined && lock !== "unfinished" && !isThisProcess(lock) && stateOf(lock) === "alive")
      throw busy(out, lock);
  }
}

/**
 * Takes away the lock that a thread of this process held when it died: the process lives on, so that nobody else
 * would.
 */
export function removeLockOfThread(out: string, thread: number): void {
  const place = realPlace(out);
  for (const path of [lockBeside(place), join(place, nameInside)]) {
    const lock = readLock(path);
    if (lock !== undefined && lock !== "unfinished" && isThisProcess(lock) && lock.thread === thread)
      rmSync(path, { force: true });
  }
}

async function acquire(out: string, place: string, wait: LockWait): Promise<string> {
  // A lock inside, of a process that may not write beside the folder, holds for those that may.
  assertNotLocked(out);
  const inside = readLockOf(out, join(place, nameInside));
  if (inside !== undefined && inside !== "unfinished" && stateOf(inside) === "elsewhere")
    await assertLeft(out, join(place, nameInside), inside, wait);
  try {
    mkdirSync(dirname(place), { recursive: true });
    return await take(out, lockBeside(place), wait);
  } catch (error) {
    const forbidden = ["EACCES", "EPERM", "EROFS"].includes(codeOf(error));
    if (!forbidden || !existsSync(place)) throw codeOf(error) === "" ? error : unwritable(out, error);
  }
  try {
    return await take(out, join(place, nameInside), wait);
  } catch (error) {
    throw codeOf(error) === "" ? error : unwritable(out, error);
  }
}

/** Makes the lock file, by itself where the one that is there was left by an ended process. */
async function take(out: string, path: string, wait: LockWait): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    if (place(path)) return path;
    const lock = readLock(path);
    if (lock === undefined) continue;
    if (lock === "unfinished") {
      // Where the file system has no links a lock is there a moment before its contents.
      if (attempt < attempts) await new Promise((resolve) => setTimeout(resolve, pause));
      else removeStale(path, lock);
      continue;
    }
    if (await assertLeft(out, path, lock, wait)) removeStale(path, lock);
  }
}

/** Puts the lock of this process under its name at once, with its contents. @returns false when one is there */
function place(path: string): boolean {
  const temporary = temporaryBeside(path);
  const lock: Lock = { ...thisProcess, since: new Date().toISOString(), thread: threadId };
  try {
    writeFileSync(temporary, `${JSON.stringify(lock)}\n`, { flag: "wx" });
    return putInPlace(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
    forget(temporary);
  }
}

function putInPlace(temporary: string, path: string): boolean {
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
  }
  // Not every file system has links.
  try {
    copyFileSync(temporary, path, 1 /* COPYFILE_EXCL */);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** The lock in a file; "unfinished" where it is not (yet) one, undefined where there is no file. */
function readLock(path: string): Lock | "unfinished" | undefined {
  try {
    const lock = JSON.parse(readFileSync(path, "utf8")) as Partial<Lock>;
    return typeof lock.pid === "number" && typeof lock.host === "string" && typeof lock.since === "string"
      ? (lock as Lock)
      : "unfinished";
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (code === "") return "unfinished";
    throw error;
  }
}

/** The lock in a file beside or in `out`. @throws OutputError when the system refuses such a name */
function readLockOf(out: string, path: string): Lock | "unfinished" | undefined {
  try {
    return readLock(path);
  } catch (error) {
    throw codeOf(error) === "ENAMETOOLONG" ? unwritable(out, error) : error;
  }
}

/**
 * @returns false when the lock is gone meanwhile
 * @throws FolderBusy unless the process that made the lock has ended; Cancelled
 */
async function assertLeft(out: string, path: string, lock: Lock, wait: LockWait): Promise<boolean> {
  const state = stateOf(lock);
  if (state === "dead") return true;
  if (state === "alive") throw busy(out, lock);
  const times = wait.times ?? lockTimes;
  let isTold = false;
  const found = await watchLock(viewOfLock(path), times, (silentFor) => {
    throwIfCancelled(wait, "Waiting for another machine");
    if (!isTold) wait.tell?.(waitText(out, lock, times, silentFor));
    isTold = true;
  });
  if (found === "beats") throw busy(out, lock);
  if (found === "silent") countAsEnded(lock);
  return found === "silent";
}

const waitText = (out: string, lock: Lock, { silence }: LockTimes, silentFor: number): string =>
  `${out} was being written by process ${lock.pid} on ${lock.host}, which cannot be asked from here; it counts ` +
  `as ended when it gives no sign of life for ${Math.ceil((silence - silentFor) / 1000)} s more.`;

function busy(out: string, lock: Lock): FolderBusy {
  const who = isThisProcess(lock) ? "this very process" : `process ${lock.pid} on ${lock.host}`;
  const advice = "wait until it ends, or choose another output folder";
  return new FolderBusy(`${out} is being written by ${who} since ${lock.since}; ${advice}.`);
}

/**
 * Removes the lock of an ended process. It is moved away first: what another process has put in its place in
 * the meantime is not it, and is put back.
 */
function removeStale(path: string, stale: Lock | "unfinished"): void {
  const moved = temporaryBeside(path);
  try {
    renameAtOnce(path, moved);
    const found = readLock(moved);
    if (JSON.stringify(found) !== JSON.stringify(stale)) putInPlace(moved, path);
  } catch (error) {
    // Another process removes it just now.
    if (codeOf(error) !== "ENOENT") throw error;
  } finally {
    rmSync(moved, { force: true });
    forget(moved);
  }
}
