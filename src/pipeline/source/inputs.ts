/** From what the user typed (files, folders, patterns) to a sorted list of image files. */
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import { counted } from "../../core/wording.js";
import { unreadable } from "../store/files.js";

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
      "choose another output folder with -o",
    );
  if (found.size === 0)
    throw new InvalidInput(
      "inputs",
      "TIFF or PNG images",
      `none in ${empty.join(", ")}`,
      "give the files, or a folder that holds them directly",
    );
  const notices =
    own.length > 0
      ? [`Passed over what lies in the output folder ${except!}: ${own.join(", ")}.`]
      : empty.map((text) => `There is no image in ${text}.`);
  if (ignored.length > 0 && empty.length === 0)
    notices.push(
      `Passed over ${counted(ignored.length, "file")} that ${ignored.length === 1 ? "is" : "are"} ` +
        `not TIFF or PNG: ${some(ignored.map((file) => basename(file)))}.`,
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

/** The first three names, and how many more there are. */
export const some = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;

interface Expansion {
  readonly files: readonly string[];
  readonly others: readonly string[];
}

async function expand(input: string): Promise<Expansion> {
  const status = await stat(input).catch(() => undefined);
  if (status?.isDirectory()) return split(await filesIn(input, input));
  if (status !== undefined) return { files: [input], others: [] };
  if (!/[*?[\]{}]/.test(input)) throw unreadable(input, await stat(input).catch((error: unknown) => error));
  const { start, pattern } = await splitPattern(input);
  const matches = globMatcher(pattern);
  const depth = pattern.includes("**") ? Infinity : pattern.split("/").length;
  const entries = await walk(start, "", depth);
  return split(entries.filter(matches).map((path) => join(start, path)));
}

async function filesIn(folder: string, input: string): Promise<string[]> {
  if (/\.zarr$/i.test(folder))
    throw new InvalidInput(input, "TIFF or PNG images", "an OME-Zarr folder", "export it as OME-TIFF");
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw unreadable(input, error);
  });
  const names = entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith("."))
    .map((entry) => join(folder, entry.name));
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
  if (!names.some(isImageName) && folders.length > 0) {
    throw new InvalidInput(
      input,
      "a folder that holds images",
      `a folder that holds ${counted(folders.length, "folder")} and no image`,
      "give one of them, such as " +
        `${join(folder, folders.map((entry) => entry.name).sort(naturalOrder)[0]!)}, or the pattern ` +
        `${join(folder, "**", "*.tif")}`,
    );
  }
  return names;
}

export const isImageName = (path: string): boolean => /\.(tiff?|btf|tf8|tf2|png)$/i.test(path);

function split(paths: readonly string[]): Expansion {
  const shown = paths.filter((path) => !basename(path).startsWith("."));
  return {
    files: shown.filter(isImageName),
    others: shown.filter((path) => !isImageName(path)).sort(naturalOrder),
  };
}

/**
 * The folder before the first part with a wildcard that is no folder by itself ("scan [2]" may be one), and
 * the rest with "/" between its parts.
 */
async function splitPattern(input: string): Promise<{ start: string; pattern: string }> {
  const parts = input.split(sep === "\\" ? /[\\/]/ : "/");
  const before = (end: number): string =>
    parts.slice(0, end).join("/") || (input.startsWith("/") ? "/" : ".");
  for (let i = 0; ; i++) {
    const wild =
      /[*?[\]{}]/.test(parts[i]!) && !(await stat(before(i + 1)).catch(() => undefined))?.isDirectory();
    if (wild) return { start: before(i), pattern: parts.slice(i).join("/") };
  }
}

async function walk(start: string, folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(join(start, folder), { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith(".")) continue;
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    // Links to folders are not followed: they may lead back.
    if (!entry.isDirectory()) found.push(path);
    else if (depth > 1) found.push(...(await walk(start, path, depth - 1)));
  }
  return found;
}

/**
 * A test for "/"-separated paths against a pattern: * any characters but "/", ** any folders, ? one
 * character, [abc] [a-z] [!abc] one of them, {a,b} either text.
 *
 * @throws InvalidInput when brackets are not paired
 */
export function globMatcher(pattern: string): (path: string) => boolean {
  let source = "";
  let depth = 0;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]!;
    if (pattern.startsWith("**/", i)) {
      source += "(?:[^/]+/)*";
      i += 2;
    } else if (pattern.startsWith("**", i)) {
      source += ".*";
      i += 1;
    } else if (c === "*") source += "[^/]*";
    else if (c === "?") source += "[^/]";
    else if (c === "[") {
      const end = pattern.indexOf("]", i + 2);
      if (end < 0) throw new InvalidInput("pattern", "a ] for each [", pattern);
      const set = pattern
        .slice(i + 1, end)
        .replace(/^[!^]/, "")
        .replace(/[\\\]^]/g, "\\$&");
      source += `[${/[!^]/.test(pattern[i + 1]!) ? "^/" : ""}${set}]`;
      i = end;
    } else if (c === "{") {
      source += "(?:";
      depth++;
    } else if (c === "}" && depth > 0) {
      source += ")";
      depth--;
    } else if (c === "," && depth > 0) source += "|";
    else source += c.replace(/[\\^$.|+()[\]{}]/g, "\\$&");
  }
  if (depth > 0) throw new InvalidInput("pattern", "a } for each {", pattern);
  try {
    const expression = new RegExp(`^${source}$`, "u");
    return (path) => expression.test(path);
  } catch {
    throw new InvalidInput("pattern", "a valid pattern", pattern);
  }
}

/**
 * Orders texts so that numbers in them go by value: frame2 before frame10. Equal up to leading zeros: by
 * character.
 */
export function naturalOrder(a: string, b: string): number {
  const [left, right] = [a.split(/(\d+)/), b.split(/(\d+)/)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [x, y] = [left[i]!, right[i]!];
    // Odd pieces are the numbers; by length first, since they may be longer than a double's digits.
    const [p, q] = i % 2 === 1 ? [x.replace(/^0+/, ""), y.replace(/^0+/, "")] : [x, y];
    if (i % 2 === 1 && p.length !== q.length) return p.length - q.length;
    if (p !== q) return p < q ? -1 : 1;
  }
  return left.length - right.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** Name of a file without folder and image extension. */
export const stemOf = (path: string): string => basename(path).replace(/(\.ome)?\.[^.]+$/i, "");

/** The last folder of a path, by name; "images" for the root. */
export const folderName = (path: string): string => basename(resolve(dirname(path))) || "images";
