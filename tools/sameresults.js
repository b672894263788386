/**
 * Compares two output folders byte by byte, times and memory excepted: `node tools/sameresults.js A B` prints a
 * line for each difference, and ends with 1 where there is one.
 */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";

/** Keys of `run.json` that hold times and memory. */
const excepted = new Set(["finished", "seconds", "peakMemoryMiB"]);

const visible = (_key, value) =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).filter(([name]) => !excepted.has(name)))
    : value;

/** The first path at which two JSON values differ; undefined where they are equal. */
function firstDifference(a, b, path = "") {
  const isNode = (value) => typeof value === "object" && value !== null;
  if (!isNode(a) || !isNode(b)) return Object.is(a, b) ? undefined : path || "(the whole)";
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  for (const name of names) {
    const found = firstDifference(a[name], b[name], path === "" ? name : `${path}.${name}`);
    if (found !== undefined) return found;
  }
  // Equal values in another order are other bytes.
  return Object.keys(a).join() === Object.keys(b).join() ? undefined : `${path} (order of its keys)`;
}

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

/** Files that tell times, without them. */
const withoutTimes = {
  // The seconds of each epoch are the last column.
  "training.csv": (text) => text.replace(/,[^,\n]*$/gm, ""),
  "model.json": (text) => text.replace(/"created": "[^"]*"/, ""),
  "report.html": (text) =>
    text
      .replace(/ · \d{4}-\d\d-\d\d \d\d:\d\d<\/p>/, "</p>")
      .replace(/<td>[\d. hmins]+ (s|min|h)<\/td>/g, ""),
};

/** What differs in two files of one name; undefined where nothing counts. */
function fileDifference(name, a, b) {
  if (name.endsWith("/")) return undefined;
  if (lstatSync(a).isSymbolicLink() && lstatSync(b).isSymbolicLink())
    return readlinkSync(a) === readlinkSync(b) ? undefined : "leads elsewhere";
  const [first, second] = [readFileSync(a), readFileSync(b)];
  if (first.equals(second)) return undefined;
  if (basename(name) === "run.json") {
    const path = firstDifference(...[first, second].map((bytes) => JSON.parse(String(bytes), visible)));
    return path === undefined ? undefined : `differs at ${path}`;
  }
  const rest = withoutTimes[basename(name)];
  if (rest !== undefined && rest(String(first)) === rest(String(second))) return undefined;
  let at = 0;
  while (at < first.length && first[at] === second[at]) at++;
  return `differs from byte ${at} (${first.length} and ${second.length} bytes)`;
}

/**
 * What differs between two output folders, one sentence a file. Excepted are times and memory in `run.json`, and
 * times and dates in `training.csv`, `model.json` and `report.html`. Hidden files count: nothing temporary may
 * be left.
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
