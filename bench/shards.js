// What a shard costs beside its work, and which share of the work does not parallelise: annotation and
// segmentation of a simulated movie in 1, 2, 4 and 8 shards, two at a time on two cores, one thread each.
//   node bench/shards.js             prints the table
//   node bench/shards.js --record    and writes bench/results/shards.json
//   node bench/shards.js --small     tries it on a tiny movie: its figures mean nothing
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { recordFigures } from "./record.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const cli = join(root, "bin/karyon.js");
const work = mkdtempSync(join(tmpdir(), "karyon-shards-"));
const isSmall = process.argv.includes("--small");
const [frames, size, atOnce] = isSmall ? [4, 128, 2] : [16, 512, 2];
const counts = isSmall ? [1, 2] : [1, 2, 4, 8];
const common = ["--threads", "1"];
/** What the network's commands take beside. */
const network = ["--memory", "1GB", "--device", "cpu"];

/** Runs a command. @returns its wall time, s */
const karyon = (args) =>
  new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, [cli, ...args], { cwd: work, stdio: ["ignore", "ignore", "pipe"] });
    let words = "";
    child.stderr.on("data", (text) => (words = (words + text).slice(-2000)));
    child.once("exit", (code) => {
      if (code === 0) resolve((performance.now() - started) / 1000);
      else reject(new Error(`${args.join(" ")}: ${words}`));
    });
  });

/** Runs commands, two at a time. @returns the sum of their times, s */
async function allOf(commands) {
  let [next, sum] = [0, 0];
  const worker = async () => {
    while (next < commands.length) {
      // Not `sum += await`: the sum would be that of before the wait.
      const seconds = await karyon(commands[next++]);
      sum += seconds;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return sum;
}

const timed = async (task) => {
  const started = performance.now();
  const busy = await task();
  return { wall: (performance.now() - started) / 1000, busy };
};

/** Wall time of the rounds, of the merge, and the time of all processes together. */
async function inShards(command, shards) {
  const out = `${command[0]}-${shards}`;
  const whole = [...command, "-o", out, ...common];
  const round = (number) =>
    Array.from({ length: shards }, (_, i) => [
      ...[...whole, "--shard", `${i + 1}/${shards}`, "--round", String(number)],
    ]);
  const first = await timed(() => allOf(round(1)));
  const second = await timed(() => allOf(round(2)));
  const merge = await karyon([...whole, "--merge", String(shards)]);
  rmSync(join(work, out), { recursive: true, force: true });
  rmSync(join(work, `${out}.parts`), { recursive: true, force: true });
  const busy = first.busy + second.busy + merge;
  return { shards, wall: first.wall + second.wall + merge, busy, merge };
}

/**
 * Least squares of busy time = work + shards x overhead. The serial share is that of the merge, Amdahl's s in
 * 1 / (s + (1 - s) / n), with the overhead of one shard beside it.
 */
export function fitShards(runs) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [n, busy] = [mean(runs.map((run) => run.shards)), mean(runs.map((run) => run.busy - run.merge))];
  const above = runs.map((run) => (run.shards - n) * (run.busy - run.merge - busy));
  const below = runs.map((run) => (run.shards - n) ** 2);
  const overhead = mean(above) / mean(below);
  const merge = mean(runs.map((run) => run.merge));
  const parallel = busy - overhead * n;
  return { overhead, merge, parallel, serial: merge / (merge + parallel) };
}

const fixed = (value, digits = 1) => value.toFixed(digits);

async function measured(name, command) {
  const alone = await karyon([...command, "-o", `${command[0]}-whole`, ...common]);
  const runs = [];
  for (const shards of counts) runs.push(await inShards(command, shards));
  const { overhead, serial } = fitShards(runs);
  console.log(`${name}: ${fixed(overhead, 2)} s a shard, serial share ${fixed(serial, 3)}`);
  return [
    [name, "whole", fixed(alone), fixed(alone), "", "", ""],
    ...runs.map((run) => [
      name,
      String(run.shards),
      fixed(run.wall),
      fixed(run.busy),
      fixed(run.merge),
      fixed(overhead, 2),
      fixed(serial, 3),
    ]),
  ];
}

try {
  const movie = ["simulate", "-o", "movie", "--scene", "easy", "--diameter", "24", "--bits", "16"];
  await karyon([...movie, "--size", String(size), "--frames", String(frames), "--seed", "61"]);
  await karyon(["annotate", "movie/01", "-o", "set", "--frames", "0..3", ...common]);
  await karyon([
    "train",
    "set",
    "-o",
    "model",
    "--steps",
    isSmall ? "20" : "100",
    "--threads",
    "2",
    "--device",
    "cpu",
  ]);
  if (!existsSync(join(work, "model"))) throw new Error("no model was trained");
  const rows = [
    ...(await measured("annotate", ["annotate", "movie/01"])),
    ...(await measured("segment", ["segment", "model", "movie/01", ...network])),
  ];
  for (const row of rows) console.log(row.map((cell) => cell.padStart(9)).join(" "));
  if (process.argv.includes("--record") && !isSmall) record(rows);
} finally {
  rmSync(work, { recursive: true, force: true });
}

function record(rows) {
  const path = join(root, "bench/results/shards.json");
  recordFigures({
    id: "shards",
    order: 12,
    question: "What does a shard cost, and how far does sharing out help?",
    command: "node bench/shards.js --record",
    data: `a simulated movie of ${frames} frames of ${size} x ${size} px`,
    rules: `shards ${atOnce} at a time, one thread each; seconds; busy: of all processes together`,
    columns: ["work", "shards", "wall", "busy", "merge", "overhead a shard", "serial share"],
    rows,
    notes: [
      "Overhead: the slope of busy time over the number of shards, both rounds: start, opening, planning.",
      "Serial share: the merge, as a part of merge and work (Amdahl's law).",
    ],
  });
  console.log(`written: ${path}, ${readFileSync(path).length} bytes`);
}
