// Seconds of the stages beside training and segmentation on one movie, by their commands: annotate without and
// with overlays, track, analyse with brightness, and the report with its figures; beside an earlier Karyon,
// in one run, alternating.
//
//   npm run build && node bench/movies.js [--movie FOLDER] [--before FOLDER] [--frames 91] [--rounds 2]
//     [--only TEXT] [--run FOLDER] [--record]
//
// --movie: a folder as `karyon simulate` writes it, with 01 and 01_GT/SEG; simulated, 2048 x 2048 px, unless
// given. --before: another checkout, built. --frames: of the simulated movie. --only: stages whose name holds
// the text. --run: a finished `karyon run`, copied, whose report is written again. --record writes
// bench/results/movie-stages.json. Each cell is the least of the rounds.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { recordFigures } from "./record.js";

const { values: options } = parseArgs({
  options: {
    movie: { type: "string" },
    before: { type: "string" },
    frames: { type: "string", default: "91" },
    rounds: { type: "string", default: "2" },
    only: { type: "string", default: "" },
    run: { type: "string" },
    record: { type: "boolean", default: false },
  },
});
const root = fileURLToPath(new URL("..", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "karyon-bench-"));
const versions = { before: options.before && resolve(options.before), now: root };

// What a process and its threads used, told as it ends; threads that end tell it too, earlier.
const tell =
  "data:text/javascript,import{writeSync}from'node:fs';process.on('exit',()=>{try{const " +
  "u=process.resourceUsage();writeSync(3,(u.userCPUTime+u.systemCPUTime)+' '+u.maxRSS+'\\n')}catch{}})";

/** One command: seconds, processor seconds, and peak memory in MiB. */
function karyon(folder, args) {
  const start = performance.now();
  const { status, output } = spawnSync(
    process.execPath,
    ["--import", tell, join(folder, "bin/karyon.js"), ...args],
    { encoding: "utf8", stdio: ["ignore", "ignore", "pipe", "pipe"] },
  );
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`karyon ${args.join(" ")}: ${output[2].slice(-2000)}`);
  const told = output[3]
    .trim()
    .split("\n")
    .map((line) => line.split(" ").map(Number));
  return {
    seconds,
    busy: Math.max(...told.map(([used]) => used)) / 1e6,
    peak: Math.max(...told.map(([, peak]) => peak)) / 1024,
  };
}

/** The stages: what each takes is made beforehand, by this version. */
function stagesOf(movie, tracks) {
  const images = join(movie, "01");
  const all = [
    { name: "annotate, no overlays", args: ["annotate", images, "--no-overlays"] },
    { name: "annotate, overlays", args: ["annotate", images] },
    { name: "track", args: ["track", join(movie, "01_GT", "SEG")] },
    { name: "analyse", args: ["analyse", tracks, "--images", images] },
    ...(options.run === undefined ? [] : [{ name: "report, figures", run: resolve(options.run) }]),
  ];
  return all.filter(({ name }) => name.includes(options.only));
}

function measureOnce({ args, run }, folder) {
  const out = join(work, "out");
  rmSync(out, { recursive: true, force: true });
  if (run === undefined) return karyon(folder, [...args, "-o", out]);
  cpSync(run, out, { recursive: true });
  return karyon(folder, ["report", out]);
}

const least = (list, key) => Math.min(...list.map((answer) => answer[key]));
const cell = (list, key, digits = 1) => (list.length === 0 ? "-" : least(list, key).toFixed(digits));

function measured(stage) {
  const asked = Object.entries(versions).filter(([, folder]) => folder !== undefined);
  const answers = { before: [], now: [] };
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const [name, folder] of round % 2 === 0 ? asked : [...asked].reverse())
      answers[name].push(measureOnce(stage, folder));
  }
  const { before, now } = answers;
  const ratio = before.length === 0 ? "-" : (least(now, "busy") / least(before, "busy")).toFixed(2);
  const row = [
    stage.name,
    cell(before, "seconds"),
    cell(now, "seconds"),
    cell(before, "busy"),
    cell(now, "busy"),
    ratio,
    cell(now, "peak", 0),
  ];
  console.log(row.map((value, i) => (i === 0 ? value.padEnd(24) : value.padStart(15))).join(""));
  return row;
}

const columns = ["stage", "s before", "s", "busy s before", "busy s", "busy / before", "peak MiB"];

function record(rows, frames) {
  recordFigures({
    id: "movie-stages",
    order: 22,
    question: "How long do annotating, tracking, analysing and reporting of a movie take?",
    command: `node bench/movies.js --before FOLDER --rounds ${options.rounds} --record`,
    data:
      options.movie === undefined ? `a simulated movie of ${frames} frames` : `a movie of ${frames} frames`,
    rules: `whole commands, in turn; the least of ${options.rounds}; busy: of all threads together`,
    columns,
    rows,
    notes: ["Tracks are made from the true masks; brightness is measured."],
  });
}

try {
  const load = loadavg().map((value) => value.toFixed(2));
  console.log(`Node ${process.version}, ${cpus().length} cores, load ${load.join(" ")}`);
  let movie = options.movie;
  if (movie === undefined) {
    movie = join(work, "movie");
    karyon(root, ["simulate", "-o", movie, "--size", "2048", "--frames", options.frames]);
  }
  const frames = readdirSync(join(movie, "01")).length;
  const tracks = join(work, "tracks");
  if ("analyse".includes(options.only)) karyon(root, ["track", join(movie, "01_GT", "SEG"), "-o", tracks]);
  console.log(columns.map((value, i) => (i === 0 ? value.padEnd(24) : value.padStart(15))).join(""));
  const rows = stagesOf(movie, tracks).map(measured);
  if (options.record) record(rows, frames);
} finally {
  rmSync(work, { recursive: true, force: true });
}
