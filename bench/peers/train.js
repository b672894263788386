// Our training step and our way from a file to labels, answering as bench/peers/train.py does: one JSON
// request a line, one JSON answer a line. {"layout": "blocked" | "nchw", "batch": n, "patch": px, "steps": n}
// or {"image": PATH, "model": FOLDER, "out": PATH}.
import { createInterface } from "node:readline";
import { measureScale } from "../../dist/annotate/measurescale.js";
import { openSource } from "../../dist/pipeline/source/source.js";
import { writeLabels } from "../../dist/pipeline/store/labelfiles.js";
import { loadModel } from "../../dist/pipeline/store/modelfolder.js";
import { segment } from "../../dist/segment/segment.js";
import { chooseLayout } from "../../dist/model/chooselayout.js";
import { defaultModelConfig as config } from "../../dist/model/modelconfig.js";
import { layersOf } from "../../dist/model/parameters.js";
import { Trainer } from "../../dist/model/trainer.js";

const threads = Number(process.argv[2]);
const learningRate = 1e-3;

/** Numbers in [0, 1) from a hash of (seed, index). */
function uniform(seed, count) {
  return Float64Array.from({ length: count }, (_, i) => {
    let x = (i + 1 + seed * 1000003) >>> 0;
    for (const [factor, shift] of [
      [2654435761, 15],
      [2246822519, 13],
      [3266489917, 16],
    ]) {
      x = Math.imul(x, factor) >>> 0;
      x = (x ^ (x >>> shift)) >>> 0;
    }
    return x / 2 ** 32;
  });
}

const firstWeights = () =>
  Float32Array.from(
    layersOf(config).flatMap(({ inputs, outputs, size }, k) => {
      const limit = Math.sqrt(6 / ((inputs + outputs) * size * size));
      return [
        ...uniform(k + 1, outputs * inputs * size * size).map((u) => (2 * u - 1) * limit),
        ...new Float64Array(outputs),
      ];
    }),
  );

function patches(batch, patch) {
  const points = batch * (patch / config.grid) ** 2;
  return {
    image: Float32Array.from(uniform(101, batch * patch * patch), (u) => 2 * u - 0.5),
    probability: Float32Array.from(uniform(102, points), (u) => (u < 0.5 ? 0 : u)),
    mask: Float32Array.from(uniform(103, points), (u) => (u > 0.1 ? 1 : 0)),
    distances: Float32Array.from(uniform(104, points * config.rays), (u) => 8 * u),
  };
}

const trainings = new Map();

async function training({ layout, batch, patch }) {
  const key = `${layout} ${batch} ${patch}`;
  if (!trainings.has(key)) {
    const weights = firstWeights();
    const zeros = () => new Float32Array(weights.length);
    const trainer = await Trainer.create({
      config,
      layout: await chooseLayout(config, layout),
      size: { batch, patch },
      threads,
      state: { step: 0, weights, first: zeros(), second: zeros() },
    });
    trainings.set(key, { trainer, batch: patches(batch, patch) });
  }
  return trainings.get(key);
}

async function steps(request) {
  const { trainer, batch } = await training(request);
  const answer = { seconds: [], losses: [], cpu: 0 };
  const cpu = process.cpuUsage();
  for (let i = 0; i < request.steps; i++) {
    const start = performance.now();
    const { loss } = await trainer.step(batch, learningRate);
    answer.seconds.push((performance.now() - start) / 1000);
    answer.losses.push(loss);
  }
  answer.cpu = since(cpu) / request.steps;
  return answer;
}

/** Seconds of all threads of this process. */
function since(before) {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const models = new Map();

/** What `karyon segment` does for one image, without the overlay; the model is open. */
async function frame({ image: path, model, out }) {
  if (!models.has(model)) models.set(model, await loadModel(model, threads));
  const {
    predictor,
    description: { thresholds },
  } = models.get(model);
  const parts = {};
  const cpu = process.cpuUsage();
  const start = performance.now();
  let before = start;
  const part = (name) => {
    parts[name] = (performance.now() - before) / 1000;
    before = performance.now();
  };
  const image = await (await openSource([path], { kind: "images" })).read(0, { channel: 0, z: "max" });
  part("read");
  measureScale(image);
  part("size of the nuclei");
  const predict = { seconds: 0 };
  const timed = {
    ...predictor,
    async predict(...input) {
      const began = performance.now();
      const result = await predictor.predict(...input);
      predict.seconds += (performance.now() - began) / 1000;
      return result;
    },
  };
  const { labels } = await segment(image, timed, {
    probabilityThreshold: thresholds.probability,
    overlapThreshold: thresholds.overlap,
  });
  part("segment");
  await writeLabels(out, labels);
  part("write");
  return {
    seconds: (performance.now() - start) / 1000,
    parts: { ...parts, network: predict.seconds },
    nuclei: labels.count,
    cpu: since(cpu),
  };
}

console.log(JSON.stringify({ versions: { Node: process.version } }));
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  console.log(JSON.stringify(await ("image" in request ? frame(request) : steps(request))));
}
process.exit(0);
