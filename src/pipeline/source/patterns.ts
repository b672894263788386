/**
 * Names with wildcards: * any characters but "/", ** any folders, ? one character, [abc] [a-z] [!abc] one of
 * them, {a,b} either text. All else stands for itself, round brackets too, which microscopes like to write.
 */
import { readdir } from "node:fs";
import { stat } from "node:fs/promises";
import { join, sep } from "node:path";
import picomatch from "picomatch";
import { type FileSystemAdapter, glob } from "tinyglobby";
import { InvalidInput } from "../../core/errors.js";
import { unreadable } from "../store/files.js";

/** True for a text that holds a wildcard. */
export const isPattern = (text: string): boolean => /[*?[\]{}]/.test(text);

/**
 * What fits a pattern, in no order: files, and links whatever they lead to; hidden ones are left out.
 *
 * @param alsoFolder whether a folder counts as well, by its path
 * @throws InvalidInput when brackets are not paired
 */
export async function expandPattern(input: string, alsoFolder: (path: string) => boolean): Promise<string[]> {
  const { start, pattern } = await splitPattern(input);
  const found = await glob(escaped(pattern), {
    cwd: start,
    expandDirectories: false,
    extglob: false,
    followSymbolicLinks: false,
    onlyFiles: false,
    fs: linksAsFiles,
  });
  return found
    .filter((path) => (path.endsWith("/") ? alsoFolder(path.slice(0, -1)) : true))
    .filter((path) => path.split("/").every((part) => !part.startsWith(".")))
    .map((path) => join(start, path.replace(/\/$/, "")));
}

/** A test for "/"-separated paths against a pattern. @throws InvalidInput when brackets are not paired */
export function globMatcher(pattern: string): (path: string) => boolean {
  const matches = picomatch(escaped(pattern), { noextglob: true, posix: true });
  return (path) => matches(path);
}

/** A set of signs: whether it is of all others, and the signs; a ] that comes first is one of them. */
const sets = /\[([!^]?)([^][^\]]*)\]/g;

/**
 * A pattern for the libraries, which know more signs than are meant here.
 *
 * @throws InvalidInput when brackets are not paired
 */
function escaped(pattern: string): string {
  const bare = pattern.replace(sets, "");
  if (bare.includes("[")) throw new InvalidInput("pattern", "a ] for each [", pattern);
  if (isUnpaired(bare)) throw new InvalidInput("pattern", "a } for each {", pattern);
  let text = "";
  let from = 0;
  for (const match of pattern.matchAll(sets)) {
    text += escapedText(pattern.slice(from, match.index)) + escapedSet(match[1]!, match[2]!, pattern);
    from = match.index + match[0].length;
  }
  text += escapedText(pattern.slice(from));
  // The libraries know ** as a whole part of a path only.
  return text.replace(/(?<=[^/])\*\*+|\*\*+(?=[^/])/g, "*{,/**/*}");
}

/** True when there is no } for a {, wherever a lone } stands. */
function isUnpaired(text: string): boolean {
  let depth = 0;
  for (const sign of text) {
    if (sign === "{") depth++;
    else if (sign === "}" && depth > 0) depth--;
  }
  return depth > 0;
}

const escapedText = (text: string): string => text.replace(/[^\w\s*?{},/.-]/gu, "\\$&");

/** @throws InvalidInput when a range runs backwards */
function escapedSet(sign: string, content: string, pattern: string): string {
  for (const [, first, last] of content.matchAll(/([^])-([^])/gu))
    if (first! > last!) throw new InvalidInput("pattern", "a valid pattern", pattern);
  return `[${sign === "" ? "" : "^"}${content.replace(/[\\[\]^*!:]/g, "\\$&")}]`;
}

/**
 * The folder before the first part with a wildcard that is no folder by itself ("scan [2]" may be one), and
 * the rest with "/" between its parts.
 *
 * @throws InvalidInput when all parts with wildcards are folders: then the last part is missing in them
 */
async function splitPattern(input: string): Promise<{ start: string; pattern: string }> {
  const parts = input.split(sep === "\\" ? /[\\/]/ : "/");
  const before = (end: number): string =>
    parts.slice(0, end).join("/") || (input.startsWith("/") ? "/" : ".");
  for (const [i, part] of parts.entries()) {
    const isWild = isPattern(part) && !(await stat(before(i + 1)).catch(() => undefined))?.isDirectory();
    if (isWild) return { start: before(i), pattern: parts.slice(i).join("/") };
  }
  throw unreadable(input, await stat(input).catch((error: unknown) => error));
}

/** Links count as files: a link to a folder is not followed, for it may lead back. */
const linksAsFiles: FileSystemAdapter = {
  readdir: ((folder: string, _: unknown, done: Parameters<typeof readdir>[2]) => {
    readdir(folder, { withFileTypes: true }, (error, entries) => {
      for (const entry of entries ?? []) if (entry.isSymbolicLink()) entry.isFile = () => true;
      (done as (error: unknown, entries: unknown) => void)(error, entries);
    });
  }) as typeof readdir,
};
