/** Temporary files and folders: names that nobody else has, removed also when the process is ended or killed. */
import { readdirSync, readlinkSync, realpathSync, renameSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { isLeftBehind, ownerTag, ownerTagPattern } from "./owner.js";

/** Longest part of a name that a temporary one repeats: names end at 255 bytes, letters may have four. */
const maxRepeated = 40;

/**
 * A name beside `path`, in the same file system, that says whose it is. It is removed at the end of the
 * process unless `forget` was called for it.
 */
export function temporaryBeside(path: string): string {
  const temporary = nameBeside(path);
  removeAtExit(temporary);
  return temporary;
}

const nameBeside = (path: string): string =>
  join(dirname(path), `.${basename(path).slice(0, maxRepeated)}.${ownerTag()}.unfinished`);

const leftover = new RegExp(`^\\..*\\.${ownerTagPattern}\\.unfinished$`);

/**
 * Removes what killed processes left half written in a folder; what belongs to a living process, or to one of
 * another machine, stays.
 */
export async function removeLeftovers(folder: string): Promise<void> {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names) {
    const match = leftover.exec(name);
    // What cannot be removed does no harm.
    if (match !== null && isLeftBehind(match))
      await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

const present = new Set<string>();
let isListening = false;

/**
 * Removes a file or folder when this process ends, also by `process.exit` in the middle of the work. Writes
 * that wait for a thread of the system are still done after that: what they write into must be made by a
 * `Sync` call, so that none of them makes it anew.
 */
export function removeAtExit(path: string): void {
  present.add(path);
  if (isListening) return;
  isListening = true;
  process.on("exit", () => {
    for (const name of present) removeNow(name);
  });
}

/** More than the threads that write at once. */
const maxAttempts = 10;

/** Removes what other threads may still write into. */
function removeNow(path: string): void {
  let place = nameBeside(path);
  try {
    // Nothing that is written from now on finds it under a name that nobody knows.
    renameSync(path, place);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    place = path;
  }
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    try {
      // Where a file that is open cannot be removed, it is tried again after a while.
      rmSync(place, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
      return;
    } catch {
      // A thread that had found it before has put a file into it. The end of the process must not fail; the
      // next one removes what is left.
    }
  }
}

/** What was put in its place, or removed, needs no removal any more. */
export const forget = (path: string): void => void present.delete(path);

/**
 * The place that a path stands for, through symbolic links, whether something is there or not: what is
 * written there keeps the links.
 */
export function realPlace(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") return resolve(path);
  }
  const absolute = resolve(path);
  if (dirname(absolute) === absolute) return absolute;
  const folder = realPlace(dirname(absolute));
  const place = join(folder, basename(absolute));
  try {
    return realPlace(resolve(folder, readlinkSync(place)));
  } catch {
    return place;
  }
}
