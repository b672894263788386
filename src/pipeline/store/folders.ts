/** Output folders that are there whole or not at all. */
import { existsSync, readdirSync } from "node:fs";
import { copyFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { OutputError } from "../../core/errors.js";
import { codeOf, makeFolder, unwritable } from "./files.js";
import { readRun } from "./provenance.js";

/**
 * Makes a folder through `fill`, under a temporary name beside it, and renames it when it is complete: an
 * error or a stop leaves nothing under the final name, and an earlier folder of that name is replaced only
 * then.
 *
 * @throws OutputError when the disk refuses; whatever `fill` throws
 */
export async function writeFolder<T>(path: string, fill: (temporary: string) => Promise<T>): Promise<T> {
  const target = resolve(path);
  const beside = (word: string): string => join(dirname(target), `.${basename(target)}.${word}`);
  const [temporary, previous] = [beside("unfinished"), beside("previous")];
  try {
    // A power cut between the two renames below leaves the earlier folder under this name alone.
    if (existsSync(previous) && !existsSync(target)) await rename(previous, target);
    await rm(temporary, { recursive: true, force: true });
    await makeFolder(temporary);
    const value = await fill(temporary);
    for (const name of entriesOf(target).filter(isPreview))
      await copyFile(join(target, name), join(temporary, name));
    await rm(previous, { recursive: true, force: true });
    if (existsSync(target)) await rename(target, previous);
    await rename(temporary, target);
    await rm(previous, { recursive: true, force: true });
    return value;
  } catch (error) {
    if (existsSync(previous) && !existsSync(target)) await rename(previous, target).catch(() => undefined);
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw codeOf(error) === "" ? error : unwritable(path, error);
  }
}

export interface OutputOptions {
  /** Replace an earlier result of the same command. */
  readonly overwrite: boolean;
  /** Replace a trained network, too, of a run or a study. */
  readonly retrain?: boolean;
}

/**
 * Pictures of `karyon annotate --preview`: they may lie in a folder before a result is written there, and
 * stay when it is.
 */
export const previewName = (frame: string): string => `preview_${frame}.png`;
const isPreview = (name: string): boolean => /^preview_.+\.png$/.test(name);

/**
 * Refuses to replace a folder that holds something, unless it is a result of the same command and the user
 * said so.
 *
 * @throws OutputError
 */
export function assertReplaceable(path: string, command: string, overwrite: boolean): void {
  const entries = entriesOf(path).filter((name) => !isPreview(name));
  if (entries.length === 0) return;
  const made = readRun(path)?.command;
  const other = "choose an empty or new folder with -o";
  if (made === undefined)
    throw new OutputError(
      `${path} holds ${entries.length === 1 ? "a file" : `${entries.length} files`} that Karyon ` +
        `did not make (no run.json); ${other}.`,
    );
  if (made !== command)
    throw new OutputError(
      `${path} holds the result of karyon ${made}, which karyon ${command} does not replace; ${other}.`,
    );
  if (!overwrite)
    throw new OutputError(
      `${path} holds an earlier result; choose another folder with -o, or give --overwrite to replace it.`,
    );
}

function entriesOf(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw unwritable(path, error);
  }
}
