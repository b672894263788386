// The paper's own experiment on noise, repeated: what a network learns where the background of the training images
// is replaced by noise, ignored, or kept. Per background and seed: a training on the development rows of BBBC038 with
// the paper's annotation and settings, and its scores on the test rows, with the network's own outlines as there; loss
// curves as docs/img/noise.svg.
//
//   npm run build && node bench/noise.js [--steps 3000] [--seeds 1,2,3] [--threads 1] [--at-once 2] [--out FOLDER]
//     [--record]
//
// A finished training in FOLDER is used again. --record writes bench/results/noise.json and docs/img/noise.svg.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { matchInstances, scoreInstances } from "../dist/evaluate/instances.js";
import { readLabels } from "../dist/pipeline/store/labelfiles.js";
import { lineChart } from "../dist/plot/chart.js";
import { withTypeface } from "../dist/plot/typeface.js";
import { collection } from "./data.js";
import { recordFigures } from "./record.js";

const { values: options } = parseArgs({
  options: {
    steps: { type: "string", default: "3000" },
    seeds: { type: "string", default: "1,2,3" },
    threads: { type: "string", default: "1" },
    "at-once": { type: "string", default: "2" },
    out: { type: "string" },
    record: { type: "boolean", default: false },
  },
});
const root = fileURLToPath(new URL("..", import.meta.url));
const cli = join(root, "bin/karyon.js");
const out = options.out ?? mkdtempSync(join(tmpdir(), "karyon-noise-"));
const name = "bbbc038_train20";
const rows = collection(name);
const [learned, judged] = [rows.filter(({ test }) => !test), rows.filter(({ test }) => test)];
const backgrounds = ["noise", "ignore", "keep"];
const seeds = options.seeds.split(",").map(Number);
const thresholds = [0.5, 0.7, 0.8, 0.9];

/** One command, whole or not at all. */
async function karyon(...args) {
  const child = spawn(process.execPath, [cli, ...args], { stdio: ["ignore", "ignore", "pipe"] });
  let words = "";
  child.stderr.on("data", (text) => (words = (words + text).slice(-2000)));
  const code = await new Promise((resolve) => child.once("exit", resolve));
  if (code !== 0) throw new Error(`karyon ${args.join(" ")}: ${words}`);
}

const folderOf = ({ background, seed }, part) => join(out, `${background}-${seed}`, part);
const common = ["--threads", options.threads, "--overwrite"];

/** The training set of a trial. */
async function annotated(one) {
  const [set, images] = [folderOf(one, "set"), learned.map(({ image }) => image)];
  if (existsSync(join(set, "annotation.json"))) return;
  mkdirSync(folderOf(one, "."), { recursive: true });
  const flags = ["--kind", "images", "--no-overlays", "--preset", "paper", "--background", one.background];
  await karyon("annotate", ...images, "-o", set, ...flags, "--seed", one.seed, ...common);
}

/** Whether two trials learn from the same images and masks, byte by byte. */
function learnSame(one, other) {
  return ["images", "masks"].every((part) => {
    const [a, b] = [one, other].map((trial) => join(folderOf(trial, "set"), part));
    const names = readdirSync(a);
    return names.every((file) => readFileSync(join(a, file)).equals(readFileSync(join(b, file))));
  });
}

/** A training and its labels of the test rows. @returns losses by epoch, and the scores */
async function trial(one) {
  const { background, seed } = one;
  const at = (part) => folderOf(one, part);
  await annotated(one);
  // The paper's method leaves nothing uncertain, so that there is nothing to ignore: one training serves both.
  const ignored = { background: "ignore", seed };
  if (background === "keep") {
    await annotated(ignored);
    if (learnSame(one, ignored)) return { ...(await trial(ignored)), background };
  }
  if (!existsSync(at("labels/objects.csv"))) {
    const settings = ["--preset", "paper", "--steps", options.steps, "--seed", seed];
    await karyon("train", at("set"), "-o", at("model"), ...settings, ...common);
    const test = judged.map(({ image }) => image);
    const flags = ["--kind", "images", "--outline", "star"];
    await karyon("segment", at("model"), ...test, "-o", at("labels"), ...flags, ...common);
  }
  const matchings = [];
  for (const { name: image, labels } of judged)
    matchings.push(
      matchInstances(await readLabels(labels), await readLabels(join(at("labels"), `${image}.tif`))),
    );
  const { pooled } = scoreInstances(matchings, thresholds);
  const f1 = pooled.thresholds.map((set) => set.f1);
  console.log([background, seed, ...f1.map((value) => value.toFixed(3))].join("  "));
  return { background, seed, f1, losses: lossesOf(at("model/training.csv")) };
}

/** Loss of the training and of what was held back, by step. */
function lossesOf(table) {
  const [header, ...lines] = readFileSync(table, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(","));
  const column = (start) => header.findIndex((cell) => cell.startsWith(start));
  const [step, training, validation] = [column("step"), column("loss"), column("validation")];
  return lines.map((cells) => [Number(cells[step]), Number(cells[training]), Number(cells[validation])]);
}

async function allOf(trials) {
  const results = [];
  let next = 0;
  const worker = async () => {
    while (next < trials.length) {
      const index = next++;
      results[index] = await trial(trials[index]);
    }
  };
  await Promise.all(Array.from({ length: Number(options["at-once"]) }, worker));
  return results;
}

const trials = backgrounds.flatMap((background) => seeds.map((seed) => ({ background, seed: String(seed) })));
// Those that keep the background may be served by trainings that ignore it.
const isKept = ({ background }) => background === "keep";
const results = [
  ...(await allOf(trials.filter((one) => !isKept(one)))),
  ...(await allOf(trials.filter(isKept))),
];

const trialsOf = (background) => results.filter((result) => result.background === background);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const range = (values) =>
  [mean(values), Math.min(...values), Math.max(...values)].map((value) => value.toFixed(3));
const table = backgrounds.map((background) => {
  const cells = thresholds.map((_, k) => {
    const [middle, low, high] = range(trialsOf(background).map(({ f1 }) => f1[k]));
    return `${middle} (${low} to ${high})`;
  });
  const last = trialsOf(background).map(({ losses }) =>
    mean(losses.slice(-10).map(([, , validation]) => validation)),
  );
  return [background, ...cells, mean(last).toFixed(3)];
});
const columns = ["background", ...thresholds.map((threshold) => `F1 at IoU ${threshold}`), "loss held back"];
for (const row of [columns, ...table]) console.log(row.map((cell) => cell.padEnd(26)).join(""));

/** Loss of what was held back, the mean over the seeds; smoothed over five epochs. */
function lossChart() {
  const series = backgrounds.map((background) => {
    const curves = trialsOf(background).map(({ losses }) => losses);
    const epochs = Math.min(...curves.map(({ length }) => length));
    const at = (epoch) => mean(curves.map((losses) => losses[epoch][2]));
    const [x, y] = [[], []];
    for (let epoch = 2; epoch + 2 < epochs; epoch++) {
      x.push(curves[0][epoch][0]);
      y.push(mean([-2, -1, 0, 1, 2].map((by) => at(epoch + by))));
    }
    return { name: `background ${background}`, x, y };
  });
  return lineChart(series, {
    title: "Loss held back, by what becomes of the background",
    note: `mean of ${seeds.length} seeds; BBBC038, ${learned.length} images`,
    x: { label: "training step" },
    y: { label: "loss held back", include: [0] },
  });
}

if (options.record) {
  recordFigures({
    id: "noise",
    order: 3.5,
    question: "Does it help to replace the background by noise, as the paper does?",
    command: `node bench/noise.js --steps ${options.steps} --seeds ${options.seeds} --record`,
    data:
      `BBBC038: learned from ${learned.length} development images, annotated by the paper's method; ` +
      `scored on ${judged.length} test images`,
    rules: `mean over ${seeds.length} seeds, least and most; one-to-one matching, pooled over the test images`,
    columns,
    rows: table,
    notes: [
      "The images are the same for all seeds: the range says how trainings differ, not images.",
      "The paper's method leaves nothing uncertain: keep and ignore give the same training sets, byte by byte.",
      "The loss held back is that of the annotation as it was made: with noise, its images hold noise, too.",
    ],
  });
  writeFileSync(join(root, "docs/img/noise.svg"), withTypeface(lossChart()));
}
