// Memory over 500 frames through segment, track and analyse: whether anything grows that should not.
//   node bench/leaks.js [--frames 500] [--record]    --record writes bench/results/leaks.json
// Each step is a process of its own, which frees what it can (gc) before it is looked at.
import { execFileSync, spawnSync } from "node:child_process";
import { linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const self = fileURLToPath(import.meta.url);
const cli = join(root, "bin/karyon.js");
const steps = ["segment", "track", "analyse"];
/** Looks at the memory of a step. */
const looks = 20;
/** The share of its work after which a step has what it keeps: tracking the labels of 128 MiB, in its first pass. */
const settled = { segment: 0.2, track: 0.4, analyse: 0.2 };
const [simulated, size] = [20, 256];

const mib = (bytes) => bytes / 2 ** 20;

/** What is in use: of the whole process, of the engine's heap, and in buffers outside of it. MiB. */
function memoryNow(share) {
  globalThis.gc();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return { share, rss: mib(rss), heap: mib(heapUsed), buffers: mib(arrayBuffers) };
}

/** One step in this process; prints what was seen as JSON. */
async function oneStep(step, folder) {
  const { segment, track, analyse } = await import("../dist/node.js");
  const seen = [];
  const onEvent = (event) => {
    if (event.event !== "progress" || event.stage !== step) return;
    const share = event.done / event.total;
    if (share >= (seen.length + 1) / looks) seen.push(memoryNow(share));
  };
  const at = (name) => join(folder, name);
  const config = { general: { threads: 1 } };
  const given = { out: at(step), onEvent, config };
  if (step === "segment") await segment({ ...given, inputs: [at("movie")], model: at("small/model") });
  if (step === "track") await track({ ...given, labels: at("segment") });
  if (step === "analyse")
    await analyse({ ...given, tracks: at("track"), config: { ...config, measure: { images: at("movie") } } });
  writeFileSync(at(`${step}.json`), JSON.stringify(seen));
}

function karyon(folder, ...args) {
  const { status, stderr } = spawnSync(process.execPath, [cli, ...args], { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`${args.join(" ")}: ${stderr}`);
}

/** A movie that goes to and fro through few frames, and a small network. */
function prepare(folder, frames) {
  const scene = ["--scene", "easy", "--size", String(size), "--frames", String(simulated), "--seed", "5"];
  karyon(folder, "simulate", "-o", "made", ...scene);
  const training = ["--steps", "60", "--batch", "4", "--patch", "64", "--filters", "8", "--depth", "2"];
  karyon(folder, "run", "made/01", "-o", "small", "--frames", "0..2", "--until", "train", ...training);
  const source = join(folder, "made", "01");
  const names = readdirSync(source)
    .filter((name) => name.endsWith(".tif"))
    .sort();
  mkdirSync(join(folder, "movie"));
  const period = 2 * (names.length - 1);
  for (let frame = 0; frame < frames; frame++) {
    const place = frame % period;
    const name = names[Math.min(place, period - place)];
    linkSync(join(source, name), join(folder, "movie", `t${String(frame).padStart(3, "0")}.tif`));
  }
}

/** Least squares of one measure over the looks after a share of the work: MiB in 100 frames. */
function slopeOf(seen, measure, frames, from) {
  const rest = seen.filter(({ share }) => share >= from);
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(rest.map(({ share }) => share)), mean(rest.map((look) => look[measure]))];
  const above = mean(rest.map((look) => (look.share - x) * (look[measure] - y)));
  return (100 * above) / mean(rest.map(({ share }) => (share - x) ** 2)) / frames;
}

const rowOf = (step, seen, frames) => {
  if (seen.length < looks) throw new Error(`${step} was seen ${seen.length} times of ${looks}`);
  const from = settled[step];
  const first = seen.find(({ share }) => share >= from);
  const last = seen.at(-1);
  const both = (measure) => `${first[measure].toFixed(0)}, ${last[measure].toFixed(0)}`;
  const slope = (measure) => slopeOf(seen, measure, frames, from).toFixed(2);
  return [step, both("rss"), slope("rss"), both("heap"), slope("heap"), both("buffers")];
};

const tableOf = (rows, frames) => ({
  id: "leaks",
  order: 23,
  question: "Does memory grow with the frames?",
  command: `node bench/leaks.js --frames ${frames} --record`,
  commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: root, encoding: "utf8" }).trim(),
  machine: `${cpus().length} cores beside other work, Node ${process.versions.node}, no GPU`,
  data: `a movie of ${frames} frames of ${size} x ${size} px: ${simulated} simulated ones, to and fro`,
  rules:
    `each step in a process of its own, one thread; ${looks} looks after a collection of what is free; ` +
    "MiB after a fifth of the work (tracking: two fifths) and at its end, and the slope in between in MiB for " +
    "100 frames",
  columns: ["step", "resident", "slope", "heap", "slope", "buffers"],
  rows,
  notes: [
    "Tracking keeps label images of its first pass up to 128 MiB, and reads the others again: a cache with a " +
      "limit, which this movie fills.",
    "What grows in the heap of segment are the rows of its tables.",
  ],
});

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { frames: { type: "string", default: "500" }, record: { type: "boolean", default: false } },
});
if (positionals[0] === "step") await oneStep(positionals[1], positionals[2]);
else {
  const folder = mkdtempSync(join(tmpdir(), "karyon-leaks-"));
  try {
    const frames = Number(values.frames);
    prepare(folder, frames);
    const rows = [];
    for (const step of steps) {
      const call = ["--expose-gc", self, "step", step, folder];
      execFileSync(process.execPath, call, { stdio: ["ignore", "ignore", "inherit"] });
      const seen = JSON.parse(readFileSync(join(folder, `${step}.json`), "utf8"));
      for (const look of seen)
        console.log(
          step,
          JSON.stringify(look, (_, n) => (n.toFixed ? +n.toFixed(2) : n)),
        );
      rows.push(rowOf(step, seen, frames));
    }
    console.log(rows.map((row) => row.join("\t")).join("\n"));
    const file = join(root, "bench/results/leaks.json");
    if (values.record) writeFileSync(file, `${JSON.stringify(tableOf(rows, frames), undefined, 2)}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
