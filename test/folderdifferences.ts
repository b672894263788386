/** What two output folders differ in: other than times, memory and machine in `run.json`, nothing should. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();

/** What every run has of its own, in a stage and in the environment. */
const ownKeys = new Set(["finished", "seconds", "peakMemoryMiB", "processor", "cores", "memoryGiB"]);

const comparableRun = (text: string): string =>
  JSON.stringify(JSON.parse(text, (key, value: unknown) => (ownKeys.has(key) ? undefined : value)));

/** The report names the time at which it was made, and how long the stages took. */
const reportTimes = [/\d{4}-\d\d-\d\d \d\d:\d\d/g, /<td[^>]*>[\d.,]+ ?(?:s|min|h)?<\/td>/g];
const comparableReport = (text: string): string =>
  reportTimes.reduce((all, pattern) => all.replace(pattern, ""), text);

const comparable = (name: string, bytes: Buffer): string => {
  if (/(^|[\\/])run\.json$/.test(name)) return comparableRun(bytes.toString());
  if (/(^|[\\/])report\.html$/.test(name)) return comparableReport(bytes.toString());
  return bytes.toString("latin1");
};

/**
 * Compares two output folders file by file, byte by byte; `run.json` without times, memory and machine,
 * reports without times.
 *
 * @returns a line for each file that is in one of them only, or differs
 */
export function folderDifferences(first: string, second: string): string[] {
  const [one, other] = [filesOf(first), filesOf(second)];
  const names = [...new Set([...one, ...other])].sort();
  return names.flatMap((name) => {
    if (!one.includes(name)) return [`${name}: only in the second`];
    if (!other.includes(name)) return [`${name}: only in the first`];
    const [a, b] = [first, second].map((folder) => comparable(name, readFileSync(join(folder, name))));
    return a === b ? [] : [`${name}: differs`];
  });
}
