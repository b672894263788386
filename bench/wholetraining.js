// A whole training of the default network, part by part, beside an older tree and beside StarDist itself, in
// turn:
//
//   npm run build && node bench/wholetraining.js [--dataset FOLDER] [--steps 300] [--rounds 3] [--threads 2]
// [--frames 11] [--before TREE] [--python python3] [--record]
//
// FOLDER: a training set; without one, a simulated movie of so many frames of 2048 x 2048 px is annotated. TREE:
// a built older tree. StarDist is trained by its own `train` on the same images, with the same batch and
// patches, its generator and validation included (bench/peers/stardisttraining.py): what its users wait for.
// Our step is all from the first step to the last, drawing and validation included; all else is beside the
// steps. Least of the rounds. Aims: a step at most 0.8 of StarDist's; 15 s beside 300 steps. --record writes
// bench/results/whole-training.json.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: {
    dataset: { type: "string" },
    steps: { type: "string", default: "300" },
    rounds: { type: "string", default: "3" },
    threads: { type: "string", default: "2" },
    frames: { type: "string", default: "11" },
    before: { type: "string" },
    python: { type: "string", default: "python3" },
    record: { type: "boolean", default: false },
  },
});
const [steps, rounds] = [Number(options.steps), Number(options.rounds)];
const file = (path) => fileURLToPath(new URL(path, import.meta.url));
const work = mkdtempSync(join(tmpdir(), "karyon-bench-"));
const stepAim = 0.8;
const besideAim = 15;

function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`${command} ${args[0]}: ${stderr}`);
  return stdout;
}

const lastLine = (text) => JSON.parse(text.trim().split("\n").at(-1));

/** A training set of a simulated movie. */
function simulatedSet() {
  const [movie, set] = [join(work, "movie"), join(work, "set")];
  const karyon = file("../bin/karyon.js");
  run(process.execPath, [karyon, "simulate", "-o", movie, "--size", "2048", "--frames", options.frames]);
  run(process.execPath, [karyon, "annotate", join(movie, "01"), "-o", set, "--no-overlays"]);
  return set;
}

/** Parts of one training of a tree. */
function ours(tree, dataset) {
  const out = join(work, "model");
  const peer = file("peers/trainingparts.js");
  const answer = lastLine(run(process.execPath, [peer, tree, dataset, out, String(steps), options.threads]));
  rmSync(out, { recursive: true });
  return answer.parts;
}

const least = (values) => Math.min(...values);
const names = ["preparation", "steps", "scoring", "thresholds", "expectation"];

/** Least seconds of each part, a step, and all that is beside the steps. */
function summary(trainings) {
  const parts = Object.fromEntries(
    names.map((name) => [name, least(trainings.map((parts) => parts[name]?.seconds ?? 0))]),
  );
  const beside = least(
    trainings.map(
      (all) => names.reduce((sum, name) => sum + (all[name]?.seconds ?? 0), 0) - all.steps.seconds,
    ),
  );
  const cpu = least(trainings.map((all) => all.steps.cpu));
  return { parts, step: parts.steps / steps, cpu: cpu / steps, beside };
}

function measured(dataset) {
  const trees = { now: file(".."), ...(options.before === undefined ? {} : { before: options.before }) };
  const found = Object.fromEntries(Object.keys(trees).map((name) => [name, []]));
  const stardist = [];
  for (let round = 0; round < rounds; round++) {
    for (const [name, tree] of Object.entries(trees)) found[name].push(ours(tree, dataset));
    const { error } = spawnSync(options.python, ["--version"]);
    if (error !== undefined) continue;
    const peer = file("peers/stardisttraining.py");
    stardist.push(lastLine(run(options.python, [peer, dataset, String(steps), options.threads])));
  }
  return { found, stardist: stardist.filter(({ missing }) => missing === undefined) };
}

/** Rows of a table. */
function rowsOf({ found, stardist }) {
  const sums = Object.fromEntries(Object.entries(found).map(([name, all]) => [name, summary(all)]));
  const columns = Object.keys(sums);
  const row = (name, value) => [name, ...columns.map((column) => value(sums[column]))];
  const theirs = least(stardist.map(({ seconds }) => seconds));
  const theirCpu = least(stardist.map(({ cpu }) => cpu));
  const ms = (seconds) => (Number.isFinite(seconds) ? (1000 * seconds).toFixed(0) : "-");
  const ratio = (a, b) => (Number.isFinite(b) ? (a / b).toFixed(2) : "-");
  return {
    columns: ["of a training", ...columns, "StarDist", `now / StarDist (aim ${stepAim})`],
    rows: [
      [...row("a step, ms", ({ step }) => ms(step)), ms(theirs), ratio(sums.now.step, theirs)],
      [...row("of the processor, ms", ({ cpu }) => ms(cpu)), ms(theirCpu), ratio(sums.now.cpu, theirCpu)],
      ...names
        .filter((name) => name !== "steps")
        .map((name) => [...row(`${name}, s`, ({ parts }) => parts[name].toFixed(1)), "-", "-"]),
      [...row(`beside the steps, s (aim ${besideAim})`, ({ beside }) => beside.toFixed(1)), "-", "-"],
    ],
    versions: stardist[0]?.versions,
  };
}

function record({ columns, rows, versions }) {
  const commit = run("git", ["-C", file(".."), "rev-parse", "--short", "HEAD"]).trim();
  const peer =
    versions === undefined
      ? ""
      : `; ${Object.entries(versions)
          .map((pair) => pair.join(" "))
          .join(", ")}`;
  const result = {
    id: "whole-training",
    order: 14.5,
    question: "What does a whole training take, and how fast is a step compared with StarDist itself?",
    command: "node bench/wholetraining.js --record",
    commit,
    machine: `${cpus().length} cores, Node ${process.version.slice(1)}, no GPU${peer}`,
    data:
      options.dataset === undefined
        ? `${options.frames} annotated frames of 2048 x 2048 px of a simulated movie, ${steps} steps`
        : `a training set, ${steps} steps`,
    rules: `least of ${rounds} alternating rounds, ${options.threads} threads; a step includes drawing and validation on both sides`,
    columns,
    rows,
    notes: ["StarDist: its own `train`, batch 4, patch 96, epochs of 100 steps, the first left out."],
  };
  writeFileSync(file("results/whole-training.json"), `${JSON.stringify(result, null, 2)}\n`);
}

try {
  const table = rowsOf(measured(options.dataset ?? simulatedSet()));
  for (const row of [table.columns, ...table.rows]) console.log(row.join("\t"));
  if (options.record) record(table);
} finally {
  rmSync(work, { recursive: true, force: true });
}
