// The whole of `karyon run`: a movie of 91 frames of 2048 x 2048 px, from the images to the report, stage by stage,
// with the peak memory and the F1 of the labels against the truth; beside an earlier Karyon, one after the other.
//
//   npm run build && node bench/wholerun.js [--frames 91] [--size 2048] [--movie FOLDER] [--before FOLDER] [--record]
//
// --movie: a folder as `karyon simulate` writes it, with 01 and 01_GT/SEG; simulated unless given. --before: another
// checkout, built. Seconds and peaks are those of run.json; the whole is that of the process, start included.
// --record writes bench/results/whole-run.json.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { recordFigures } from "./record.js";

const { values: options } = parseArgs({
  options: {
    frames: { type: "string", default: "91" },
    size: { type: "string", default: "2048" },
    movie: { type: "string" },
    before: { type: "string" },
    record: { type: "boolean", default: false },
  },
});
const root = fileURLToPath(new URL("..", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "karyon-bench-"));
const versions = { ...(options.before ? { before: resolve(options.before) } : {}), now: root };
/** Aims of the whole: minutes, and MB. */
const aims = { minutes: 15, memory: 2000 };

function karyon(folder, ...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, "bin/karyon.js"), ...args], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`karyon ${args.join(" ")}: ${stderr.slice(-2000)}`);
  return stdout;
}

/** One run: seconds and peak of each stage, of all, and the scores of its labels. */
function measured(name, movie) {
  const out = join(work, name);
  const start = performance.now();
  karyon(versions[name], "run", join(movie, "01"), "-o", out);
  const seconds = (performance.now() - start) / 1000;
  const { stages } = JSON.parse(readFileSync(join(out, "run.json"), "utf8"));
  const table = join(work, `${name}.csv`);
  const said = karyon(root, "evaluate", join(movie, "01_GT/SEG"), join(out, "labels"), "--csv", table);
  rmSync(out, { recursive: true, force: true });
  console.log(`${name}: ${seconds.toFixed(0)} s\n${said}`);
  return { seconds, stages, f1: f1Of(table) };
}

/** F1 at IoU .5 and .9 of a table of scores, pooled. */
function f1Of(table) {
  const [header, ...rows] = readFileSync(table, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(","));
  const at = (name) => header.indexOf(name);
  const pooled = rows.filter((row) => row[0] === "all");
  return Object.fromEntries(pooled.map((row) => [Number(row[at("threshold")]), Number(row[at("f1")])]));
}

const minutes = (seconds) => (seconds / 60).toFixed(1);
const peakOf = ({ stages }) =>
  Math.max(...Object.values(stages).map(({ peakMemoryMiB = 0 }) => peakMemoryMiB));

function rowsOf(runs) {
  const names = Object.keys(runs.now.stages);
  const cells = (of) => ["before", "now"].map((name) => (runs[name] === undefined ? "-" : of(runs[name])));
  return [
    ...names.map((stage) => [
      `${stage}, s`,
      ...cells(({ stages }) => stages[stage]?.seconds.toFixed(0) ?? "-"),
      "-",
    ]),
    ["the whole, min", ...cells(({ seconds }) => minutes(seconds)), String(aims.minutes)],
    ["peak, MiB", ...cells((run) => String(peakOf(run))), String(Math.round((aims.memory * 1e6) / 2 ** 20))],
    ["F1 at IoU .5", ...cells(({ f1 }) => f1[0.5]?.toFixed(3) ?? "-"), "not less"],
    ["F1 at IoU .9", ...cells(({ f1 }) => f1[0.9]?.toFixed(3) ?? "-"), "not less"],
  ];
}

const columns = ["of a run", "before", "now", "aim"];

function record(rows) {
  recordFigures({
    id: "whole-run",
    order: 21,
    question: "How long does a whole run of a movie take, and how much memory?",
    command: "node bench/wholerun.js --before FOLDER --record",
    data: `a simulated movie of ${options.frames} frames of ${options.size} x ${options.size} px`,
    rules: "`karyon run` from the images to the report, once; seconds and peaks as run.json has them",
    columns,
    rows,
    notes: ["F1 of the labels against the true ones, pooled over the frames."],
  });
}

try {
  const load = loadavg().map((value) => value.toFixed(2));
  console.log(`Node ${process.version}, ${cpus().length} cores, load ${load.join(" ")}`);
  let { movie } = options;
  if (movie === undefined) {
    movie = join(work, "movie");
    karyon(root, "simulate", "-o", movie, "--size", options.size, "--frames", options.frames);
  }
  const runs = Object.fromEntries(Object.keys(versions).map((name) => [name, measured(name, movie)]));
  const rows = rowsOf(runs);
  for (const row of [columns, ...rows])
    console.log(row.map((value, i) => (i === 0 ? value.padEnd(24) : value.padStart(12))).join(""));
  if (options.record) record(rows);
} finally {
  rmSync(work, { recursive: true, force: true });
}
