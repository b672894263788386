// What networks that learned from the automatic annotation find in images that they did not see, and what the program
// expects of them without the truth, by acquisition:
//
//   npm run build && node bench/expected.js [--collection dsb2018_fluo_dev] [--folds 2] [--only K] [--steps N]
//     [--seed 1] [--threads N] [--out FOLDER] [--record]
//
// All images are annotated as one set. Of each acquisition every FOLDS-th image is held back from a training on the
// automatic annotation of the others, so that each image is segmented by a network that did not see it; --only: one
// fold. For each acquisition, what is expected of its held-back images is compared with their truth. The factors of
// src/evaluate/expected.ts are fitted to all acquisitions, and printed; each acquisition is judged with factors that
// were fitted to the others. What is finished in FOLDER is used again. --record writes
// bench/results/expected-quality.json, crossvalidated.json and docs/img/expected.svg.
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { scaleSample } from "../dist/dataset/samples.js";
import { errorsPer, expectedQuality } from "../dist/evaluate/expected.js";
import { bootstrapInterval, matchInstances, scoreInstances } from "../dist/evaluate/instances.js";
import { heldBackOf, lookedAt } from "../dist/learn/heldback.js";
import { networkScale } from "../dist/learn/trainingsettings.js";
import { openSource } from "../dist/pipeline/source/source.js";
import { readLabels } from "../dist/pipeline/store/labelfiles.js";
import { loadModel } from "../dist/pipeline/store/modelfolder.js";
import { axisOf } from "../dist/plot/axis.js";
import { dot, framed, segment } from "../dist/plot/chart.js";
import { svg } from "../dist/plot/markup.js";
import { withTypeface } from "../dist/plot/typeface.js";
import { collection, withInterval } from "./data.js";
import { recordFigures } from "./record.js";

const { values: options } = parseArgs({
  options: {
    collection: { type: "string", default: "dsb2018_fluo_dev" },
    folds: { type: "string", default: "2" },
    only: { type: "string" },
    steps: { type: "string" },
    seed: { type: "string", default: "1" },
    threads: { type: "string", default: String(cpus().length) },
    out: { type: "string" },
    record: { type: "boolean", default: false },
  },
});
const cli = fileURLToPath(new URL("../bin/karyon.js", import.meta.url));
const out = options.out ?? mkdtempSync(join(tmpdir(), "karyon-expected-"));
const folds = Number(options.folds);
const rows = collection(options.collection);
const steps = options.steps === undefined ? [] : ["--steps", options.steps];
const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));

/** One command, unless its result is there. */
function karyon(result, ...args) {
  if (existsSync(result)) return;
  const flags = ["--threads", options.threads, "--overwrite"];
  const { status, stderr } = spawnSync(process.execPath, [cli, ...args, ...flags], { encoding: "utf8" });
  if (status !== 0) throw new Error(`karyon ${args[0]}: ${stderr.slice(-2000)}`);
}

const annotation = join(out, "annotation");
mkdirSync(out, { recursive: true });
const inputs = rows.map(({ image }) => image);
const independent = ["--kind", "images"];
karyon(
  join(annotation, "annotation.json"),
  "annotate",
  ...inputs,
  "-o",
  annotation,
  ...independent,
  "--no-overlays",
);
const told = new Map(
  readJson(join(annotation, "annotation.json")).images.map((image) => [image.name, image]),
);

/** Rows with their acquisition and the fold that holds them back: those of an acquisition in turn. */
function heldRows() {
  const count = new Map();
  return rows.map((row) => {
    const { acquisition, diameter } = told.get(row.name);
    const turn = count.get(acquisition) ?? 0;
    count.set(acquisition, turn + 1);
    return { ...row, acquisition, diameter, fold: turn % folds };
  });
}

/** A training set of some of the images. */
function datasetOf(images, folder) {
  for (const part of ["images", "masks"]) {
    mkdirSync(join(folder, part), { recursive: true });
    for (const { name } of images) {
      const to = join(folder, part, `${name}.tif`);
      if (!existsSync(to)) linkSync(join(annotation, part, `${name}.tif`), to);
    }
  }
  copyFileSync(join(annotation, "annotation.json"), join(folder, "annotation.json"));
  return folder;
}

/** What the network of a fold makes of the images that it did not see, by acquisition. */
async function foldOf(all, fold) {
  const folder = join(out, `fold-${fold}`);
  const [held, model, labels] = [
    all.filter((row) => row.fold === fold),
    join(folder, "model"),
    join(folder, "labels"),
  ];
  const dataset = datasetOf(
    all.filter((row) => row.fold !== fold),
    join(folder, "dataset"),
  );
  karyon(join(model, "model.json"), "train", dataset, "-o", model, ...steps, "--seed", options.seed);
  const images = held.map(({ image }) => image);
  karyon(join(labels, "segmentation.json"), "segment", model, ...images, "-o", labels, ...independent);
  const network = await loadModel(model, Number(options.threads));
  const sets = [];
  for (const acquisition of new Set(held.map((row) => row.acquisition))) {
    const members = held.filter((row) => row.acquisition === acquisition);
    const samples = [];
    for (const { name, image, diameter } of members) {
      const mask = await readLabels(join(annotation, "masks", `${name}.tif`));
      if (mask.count === 0) continue;
      const scale = networkScale(diameter, { preset: "auto" });
      const plane = await (await openSource([image])).read(0);
      samples.push(
        scaleSample({ name, image: plane, labels: mask, scale }, network.description.normalisation),
      );
    }
    const watch = { signal: undefined, say: () => {} };
    const looked = await lookedAt(network.predictor, samples, "looking", watch);
    const { thresholds } = network.description;
    const heldBack = await heldBackOf(network.predictor, thresholds, looked, watch);
    sets.push({ acquisition, names: members.map(({ name }) => name), heldBack });
    console.error(`fold ${fold}, acquisition ${acquisition}: ${members.length} images`);
  }
  await network.predictor.release();
  return sets;
}

const all = heldRows();
const truthOf = new Map(all.map(({ name, labels }) => [name, labels]));
const sets = [];
for (let fold = 0; fold < folds; fold++) {
  if (options.only !== undefined && Number(options.only) !== fold) continue;
  const file = join(out, `fold-${fold}.json`);
  if (!existsSync(file)) writeFileSync(file, JSON.stringify(await foldOf(all, fold)));
  for (const set of readJson(file)) {
    const matchings = [];
    for (const name of set.names)
      matchings.push(
        matchInstances(
          await readLabels(truthOf.get(name)),
          await readLabels(join(out, `fold-${fold}`, "labels", `${name}.tif`)),
        ),
      );
    sets.push({ ...set, fold, matchings });
  }
}

const thresholds = [0.5, 0.7, 0.8, 0.9];
const scores = scoreInstances(
  sets.flatMap(({ matchings }) => matchings),
  thresholds,
);
const pooledRow = [
  `${scores.images.length} images`,
  ...["precision", "recall"].map((key) => scores.pooled.thresholds[0][key].toFixed(3)),
  ...scores.pooled.thresholds.map(({ f1 }, k) =>
    withInterval(
      f1,
      bootstrapInterval(scores, (pooled) => pooled.thresholds[k].f1),
    ),
  ),
  withInterval(
    scores.pooled.thresholds[0].ap,
    bootstrapInterval(scores, (pooled) => pooled.thresholds[0].ap),
  ),
  String(scores.images.filter(({ thresholds: [half] }) => !(half.f1 >= 0.5)).length),
];
console.log(pooledRow.join("\t"));

/** Acquisitions with fewer annotated nuclei tell of chance. */
const fewest = 10;
const judged = sets
  .map((set) => ({ ...set, expected: expectedQuality(set.heldBack) }))
  .filter(({ expected }) => expected !== undefined && expected.objects >= fewest)
  .map((set) => ({
    ...set,
    disagreement: 2 - set.expected.agreement - set.expected.stability,
    unknown: set.expected.unknown,
    found: scoreInstances(set.matchings, [0.5]).pooled.thresholds[0].f1,
  }));

/** Least squares of 1 - F1 on both facts, with factors of at least 0. */
function fitted(list) {
  const sum = (a, b) => list.reduce((total, one) => total + a(one) * b(one), 0);
  const [d, u, e] = [({ disagreement }) => disagreement, ({ unknown }) => unknown, ({ found }) => 1 - found];
  const [dd, du, uu, de, ue] = [sum(d, d), sum(d, u), sum(u, u), sum(d, e), sum(u, e)];
  const determinant = dd * uu - du * du;
  const both = {
    disagreement: (de * uu - ue * du) / determinant,
    unknown: (ue * dd - de * du) / determinant,
  };
  if (both.disagreement < 0) return { disagreement: 0, unknown: ue / uu };
  return both.unknown < 0 ? { disagreement: de / dd, unknown: 0 } : both;
}

/** As expected with factors that were fitted to the other acquisitions. */
const apart = judged.map((set) => ({
  ...set,
  expected: expectedQuality(
    set.heldBack,
    fitted(judged.filter(({ acquisition }) => acquisition !== set.acquisition)),
  ),
}));
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const off = apart.map(({ expected, found }) => expected.f1 - found);
const covered = apart.filter(({ expected, found }) => expected.low <= found && found <= expected.high).length;
const weights = apart.map(({ expected }) => expected.objects);
const total = weights.reduce((sum, weight) => sum + weight, 0);
const figures = {
  factors: Object.values(fitted(judged)).map((value) => value.toFixed(2)),
  bias: mean(off).toFixed(3),
  weighted: (off.reduce((sum, value, k) => sum + value * weights[k], 0) / total).toFixed(3),
  error: mean(off.map(Math.abs)).toFixed(3),
  spread: [...off.map(Math.abs)].sort((a, b) => a - b)[Math.ceil(0.95 * off.length) - 1].toFixed(3),
};
const table = apart.map(({ acquisition, fold, names, expected, found }) => [
  `${acquisition}, fold ${fold}`,
  String(names.length),
  String(expected.objects),
  expected.agreement.toFixed(3),
  expected.stability.toFixed(3),
  expected.unknown.toFixed(3),
  `${expected.f1.toFixed(3)} (${expected.low.toFixed(3)} to ${expected.high.toFixed(3)})`,
  found.toFixed(3),
]);
for (const row of table) console.log(row.join("\t"));
console.log({ ...figures, covered: `${covered} of ${apart.length}`, now: errorsPer });

/** Expected beside found: a dot an acquisition, with its interval, and the line of those that are right. */
function reliabilityChart() {
  /** @type {[number, number]} */
  const range = [0.4, 1];
  const [x, y] = ["F1 expected without truth", "F1 found"].map((label) => axisOf([], { label, range }));
  const within = (value) => Math.max(range[0], Math.min(range[1], value));
  const title = "What is expected of a network, and what it finds";
  const note = `${apart.length} groups of held-back images; each judged by factors fitted to other acquisitions`;
  return framed({ title, note, x, y }, (at) => [
    segment(
      [at.x(range[0]), at.y(range[0])],
      [at.x(1), at.y(1)],
      svg`stroke="#888888" stroke-dasharray="5 4"`,
    ),
    ...apart.map(({ expected: { low, high }, found }) =>
      segment(
        [at.x(within(low)), at.y(within(found))],
        [at.x(within(high)), at.y(within(found))],
        svg`stroke="#3b78b5" stroke-opacity="0.35" stroke-width="1.5"`,
      ),
    ),
    ...apart.map(({ expected: { f1, objects }, found }) =>
      dot([at.x(within(f1)), at.y(within(found))], 2 + Math.log10(objects), svg`fill="#1f4e79"`),
    ),
  ]);
}

if (options.record) {
  const command = `node bench/expected.js${options.only === undefined ? "" : ` --only ${options.only}`} --record`;
  const data = `Data Science Bowl 2018, ${scores.images.length} of ${all.length} fluorescence images for development, each held back from the training of the network that segments it`;
  recordFigures({
    id: "crossvalidated",
    order: 1.6,
    question:
      "How good is a network that learned from the automatic annotation of other images of the same set?",
    command,
    data,
    rules: "one-to-one matching, pooled; brackets are 95 % intervals over images",
    columns: [
      "held back",
      "precision",
      "recall",
      ...thresholds.map((at) => `F1 at IoU ${at}`),
      "AP at .5",
      "images with F1 < .5",
    ],
    rows: [pooledRow],
    notes: ["These images chose how the annotation works; others decide how good it is."],
  });
  recordFigures({
    id: "expected-quality",
    order: 3,
    question: "How good does the program expect a network to be, and how good is it?",
    command,
    data,
    rules: `F1 at IoU .5, by acquisition with at least ${fewest} annotated nuclei; estimated without truth, with factors fitted to the other acquisitions`,
    columns: [
      "acquisition",
      "images",
      "annotated nuclei",
      "agreement",
      "stability",
      "unknown",
      "F1 expected (95 % interval)",
      "found",
    ],
    rows: table,
    notes: [
      `Expected less found: ${figures.bias} in the mean over acquisitions, ${figures.weighted} weighted by nuclei; without sign ${figures.error}; 95 % of them at most ${figures.spread}.`,
      `The interval holds what was found in ${covered} of ${apart.length} acquisitions.`,
      `Fitted to all: errors are ${figures.factors[0]} of the disagreements and ${figures.factors[1]} of the unknown.`,
      "As a plot: docs/img/expected.svg.",
      "Nuclei at a border do not count in the share that is unknown: of a movie a corner is held back, " +
        "at whose border nobody knows anything.",
    ],
  });
  writeFileSync(new URL("../docs/img/expected.svg", import.meta.url), withTypeface(reliabilityChart()));
}
