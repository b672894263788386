// A whole training of a tree, for bench/wholetraining.js, and what each part of it took, in seconds by the
// clock and of the processor:
//
//   node bench/peers/trainingparts.js TREE DATASET OUT STEPS [THREADS] [SEED]
//
// TREE is a built tree, this one or an older one: parts are told apart by what a training says of itself. One
// line of JSON at the end.
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [tree, dataset, out, steps, threads = "2", seed = "1"] = process.argv.slice(2);
const part = (path) => import(pathToFileURL(join(resolve(tree), "dist", path)).href);
const { trainInto } = await part("pipeline/train/training.js");
const { resolveConfig } = await part("pipeline/config/config.js");

const parts = {};
let before = { at: performance.now(), cpu: process.cpuUsage() };
let now = "preparation";

/** What was done since the last call belongs to the part that was under way. */
function turn(to) {
  const { user, system } = process.cpuUsage(before.cpu);
  const known = (parts[now] ??= { seconds: 0, cpu: 0 });
  known.seconds += (performance.now() - before.at) / 1000;
  known.cpu += (user + system) / 1e6;
  before = { at: performance.now(), cpu: process.cpuUsage() };
  now = to;
}

/** Part that begins with a message. */
function partOf(message) {
  if (message.startsWith("scoring")) return "scoring";
  if (message.startsWith("tuning")) return "thresholds";
  if (message.startsWith("estimating")) return "expectation";
  return "steps";
}

const config = resolveConfig(
  { general: { seed: Number(seed), threads: Number(threads) }, train: { steps: Number(steps) } },
  "the bench",
);
mkdirSync(out, { recursive: true });
const { description, history, expected } = await trainInto(
  out,
  { dataset, config, device: "cpu" },
  {
    onProgress: ({ message = "" }) => turn(partOf(message)),
  },
);
turn("done");
const { step, validationLoss } = history.at(-1);
const { thresholds, provenance } = description;
const found = { thresholds, score: provenance.validationScore, expected };
console.log(JSON.stringify({ parts, step, validationLoss, ...found }));
