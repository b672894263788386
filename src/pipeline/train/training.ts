/** A training set on disk to a model on disk: `model.onnx`, `model.json`, `training.csv`, `loss.svg`. */
import { existsSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { isKaryonError, messageOf } from "../../core/errors.js";
import type { StageContext } from "../../core/progress.js";
import type { ExpectedQuality } from "../../core/quality.js";
import { defaultNormalisation } from "../../dataset/samples.js";
import { scaleRule, type TrainingSettings, trainingSettings } from "../../learn/trainingsettings.js";
import type { ModelConfig } from "../../model/modelconfig.js";
import type { ModelDescription } from "../../model/modelfile.js";
import type { TrainingRecord, TrainingState } from "../../model/train.js";
import type { Device } from "../../nn/devices.js";
import { defaultThresholds } from "../../segment/thresholds.js";
import { type TrainingContext, trainInThreads } from "../../workers/train/trainingthreads.js";
import { readAnnotation } from "../annotate/annotation.js";
import type { Config, TrainConfig } from "../config/options.js";
import { threadsOf } from "../config/threads.js";
import type { TrainingWatch } from "../stage/events.js";
import { modelFiles } from "../store/modelfiles.js";
import { type InitialModel, readInitialModel } from "../store/modelfolder.js";
import { type CheckpointOptions, findState, originOf, type ResumePoint, writeState } from "./checkpoint.js";
import { provenanceOf, writeModel } from "./modelwriting.js";
import { readSamples } from "./trainingset.js";

export {
  type Effort,
  effortOf,
  networkScale,
  scaleRule,
  trainingSettings,
} from "../../learn/trainingsettings.js";

/** What a training gives beside its files. */
export interface TrainingResult {
  readonly history: readonly TrainingRecord[];
  /** Whether the user ended it before its steps were over. */
  readonly ended: boolean;
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
      "Nothing was held back from training (too little is annotated, or train.validation is 0): " +
        "the quality of the network is not known.",
    ];
  if (score >= poorAgreement) {
    if (expected === undefined || expected.f1 >= poorQuality) return [];
    return [
      `These images are hard for the method: about ${Math.round(100 * (1 - expected.f1))} of 100 ` +
        `nuclei are expected to be wrong or missed (F1 at IoU 0.5 ${expected.low.toFixed(2)} to ` +
        `${expected.high.toFixed(2)}, estimated without truth). Look at the overlays before you use ` +
        "the results.",
    ];
  }
  return [
    `The network agrees only poorly with the annotation (${score.toFixed(2)} of 1 on ` +
      "parts held back from training). Train longer (train.steps), or look at the annotation's " +
      "overlays, before you use its results.",
  ];
}

/** What a training is made from. */
export interface TrainingInputs {
  /** Folder of the training set. */
  readonly dataset: string;
  /** Folder of masks that take the place of those of the same name in the training set. */
  readonly correctedMasks?: string | undefined;
  readonly config: Config;
  readonly device: Device;
  /**
   * Where an interrupted training is gone on with, and its state kept; the caller removes it when the model
   * is in its place.
   */
  readonly checkpoints?: CheckpointOptions | undefined;
}

/** Who follows a training. */
export interface TrainingFollower extends StageContext {
  /** Called with each epoch; where a training goes on, first with those before. */
  readonly onEpoch?: ((record: TrainingRecord) => void) | undefined;
  readonly training?: TrainingWatch | undefined;
}

/**
 * Trains, and writes the model into `folder`, which must exist.
 *
 * To stop (`context.signal`) is to pause: the state after the last whole epoch is saved, where `checkpoints`
 * says, however long ago the last one was, before this throws Cancelled. The same call goes on there, and
 * gives the bytes that it would have given without a pause, on the same machine with as many threads. The steps
 * since that epoch are done again; before the first whole epoch there is nothing to save, and the training
 * starts again.
 *
 * To finish (`context.training.finish`) is to end with what there is after the present epoch: the outcome is a
 * model like any other, whose provenance names the steps done (`steps`), the steps planned
 * (`settings.steps`) and `endedBy: "the user"`. The wish is not saved: a training that is stopped before it
 * has finished goes on to its planned end the next time.
 *
 * @throws Cancelled; TrainingDiverged; InvalidInput, CorruptFile for a dataset or model that cannot be used
 */
export async function trainInto(
  folder: string,
  { dataset, correctedMasks, config, device, checkpoints }: TrainingInputs,
  context: TrainingFollower,
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
      correctedMasks,
      images: config.train.trainingImages,
    },
    context,
  );
  const identity = originOf({ model, from: from?.sha256, kind: set.kind, images }, settings);
  const { origin, state, text }: ResumePoint =
    checkpoints === undefined ? { origin: identity } : await findState(checkpoints.folder, identity);
  if (text !== undefined) checkpoints?.say(text);
  for (const record of state?.history ?? []) context.onEpoch?.(record);
  const { snapshotSeconds } = context.training ?? {};
  const request = { model, settings, weights: from?.weights, resume: state, origin, snapshotSeconds };
  const facts = { config: model, normalisation, thresholds: from?.description.thresholds };
  const outcome = await withCheckpoints(checkpoints, state, settings, (save) =>
    trainInThreads(set, request, save, followed(context, facts)),
  );
  const expected = ignoresUncertain(dataset) ? outcome.expected : undefined;
  const description: ModelDescription = {
    config: model,
    normalisation,
    thresholds: { probability: outcome.thresholds.probability, overlap: outcome.thresholds.overlap },
    diameter: outcome.diameter,
    diameterRange: outcome.diameterRange,
    provenance: provenanceOf({ outcome, settings, expected, from, origin }),
  };
  await writeModel(folder, outcome, description);
  const warnings = [...notices, ...outcome.warnings];
  const { history, ended } = outcome;
  return { history, ended, description, settings, model, expected, warnings };
}

/** Hands on what the threads tell. @param facts of the network, and thresholds to begin with */
const followed = (
  { training, ...context }: TrainingFollower,
  facts: Pick<ModelDescription, "config" | "normalisation"> & {
    readonly thresholds: ModelDescription["thresholds"] | undefined;
  },
): TrainingContext => ({
  ...context,
  finish: training?.finish,
  onSnapshot: ({ step, onnx, thresholds, diameter, diameterRange }) =>
    training?.onSnapshot?.({
      step,
      onnx,
      description: {
        ...facts,
        thresholds: thresholds ?? facts.thresholds ?? defaultThresholds,
        diameter,
        diameterRange,
        provenance: { step },
      },
    }),
});

/**
 * Whether what is held back of a dataset can tell the quality: not where uncertain objects were painted over
 * with noise or left as background, for then the easy nuclei are all there is, and the network agrees with
 * them whatever it makes of the others (measured: expected F1 1.00, found .74).
 */
export const ignoresUncertain = (dataset: string): boolean =>
  !existsSync(join(dataset, "annotation.json")) || readAnnotation(dataset).background === "ignore";

/** Models that were read for a configuration, and the state of their files then. */
const readModels = new WeakMap<object, { readonly model: InitialModel; readonly files: string }>();

/**
 * The model that a training is to go on from, if any. It is read once for the same configuration object, as
 * long as its files stay as they are: a run checks it before it annotates, and trains from it later.
 *
 * @throws InvalidInput, CorruptFile when it cannot be used
 */
export function initialModelOf(train: Pick<TrainConfig, "from">): InitialModel | undefined {
  if (train.from === undefined) return undefined;
  const files = modelFiles(train.from)
    .map((path) => {
      const { size, mtimeNs, ino } = statSync(path, { bigint: true });
      return `${resolve(path)} ${size} ${mtimeNs} ${ino}`;
    })
    .join("\n");
  const known = readModels.get(train);
  if (known?.files === files) return known.model;
  const model = readInitialModel(train.from);
  readModels.set(train, { model, files });
  return model;
}

/** Trains while states are saved, and says what is kept when the user stops it. */
async function withCheckpoints<T>(
  checkpoints: CheckpointOptions | undefined,
  start: TrainingState | undefined,
  { steps }: TrainingSettings,
  work: (save: (bytes: Uint8Array, step: number) => Promise<void>) => Promise<T>,
): Promise<T> {
  let kept = start?.step ?? 0;
  let failed = false;
  const save = async (bytes: Uint8Array, step: number): Promise<void> => {
    if (checkpoints === undefined) return;
    try {
      await writeState(checkpoints.folder, bytes);
      kept = step;
    } catch (error) {
      // The training itself can still succeed.
      if (!failed)
        checkpoints.say(
          "The state of the training cannot be saved, so an interrupted training starts " +
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
        `The training after step ${kept} of ${steps} is kept in ${basename(checkpoints.folder)}. Run the ` +
          "same command again to continue there.",
      );
    throw error;
  }
}
