// Peak memory (resident set) of each stage, each in a process of its own: of a simulated movie, of all stages in
// one process, and of one large image below a limit.
//
//   node bench/memory.js [--frames 6] [--size 2048] [--steps 300] [--large 4096] [--limits 1GB,2GB]
//   node bench/memory.js --only run,train     some of: annotate, train, segment, track, analyse, run, large
//   node bench/memory.js --model FOLDER       a trained network, for the large image alone
//   node bench/memory.js --keep FOLDER        keep what was made, and use it again
//   node bench/memory.js --record             and writes bench/results/memory.json
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measuredProcess } from "./peak.js";
import { recordFigures } from "./record.js";

const { values: options } = parseArgs({
  options: {
    frames: { type: "string", default: "6" },
    size: { type: "string", default: "2048" },
    steps: { type: "string", default: "300" },
    large: { type: "string", default: "4096" },
    limits: { type: "string", default: "1GB,2GB" },
    only: { type: "string", default: "annotate,train,segment,track,analyse,run,large" },
    model: { type: "string" },
    keep: { type: "string" },
    record: { type: "boolean", default: false },
  },
});
const { frames, size, steps, large } = options;
const only = new Set(options.only.split(","));
const work = options.keep ?? mkdtempSync(join(tmpdir(), "karyon-memory-"));
const cli = fileURLToPath(new URL("../bin/karyon.js", import.meta.url));
const at = (name) => join(work, name);
const mebibyte = 2 ** 20;
const units = { MB: 1e6, GB: 1e9 };
const bytesOf = (limit) => Number.parseFloat(limit) * units[limit.slice(-2)];

/** Runs a command to its end. @returns its peak, MiB, and its time, s */
const karyon = (...parameters) => measuredProcess(process.execPath, [cli, ...parameters]);

const rows = [];
/** Measures a command, unless only its result is needed and already there. */
async function measure(name, what, output, command, limit) {
  if (!only.has(name) && existsSync(at(output))) return;
  const { peak, seconds } = await karyon(...command, "-o", at(output), "--overwrite");
  if (!only.has(name)) return;
  const allowed = limit === undefined ? "-" : (bytesOf(limit) / mebibyte).toFixed(0);
  const row = [name === "large" ? "segment" : name, what, peak.toFixed(0), allowed, seconds.toFixed(0)];
  rows.push(row);
  console.log(row.join("\t"));
}

async function measureMovie() {
  const what = `${frames} frames of ${size} x ${size} px`;
  const images = at("movie/01");
  const learned = `${what}, ${steps} steps`;
  if (!existsSync(images)) await karyon("simulate", "-o", at("movie"), "--size", size, "--frames", frames);
  const needs = (...names) => names.some((name) => only.has(name));
  if (needs("annotate", "train", "segment", "track", "analyse", "large"))
    await measure("annotate", what, "set", ["annotate", images]);
  if (needs("train", "segment", "track", "analyse", "large"))
    await measure("train", learned, "model", ["train", at("set"), "--steps", steps]);
  if (needs("segment", "track", "analyse"))
    await measure("segment", what, "labels", ["segment", at("model"), images]);
  if (needs("track", "analyse")) await measure("track", what, "tracks", ["track", at("labels")]);
  if (needs("analyse")) await measure("analyse", what, "statistics", ["analyse", at("tracks")]);
  if (needs("run")) await measure("run", `${learned}, report`, "run", ["run", images, "--steps", steps]);
}

async function measureLarge() {
  if (!only.has("large")) return;
  const image = at("large/01/t000.tif");
  if (!existsSync(image)) await karyon("simulate", "-o", at("large"), "--size", large, "--frames", "1");
  for (const limit of options.limits.split(",")) {
    const command = ["segment", options.model ?? at("model"), image, "--memory", limit];
    await measure("large", `${large} x ${large} px, --memory ${limit}`, `large-${limit}`, command, limit);
  }
}

function record() {
  recordFigures({
    id: "memory",
    order: 22,
    question: "How much memory does each stage take?",
    command: "node bench/memory.js --record",
    data: "simulated movie and image, the scene mdck",
    rules: "peak of the resident set (VmHWM) of one process each, threads and the network's runtime included",
    columns: ["stage", "of what", "peak MiB", "limit MiB", "s"],
    rows,
    notes: ["1 GB is 954 MiB. What a limit promises stands in docs/memory.md."],
  });
}

try {
  mkdirSync(work, { recursive: true });
  console.log(["stage", "of what", "peak MiB", "limit MiB", "s"].join("\t"));
  if (options.model === undefined || options.only !== "large") await measureMovie();
  await measureLarge();
  if (options.record) record();
} finally {
  if (options.keep === undefined) rmSync(work, { recursive: true, force: true });
}
