/** The thread that trains: prepares patches, trains, tunes the thresholds on the validation images, and answers with the model's bytes. */
import { parentPort, workerData } from "node:worker_threads";
import type { LabelImage } from "../core/labels.js";
import type { StageContext } from "../core/progress.js";
import { random } from "../core/random.js";
import { composedSamples } from "../dataset/composed.js";
import { batchProvider } from "../dataset/patches.js";
import type { PreparedSample } from "../dataset/samples.js";
import { splitSamples } from "../dataset/split.js";
import { matchInstances, scoreInstances } from "../evaluate/instances.js";
import { exportOnnx } from "../model/file.js";
import { createPredictor } from "../model/predictor.js";
import { train } from "../model/train.js";
import { median } from "../imgproc/percentile.js";
import { predictTiled } from "../segment/predict.js";
import { type Thresholds, tuneThresholds } from "../segment/thresholds.js";
import { labelDiameters } from "./diameters.js";
import { answerError } from "./errors.js";
import type { TrainingMessage, TrainingOutcome, TrainingRequest } from "./protocol.js";

const request = workerData as TrainingRequest;
const port = parentPort!;
const post = (message: TrainingMessage): void => port.postMessage(message);

/** Validation batches per check; enough for a stable loss, few enough to cost little. */
const validationBatches = 8;

/** Edge of the tiles that validation images are predicted in, px. */
const tuningTile = 1024;

const controller = new AbortController();
const flag = new Int32Array(request.stop);

/** Messages do not arrive while this thread computes: the wish to stop is looked up. */
function lookUpStop(): void {
  if (Atomics.load(flag, 0) !== 0) controller.abort();
}

const context: StageContext = {
  signal: controller.signal,
  onProgress: ({ done, total, message }) => post({ type: "progress", done, total, message: message ?? "" }),
};

async function perform({ samples, kind, model, settings }: TrainingRequest): Promise<TrainingOutcome> {
  lookUpStop();
  const rng = random(settings.seed);
  const { training, validation } = splitSamples(samples, settings.validation, rng.fork(1), kind === "movie" ? { by: "blocks" } : {});
  const patches = { patch: settings.patch, batch: settings.batch, rays: model.rays, grid: model.grid, foregroundFraction: settings.foregroundFraction };
  const { samples: composed, notices } = composedSamples(training, settings.compose, rng.fork(2));
  const next = batchProvider([...training, ...composed], { ...patches, augment: settings.augment, seed: settings.seed });
  const check = validation.length === 0 ? undefined : batchProvider(validation, { ...patches, augment: "none", seed: settings.seed + 1 });
  let last: number | undefined;
  const result = await train(model, { ...settings, layout: "auto", onEpoch: (record) => { last = record.validationLoss; } }, {
    nextBatch: (step) => {
      lookUpStop();
      return next(step);
    },
    validation: check === undefined ? [] : Array.from({ length: validationBatches }, (_, index) => check(index)),
  }, { ...context, onProgress: ({ done, total, message }) => context.onProgress?.({ done, total, message: last === undefined || Number.isNaN(last) ? message : `${message}, validation ${last.toFixed(4)}` }) });
  const onnx = exportOnnx(model, result.weights);
  const thresholds = await tune(onnx, request, validation.length > 0 ? validation : training.slice(0, 4));
  return {
    onnx, thresholds, history: result.history, best: result.best, layout: result.layout,
    ...diametersOf(training), trainingNames: names(training), validationNames: names(validation), composed: composed.length,
    warnings: settings.compose > 0 && composed.length === 0 ? [`No touching nuclei were composed: ${notices.length === 1 ? notices[0]! : `none of ${notices.length} images has two nuclei that are alone, and room for another.`}`] : [],
  };
}

const names = (samples: readonly PreparedSample[]): string[] => samples.map(({ name }) => name);

/** Mean average precision over the IoU thresholds that StarDist tunes on; an image where there is nothing to score counts as nothing. */
function precisionOf(truth: LabelImage, predicted: LabelImage): number {
  lookUpStop();
  const { thresholds } = scoreInstances([matchInstances(truth, predicted)], [0.3, 0.5, 0.7]).pooled;
  return thresholds.reduce((sum, { ap }) => sum + (Number.isNaN(ap) ? 0 : ap), 0) / thresholds.length;
}

/** Tunes the thresholds on held-back images, or on a few of the training where none were held back. */
async function tune(onnx: Uint8Array, { model, settings }: TrainingRequest, images: readonly PreparedSample[]): Promise<Thresholds & { readonly score: number }> {
  const predictor = await createPredictor(onnx, model, { threads: settings.threads, device: settings.device });
  try {
    const predictions = [];
    for (const [index, { data, height, width, labels }] of images.entries()) {
      lookUpStop();
      context.onProgress?.({ done: settings.steps, total: settings.steps, message: `tuning the thresholds, image ${index + 1} of ${images.length}` });
      predictions.push({ prediction: await predictTiled(data, height, width, predictor, tuningTile, { signal: context.signal }), truth: labels });
    }
    return tuneThresholds(predictions, precisionOf, { signal: context.signal });
  } finally {
    await predictor.release();
  }
}

/** Diameters at the network's scale, px: the median of all, and the range of the images' medians. */
function diametersOf(samples: readonly PreparedSample[]): Pick<TrainingOutcome, "diameter" | "diameterRange"> {
  const perImage = samples.map(({ labels }) => labelDiameters(labels)).filter(({ length }) => length > 0);
  const medians = perImage.map((diameters) => median(diameters));
  return { diameter: median(perImage.flatMap((diameters) => Array.from(diameters))), diameterRange: { low: Math.min(...medians), high: Math.max(...medians) } };
}

try {
  post({ type: "answer", answer: { value: await perform(request) } });
} catch (error) {
  post({ type: "answer", answer: answerError(error) });
}
