/**
 * Compares two folders of results, file by file: `node tools/comparefolders.js A B`.
 *
 * Times, memory and what follows from them may differ: in run.json (with the fingerprints and hashes that the
 * date in model.json enters), in model.json, in the last column of training.csv, and where a report states them.
 * Such files are counted by themselves.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { pathToFileURL } from "node:url";

/** Relative paths of all files but hidden ones, sorted. */
const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !path.split("/").some((part) => part.startsWith(".")))
    .sort();

/** @type {Record<string, [RegExp, string][]>} */
const times = {
  "run.json": [[/"(finished|seconds|peakMemoryMiB|basis|sha256)": [^\n]*/g, '"$1"']],
  "model.json": [[/"created": "[^"]*"/, '"created"']],
  "training.csv": [[/,[0-9.]+$/gm, ","]],
  "report.html": [
    [/\d{4}-\d\d-\d\d \d\d:\d\d/g, "date"],
    [/<td>[0-9.]+ (s|min|h)( [0-9]+ (s|min))?<\/td>/g, "<td>time</td>"],
    [/<td>[0-9.]+ (MiB|GiB|MB|GB)<\/td>/g, "<td>memory</td>"],
  ],
};

/** A text without its times. */
function timeless(path, bytes) {
  const rules = times[basename(path)];
  return rules?.reduce((text, [pattern, by]) => text.replace(pattern, by), bytes.toString("utf8"));
}

/** @returns the numbers of files that are equal in bytes, equal but for times, and the names of the others */
export function compareFolders(first, second) {
  const [a, b] = [filesOf(first), filesOf(second)];
  const others = [
    ...a.filter((path) => !b.includes(path)).map((path) => `${path}: only in ${first}`),
    ...b.filter((path) => !a.includes(path)).map((path) => `${path}: only in ${second}`),
  ];
  const counts = { equal: 0, butForTimes: 0, others };
  for (const path of a.filter((name) => b.includes(name))) {
    const [one, two] = [readFileSync(join(first, path)), readFileSync(join(second, path))];
    const text = timeless(path, one);
    if (one.equals(two)) counts.equal++;
    else if (text !== undefined && text === timeless(path, two)) counts.butForTimes++;
    else others.push(`${path}: differs`);
  }
  return counts;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { equal, butForTimes, others } = compareFolders(process.argv[2], process.argv[3]);
  for (const line of others) console.log(line);
  console.log(`${equal} equal, ${butForTimes} but for times, ${others.length} others`);
  process.exit(others.length === 0 && equal > 0 ? 0 : 1);
}
