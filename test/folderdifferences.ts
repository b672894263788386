/** What two output folders differ in: other than times, memory and machine in `run.json`, nothing should. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();

/** What every run has of its own, in a stage and in the environment. */
const ownKeys = new Set(["finished", "seconds", "peakMemoryMiB", "processor", "cores", "memoryGiB"]);

/** The stage "report" tells the path of the report, which is in the folder's own name. */
const comparableRun = (text: string, folder: string): string =>
  JSON.stringify(
    JSON.parse(text, (key, value: unknown) =>
      ownKeys.has(key) ? undefined : value === join(folder, "report.html") ? "report.html" : value,
    ),
  );

/** The time at which the network was made. */
const comparableModel = (text: string): string => text.replace(/^ *"created": "[^"]*",?$/m, "");

/** Without its last column, the seconds since the training began. */
const comparableCurve = (text: string): string => {
  const lines = text.trimEnd().split(/\r?\n/);
  if (!lines[0]!.endsWith(",time_s")) throw new Error(`no times at the end of ${lines[0]}`);
  return lines.map((line) => line.slice(0, line.lastIndexOf(","))).join("\n");
};

/** When it was made, and how long the stages took. */
const comparableReport = (text: string): string =>
  text
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d/g, "TIME")
    .replace(/(<td[^>]*>)\s*[\d.]+ (?:s|min)(?: [\d.]+ s)?(<\/td>)/g, "$1SECONDS$2");

const comparable = (folder: string, name: string): string => {
  const bytes = readFileSync(join(folder, name));
  switch (basename(name)) {
    case "run.json":
      return comparableRun(bytes.toString(), folder);
    case "model.json":
      return comparableModel(bytes.toString());
    case "training.csv":
      return comparableCurve(bytes.toString());
    case "report.html":
      return comparableReport(bytes.toString());
    default:
      return bytes.toString("latin1");
  }
};

/**
 * Compares two output folders file by file, byte by byte; what is made of a time, the
 * memory or the machine does not count.
 *
 * @returns a line for each file that is in one of them only, or differs
 */
export function folderDifferences(first: string, second: string): string[] {
  const [one, other] = [filesOf(first), filesOf(second)];
  const names = [...new Set([...one, ...other])].sort();
  return names.flatMap((name) => {
    if (!one.includes(name)) return [`${name}: only in the second`];
    if (!other.includes(name)) return [`${name}: only in the first`];
    return comparable(first, name) === comparable(second, name) ? [] : [`${name}: differs`];
  });
}
