/**
 * The thread that trains: takes batches, trains, tunes the thresholds on the images held back, and answers
 * with the model's bytes.
 */
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { isKaryonError } from "../../core/errors.js";
import type { LabelImage } from "../../core/labels.js";
import { type StageContext, throwIfCancelled } from "../../core/progress.js";
import type { ExpectedQuality } from "../../core/quality.js";
import type { ScaledSample } from "../../dataset/samples.js";
import { expectedQuality, type HeldBack } from "../../evaluate/expected.js";
import { matchInstances, scoreInstances } from "../../evaluate/instances.js";
import { exportOnnx } from "../../model/modelfile.js";
import { createPredictor, type Predictor } from "../../model/predictor.js";
import {
  train,
  type TrainingData,
  type TrainingState,
  type TrainOptions,
  type TrainResult,
} from "../../model/train.js";
import { encodeCheckpoint } from "../../model/trainingstate.js";
import { labelsUnderFlips } from "../../segment/flips.js";
import { predictTiled } from "../../segment/predict.js";
import { type Thresholds, tuneThresholds } from "../../segment/thresholds.js";
import { type Answer, answerError, valueOf } from "../answer.js";
import type { Prepared, TrainingMessage, TrainingOutcome, TrainRequest } from "./protocol.js";
import { closeRing, emptyBatch, isStopped, take, waitFor } from "./ring.js";

const request = workerData as TrainRequest;
const { ring, port: draws } = request;
const port = parentPort!;
const post = (message: TrainingMessage, transferred: readonly ArrayBuffer[] = []): void =>
  port.postMessage(message, transferred);

/** Edge of the tiles that validation images are predicted in, px. */
const tuningTile = 1024;

const controller = new AbortController();

/** Messages do not arrive while this thread computes: the wish to stop is looked up. */
function lookUpStop(): void {
  if (isStopped(ring)) controller.abort();
}

/** Of the steps. */
let progress = { done: 0, total: request.settings.steps };

const context: StageContext = {
  signal: controller.signal,
  onProgress: ({ done, total, message }) => post({ type: "progress", done, total, message: message ?? "" }),
};

/** What the drawing thread has sent, if anything. @throws what stopped it; Cancelled */
function received<T>(): T | undefined {
  lookUpStop();
  throwIfCancelled(context, "Training");
  const message = receiveMessageOnPort(draws) as { readonly message: Answer<T> } | undefined;
  return message === undefined ? undefined : valueOf(message.message);
}

/** Time between two saved states at least, ms: that much is lost when the machine stops. */
const savedEvery = 30_000;

/** Saves states; the last one that was not saved waits for the wish to stop. */
const keeper = {
  waiting: undefined as TrainingState | undefined,
  savedAt: -Infinity,
  onEpoch(state: TrainingState): void {
    this.waiting = state;
    if (performance.now() - this.savedAt >= savedEvery) this.save();
  },
  save(): void {
    if (this.waiting === undefined) return;
    const bytes = encodeCheckpoint({ origin: request.origin, state: this.waiting });
    post({ type: "checkpoint", step: this.waiting.step, bytes }, [bytes.buffer]);
    this.waiting = undefined;
    this.savedAt = performance.now();
  },
};

async function perform(request: TrainRequest): Promise<TrainingOutcome> {
  const { model, settings } = request;
  const prepared = waitFor(ring, () => received<Prepared>());
  const result = await trainOn(prepared, request);
  closeRing(ring);
  const { validation } = prepared;
  const onnx = exportOnnx(model, result.weights);
  const images =
    validation.length > 0 ? validation : waitFor(ring, () => received<readonly ScaledSample[]>());
  const predictor = await createPredictor(onnx, model, {
    threads: settings.threads,
    device: settings.device,
  });
  try {
    const thresholds = await tune(predictor, images, tunePrecisions, "tuning the thresholds");
    const expected = await expectation(predictor, thresholds, spread(validation, expectedPixels));
    // Of images that were learned from, the score says nothing.
    const score = validation.length > 0 ? thresholds.score : NaN;
    return {
      onnx,
      thresholds: { ...thresholds, score },
      expected,
      history: result.history,
      best: result.best,
      layout: result.layout,
      diameter: prepared.diameter,
      diameterRange: prepared.diameterRange,
      trainingNames: prepared.trainingNames,
      validationNames: prepared.validationNames,
      composed: prepared.composed,
      warnings: prepared.warnings,
    };
  } finally {
    await predictor.release();
  }
}

/** Trains on the batches that come through the ring, saves states, and says how far it is. */
function trainOn({ check, validation }: Prepared, request: TrainRequest): Promise<TrainResult> {
  const { model, settings, weights, resume } = request;
  const batch = emptyBatch(ring.lengths);
  const scored = settings.schedule === "hold" ? spread(validation, scoredPixels) : [];
  let last: number | undefined;
  const options: TrainOptions = {
    ...settings,
    layout: "auto",
    weights,
    resume,
    onEpoch: (record, checkpoint) => {
      last = record.validationLoss;
      keeper.onEpoch(checkpoint());
    },
  };
  const data: TrainingData = {
    nextBatch: () => {
      lookUpStop();
      // Before the ring is closed, nothing but an error can have been sent.
      take(ring, batch, () => void received());
      return batch;
    },
    validation: check,
    ...(scored.length === 0
      ? {}
      : {
          validate: async (predictor) => (await tune(predictor, scored, stopPrecisions, "scoring")).highest,
        }),
  };
  return train(model, options, data, {
    ...context,
    onProgress: ({ done, total, message }) => {
      progress = { done, total };
      const validated = last !== undefined && !Number.isNaN(last);
      context.onProgress?.({
        done,
        total,
        message: validated ? `${message}, validation ${last!.toFixed(4)}` : message,
      });
    },
  });
}

/** Pixels of what was held back that are looked at for a score during training, about: a second or two. */
const scoredPixels = 2 ** 20;
/** The same for the expected quality, once after the training. */
const expectedPixels = 2 ** 22;

/** Every so many-th image, so that there are about so many pixels: a movie may grow denser. */
function spread(images: readonly ScaledSample[], maximum: number): readonly ScaledSample[] {
  const every = Math.max(1, Math.ceil(images.reduce((sum, { data }) => sum + data.length, 0) / maximum));
  return images.filter((_, index) => index % every === 0);
}

/** IoU thresholds that StarDist tunes on. */
const tunePrecisions = [0.3, 0.5, 0.7];
/**
 * IoU thresholds at which the scores must have stopped rising before the training ends early: outlines take
 * longest to learn.
 */
const stopPrecisions = [0.5, 0.7, 0.8];

/** Mean average precision; an image where there is nothing to score counts as nothing. */
const precisionAt =
  (ious: readonly number[]) =>
  (truth: LabelImage, predicted: LabelImage): number => {
    lookUpStop();
    const { thresholds } = scoreInstances([matchInstances(truth, predicted)], ious).pooled;
    return thresholds.reduce((sum, { ap }) => sum + (Number.isNaN(ap) ? 0 : ap), 0) / thresholds.length;
  };

/** Tunes the thresholds on held-back images, or on a few of the training where none were held back. */
async function tune(
  predictor: Predictor,
  images: readonly ScaledSample[],
  ious: readonly number[],
  what: string,
): Promise<ReturnType<typeof tuneThresholds>> {
  const predictions = [];
  for (const [index, { data, labels }] of images.entries()) {
    say(`${what}, image ${index + 1} of ${images.length}`);
    predictions.push({
      prediction: await predictTiled({ ...labels, data }, predictor, tuningTile, { signal: context.signal }),
      truth: labels,
    });
  }
  return tuneThresholds(predictions, precisionAt(ious), { signal: context.signal });
}

async function expectation(
  predictor: Predictor,
  thresholds: Thresholds,
  images: readonly ScaledSample[],
): Promise<ExpectedQuality | undefined> {
  const heldBack: HeldBack[] = [];
  for (const [index, { data, labels }] of images.entries()) {
    say(`estimating the quality, image ${index + 1} of ${images.length}`);
    const [found, ...others] = await labelsUnderFlips(
      { ...labels, data },
      predictor,
      { ...thresholds, tile: tuningTile },
      { signal: context.signal },
    );
    heldBack.push({
      annotated: matchInstances(labels, found),
      flipped: others.map((other) => matchInstances(found, other)),
    });
  }
  return expectedQuality(heldBack);
}

/** Tells what is done after or between the steps, and looks whether to go on. */
function say(message: string): void {
  lookUpStop();
  context.onProgress?.({ ...progress, message });
}

try {
  post({ type: "answer", answer: { value: await perform(request) } });
} catch (error) {
  if (isKaryonError(error) && error.kind === "Cancelled") keeper.save();
  post({ type: "answer", answer: answerError(error) });
}
