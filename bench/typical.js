// The typical use, measured: somebody annotates, trains and segments the same images. Karyon does so for each
// collection, and three peers find the nuclei of the same images (bench/peers/typical.py):
//
//   npm run build && node bench/typical.js [--collection NAME,NAME] [--images N] [--steps N] [--seed 1]
//     [--threads N] [--only TEXT,TEXT] [--patch N] [--out FOLDER] [--python python3] [--test] [--record]
//
// Karyon: `karyon run IMAGES --kind images --until segment`. StarDist: trained by itself on Karyon's annotation,
// in the same shape, for as many steps, with the same images held back; its seconds do not include the
// annotation. Fiji recipe: its steps, written anew in Python; nobody ran Fiji. scikit-image: the steps of one of
// its examples. Every method runs in a process of its own; seconds and peak memory are those of the process,
// start included. Labels are scored against truth by our own evaluation. Without --test these are images that
// Karyon was developed on; with it, the test rows, for nothing but reporting. --images: the first N. --steps: as
// the standard effort takes. --only: methods whose name has one of these texts. --patch: of StarDist, px; as ours.
// StarDist cuts its targets off at the border of a patch, so that larger ones may suit large nuclei better; its
// own default is 256. --out: what is finished there is used again. --record writes bench/results/typical.json.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bootstrapInterval, matchInstances, scoreInstances } from "../dist/evaluate/instances.js";
import { networkScale } from "../dist/learn/trainingsettings.js";
import { readLabels } from "../dist/pipeline/store/labelfiles.js";
import { collection, withInterval } from "./data.js";
import { measuredProcess } from "./peak.js";
import { recordFigures } from "./record.js";

const { values: options } = parseArgs({
  options: {
    collection: { type: "string", default: "bbbc038_train20,dsb2018_fluo_sample60,dsb2018_fluo_dev" },
    images: { type: "string" },
    steps: { type: "string" },
    seed: { type: "string", default: "1" },
    threads: { type: "string", default: String(cpus().length) },
    only: { type: "string", default: "" },
    patch: { type: "string" },
    out: { type: "string" },
    python: { type: "string", default: "python3" },
    test: { type: "boolean", default: false },
    record: { type: "boolean", default: false },
  },
});
const { steps, seed, threads } = options;
const file = (path) => fileURLToPath(new URL(path, import.meta.url));
const out = options.out ?? mkdtempSync(join(tmpdir(), "karyon-typical-"));
const thresholds = [0.5, 0.7, 0.8, 0.9];
/** Below this F1 at IoU .5 a method has failed on an image. */
const failed = 0.5;
/** Collections without test rows: all of their images are for development. */
const withoutTest = new Set(["dsb2018_fluo_dev"]);

const hasPython = spawnSync(options.python, ["--version"]).error === undefined;
const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));

/** A collection's images, and a folder for what is made of them. */
function setOf(name) {
  const judged = ({ test }) => (withoutTest.has(name) ? !options.test : test === options.test);
  const count = options.images === undefined ? Infinity : Number(options.images);
  const rows = collection(name).filter(judged).slice(0, count);
  return { name, rows, folder: join(out, `${name}${options.test ? "-test" : ""}`) };
}

/**
 * What a method makes in a folder of its own; what is there of the same question is used again.
 *
 * @param question all that decides the labels, besides the method
 * @param make given the folder: seconds, peak and versions
 */
async function part(set, name, question, make) {
  const folder = join(set.folder, name);
  const record = join(folder, "measured.json");
  const asked = JSON.stringify({ images: set.rows.map((row) => row.name), ...question });
  const known = existsSync(record) ? readJson(record) : undefined;
  if (known?.asked === asked) return { ...known, folder };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const measured = { asked, ...(await make(folder)) };
  if (measured.missing === undefined) writeFileSync(record, JSON.stringify(measured));
  return { ...measured, folder };
}

/** A whole run of Karyon, as far as the labels. */
async function karyon(set) {
  const flags = ["--kind", "images", "--until", "segment", "--device", "cpu", "--train-anyway"];
  const numbers = ["--seed", seed, "--threads", threads, ...(steps === undefined ? [] : ["--steps", steps])];
  const made = await part(set, "karyon", { steps, seed, threads }, async (folder) => {
    const inputs = set.rows.map(({ image }) => image);
    const command = [file("../bin/karyon.js"), "run", ...inputs, "-o", join(folder, "run")];
    const { seconds, peak } = await measuredProcess(process.execPath, [...command, ...flags, ...numbers]);
    return { seconds, peak, versions: {} };
  });
  return { ...made, run: join(made.folder, "run"), labels: join(made.folder, "run", "labels") };
}

/** A peer in Python. @param task what it needs to know besides the images */
async function peer(set, method, task = {}) {
  if (!hasPython) return { missing: options.python };
  const images = set.rows.map(({ name, image }) => ({ name, path: image, scale: task.scales?.[name] ?? 1 }));
  const made = await part(set, method, task, async (folder) => {
    const path = join(folder, "task.json");
    writeFileSync(path, JSON.stringify({ ...task, images, out: folder }));
    const { seconds, peak, stdout } = await measuredProcess(options.python, [
      file("peers/typical.py"),
      method,
      path,
    ]);
    const { versions, missing } = JSON.parse(stdout.trim().split("\n").at(-1));
    return { seconds, peak, versions, missing };
  });
  return { ...made, labels: join(made.folder, "labels") };
}

/** What StarDist is to learn from, and how: as Karyon did. */
function starDistTask(set, run) {
  const { config, normalisation, provenance } = readJson(join(run, "model", "model.json"));
  const { trainingImages, validationImages, created, settings } = provenance;
  const diameters = new Map(
    readJson(join(run, "annotation", "annotation.json")).images.map(({ name, diameter }) => [name, diameter]),
  );
  const paths = new Map(set.rows.map(({ name, image }) => [name, image]));
  const sample = (name) => ({
    path: paths.get(name),
    mask: join(run, "annotation", "masks", `${name}.tif`),
    scale: networkScale(diameters.get(name), { preset: "auto" }),
  });
  // Of fewer than six images Karyon holds back a corner of each. StarDist can hold back whole ones only.
  const apart = validationImages.filter((name) => !trainingImages.includes(name));
  const held = apart.length > 0 ? apart : trainingImages.slice(-1);
  const learned = trainingImages.filter((name) => !held.includes(name));
  const { images } = readJson(join(run, "labels", "segmentation.json"));
  return {
    created,
    config,
    ...normalisation,
    steps: settings.steps,
    patch: Number(options.patch ?? settings.patch),
    batch: settings.batch,
    seed: settings.seed,
    threads: Number(threads),
    training: (learned.length > 0 ? learned : held).map(sample),
    validation: held.map(sample),
    scales: Object.fromEntries(images.map(({ name, scale }) => [name, scale])),
  };
}

const methods = {
  Karyon: karyon,
  StarDist: async (set) => peer(set, "stardist", starDistTask(set, (await karyon(set)).run)),
  "Fiji recipe": (set) => peer(set, "fiji"),
  "scikit-image example": (set) => peer(set, "scikit-image"),
};
const asked = Object.entries(methods).filter(([name]) =>
  options.only.split(",").some((text) => name.toLowerCase().includes(text.toLowerCase())),
);

/** Scores of a folder of labels: pooled with intervals, the mean over the images, and how many failed. */
async function scoresOf(rows, folder) {
  const matchings = [];
  for (const { name, labels } of rows)
    matchings.push(matchInstances(await readLabels(labels), await readLabels(join(folder, `${name}.tif`))));
  const scores = scoreInstances(matchings, thresholds);
  const each = scores.images.map(({ thresholds: [half] }) => half.f1 || 0);
  return [
    ...scores.pooled.thresholds.map(({ f1 }, k) =>
      withInterval(
        f1,
        bootstrapInterval(scores, (pooled) => pooled.thresholds[k].f1),
      ),
    ),
    (each.reduce((sum, f1) => sum + f1, 0) / each.length).toFixed(3),
    String(each.filter((f1) => f1 < failed).length),
  ];
}

/** Rows of the table for one collection, and the versions that made them. */
async function measuredSet(set) {
  const [rows, versions] = [[], {}];
  for (const [name, method] of asked) {
    const made = await method(set);
    if (made.missing !== undefined) {
      console.log(`${name} is left out: there is no ${made.missing}`);
      continue;
    }
    Object.assign(versions, made.versions);
    const cells = [...(await scoresOf(set.rows, made.labels)), made.seconds.toFixed(0), made.peak.toFixed(0)];
    rows.push([`${set.name}, ${set.rows.length}`, name, ...cells]);
    console.log(rows.at(-1).join("\t"));
  }
  return { rows, versions };
}

const columns = [
  "images",
  "method",
  ...thresholds.map((at) => `F1 at IoU ${at}`),
  "mean F1 at .5",
  "images with F1 < .5",
  "s",
  "peak MiB",
];

/** The command that gives these rows. */
function commandOf() {
  const given = ["collection", "images", "steps", "seed", "threads", "only", "patch"].filter((name) =>
    process.argv.includes(`--${name}`),
  );
  const flags = given.map((name) => ` --${name} ${options[name]}`);
  return `node bench/typical.js${options.test ? " --test" : ""}${flags.join("")} --record`;
}

function record(rows, versions) {
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const id = options.test ? "typical-test" : "typical";
  recordFigures({
    id,
    order: options.test ? 2.6 : 2.5,
    question: `How good are the labels of the images that it was given, beside other ways to them${options.test ? ", on test rows" : ""}?`,
    command: commandOf(),
    machine: [
      `${cpus().length} cores, ${threads} threads`,
      `Node ${process.versions.node}`,
      ...used,
      "no GPU",
    ].join(", "),
    data: `${options.test ? "test rows" : "development images"}; a method sees all images of a collection, and no truth`,
    rules: [
      "one-to-one matching, pooled; brackets are 95 % intervals over images",
      "seconds and peak (VmHWM) of one process, start included",
    ].join("; "),
    columns,
    rows,
    notes: notesOf(),
  });
}

const notesOf = () => [
  ...(options.test
    ? []
    : ["Karyon's annotation, of which StarDist learns, too, was developed on these images."]),
  "Karyon: `karyon run IMAGES --kind images --until segment --device cpu --train-anyway`.",
  "StarDist: its own training on Karyon's annotation, which its seconds do not include.",
  "It has Karyon's images, shape, batch, scales and steps, and its own rate, best epoch and thresholds.",
  `Its patches have ${options.patch ?? "Karyon's"} px; it cuts its targets off at their border (its default: 256).`,
  "Its loss leaves out unknown pixels (labels below 0); for its choice of thresholds they are background.",
  "Fiji recipe: blur of 2 px, Otsu threshold, filled holes, binary watershed, particles of at least 30 px.",
  "It is written anew in Python with ImageJ's rules; Fiji did not run. The blur was set with such nuclei in mind.",
  "scikit-image: the steps and numbers of its example on nuclei in mitosis.",
  "They are the lower of two Otsu thresholds, distance, peaks at least 7 px apart, and watershed.",
];

try {
  const [rows, versions] = [[], {}];
  console.log(columns.join("\t"));
  for (const name of options.collection.split(",")) {
    if (options.test && withoutTest.has(name)) continue;
    const measured = await measuredSet(setOf(name));
    rows.push(...measured.rows);
    Object.assign(versions, measured.versions);
  }
  if (options.record) record(rows, versions);
} finally {
  if (options.out === undefined) rmSync(out, { recursive: true, force: true });
}
