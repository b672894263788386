/** Two results of one kind, file by file: what is equal, and what differs where it is not. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { messageOf } from "../../core/errors.js";
import { formatNumber } from "../../core/wording.js";
import { parseTable } from "../../io/csvtable.js";
import { differences } from "../config/config.js";
import { studioFiles } from "../store/folders.js";
import { isLock } from "../store/lock.js";
import { readLabels } from "../store/labelfiles.js";

/** A file that differs, and in what: a phrase each. */
export interface FileDifference {
  /** From the folder of the result, with "/". */
  readonly file: string;
  readonly what: readonly string[];
}

/** Two results beside each other. */
export interface FolderComparison {
  /** Files with equal bytes. */
  readonly equal: number;
  /** Files that are equal but for times, memory, the machine and places of files. */
  readonly exceptTimes: readonly string[];
  readonly different: readonly FileDifference[];
}

/** Phrases of one file, at most. */
const most = 6;

/** Compares the files of two results. What was kept for the studio, and previews, do not count. */
export async function compareFolders(before: string, now: string): Promise<FolderComparison> {
  const names = [...new Set([...filesOf(before), ...filesOf(now)])].sort();
  const exceptTimes: string[] = [];
  const different: FileDifference[] = [];
  let equal = 0;
  for (const file of names) {
    const [a, b] = [join(before, file), join(now, file)];
    if (!existsSync(b)) different.push({ file, what: ["it was not made again"] });
    else if (!existsSync(a)) different.push({ file, what: ["it was not there before"] });
    else if (sameBytes(a, b)) equal++;
    else {
      const what = await differencesOf(file, a, b);
      if (what.length === 0) exceptTimes.push(file);
      else different.push({ file, what: shortened(what) });
    }
  }
  return { equal, exceptTimes, different };
}

const shortened = (what: readonly string[]): readonly string[] =>
  what.length <= most ? what : [...what.slice(0, most), `and ${what.length - most} more`];

const passedOver = new Set<string>([...Object.values(studioFiles), ".parts"]);

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => name.split(sep).join("/"))
    .filter(
      (name) => !passedOver.has(name.split("/")[0]!) && !isLock(name) && !/^preview_.+\.png$/.test(name),
    );
}

const sameBytes = (a: string, b: string): boolean =>
  statSync(a).size === statSync(b).size && readFileSync(a).equals(readFileSync(b));

async function differencesOf(file: string, a: string, b: string): Promise<string[]> {
  if (!file.endsWith(".tif")) return fileDifferences(file, a, b);
  try {
    return await labelDifferences(a, b);
  } catch (error) {
    return [incomparable(error)];
  }
}

const incomparable = (error: unknown): string =>
  `it cannot be compared further (${messageOf(error).replace(/\.$/, "")})`;

/**
 * In what two files differ, a phrase each: none where it is only in times, memory, the machine and places of files.
 *
 * @param file name of both, which tells what they are
 */
export function fileDifferences(file: string, a: string, b: string): string[] {
  if (sameBytes(a, b)) return [];
  try {
    if (file.endsWith(".json")) return jsonDifferences(file, a, b);
    if (file.endsWith(".csv")) return tableDifferences(a, b);
    if (file.endsWith(".html")) return pageDifferences(a, b);
  } catch (error) {
    return [incomparable(error)];
  }
  return [byteDifference(a, b)];
}

/** Where in a record times, memory, the machine and places of files stand. */
const excepted = [
  /^stages\.\w+\.(finished|seconds|peakMemoryMiB)$/,
  /^stages\.report\.text$/,
  /^(environment|karyon)(\.|$)/,
  /^(inputs|model|initialModel)\.\d+\.file$/,
  /^configuration\.(run\.model|train\.from|measure\.images)$/,
  /(^|\.)(created|karyon)$/,
];

/**
 * The same where a network is named by its files: the date in model.json (the second of them) enters the hash of
 * that file, and with it what all is made from that comes after the network.
 */
const exceptedAfterNetwork = [
  ...excepted,
  /^model\.1\.sha256$/,
  /^stages\.(?!annotate|draw|train)\w+\.basis$/,
];

function jsonDifferences(file: string, a: string, b: string): string[] {
  const parse = (path: string): object => JSON.parse(readFileSync(path, "utf8")) as object;
  const [before, now] = [parse(a), parse(b)];
  const found = differences(before, now);
  if (!file.endsWith("run.json") && !file.endsWith("model.json")) return found;
  const isAfterNetwork = "model" in before || ("command" in before && before.command === "study");
  const free = isAfterNetwork ? exceptedAfterNetwork : excepted;
  const counts = (path: string): boolean => !free.some((one) => one.test(path));
  const what = found.filter((text) => counts(text.split(" (")[0]!));
  const order = [before, now].map((value) => pathsOf(value).filter(counts).join());
  return what.length > 0 || order[0] === order[1] ? what : ["the same entries, in another order"];
}

/** Paths of all values, in their order. */
const pathsOf = (value: object): string[] =>
  Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    typeof inner === "object" && inner !== null ? pathsOf(inner).map((path) => `${key}.${path}`) : [key],
  );

/** Columns of times that the work took. */
const timeColumn = /^time_s$/;

function tableDifferences(a: string, b: string): string[] {
  const [before, now] = [a, b].map((path) => parseTable(readFileSync(path, "utf8"), path));
  const named = ({ columns }: ReturnType<typeof parseTable>): Map<string, readonly unknown[]> =>
    new Map(columns.map(({ header, values }) => [header, Array.from<unknown>(values)]));
  const [left, right] = [named(before!), named(now!)];
  const isTraining = a.endsWith("training.csv");
  const what: string[] = [];
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    const [old, fresh] = [left.get(name), right.get(name)];
    if (old === undefined || fresh === undefined)
      what.push(`column ${name}: ${old === undefined ? "new" : "gone"}`);
    else if (old.length !== fresh.length) return [`${old.length} rows before, ${fresh.length} now`];
    else if (!(isTraining && timeColumn.test(name))) what.push(...columnDifference(name, old, fresh));
  }
  return what;
}

function columnDifference(name: string, old: readonly unknown[], fresh: readonly unknown[]): string[] {
  const rows = old.flatMap((value, i) => (value === fresh[i] ? [] : [i]));
  if (rows.length === 0) return [];
  const gaps = rows.map((i) => Math.abs(Number(old[i]) - Number(fresh[i])));
  const far = gaps.every(Number.isFinite) ? `, by at most ${formatNumber(Math.max(...gaps))}` : "";
  return [`column ${name}: ${rows.length} of ${old.length} rows${far}`];
}

async function labelDifferences(a: string, b: string): Promise<string[]> {
  const [old, fresh] = [await readLabels(a), await readLabels(b)];
  if (old.height !== fresh.height || old.width !== fresh.width)
    return [`${old.height} x ${old.width} px before, ${fresh.height} x ${fresh.width} px now`];
  const others = old.data.reduce((n: number, value, i) => n + Number(value !== fresh.data[i]), 0);
  return [`${others} of ${old.data.length} px differ`];
}

/**
 * What of a page is not a result. It is called after a folder: that of the images, or of the study. It says when it
 * was made. What it says of time and versions stands in `run.json`, which is compared.
 */
const aside = [
  /<title>.*?<\/title>/,
  /<h1>.*?<\/h1>/,
  / · \d{4}-\d\d-\d\d \d\d:\d\d(?=<\/p>)/,
  /<h3>Time<\/h3>[\s\S]*?<\/table>/,
  /<h3>Versions<\/h3>[\s\S]*?<\/table>/,
];

const resultsOf = (path: string): string =>
  aside.reduce((page, part) => page.replace(part, ""), readFileSync(path, "utf8"));

function pageDifferences(a: string, b: string): string[] {
  const [old, fresh] = [resultsOf(a), resultsOf(b)].map((page) => page.split("\n"));
  const line = old!.findIndex((text, i) => text !== fresh![i]);
  if (line < 0 && old!.length === fresh!.length) return [];
  const heading = old!.slice(0, line + 1).findLast((text) => text.includes("<h2>"));
  const where = heading === undefined ? "" : ` under "${heading.replace(/.*<h2>|<\/h2>.*/g, "")}"`;
  return [`the page shows other results${where}`];
}

function byteDifference(a: string, b: string): string {
  const [old, fresh] = [readFileSync(a), readFileSync(b)];
  if (old.length !== fresh.length) return `${old.length} bytes before, ${fresh.length} now`;
  const others = old.reduce((n, value, i) => n + Number(value !== fresh[i]), 0);
  return `${others} of ${old.length} bytes differ`;
}
