// One frame of 2048 x 2048 px to labels, beside StarDist with the same weights in one run, in turn:
// in a movie (the network is open), and as a whole process, from its start to its end.
//
//   npm run build && node bench/frame.js [--python python3] [--rounds 5] [--frames 6] [--edge 2048]
//     [--threads 2] [--movie FOLDER --model FOLDER] [--before FOLDER] [--record]
//
// In a movie: ours from the files to labels, overlays and tables, divided by the frames (the scale of the movie
// is estimated and settled, too); StarDist's `predict_instances` alone, its images being read and normalised.
// Whole process: `karyon segment MODEL FRAME -o OUT`, against a script that imports StarDist, opens the network,
// reads, predicts, and writes labels. StarDist has our architecture and our trained weights, so that both suppress
// the same candidates; the numbers of nuclei are compared. --before: a built checkout of an earlier commit.
// Ratios are of one round, given as their median and range. --record writes bench/results/frame.json.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { layersOf } from "../dist/model/parameters.js";
import { parseModelDescription, weightsFromOnnx } from "../dist/model/modelfile.js";
import { serve } from "./serve.js";
import { recordFigures } from "./record.js";

const { values: options } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    rounds: { type: "string", default: "5" },
    frames: { type: "string", default: "6" },
    edge: { type: "string", default: "2048" },
    threads: { type: "string", default: String(Math.min(2, cpus().length)) },
    movie: { type: "string" },
    model: { type: "string" },
    before: { type: "string" },
    record: { type: "boolean", default: false },
  },
});
const { python, threads, edge } = options;
const rounds = Number(options.rounds);
const here = fileURLToPath(new URL("..", import.meta.url));
const peer = (name) => fileURLToPath(new URL(`peers/${name}`, import.meta.url));
const work = mkdtempSync(join(tmpdir(), "karyon-bench-"));
/** Of StarDist's time in a movie, and s for the process. */
const aims = { movie: 0.9, process: 4.5 };
/** Long enough for the threads of a runtime to stop waiting for work, ms. */
const pause = 300;

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const load = () => loadavg()[0].toFixed(1);

/** Runs a program to its end. @returns its seconds, and those of all its cores @throws when it fails */
async function timed(command, given) {
  const start = performance.now();
  const script = 'TIMEFORMAT="%U %S"; time "$@"';
  const child = spawn("bash", ["-c", script, "bash", command, ...given], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let words = "";
  child.stderr.on("data", (chunk) => (words += chunk));
  const code = await new Promise((done) => child.on("close", done));
  if (code !== 0) throw new Error(`${command} ${given.join(" ")}: ${words}`);
  const seconds = (performance.now() - start) / 1000;
  const [user, system] = words.trim().split("\n").at(-1).split(" ").map(Number);
  return { seconds, cpu: user + system };
}

function karyon(...given) {
  const { status, stderr } = spawnSync(process.execPath, [join(here, "bin/karyon.js"), ...given], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`karyon ${given[0]}: ${stderr}`);
}

/** The frames, simulated unless given. */
function frameFiles() {
  let folder = options.movie;
  if (folder === undefined) {
    karyon("simulate", "-o", join(work, "movie"), "--size", edge, "--frames", options.frames, "--seed", "5");
    folder = join(work, "movie", "01");
  }
  return readdirSync(folder)
    .filter((name) => name.endsWith(".tif"))
    .sort()
    .slice(0, Number(options.frames))
    .map((name) => resolve(folder, name));
}

/** The network, trained for 300 steps on its own annotation of one frame unless given. */
function modelFolder(image) {
  if (options.model !== undefined) return options.model;
  karyon("annotate", image, "-o", join(work, "dataset"), "--no-overlays");
  karyon("train", join(work, "dataset"), "-o", join(work, "model"), "--steps", "300", "--patch", "64");
  return join(work, "model");
}

/** Writes the weights for frame.py. @returns the path of their table */
function writeWeights(model) {
  const description = parseModelDescription(readFileSync(join(model, "model.json"), "utf8"));
  const { config, thresholds, normalisation } = description;
  const weights = weightsFromOnnx(readFileSync(join(model, "model.onnx")), config);
  const layers = layersOf(config);
  const numbers = layers.flatMap(({ name }) => [
    weights.get(`${name}.weight`).data,
    weights.get(`${name}.bias`).data,
  ]);
  const paths = { table: join(work, "weights.json"), numbers: join(work, "weights.bin") };
  writeFileSync(
    paths.numbers,
    Buffer.concat(numbers.map((data) => new Uint8Array(Float32Array.from(data).buffer))),
  );
  const shapes = layers.map(({ inputs, outputs, size }) => [outputs, inputs, size]);
  const table = { config, thresholds, normalisation, layers: shapes, numbers: paths.numbers };
  writeFileSync(paths.table, JSON.stringify(table));
  return paths.table;
}

/** Answers of all in turn, the order reversed in every other round, after one round to warm up. */
async function inTurn(asked) {
  const answers = Object.fromEntries(Object.keys(asked).map((name) => [name, []]));
  for (const ask of Object.values(asked)) await ask();
  for (let round = 0; round < rounds; round++) {
    const order = Object.entries(asked);
    for (const [name, ask] of round % 2 === 0 ? order : order.reverse()) answers[name].push(await ask());
  }
  return answers;
}

/** One row a peer: what, who, seconds, seconds of all cores, ratio to StarDist, nuclei, aim. */
function rowsOf(what, answers, aimOf) {
  return Object.entries(answers).map(([name, list]) => {
    const seconds = list.map((answer) => answer.seconds);
    const theirs = answers.StarDist?.map((answer) => answer.seconds);
    const ratios = name === "StarDist" ? undefined : theirs && seconds.map((value, i) => value / theirs[i]);
    const ratio = ratios
      ? `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`
      : "-";
    return [
      what,
      name,
      median(seconds).toFixed(2),
      Math.min(...seconds).toFixed(2),
      median(list.map(({ cpu }) => cpu)).toFixed(2),
      ratio,
      String(list[0].nuclei ?? "-"),
      name === "now" ? aimOf(median(seconds), ratios && median(ratios)) : "-",
    ];
  });
}

const verdict = (value, aim, unit) =>
  value === undefined ? "-" : `${value <= aim ? "met" : "missed"} (${aim}${unit})`;

async function main() {
  const images = frameFiles();
  const model = modelFolder(images[0]);
  const weights = writeWeights(model);
  const builds = { now: here, ...(options.before === undefined ? {} : { before: options.before }) };
  const served = {};
  for (const [name, folder] of Object.entries(builds))
    served[name] = await serve(process.execPath, [peer("frame.js"), folder, threads], pause);
  const starDist = await serve(python, [peer("frame.py"), threads, weights], pause);
  const usable = starDist !== undefined && starDist.hello.missing === undefined;
  if (usable) served.StarDist = starDist;
  else console.log(`StarDist is not there (${starDist?.hello.missing ?? python}): ours alone.`);
  const request = (name) => ({ images, model, out: join(work, `labels-${name}`) });
  const movie = await inTurn(
    Object.fromEntries(Object.entries(served).map(([name, { ask }]) => [name, () => ask(request(name))])),
  );
  for (const { close } of Object.values(served)) close();
  const processes = {};
  for (const [name, folder] of Object.entries(builds))
    processes[name] = () =>
      timed(process.execPath, [
        join(folder, "bin/karyon.js"),
        ...["segment", model, images[0], "-o", join(work, `one-${name}`)],
        ...["--threads", threads, "--overwrite"],
      ]);
  if (usable)
    processes.StarDist = () =>
      timed(python, [peer("frame.py"), threads, weights, images[0], join(work, "labels.tif")]);
  const alone = await inTurn(processes);
  const rows = [
    ...rowsOf("a frame of a movie", movie, (_, ratio) => verdict(ratio, aims.movie, " of StarDist")),
    ...rowsOf("one frame, whole process", alone, (seconds) => verdict(seconds, aims.process, " s")),
  ];
  report(rows, usable ? starDist.hello.versions : {}, images.length);
}

function report(rows, versions, frames) {
  const columns = ["what", "who", "s", "least, s", "s of all cores", "of StarDist (range)", "nuclei", "aim"];
  for (const row of [columns, ...rows]) console.log(row.join("\t"));
  console.log(`load ${load()}`);
  if (!options.record) return;
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  recordFigures({
    id: "frame",
    order: 22,
    question: "How long does one frame take from file to labels, beside StarDist?",
    command: "node bench/frame.js --record",
    machine: [
      `${threads} threads, ${cpus().length} cores`,
      `Node ${process.versions.node}`,
      ...used,
      "no GPU",
    ].join(", "),
    data: `${frames} simulated frames of ${edge} x ${edge} px; a network trained for 300 steps`,
    rules: `medians of ${rounds} rounds, in turn; ratios of one round, their median and range`,
    columns,
    rows,
    notes: [
      "In a movie: ours from the files to labels, overlays and tables; StarDist's `predict_instances` alone.",
      "StarDist's images in a movie are read and normalised beforehand.",
      "Whole process: ours writes labels, overlay and tables, StarDist labels.",
      "StarDist has our architecture and our trained weights, so that both suppress the same candidates.",
    ],
  });
}

try {
  await main();
} finally {
  rmSync(work, { recursive: true, force: true });
}
