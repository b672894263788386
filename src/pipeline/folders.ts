/** Output folders that are there whole or not at all. */
import { existsSync, readdirSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { isKaryonError, messageOf, OutputError } from "../core/errors.js";

/**
 * Makes a folder through `fill`, under a temporary name beside it, and renames it when it is complete: an error or a stop leaves nothing
 * under the final name, and an earlier folder of that name is replaced only then.
 *
 * @throws OutputError when the disk refuses; whatever `fill` throws
 */
export async function writeFolder<T>(path: string, fill: (temporary: string) => Promise<T>): Promise<T> {
  const target = resolve(path);
  const temporary = join(dirname(target), `.${basename(target)}.unfinished`);
  try {
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    const value = await fill(temporary);
    const previous = join(dirname(target), `.${basename(target)}.previous`);
    await rm(previous, { recursive: true, force: true });
    if (existsSync(target)) await rename(target, previous);
    await rename(temporary, target);
    await rm(previous, { recursive: true, force: true });
    return value;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    if (isKaryonError(error) || !isSystemError(error)) throw error;
    throw new OutputError(`${path} cannot be written (${explain(error.code)}); choose another folder with -o, or make room and run again.`, error);
  }
}

/**
 * Refuses to replace a folder that holds something, unless told to.
 *
 * @param marker file by which a folder is known to be Karyon's own; a folder without it is never replaced, not even when told to
 * @throws OutputError
 */
export function assertReplaceable(path: string, marker: string, overwrite: boolean): void {
  if (!existsSync(path)) return;
  let entries: string[];
  try {
    entries = readdirSync(path);
  } catch (error) {
    throw new OutputError(`${path} is not a folder that can be written (${messageOf(error).split(",")[0]}); choose another with -o.`, error);
  }
  if (entries.length === 0) return;
  if (!entries.includes(marker)) throw new OutputError(`${path} holds ${entries.length} files that Karyon did not make (no ${marker}); choose an empty or new folder with -o.`);
  if (!overwrite) throw new OutputError(`${path} holds an earlier result; choose another folder with -o, or give --overwrite to replace it.`);
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && "code" in error && "syscall" in error;

const explanations: Record<string, string> = {
  ENOSPC: "the disk is full", EACCES: "no permission", EPERM: "no permission", EROFS: "the disk is read-only", ENOTDIR: "a part of the path is a file",
  EEXIST: "a file of that name exists", EDQUOT: "the quota is used up", ENAMETOOLONG: "the name is too long",
};
const explain = (code: string | undefined): string => explanations[code ?? ""] ?? code ?? "unknown reason";
