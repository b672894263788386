/** Output folders that are there whole or not at all. */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { copyFile, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { OutputError } from "../../core/errors.js";
import { codeOf, unwritable } from "./files.js";
import { assertNotLocked, isLock } from "./lock.js";
import { readRun } from "./provenance.js";
import { renameAtOnce, renameInPlace } from "./renaming.js";
import { forget, realPlace, removeLeftovers, temporaryBeside } from "./temporaries.js";

/**
 * Makes a folder through `fill`, under a temporary name beside it, and renames it when it is complete: an
 * error or a stop leaves nothing under the final name, and an earlier folder of that name is replaced only
 * then. A symbolic link stays one: the folder that it leads to is replaced.
 *
 * @throws OutputError when the disk refuses; whatever `fill` throws
 */
export async function writeFolder<T>(path: string, fill: (temporary: string) => Promise<T>): Promise<T> {
  const target = realPlace(path);
  const previous = join(dirname(target), `.${basename(target)}.previous`);
  const temporary = temporaryBeside(target);
  try {
    // A power cut between the two renames below leaves the earlier folder under this name alone.
    if (existsSync(previous) && !existsSync(target)) await renameInPlace(previous, target);
    await removeLeftovers(dirname(target));
    mkdirSync(temporary, { recursive: true });
    const value = await fill(temporary);
    for (const name of entriesOf(target).filter(isPreview))
      await copyFile(join(target, name), join(temporary, name));
    await rm(previous, { recursive: true, force: true });
    // At once: a stop between the two would leave the earlier folder under the other name.
    if (existsSync(target)) renameAtOnce(target, previous);
    renameAtOnce(temporary, target);
    await rm(previous, { recursive: true, force: true });
    return value;
  } catch (error) {
    if (existsSync(previous) && !existsSync(target))
      await renameInPlace(previous, target).catch(() => undefined);
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw codeOf(error) === "" ? saidOf(path, temporary, error) : unwritable(path, error);
  } finally {
    forget(temporary);
  }
}

/** An error that names the folder by the name that the user knows: the temporary one is gone. */
function saidOf(path: string, temporary: string, error: unknown): unknown {
  if (error instanceof Error) error.message = error.message.replaceAll(temporary, path);
  return error;
}

/**
 * What becomes of the trained network of a run or a study when it was made from something else: it is replaced, or
 * the work is refused, or ("keep") it is used as it is.
 */
export type Retrain = boolean | "keep";

/** What may become of an output folder that is there. */
export interface OutputOptions {
  /** Replace an earlier result of the same command. */
  readonly overwrite: boolean;
  /** Default: false. */
  readonly retrain?: Retrain;
}

/**
 * Pictures of `karyon annotate --preview`: they may lie in a folder before a result is written there, and
 * stay when it is.
 */
export const previewName = (frame: string): string => `preview_${frame}.png`;
const isPreview = (name: string): boolean => /^preview_.+\.png$/.test(name);

/** What the studio keeps in a run folder, also before there is a run: settings, corrections, networks by name. */
export const studioFiles = { settings: "studio.json", corrections: "corrections", models: "models" } as const;
/** Folder, in that of a run, of the parts of a stage that several machines make. */
export const partsFolder = ".parts";
const studioNames: readonly string[] = [...Object.values(studioFiles), partsFolder];
// A run adds to its folder; other commands put a whole folder in the place of what is there.
const isBeforeRun = (name: string): boolean => studioNames.includes(name);

/**
 * Refuses to replace a folder that another process writes, or that holds something, unless it is a result of
 * the same command and the user said so.
 *
 * @throws OutputError
 */
export function assertReplaceable(path: string, command: string, overwrite: boolean): void {
  assertNotLocked(path);
  const entries = entriesOf(path).filter(
    (name) => !isPreview(name) && !isLock(name) && !(command === "run" && isBeforeRun(name)),
  );
  if (entries.length === 0) return;
  const made = readRun(path)?.command;
  const other = "choose an empty or new output folder";
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
      `${path} holds an earlier result; choose another output folder, or give overwrite: true to replace it.`,
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
