/** A training set on disk to a model on disk: `model.onnx`, `model.json`, `training.csv`, `loss.svg`. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { isKaryonError, messageOf } from "../../core/errors.js";
import type { StageContext } from "../../core/progress.js";
import type { ExpectedQuality } from "../../core/quality.js";
import { defaultNormalisation } from "../../dataset/samples.js";
import { formatCsv } from "../../io/csv.js";
import { type TrainingSettings, scaleRule, trainingSettings } from "../../learn/trainingsettings.js";
import type { ModelConfig } from "../../model/modelconfig.js";
import { formatModelDescription, type ModelDescription } from "../../model/modelfile.js";
import type { TrainingRecord, TrainingState } from "../../model/train.js";
import type { Device } from "../../nn/devices.js";
import { lossPlot } from "../../plot/plots.js";
import { withTypeface } from "../../plot/typeface.js";
import { trainInThreads } from "../../workers/train/trainingthreads.js";
import { readAnnotation } from "../annotate/annotation.js";
import type { Config, TrainConfig } from "../config/options.js";
import { threadsOf } from "../config/threads.js";
import { writeFileAtomic } from "../store/files.js";
import { type InitialModel, readInitialModel } from "../store/modelfolder.js";
import { version } from "../store/provenance.js";
import { findState, originOf, type ResumePoint, type CheckpointOptions, writeState } from "./checkpoint.js";
import { readSamples } from "./trainingset.js";

export {
  type Effort,
  effortOf,
  networkScale,
  scaleRule,
  trainingSettings,
} from "../../learn/trainingsettings.js";

export interface TrainingResult {
  readonly history: readonly TrainingRecord[];
  readonly description: ModelDescription;
  readonly settings: TrainingSettings;
  readonly model: ModelConfig;
  /** Estimated without truth; undefined where nothing was held back, or what was held back cannot tell. */
  readonly expected: ExpectedQuality | undefined;
  /** What a user should know, one sentence each. */
  readonly warnings: readonly string[];
}

/** For the line that ends the stage. */
export const expectationText = (expected: ExpectedQuality | undefined): string =>
  expected === undefined
    ? ""
    : `, expected F1 ${expected.f1.toFixed(2)} (${expected.low.toFixed(2)} to ${expected.high.toFixed(2)})`;

/** Below this expected F1 what is counted and tracked is no longer to be trusted unseen. */
const poorQuality = 0.8;

/**
 * Below this agreement of network and annotation, on parts held back from training, the result is hardly of
 * use.
 */
const poorAgreement = 0.5;

/**
 * What a user must know of a training.
 *
 * @param score mean average precision over IoU .3, .5, .7 against the annotation of parts held back, 0..1;
 *   NaN where nothing could be held back
 */
export function trainingWarnings(score: number, expected?: ExpectedQuality): string[] {
  if (Number.isNaN(score))
    return [
      "Nothing was held back from training (too little is annotated, or --validation is 0): " +
        "nothing tells how good the network is.",
    ];
  if (score >= poorAgreement) {
    if (expected === undefined || expected.f1 >= poorQuality) return [];
    return [
      `These images are hard for the method: about ${Math.round(100 * (1 - expected.f1))} of 100 ` +
        `nuclei are expected to be wrong or missed (F1 at IoU 0.5 ${expected.low.toFixed(2)} to ` +
        `${expected.high.toFixed(2)}, estimated without truth). Look at the overlays before you use ` +
        "what it finds.",
    ];
  }
  return [
    `The network finds the annotation again only poorly (agreement ${score.toFixed(2)} of 1 on ` +
      "parts held back from training): train longer (--steps), or look at the annotation's " +
      "overlays, before you use what it finds.",
  ];
}

/**
 * Trains on the dataset in `dataset` and writes the model into `folder`, which must exist.
 *
 * @param checkpoints where an interrupted training is gone on with, and its state kept; the caller removes it
 *   when the model is in its place
 */
export async function trainInto(
  folder: string,
  dataset: string,
  config: Config,
  context: StageContext,
  device: Device,
  checkpoints?: CheckpointOptions,
): Promise<TrainingResult> {
  const from = initialModelOf(config.train);
  const { model, settings } = trainingSettings(
    config.train,
    config.general.seed,
    threadsOf(config),
    from?.description,
    device,
  );
  const normalisation = from?.description.normalisation ?? defaultNormalisation;
  const { images, notices, ...set } = await readSamples(
    dataset,
    {
      scaleOf: scaleRule(config.train, from?.description),
      normalisation,
      images: config.train.trainingImages,
    },
    context,
  );
  const made = originOf({ model, from: from?.sha256, kind: set.kind, images }, settings);
  const { origin, state, text }: ResumePoint =
    checkpoints === undefined ? { origin: made } : await findState(checkpoints.folder, made);
  if (text !== undefined) checkpoints?.say(text);
  const outcome = await withCheckpoints(checkpoints, state, settings, (save) =>
    trainInThreads(set, { model, settings, weights: from?.weights, resume: state, origin }, save, context),
  );
  const expected = ignoresUncertain(dataset) ? outcome.expected : undefined;
  const description: ModelDescription = {
    config: model,
    normalisation,
    thresholds: { probability: outcome.thresholds.probability, overlap: outcome.thresholds.overlap },
    diameter: outcome.diameter,
    diameterRange: outcome.diameterRange,
    provenance: {
      karyon: version,
      created: new Date().toISOString(),
      seed: settings.seed,
      layout: outcome.layout,
      settings,
      steps: outcome.history.at(-1)?.step,
      bestStep: outcome.best,
      validationScore: outcome.thresholds.score,
      expectedQuality: expected,
      trainingImages: outcome.trainingNames,
      validationImages: outcome.validationNames,
      ...(settings.compose > 0 ? { composedImages: outcome.composed } : {}),
      ...(from === undefined
        ? {}
        : { from: { sha256: from.sha256, created: from.description.provenance["created"] } }),
      ...(origin.machines.length > 1 ? { machines: origin.machines } : {}),
    },
  };
  await writeFileAtomic(join(folder, "model.onnx"), outcome.onnx);
  await writeFileAtomic(join(folder, "model.json"), formatModelDescription(description));
  await writeFileAtomic(join(folder, "training.csv"), historyCsv(outcome.history));
  await writeFileAtomic(
    join(folder, "loss.svg"),
    withTypeface(
      lossPlot(
        outcome.history.map(({ step, loss, validationLoss }) => ({
          step,
          trainingLoss: loss,
          validationLoss,
        })),
      ),
    ),
  );
  return {
    history: outcome.history,
    description,
    settings,
    model,
    expected,
    warnings: [...notices, ...outcome.warnings],
  };
}

/**
 * Whether what is held back of a dataset can tell the quality: not where uncertain objects were painted over
 * with noise or left as background, for then the easy nuclei are all there is, and the network agrees with
 * them whatever it makes of the others (measured: expected F1 1.00, found .74).
 */
export const ignoresUncertain = (dataset: string): boolean =>
  !existsSync(join(dataset, "annotation.json")) || readAnnotation(dataset).background === "ignore";

/**
 * The model that a training is to go on from, if any.
 *
 * @throws InvalidInput, CorruptFile when it cannot be used
 */
export const initialModelOf = ({ from }: Pick<TrainConfig, "from">): InitialModel | undefined =>
  from === undefined ? undefined : readInitialModel(from);

/** Trains while states are saved, and says what is kept when the user stops it. */
async function withCheckpoints<T>(
  checkpoints: CheckpointOptions | undefined,
  start: TrainingState | undefined,
  { steps }: TrainingSettings,
  work: (save: (bytes: Uint8Array, step: number) => Promise<void>) => Promise<T>,
): Promise<T> {
  let [kept, failed] = [start?.step ?? 0, false];
  const save = async (bytes: Uint8Array, step: number): Promise<void> => {
    if (checkpoints === undefined) return;
    try {
      await writeState(checkpoints.folder, bytes);
      kept = step;
    } catch (error) {
      // The training itself can still succeed.
      if (!failed)
        checkpoints.say(
          "The state of the training cannot be saved, so that an interrupted one starts " +
            `again${kept > 0 ? ` after step ${kept}` : ""}: ${messageOf(error)}`,
        );
      failed = true;
    }
  };
  try {
    return await work(save);
  } catch (error) {
    if (isKaryonError(error) && error.kind === "Cancelled" && kept > 0)
      checkpoints?.say(
        `The training after step ${kept} of ${steps} is kept in ${basename(checkpoints.folder)}: run the ` +
          "same command again to go on there.",
      );
    throw error;
  }
}

function historyCsv(history: readonly TrainingRecord[]): string {
  const keys = Object.keys(history[0] ?? {}) as (keyof TrainingRecord)[];
  return formatCsv(
    keys.map((key) =>
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/^seconds$/, "time_s"),
    ),
    keys.map((key) => history.map((record) => Number(record[key] ?? NaN))),
  );
}
