/** What decides a training besides the data: presets by effort, and what a user set instead. */
import { InvalidInput } from "../core/errors.js";
import { type AugmentOptions, defaultAugmentOptions } from "../dataset/augment.js";
import { defaultModelConfig, type ModelConfig, sizeMultiple } from "../model/modelconfig.js";
import type { ModelDescription } from "../model/modelfile.js";
import type { Schedule } from "../model/schedule.js";
import type { Device } from "../nn/devices.js";
import { scaleFor } from "../segment/modelscale.js";

/** What a user may set of a training; what is undefined comes from the effort. */
export interface TrainingChoices {
  readonly preset: "auto" | "paper";
  readonly effort?: Effort | undefined;
  readonly steps?: number | undefined;
  readonly batch?: number | undefined;
  readonly patch?: number | undefined;
  readonly learningRate?: number | undefined;
  readonly schedule?: Schedule["schedule"] | undefined;
  readonly augment?: boolean | undefined;
  readonly compose: number;
  readonly validation: number;
  readonly rays?: number | undefined;
  readonly grid?: number | undefined;
  readonly depth?: number | undefined;
  readonly filters?: number | undefined;
  readonly nucleusSize?: number | undefined;
  /** Name of the model that the training goes on from, for messages. */
  readonly from?: string | undefined;
}

/** Everything that decides what is learned, besides the data. */
export interface TrainingSettings {
  readonly steps: number;
  readonly batch: number;
  readonly patch: number;
  readonly learningRate: number;
  readonly schedule: Schedule["schedule"];
  readonly warmup: number;
  /** See `TrainOptions`. */
  readonly averaging: number;
  readonly stepsPerEpoch: number;
  readonly scoreEvery: number;
  readonly contentAfter?: number | undefined;
  readonly validation: number;
  readonly foregroundFraction: number;
  readonly augment: AugmentOptions | "none";
  /** Share of the patches that show touching nuclei composed from single ones, 0..0.9. */
  readonly compose: number;
  readonly seed: number;
  readonly threads: number;
  readonly device: Device;
}

const usual = {
  batch: 4,
  patch: 96,
  learningRate: 1e-3,
  schedule: "hold",
  averaging: 0.995,
  warmup: 100,
  augment: true,
  filters: 32,
  // Thirty epochs, or a dozen where these are short: the average hardly moves in a few steps.
  stepsPerEpoch: (steps: number) =>
    Math.min(100, Math.max(1, Math.round(steps / 30), Math.min(25, Math.round(steps / 12)))),
} as const;

/**
 * What `--effort` stands for. Source of `paper`, 100 epochs of 256 steps without augmentation: Englbrecht et
 * al. 2021 and its scripts.
 */
const efforts = {
  quick: { ...usual, steps: 1000 },
  standard: { ...usual, steps: 3000 },
  thorough: { ...usual, steps: 10_000 },
  paper: {
    steps: 25_600,
    batch: 4,
    patch: 64,
    learningRate: 3e-4,
    schedule: "plateau",
    averaging: 0,
    warmup: 0,
    augment: false,
    filters: 32,
    stepsPerEpoch: () => 256,
  },
} as const;

/** How long to train. */
export type Effort = keyof typeof efforts;

/** The effort that is meant: what was set, else that of the preset. */
export const effortOf = ({ effort, preset }: Pick<TrainingChoices, "effort" | "preset">): Effort =>
  effort ?? (preset === "paper" ? "paper" : "standard");

/**
 * Epochs between two scores on what was held back, and steps without a better one after which the rate falls.
 */
const scoreEvery = 3;
const contentSteps = 1200;

/**
 * Instead of a preset's where a training goes on from a model: a full rate would first undo what it knows.
 */
const fineTuning = { learningRate: 3e-4, warmup: 30 } as const;

/**
 * Presets, and whatever the user set instead.
 *
 * @param from the model that the training goes on from
 * @throws InvalidInput when settings contradict each other or that model
 */
export function trainingSettings(
  train: TrainingChoices,
  seed: number,
  threads: number,
  from?: ModelDescription,
  device: Device = "cpu",
): { model: ModelConfig; settings: TrainingSettings } {
  const preset = efforts[effortOf(train)];
  const steps = train.steps ?? preset.steps;
  const stepsPerEpoch = preset.stepsPerEpoch(steps);
  const settings: TrainingSettings = {
    steps,
    seed,
    threads,
    device,
    batch: train.batch ?? preset.batch,
    patch: train.patch ?? preset.patch,
    learningRate: train.learningRate ?? (from ? fineTuning : preset).learningRate,
    schedule: train.schedule ?? preset.schedule,
    warmup: Math.min((from ? fineTuning : preset).warmup, Math.floor(steps / 10)),
    averaging: preset.averaging,
    stepsPerEpoch,
    scoreEvery,
    contentAfter: Math.ceil(contentSteps / (scoreEvery * stepsPerEpoch)),
    validation: train.validation,
    foregroundFraction: 0.9,
    compose: train.compose,
    augment: (train.augment ?? preset.augment) ? defaultAugmentOptions : "none",
  };
  const model = modelConfig(train, { ...defaultModelConfig, filters: preset.filters }, from?.config);
  const multiple = sizeMultiple(model);
  if (settings.patch % multiple !== 0)
    throw new InvalidInput(
      "train.patch",
      `a multiple of ${multiple} (grid x 2^depth)`,
      String(settings.patch),
      `for example ${Math.ceil(settings.patch / multiple) * multiple}`,
    );
  return { model, settings };
}

/** The shape of the network: the user's, or that of the model to go on from, which nothing may contradict. */
function modelConfig(
  train: TrainingChoices,
  preset: ModelConfig,
  from: ModelConfig | undefined,
): ModelConfig {
  const set = { rays: train.rays, grid: train.grid, depth: train.depth, filters: train.filters };
  const given = Object.entries(set).filter(
    (entry): entry is [keyof typeof set, number] => entry[1] !== undefined,
  );
  for (const [name, value] of from ? given : []) {
    if (value !== from![name])
      throw new InvalidInput(
        `train.${name}`,
        `${from![name]}, as in the model ${train.from ?? ""}`,
        String(value),
        `leave out train.${name}, or train from scratch without train.from`,
      );
  }
  return { ...(from ?? preset), ...Object.fromEntries(given) };
}

/**
 * Diameters in between are left as they are: there the network's grid is fine enough and its field wide
 * enough.
 */
const unscaledDiameters = [30, 60] as const;
const target = 40;

/**
 * How much images with nuclei of this diameter (px) are scaled for the network. The paper's method takes them
 * as they are.
 */
export function networkScale(
  diameter: number,
  {
    preset,
    effort,
    nucleusSize,
  }: Pick<TrainingChoices, "preset" | "nucleusSize"> & Partial<Pick<TrainingChoices, "effort">>,
): number {
  if (!(diameter > 0)) return 1;
  if (nucleusSize !== undefined) return nucleusSize / diameter;
  return effortOf({ effort, preset }) === "paper" ||
    (diameter >= unscaledDiameters[0] && diameter <= unscaledDiameters[1])
    ? 1
    : target / diameter;
}

/**
 * The same where a training goes on from a model: images are brought to the size that it knows, as when it
 * segments.
 */
export const scaleRule =
  (
    train: Parameters<typeof networkScale>[1],
    from: Pick<ModelDescription, "diameter" | "diameterRange"> | undefined,
  ) =>
  (diameter: number): number =>
    from === undefined || train.nucleusSize !== undefined
      ? networkScale(diameter, train)
      : scaleFor(diameter, from);
