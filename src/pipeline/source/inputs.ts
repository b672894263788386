/** From what the user typed (files, folders, patterns) to a sorted list of image files. */
import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, isAbsolute, join, relative, resolve, sep } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import { counted, some } from "../../core/wording.js";
import { imageFormatNames, isHierarchyName, isImageName } from "../../io/formats/formatnames.js";
import { unreadFolderOf } from "../../io/formats/unreadformats.js";
import { unreadable } from "../store/files.js";
import { naturalOrder } from "../store/names.js";
import { seriesAddress } from "../store/seriesaddress.js";
import { expandPattern, isPattern } from "./patterns.js";

/** The files that inputs stand for. */
export interface InputFiles {
  /** Paths, as the user began them, in natural order, without duplicates. */
  readonly files: readonly string[];
  /** What was passed over, as sentences. */
  readonly notices: readonly string[];
}

/**
 * Expands inputs: a file is itself; a folder the images in it (its folders are not entered); a name with * ?
 * ** [] {} that is no file every image that fits it. Hidden files are passed over, and so is in folders and
 * patterns what has not the name of an image.
 *
 * @param except a folder whose files are passed over: that of the output
 * @throws InvalidInput when an input does not exist, or none gives a file
 */
export async function listInputs(inputs: readonly string[], except?: string): Promise<InputFiles> {
  if (inputs.length === 0) throw new InvalidInput("inputs", "at least one file or folder", "none");
  const found = new Map<string, string>();
  const ignored: string[] = [];
  const empty: string[] = [];
  const own: string[] = [];
  for (const input of inputs) {
    const { files: all, others } = await expand(input);
    const files = all.filter((file) => except === undefined || !isInside(file, except));
    if (files.length < all.length) own.push(`${counted(all.length - files.length, "file")} of ${input}`);
    for (const file of files) if (!found.has(resolve(file))) found.set(resolve(file), file);
    ignored.push(...others);
    if (files.length === 0) empty.push(`${input} (${describeOthers(others)})`);
  }
  if (found.size === 0 && own.length > 0)
    throw new InvalidInput(
      "inputs",
      "images outside of the output folder",
      `${own.join(", ")} inside of ${except!}`,
      "choose another output folder",
    );
  if (found.size === 0)
    throw new InvalidInput(
      "inputs",
      `${imageFormatNames} images`,
      `none in ${empty.join(", ")}`,
      "give the files, or a folder that holds them directly",
    );
  const notices =
    own.length > 0
      ? [`Files in the output folder ${except!} are not read: ${own.join(", ")}.`]
      : empty.map((text) => `There is no image in ${text}.`);
  if (ignored.length > 0 && empty.length === 0)
    notices.push(
      `Passed over ${counted(ignored.length, "file")} that ${ignored.length === 1 ? "is" : "are"} ` +
        `not ${imageFormatNames}: ${some(ignored.map((file) => basename(file)))}.`,
    );
  return { files: [...found.values()].sort(naturalOrder), notices };
}

function isInside(path: string, folder: string): boolean {
  const way = relative(resolve(folder), resolve(path));
  return way !== "" && way.split(sep)[0] !== ".." && !isAbsolute(way);
}

const describeOthers = (others: readonly string[]): string =>
  others.length === 0
    ? "nothing found"
    : `${counted(others.length, "other file")}: ${some(others.map((file) => basename(file)))}`;

interface Expansion {
  readonly files: readonly string[];
  readonly others: readonly string[];
}

async function expand(input: string): Promise<Expansion> {
  const status = await stat(input).catch(() => undefined);
  if (status?.isDirectory() === true && !isHierarchy(input)) return split(await filesIn(input, input));
  if (status !== undefined) return { files: [input], others: [] };
  if (seriesAddress(input).series !== undefined) return { files: [input], others: [] };
  if (!isPattern(input)) throw unreadable(input, await stat(input).catch((error: unknown) => error));
  return split(await expandPattern(input, isHierarchy));
}

async function filesIn(folder: string, input: string): Promise<string[]> {
  const unread = unreadFolderOf(basename(folder));
  if (unread !== undefined)
    throw new InvalidInput(input, `${imageFormatNames} images`, `an ${unread.name} folder`, unread.advice);
  const all = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw unreadable(input, error);
  });
  const entries = all.filter((entry) => !entry.name.startsWith("."));
  const isPlainFolder = (entry: Dirent): boolean => entry.isDirectory() && !isHierarchyName(entry.name);
  const names = entries.filter((entry) => !isPlainFolder(entry)).map((entry) => join(folder, entry.name));
  const folders = entries.filter(isPlainFolder).map((entry) => entry.name);
  if (!names.some(isImage) && folders.length > 0) {
    throw new InvalidInput(
      input,
      "a folder that holds images",
      `a folder that holds ${counted(folders.length, "folder")} and no image`,
      "give one of them, such as " +
        `${join(folder, folders.sort(naturalOrder)[0]!)}, or the pattern ${join(folder, "**", "*.tif")}`,
    );
  }
  return names;
}

const isHierarchy = (path: string): boolean => isHierarchyName(basename(path));

const isImage = (path: string): boolean => isImageName(basename(path)) || isHierarchy(path);

function split(paths: readonly string[]): Expansion {
  const shown = paths.filter((path) => !basename(path).startsWith("."));
  return {
    files: shown.filter(isImage),
    others: shown.filter((path) => !isImage(path)).sort(naturalOrder),
  };
}
