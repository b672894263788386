// One stage of the bench, several times; prints JSON with the seconds of each run and the peak memory of this
// process in MiB.
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { analyse } from "../dist/analyse/analyse.js";
import { labelCandidates, decide, proposeObjects } from "../dist/annotate/auto.js";
import { annotatePaper } from "../dist/annotate/paper.js";
import { measureScale } from "../dist/annotate/measurescale.js";
import { concatNuclei } from "../dist/core/nuclei.js";
import { random } from "../dist/core/random.js";
import { defaultAugmentOptions } from "../dist/dataset/augment.js";
import { batchProvider } from "../dist/dataset/patches.js";
import { splitSamples } from "../dist/dataset/holdout.js";
import { matchInstances, scoreInstances } from "../dist/evaluate/instances.js";
import { measure } from "../dist/imgproc/regions.js";
import { defaultModelConfig } from "../dist/model/modelconfig.js";
import { defaultTrainOptions, train as trainNetwork } from "../dist/model/train.js";
import { openSource } from "../dist/pipeline/source/source.js";
import { readLabels } from "../dist/pipeline/store/labelfiles.js";
import { loadModel } from "../dist/pipeline/store/modelfolder.js";
import { buildReport } from "../dist/report/report.js";
import { segment } from "../dist/segment/segment.js";
import { simulatePresets } from "../dist/simulate/scene.js";
import { simulate } from "../dist/simulate/simulate.js";
import { track } from "../dist/track/track.js";

const [stage, image, dataset, model, movie] = process.argv.slice(2);
const threads = cpus().length;
const read = async (path) => (await openSource([path], { kind: "images" })).read(0, { channel: 0, z: "max" });

/** Runs once to warm up, then `runs` times. */
async function times(runs, work) {
  const seconds = [];
  for (let i = 0; i <= runs; i++) {
    const start = performance.now();
    await work();
    if (i > 0) seconds.push((performance.now() - start) / 1000);
  }
  return seconds;
}

const stages = {
  read: async () => ({ seconds: await times(5, () => read(image)), what: "decode one TIFF" }),
  "annotate-paper": async () => {
    const frame = await read(image);
    return {
      seconds: await times(3, () => annotatePaper(frame)),
      what: "paper preset, one thread, without reading",
    };
  },
  "annotate-auto": async () => {
    const frame = await read(image);
    let kept = 0;
    const work = () => {
      const scale = measureScale(frame);
      const proposal = proposeObjects(frame, scale);
      kept = labelCandidates(proposal, decide([proposal.objects])[0]).labels.count;
    };
    return {
      seconds: await times(3, work),
      what: `auto preset, one thread, without reading; ${kept} nuclei`,
    };
  },
  "train-step": async () => {
    const name = readFileSync(join(dataset, "annotation.json"), "utf8").match(/"name": "([^"]+)"/)[1];
    const sample = {
      name,
      image: await read(join(dataset, "images", `${name}.tif`)),
      labels: await readLabels(join(dataset, "masks", `${name}.tif`)),
      scale: 1,
    };
    const { training } = splitSamples([sample], 0, random(1));
    const options = {
      patch: 64,
      batch: 4,
      rays: 32,
      grid: 2,
      augment: defaultAugmentOptions,
      seed: 1,
      foregroundFraction: 0.9,
    };
    const next = batchProvider(training, options);
    const stamps = [];
    const { layout } = await trainNetwork(
      defaultModelConfig,
      { ...defaultTrainOptions, ...options, steps: 120, stepsPerEpoch: 1000, threads },
      {
        nextBatch: (step) => (stamps.push(performance.now()), next(step)),
        validation: [],
      },
      {},
    );
    const seconds = stamps.slice(21).map((stamp, i) => (stamp - stamps[20 + i]) / 1000);
    return {
      seconds,
      what: `a training step, batch 4, patch 64, ${threads} threads, layout ${layout}, patches included`,
    };
  },
  segment: async () => {
    const frame = await read(image);
    const { predictor, description } = await loadModel(model, threads);
    let found = 0;
    const work = async () => {
      found = (
        await segment(frame, predictor, {
          probabilityThreshold: description.thresholds.probability,
          overlapThreshold: description.thresholds.overlap,
        })
      ).labels.count;
    };
    return {
      seconds: await times(3, work),
      what: `network, suppression and contours, tiles of 1024, ${threads} threads; ${found} nuclei`,
    };
  },
  track: async () => {
    const tables = [];
    for (const t of [0, 1])
      tables.push(measure(await readLabels(join(movie, "01_GT", "SEG", `man_seg00${t}.tif`)), { frame: t }));
    const nuclei = concatNuclei(tables);
    return { seconds: await times(3, () => track(nuclei, 2)), what: `two frames, ${nuclei.count} nuclei` };
  },
  evaluate: async () => {
    const [truth, other] = await Promise.all(
      [0, 1].map((t) => readLabels(join(movie, "01_GT", "SEG", `man_seg00${t}.tif`))),
    );
    return {
      seconds: await times(3, () => scoreInstances([matchInstances(truth, other)])),
      what: "one frame against another",
    };
  },
  analyse: async () => {
    const tables = [];
    for (const t of [0, 1])
      tables.push(measure(await readLabels(join(movie, "01_GT", "SEG", `man_seg00${t}.tif`)), { frame: t }));
    const { graph } = track(concatNuclei(tables), 2);
    return {
      seconds: await times(3, () => analyse(graph, { height: 2048, width: 2048 })),
      what: "two frames",
    };
  },
  report: async () => {
    const [frame, labels] = [
      await read(join(movie, "01", "t000.tif")),
      await readLabels(join(movie, "01_GT", "SEG", "man_seg000.tif")),
    ];
    const input = { title: "bench", parameters: {}, segmentation: [{ name: "t000", image: frame, labels }] };
    return {
      seconds: await times(3, () => buildReport(input)),
      what: "one segmented frame, overview and crop",
    };
  },
  simulate: async () => {
    const options = { ...simulatePresets.mdck, height: 2048, width: 2048, frames: 1 };
    return {
      seconds: await times(2, () => {
        const made = simulate(options);
        made.image(0);
        made.labels(0);
      }),
      what: "population, picture and labels of one frame",
    };
  },
};

const result = await stages[stage]();
console.log(JSON.stringify({ ...result, peak: process.resourceUsage().maxRSS / 1024 }));
process.exit(0);
