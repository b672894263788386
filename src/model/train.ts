import type { Batch } from "../core/batch.js";
import { InvalidInput, TrainingDiverged } from "../core/errors.js";
import { type StageContext, throwIfCancelled } from "../core/progress.js";
import { random } from "../core/random.js";
import type { Tensor } from "../core/tensor.js";
import type { Device } from "../nn/devices.js";
import { chooseLayout, type LayoutChoice } from "./chooselayout.js";
import { checkModelConfig, sizeMultiple, type ModelConfig } from "./modelconfig.js";
import { exportOnnx } from "./modelfile.js";
import { fromTensors, initialWeights, parameterCount, toTensors } from "./parameters.js";
import { createPredictor, type Predictor } from "./predictor.js";
import {
  afterEpoch,
  learningRateAt,
  startOfFall,
  startOfPlateau,
  type PlateauState,
  type Schedule,
} from "./schedule.js";
import { Trainer, type Losses, type OptimiserState, type StepLosses } from "./trainer.js";

/** How a network is trained. */
export interface TrainOptions extends Schedule {
  /** Patches in a batch. */
  readonly batch: number;
  /** Edge of a patch, px. */
  readonly patch: number;
  readonly stepsPerEpoch: number;
  /** Seed of the first weights. */
  readonly seed: number;
  readonly threads: number;
  /**
   * `auto` is blocked where the processor and the configuration allow, which is faster; both give the same up
   * to rounding.
   */
  readonly layout: LayoutChoice;
  /** Default `cpu`. On others the layout is `nchw`, and results are equal up to rounding only. */
  readonly device?: Device | undefined;
  /**
   * How slowly the average of the weights forgets, a step, 0..1; 0 for no average. What is validated and kept
   * is the average. Default 0.
   */
  readonly averaging?: number | undefined;
  /**
   * With `hold`: scores without a better one after which the rate begins to fall. Default: never before its
   * time.
   */
  readonly contentAfter?: number | undefined;
  /** Epochs from one score to the next. Default 1. */
  readonly scoreEvery?: number | undefined;
  /** `deciding`: scores are taken only as long as they can make the rate fall early. Default `all`. */
  readonly scores?: "all" | "deciding" | undefined;
  /** Epochs without a lower loss after which `plateau` halves the rate. Default 40. */
  readonly patience?: number | undefined;
  /** First weights, such as those of a model to go on with. Default: random. */
  readonly weights?: ReadonlyMap<string, Tensor> | undefined;
  /** Goes on where a checkpoint of a training with the same options was made. */
  readonly resume?: TrainingState | undefined;
  /** Called after each epoch. `checkpoint` gives the state after it, also later: call it only to save it. */
  readonly onEpoch?:
    ((record: TrainingRecord, checkpoint: () => TrainingState) => void | Promise<void>) | undefined;
  /**
   * Called after each step, with the number of steps done. `weights` copies what would be validated now; call
   * it only to use it. Nothing of it changes the training.
   */
  readonly onStep?: ((step: number, weights: () => Map<string, Tensor>) => void) | undefined;
  /**
   * Looked at after each epoch, and before the first step of a training that goes on: true ends the training
   * there, as if its steps were over.
   */
  readonly finish?: (() => boolean) | undefined;
}

/** StarDist's settings, with the schedule that needs a tenth of its steps. */
export const defaultTrainOptions: TrainOptions = {
  steps: 3000,
  batch: 4,
  patch: 96,
  learningRate: 1e-3,
  schedule: "hold",
  averaging: 0.995,
  warmup: 100,
  stepsPerEpoch: 100,
  seed: 1,
  threads: 2,
  layout: "auto",
};

/** Epochs. StarDist's. */
const defaultPatience = 40;

/** What a network is trained on, and judged by. */
export interface TrainingData {
  /** Batch of a step, from 0. To train reproducibly, and to resume, it must depend on the step alone. */
  nextBatch(step: number): Batch | Promise<Batch>;
  /** Of the same size as those of the training; may be empty. */
  readonly validation: readonly Batch[];
  /**
   * Scores the network, higher is better. It decides when a `hold` that makes no progress ends; which weights
   * are kept is decided by the loss.
   */
  validate?(predictor: Predictor): Promise<number>;
}

/**
 * One epoch. Losses of the training are means over its steps. NaN where there was nothing to validate with.
 */
export interface TrainingRecord {
  /** From 1. */
  readonly epoch: number;
  /** Steps done. */
  readonly step: number;
  /** Of the epoch's last step. */
  readonly learningRate: number;
  readonly loss: number;
  readonly probabilityLoss: number;
  readonly distanceLoss: number;
  readonly validationLoss: number;
  readonly validationProbabilityLoss: number;
  readonly validationDistanceLoss: number;
  readonly score: number;
  /** Time since the training began or went on. */
  readonly seconds: number;
}

/**
 * Everything that a training needs to go on as if it had not been interrupted. Independent of layout and
 * number of threads. Some numbers may be infinite or NaN, which JSON cannot hold.
 */
export interface TrainingState extends OptimiserState {
  readonly best: Best;
  readonly plateau: PlateauState;
  readonly history: readonly TrainingRecord[];
  /** Step from which the rate of `hold` falls; absent where it falls when planned. */
  readonly fall?: number | undefined;
}

/** The weights that are kept. */
export interface Best {
  /** Steps after which these weights were reached; 0 before the first epoch. */
  readonly step: number;
  /** Minus the validation loss. */
  readonly value: number;
  /** Standard vector, see parameters.ts. */
  readonly weights: Float32Array;
}

/** What a training gives. */
export interface TrainResult {
  /** The best, not the last. */
  readonly weights: Map<string, Tensor>;
  readonly history: TrainingRecord[];
  /** Steps after which the weights were reached. */
  readonly best: number;
  /** `nchw`, or `blocked` with the block length. */
  readonly layout: string;
  /** Whether `finish` ended it before its steps were over. */
  readonly ended: boolean;
}

/**
 * Trains a StarDist network, from random weights unless others are given.
 *
 * The weights that are kept are those of the epoch with the lowest validation loss, or, with nothing to
 * validate on, the last. Not those with the best score: with some dozens of objects to find it is a
 * staircase, and it does not see the outlines. Results depend on the options, the data, the layout, the
 * device and the number of threads, and on nothing else.
 *
 * @throws InvalidInput when options, configuration and batches do not fit together
 * @throws TrainingDiverged when a loss or gradient is no longer finite
 * @throws Cancelled when `context.signal` is aborted; checked before every step
 */
export async function train(
  config: ModelConfig,
  options: TrainOptions,
  data: TrainingData,
  context: StageContext,
): Promise<TrainResult> {
  checkModelConfig(config);
  checkOptions(config, options);
  throwIfCancelled(context, "Training");
  const layout = await chooseLayout(config, options.layout, options.device);
  const start = options.resume ?? freshState(config, options);
  const { threads, device } = options;
  const trainer = await Trainer.create({ config, layout, size: options, threads, device, state: start });
  try {
    const { best, history, ended } = await run(trainer, start, options, data, context);
    const name = layout.kind === "blocked" ? `blocked ${layout.block}` : layout.kind;
    const weights = toTensors(config, best.weights);
    return { weights, history: [...history], best: best.step, layout: name, ended };
  } finally {
    await trainer.release();
  }
}

function checkOptions(config: ModelConfig, options: TrainOptions): void {
  const positive = ["steps", "batch", "patch", "stepsPerEpoch", "threads"] as const;
  for (const name of positive)
    if (!Number.isInteger(options[name]) || options[name] < 1)
      throw new InvalidInput(`train.${name}`, "a whole number above 0", String(options[name]));
  const multiple = sizeMultiple(config);
  if (options.patch % multiple !== 0)
    throw new InvalidInput(
      "train.patch",
      `a multiple of ${multiple} (grid x 2^depth)`,
      String(options.patch),
      `for example ${Math.ceil(options.patch / multiple) * multiple}`,
    );
  if (!(options.learningRate > 0))
    throw new InvalidInput("train.learningRate", "a number above 0", String(options.learningRate));
  if (!(options.warmup >= 0 && options.warmup <= options.steps))
    throw new InvalidInput("train.warmup", "0 to the number of steps", String(options.warmup));
  const length = parameterCount(config);
  if (options.resume && options.resume.weights.length !== length)
    throw new InvalidInput(
      "train.resume",
      `a checkpoint of ${length} weights`,
      String(options.resume.weights.length),
      "resume with the configuration it was made with",
    );
}

function freshState(config: ModelConfig, options: TrainOptions): TrainingState {
  const weights = options.weights
    ? fromTensors(config, options.weights, "train.weights")
    : initialWeights(config, random(options.seed));
  const zeros = (): Float32Array => new Float32Array(weights.length);
  const best: Best = { step: 0, value: -Infinity, weights };
  return { step: 0, weights, first: zeros(), second: zeros(), best, plateau: startOfPlateau, history: [] };
}

/** The steps, epoch by epoch. */
async function run(
  trainer: Trainer,
  start: TrainingState,
  options: TrainOptions,
  data: TrainingData,
  context: StageContext,
): Promise<Pick<TrainingState, "best" | "history"> & Pick<TrainResult, "ended">> {
  const began = performance.now();
  const history = [...start.history];
  let { best, plateau, fall } = start;
  let sum = startOfSum;
  const end = (): number =>
    fall === undefined ? options.steps : options.steps - startOfFall(options) + fall;
  for (let step = start.step; step < end(); step++) {
    // Between two epochs nothing of the sum is lost.
    if (sum.count === 0 && history.length > 0 && options.finish?.()) return { best, history, ended: true };
    const learningRate = learningRateAt(options, step, fall) * plateau.factor;
    const losses = await takeStep(trainer, step, learningRate, data, context);
    if (options.averaging) trainer.average(options.averaging);
    sum = addLosses(sum, losses);
    context.onProgress?.({ done: step + 1, total: end(), message: `loss ${losses.loss.toFixed(4)}` });
    options.onStep?.(step + 1, () => toTensors(trainer.config, trainer.weights()));
    if ((step + 1) % options.stepsPerEpoch !== 0 && step + 1 < end()) continue;

    const epoch = history.length + 1;
    const scored =
      epoch % (options.scoreEvery ?? 1) === 0 &&
      (options.scores !== "deciding" || (fall === undefined && canDecide(step + 1, options)));
    const validation = await validate(trainer, step + 1, options, data, scored);
    const { loss, probability, distance } = meanOf(sum);
    sum = startOfSum;
    const record: TrainingRecord = {
      epoch,
      step: step + 1,
      learningRate,
      loss,
      probabilityLoss: probability,
      distanceLoss: distance,
      ...validation,
      seconds: (performance.now() - began) / 1000,
    };
    history.push(record);
    if (isBetter(record, best))
      best = { step: record.step, value: -record.validationLoss, weights: trainer.weights() };
    const watched = data.validation.length > 0 ? record.validationLoss : record.loss;
    if (options.schedule === "plateau")
      plateau = afterEpoch(plateau, watched, options.patience ?? defaultPatience);
    if (fall === undefined && fallsAfter(history, options)) fall = record.step;
    const rest = { best, plateau, history: [...history], ...(fall === undefined ? {} : { fall }) };
    if (options.onEpoch) {
      const optimiser = trainer.frozen();
      await options.onEpoch(record, () => ({ ...optimiser(), ...rest }));
    }
  }
  return { best, history, ended: false };
}

/** Whether the rate of `hold` begins to fall after the last of these epochs, before its time. */
const fallsAfter = (history: readonly TrainingRecord[], options: TrainOptions): boolean =>
  options.schedule === "hold" &&
  history.at(-1)!.step < startOfFall(options) &&
  isContent(history, options.contentAfter);

/** Whether a score after these steps can make the rate of `hold` fall before its time. */
function canDecide(step: number, options: TrainOptions): boolean {
  const { schedule, stepsPerEpoch, scoreEvery = 1, contentAfter } = options;
  if (schedule !== "hold" || contentAfter === undefined) return false;
  const planned = startOfFall(options);
  return step < planned && Math.floor((planned - 1) / (stepsPerEpoch * scoreEvery)) > contentAfter;
}

/** A score must be better by this much to count as better. */
const noticeable = 0.002;

/** Whether the last `after` scores brought nothing better than those before. */
function isContent(history: readonly Pick<TrainingRecord, "score">[], after: number | undefined): boolean {
  const scores = history.map(({ score }) => score).filter((score) => !Number.isNaN(score));
  if (after === undefined || scores.length <= after) return false;
  return Math.max(...scores.slice(-after)) <= Math.max(...scores.slice(0, -after)) + noticeable;
}

/** @param step from 0 */
async function takeStep(
  trainer: Trainer,
  step: number,
  learningRate: number,
  data: TrainingData,
  context: StageContext,
): Promise<StepLosses> {
  throwIfCancelled(context, "Training");
  const batch = await data.nextBatch(step);
  // Making a batch takes time, and the user may have stopped meanwhile.
  throwIfCancelled(context, "Training");
  const losses = await trainer.step(batch, learningRate);
  failIfDiverged(step + 1, losses.loss);
  failIfDiverged(step + 1, losses.gradientNorm);
  return losses;
}

type ValidationPart = Pick<
  TrainingRecord,
  "validationLoss" | "validationProbabilityLoss" | "validationDistanceLoss" | "score"
>;

async function validate(
  trainer: Trainer,
  step: number,
  where: Pick<TrainOptions, "threads" | "device">,
  data: TrainingData,
  scored: boolean,
): Promise<ValidationPart> {
  let sum = startOfSum;
  for (const batch of data.validation) sum = addLosses(sum, await trainer.evaluate(batch));
  const { loss, probability, distance } = meanOf(sum);
  if (data.validation.length > 0) failIfDiverged(step, loss);
  const score = scored && data.validate ? await scoreOf(trainer, data, where) : NaN;
  return {
    validationLoss: loss,
    validationProbabilityLoss: probability,
    validationDistanceLoss: distance,
    score,
  };
}

/** Ties go to the earlier epoch; where nothing tells, the last is taken. */
const isBetter = ({ validationLoss }: TrainingRecord, best: Best): boolean =>
  -validationLoss > best.value || Number.isNaN(validationLoss) || best.step === 0;

function failIfDiverged(step: number, value: number): void {
  if (!Number.isFinite(value)) throw new TrainingDiverged(step, value);
}

async function scoreOf(
  trainer: Trainer,
  data: TrainingData,
  { threads, device }: Pick<TrainOptions, "threads" | "device">,
): Promise<number> {
  const { config } = trainer;
  const predictor = await createPredictor(exportOnnx(config, toTensors(config, trainer.weights())), config, {
    threads,
    device,
  });
  try {
    return (await data.validate?.(predictor)) ?? NaN;
  } finally {
    await predictor.release();
  }
}

type LossSum = Losses & { readonly count: number };

const startOfSum: LossSum = { loss: 0, probability: 0, distance: 0, count: 0 };

const addLosses = (sum: LossSum, { loss, probability, distance }: Losses): LossSum => ({
  loss: sum.loss + loss,
  probability: sum.probability + probability,
  distance: sum.distance + distance,
  count: sum.count + 1,
});

/** NaN over no losses. */
const meanOf = ({ loss, probability, distance, count }: LossSum): Losses => ({
  loss: loss / count,
  probability: probability / count,
  distance: distance / count,
});
