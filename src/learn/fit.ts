/**
 * Samples to a network and what must be known to use it: training, thresholds tuned on what was held back,
 * and the quality to expect. Where the batches come from is the caller's matter.
 */
import type { Batch } from "../core/batch.js";
import type { StageContext } from "../core/progress.js";
import type { ExpectedQuality } from "../core/quality.js";
import type { Tensor } from "../core/tensor.js";
import type { ScaledSample } from "../dataset/samples.js";
import { expectedQuality } from "../evaluate/expected.js";
import { firstObjects, type Matching, matchInstances, scoreInstances } from "../evaluate/instances.js";
import type { ModelConfig } from "../model/modelconfig.js";
import { exportOnnx } from "../model/modelfile.js";
import { createPredictor, type Predictor } from "../model/predictor.js";
import { train, type TrainingRecord, type TrainingState, type TrainOptions } from "../model/train.js";
import { type Scorer, searchThresholds, type Thresholds } from "../segment/thresholds.js";
import type { Prepared } from "./drawing.js";
import { heldBackOf, type Looked, lookedAt } from "./heldback.js";
import type { TrainingSettings } from "./trainingsettings.js";

/** What a training gives. */
export interface TrainingOutcome extends Omit<Prepared, "check" | "validation"> {
  /** The network, as `exportOnnx` writes it. */
  readonly onnx: Uint8Array;
  readonly history: readonly TrainingRecord[];
  /** Step whose weights were kept. */
  readonly best: number;
  /** With their score on what was held back; NaN where nothing was. */
  readonly thresholds: { readonly probability: number; readonly overlap: number; readonly score: number };
  readonly layout: string;
  /** Undefined where nothing was held back. */
  readonly expected: ExpectedQuality | undefined;
  /** Whether the user ended it before its steps were over. */
  readonly ended: boolean;
}

/** A network in the midst of its training. */
export interface Snapshot extends Pick<Prepared, "diameter" | "diameterRange"> {
  /** Steps done. */
  readonly step: number;
  /** The averaged weights as they are, as `exportOnnx` writes them. */
  readonly onnx: Uint8Array;
  /** Of the last score that was taken during the training; undefined before the first, or where none is. */
  readonly thresholds: Thresholds | undefined;
}

/** What is trained. */
export interface FitRequest {
  readonly model: ModelConfig;
  readonly settings: TrainingSettings;
  /** First weights; random where absent. */
  readonly weights?: ReadonlyMap<string, Tensor> | undefined;
  /** Where an interrupted training was. */
  readonly resume?: TrainingState | undefined;
}

/** What it is trained with. */
export interface FitData {
  readonly prepared: Prepared;
  /** Training batch of a step, from 0. */
  nextBatch(step: number): Batch;
  /** Asked for after `onEnd`: some of the training images, to tune on where nothing was held back. */
  some(): readonly ScaledSample[];
}

/** Who watches. */
export interface FitContext extends StageContext {
  /** Called where much time may have passed since the last call; may abort the signal. */
  readonly look?: (() => void) | undefined;
  /** Called after each epoch with what it gave. `checkpoint` gives the state to go on from, also later. */
  readonly onEpoch?: ((record: TrainingRecord, checkpoint: () => TrainingState) => void) | undefined;
  /** Called after each step. `take` makes the network as it is now, and changes nothing. */
  readonly onStep?: ((take: () => Snapshot) => void) | undefined;
  /** Looked at after each epoch: whether to end there, as if all steps were done. */
  readonly finish?: (() => boolean) | undefined;
  /** Called when no batch will be asked for any more. */
  readonly onEnd?: (() => void) | undefined;
}

/** At most so many pixels of what was held back are looked at for a score during training, */
const scoredPixels = 2 ** 20;
/** and so many for the thresholds: hundreds of objects, in a few seconds. */
const tunedPixels = 2 ** 21;

/** IoU thresholds that StarDist tunes on, */
const tunePrecisions = [0.3, 0.5, 0.7];
/** and those whose scores must have stopped rising before the training ends early: outlines come last. */
const stopPrecisions = [0.5, 0.7, 0.8];

/**
 * Trains a network, tunes its thresholds and estimates its quality.
 *
 * @throws TrainingDiverged; Cancelled when `context.signal` is aborted; InvalidInput where the device is
 *   missing
 */
export async function fit(
  { model, settings, weights, resume }: FitRequest,
  data: FitData,
  context: FitContext = {},
): Promise<TrainingOutcome> {
  const { check, validation, ...facts } = data.prepared;
  const watch = watcher(settings.steps, context);
  const scored = settings.schedule === "hold" ? spread(validation, scoredPixels) : [];
  let thresholds: Thresholds | undefined;
  const score = async (predictor: Predictor): Promise<number> => {
    const images = await lookedAt(predictor, scored, "scoring", watch);
    const tuned = tune(images, stopPrecisions, watch);
    thresholds = { probability: tuned.probability, overlap: tuned.overlap };
    return tuned.highest;
  };
  const { diameter, diameterRange } = facts;
  const onStep: TrainOptions["onStep"] = (step, weights) =>
    context.onStep?.(() => ({
      step,
      onnx: exportOnnx(model, weights()),
      thresholds,
      diameter,
      diameterRange,
    }));
  const result = await train(
    model,
    {
      ...settings,
      layout: "auto",
      scores: "deciding",
      weights,
      resume,
      onEpoch: watch.onEpoch,
      onStep,
      finish: context.finish,
    },
    {
      nextBatch: (step) => data.nextBatch(step),
      validation: check,
      ...(scored.length > 0 ? { validate: score } : {}),
    },
    { signal: context.signal, onProgress: watch.onProgress },
  );
  context.onEnd?.();
  const onnx = exportOnnx(model, result.weights);
  const judged = await judge(onnx, { model, settings }, validation, data, watch);
  const { history, best, layout, ended } = result;
  return { onnx, ...judged, history, best, layout, ended, ...facts };
}

/** Tunes the thresholds of a trained network, and estimates its quality. */
async function judge(
  onnx: Uint8Array,
  { model, settings: { threads, device } }: Pick<FitRequest, "model" | "settings">,
  validation: readonly ScaledSample[],
  data: Pick<FitData, "some">,
  watch: Watcher,
): Promise<Pick<TrainingOutcome, "thresholds" | "expected">> {
  const images = validation.length > 0 ? spread(validation, tunedPixels) : data.some();
  const predictor = await createPredictor(onnx, model, { threads, device });
  try {
    const known = await lookedAt(predictor, images, "tuning the thresholds", watch);
    const thresholds = tune(known, tunePrecisions, watch);
    // Not predicted again.
    const heldBack = await heldBackOf(predictor, thresholds, validation.length > 0 ? known : [], watch);
    // Of images that were learned from, the score says nothing.
    return {
      thresholds: { ...thresholds, score: validation.length > 0 ? thresholds.score : NaN },
      expected: expectedQuality(heldBack),
    };
  } finally {
    await predictor.release();
  }
}

interface Watcher extends Pick<StageContext, "signal"> {
  readonly onProgress: NonNullable<StageContext["onProgress"]>;
  readonly onEpoch: (record: TrainingRecord, checkpoint: () => TrainingState) => void;
  readonly look: () => void;
  /** Tells what is done after or between the steps, and looks whether to go on. */
  readonly say: (message: string) => void;
}

function watcher(steps: number, context: FitContext): Watcher {
  let progress = { done: 0, total: steps };
  let last: number | undefined;
  const look = (): void => context.look?.();
  return {
    signal: context.signal,
    look,
    onEpoch: (record, checkpoint) => {
      last = record.validationLoss;
      context.onEpoch?.(record, checkpoint);
    },
    onProgress: ({ done, total, message }) => {
      progress = { done, total };
      const known = last === undefined || Number.isNaN(last) ? "" : `, validation ${last.toFixed(4)}`;
      context.onProgress?.({ done, total, message: `${message ?? ""}${known}` });
    },
    say: (message) => {
      look();
      context.onProgress?.({ ...progress, message });
    },
  };
}

/** Every so many-th image, so that there are about so many pixels: a movie may grow denser. */
function spread<T extends ScaledSample>(images: readonly T[], maximum: number): readonly T[] {
  const every = Math.max(1, Math.ceil(images.reduce((sum, { data }) => sum + data.length, 0) / maximum));
  return images.filter((_, index) => index % every === 0);
}

/** Tunes the thresholds on held-back images, or on a few of the training where none were held back. */
function tune(
  images: readonly Looked[],
  ious: readonly number[],
  { signal, look }: Watcher,
): ReturnType<typeof searchThresholds> {
  const scorer: Scorer = (truth, labels) => {
    look();
    const all = matchInstances(truth, labels);
    return (count) => meanPrecision(firstObjects(all, count), ious);
  };
  return searchThresholds(
    images.map(({ candidates, labels }) => ({ candidates, truth: labels })),
    scorer,
    { signal },
  );
}

/** Mean average precision; an image where there is nothing to score counts as nothing. */
function meanPrecision(matching: Matching, ious: readonly number[]): number {
  const { thresholds } = scoreInstances([matching], ious).pooled;
  return thresholds.reduce((sum, { ap }) => sum + (Number.isNaN(ap) ? 0 : ap), 0) / thresholds.length;
}
