/** The thread that trains: prepares patches, trains, tunes the thresholds on the validation images, and answers with the model's bytes. */
import { parentPort, workerData } from "node:worker_threads";
import { isKaryonError, messageOf } from "../core/errors.js";
import type { StageContext } from "../core/progress.js";
import { random } from "../core/random.js";
import { batchProvider } from "../dataset/patches.js";
import { splitSamples } from "../dataset/split.js";
import { matchInstances } from "../evaluate/instances.js";
import { scoreInstances } from "../evaluate/scores.js";
import { exportOnnx } from "../model/file.js";
import { createPredictor } from "../model/predictor.js";
import { train } from "../model/train.js";
import { predictTiled } from "../segment/predict.js";
import { tuneThresholds } from "../segment/thresholds.js";
import type { TrainingMessage, TrainingOutcome, TrainingRequest } from "./protocol.js";

const request = workerData as TrainingRequest;
const port = parentPort!;
const post = (message: TrainingMessage): void => port.postMessage(message);

/** Validation batches per check; enough for a stable loss, few enough to cost little. */
const validationBatches = 8;

async function perform({ samples, model, settings, stop }: TrainingRequest): Promise<TrainingOutcome> {
  const flag = new Int32Array(stop);
  const controller = new AbortController();
  const context: StageContext = {
    signal: controller.signal,
    onProgress: ({ done, total, message }) => post({ type: "progress", done, total, message: message ?? "" }),
  };
  const rng = random(settings.seed);
  const { training, validation } = splitSamples(samples, settings.validation, rng.fork(1));
  const patches = { patch: settings.patch, batch: settings.batch, rays: model.rays, grid: model.grid, foregroundFraction: settings.foregroundFraction };
  const next = batchProvider(training, { ...patches, augment: settings.augment, seed: settings.seed });
  const check = validation.length === 0 ? undefined : batchProvider(validation, { ...patches, augment: "none", seed: settings.seed + 1 });
  let last: number | undefined;
  const result = await train(model, { ...settings, layout: "auto", onEpoch: (record) => { last = record.validationLoss; post({ type: "record", record }); } }, {
    nextBatch: (step) => {
      if (Atomics.load(flag, 0) !== 0) controller.abort();
      return next(step);
    },
    validation: check === undefined ? [] : Array.from({ length: validationBatches }, (_, index) => check(index)),
  }, { ...context, onProgress: ({ done, total, message }) => context.onProgress?.({ done, total, message: last === undefined || Number.isNaN(last) ? message : `${message}, validation ${last.toFixed(4)}` }) });
  const onnx = exportOnnx(model, result.weights);
  const thresholds = await tune(onnx, request, validation.length > 0 ? validation : training.slice(0, 4));
  return {
    onnx, thresholds, history: result.history, best: result.best, layout: result.layout,
    diameter: medianDiameter(training), trainingNames: names(training), validationNames: names(validation),
  };
}
