import { InvalidInput } from "../core/errors.js";
import type { Image } from "../core/image.js";
import type { LabelImage } from "../core/labels.js";
import type { StageContext } from "../core/progress.js";
import type { ExpectedQuality } from "../core/quality.js";
import { defaultNormalisation, scaleSample, type ScaledSample } from "../dataset/samples.js";
import { labelDiameters } from "../learn/labeldiameters.js";
import { drawingOf } from "../learn/drawing.js";
import { fit, type TrainingOutcome } from "../learn/fit.js";
import {
  type Effort,
  networkScale,
  type TrainingChoices,
  trainingSettings,
} from "../learn/trainingsettings.js";
import type { ModelDescription } from "../model/modelfile.js";
import type { TrainingRecord } from "../model/train.js";
import type { Device } from "../nn/devices.js";
import { median } from "../stats/percentile.js";
import { cores } from "#platform";
import type { ModelSource } from "./openmodel.js";

/** An image with its labels: what `train` learns from. */
export interface LabelledImage {
  readonly image: Image;
  /** Of the image's size; -1 where nobody knows, which is left out of the training. */
  readonly labels: LabelImage;
  /** For messages. Default: its number in the list, from 1. */
  readonly name?: string | undefined;
}

/** Options of `train`. What is not given comes from the effort. */
export interface TrainOptions extends StageContext {
  /** Training settings: `auto`, or the published ones. Default `auto`. */
  readonly preset?: "auto" | "paper" | undefined;
  /**
   * How long to train: `quick` 1000 steps, `standard` 3000, `thorough` 10 000, `paper` as published. Default
   * `standard`, or `paper` in that preset.
   */
  readonly effort?: Effort | undefined;
  /** Steps at most; fewer where the network learns nothing more. */
  readonly steps?: number | undefined;
  /** Patches a step. */
  readonly batch?: number | undefined;
  /** Edge of a patch, px of the network's input. */
  readonly patch?: number | undefined;
  /** Largest learning rate. */
  readonly learningRate?: number | undefined;
  /** Course of the learning rate. */
  readonly schedule?: "hold" | "cosine" | "plateau" | "constant" | undefined;
  /** Whether patches are varied by flips, quarter turns, intensity and noise. */
  readonly augment?: boolean | undefined;
  /** Share of the patches that show touching nuclei composed from single ones, 0..0.9. Default 0. */
  readonly compose?: number | undefined;
  /** Fraction of the data kept out of training to check it, 0..0.5. Default 0.15. */
  readonly validation?: number | undefined;
  /** Rays of a star polygon. Default 32. */
  readonly rays?: number | undefined;
  /** Pixels per prediction, in each direction: 1, 2 or 4. Default 2. */
  readonly grid?: number | undefined;
  /** Levels of the U-Net. Default 3. */
  readonly depth?: number | undefined;
  /** Filters of the first level. Default 32. */
  readonly filters?: number | undefined;
  /**
   * Diameter that nuclei are scaled to for the network, px. Default: their own where it is between 30 and 60
   * px and in the preset `paper`, else 40.
   */
  readonly nucleusSize?: number | undefined;
  /**
   * `movie`: the images are frames that show the same nuclei, so that parts of each are held back for
   * validation, not whole ones. Default `images`.
   */
  readonly kind?: "movie" | "images" | undefined;
  /** Seed of everything random. Default 1. */
  readonly seed?: number | undefined;
  /** Threads of the processor. Default: all cores. */
  readonly threads?: number | undefined;
  /** Where the network runs. Default `cpu`. */
  readonly device?: Device | undefined;
}

/** A trained network and what must be known to use it: what `openModel` opens, and how it came about. */
export interface TrainedModel extends ModelSource {
  /** One record an epoch. */
  readonly history: readonly TrainingRecord[];
  /** Estimated without truth; undefined where nothing was held back, or what was held back cannot tell. */
  readonly expected: ExpectedQuality | undefined;
  /** What a user should know, one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Trains a StarDist network, tunes its thresholds on what it held back, and estimates its quality. The same
 * samples, options and number of threads give the same network.
 *
 * @throws InvalidInput when there is no nucleus, or an option is out of range; TrainingDiverged; Cancelled when
 *   `options.signal` is aborted
 */
export async function train(
  samples: readonly LabelledImage[],
  options: TrainOptions = {},
): Promise<TrainedModel> {
  const { signal, onProgress, seed = 1, threads = cores(), device = "cpu", kind = "images" } = options;
  const { preset = "auto", compose = 0, validation = 0.15 } = options;
  const choices: TrainingChoices = { ...options, preset, compose, validation };
  const { model, settings } = trainingSettings(choices, seed, threads, undefined, device);
  const { prepared, next, some } = drawingOf(scaledSamples(samples, choices), kind, model, settings);
  const outcome = await fit({ model, settings }, { prepared, nextBatch: next, some }, { signal, onProgress });
  const { onnx, history, expected, warnings } = outcome;
  return { onnx, description: descriptionOf(outcome, { model, settings }), history, expected, warnings };
}

/** Brings the images that have nuclei to the network's scale. */
function scaledSamples(samples: readonly LabelledImage[], choices: TrainingChoices): ScaledSample[] {
  const used = samples.flatMap(({ image, labels, name }, index) => {
    const diameters = labelDiameters(labels);
    if (diameters.length === 0) return [];
    const scale = networkScale(median(diameters), choices);
    return [scaleSample({ name: name ?? String(index + 1), image, labels, scale })];
  });
  if (used.length > 0) return used;
  throw new InvalidInput(
    "samples",
    "at least one annotated nucleus",
    `none in ${samples.length} images`,
    "annotate with another diameter or sensitivity",
  );
}

const descriptionOf = (
  outcome: TrainingOutcome,
  { model, settings }: ReturnType<typeof trainingSettings>,
): ModelDescription => ({
  config: model,
  normalisation: defaultNormalisation,
  thresholds: { probability: outcome.thresholds.probability, overlap: outcome.thresholds.overlap },
  diameter: outcome.diameter,
  diameterRange: outcome.diameterRange,
  provenance: {
    created: new Date().toISOString(),
    seed: settings.seed,
    layout: outcome.layout,
    settings,
    steps: outcome.history.at(-1)?.step,
    bestStep: outcome.best,
    validationScore: outcome.thresholds.score,
    expectedQuality: outcome.expected,
    trainingImages: outcome.trainingNames,
    validationImages: outcome.validationNames,
    ...(settings.compose > 0 ? { composedImages: outcome.composed } : {}),
  },
});
