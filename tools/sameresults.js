/**
 * Compares two output folders byte by byte, times and memory excepted: `node tools/sameresults.js A B` prints a
 * line for each difference, and ends with 1 where there is one.
 */
import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fileDifferences } from "../dist/pipeline/replay/differingfiles.js";

/** Files, links and empty folders below a folder, sorted. */
function listing(folder, prefix = "") {
  return readdirSync(join(folder, prefix), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
      if (!entry.isDirectory()) return [path];
      const inside = listing(folder, path);
      return inside.length === 0 ? [`${path}/`] : inside;
    });
}

/** What differs in two files of one name; undefined where nothing counts. */
function fileDifference(name, a, b) {
  if (name.endsWith("/")) return undefined;
  if (lstatSync(a).isSymbolicLink() && lstatSync(b).isSymbolicLink())
    return readlinkSync(a) === readlinkSync(b) ? undefined : "leads elsewhere";
  const what = fileDifferences(name, a, b);
  return what.length === 0 ? undefined : what.slice(0, 6).join("; ");
}

/**
 * What differs between two output folders, one sentence a file. Files are compared as `karyon replay` does,
 * times, memory, machine and places excepted; but hidden files and locks count: nothing temporary may be left.
 *
 * @param ignore whether a file, by its path in the folder, does not count
 * @returns an empty list where the folders are equal
 */
export function differences(a, b, ignore = undefined) {
  const [first, second] = [a, b].map((folder) => new Set(listing(folder).filter((path) => !ignore?.(path))));
  return [...new Set([...first, ...second])].sort().flatMap((path) => {
    if (!first.has(path)) return [`${path}: is not in ${a}`];
    if (!second.has(path)) return [`${path}: is not in ${b}`];
    const found = fileDifference(path, join(a, path), join(b, path));
    return found === undefined ? [] : [`${path}: ${found}`];
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [a, b] = process.argv.slice(2);
  if (b === undefined) throw new Error("usage: node tools/sameresults.js FOLDER FOLDER");
  const found = differences(a, b);
  for (const sentence of found) console.log(sentence);
  process.exitCode = found.length === 0 ? 0 : 1;
}
