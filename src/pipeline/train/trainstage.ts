/** The training as a stage: a training set to a network. */
import type { Annotation } from "../annotate/annotatestage.js";
import { chooseDevice } from "../config/device.js";
import type { Config } from "../config/options.js";
import { filesBasis } from "../stage/fingerprint.js";
import type { Result, Stage } from "../stage/stage.js";
import type { InputRecord } from "../store/provenance.js";
import { removeState, stateFolder } from "./checkpoint.js";
import { openTrainedModel, type TrainedModel } from "./trainedmodel.js";
import { effortOf, expectationText, trainingWarnings, trainInto, type TrainingResult } from "./training.js";

/**
 * Trains a network. An interrupted training of the same network goes on after its last saved state; one that
 * the user ended early is finished, and is trained again only when asked for (see `trainInto`).
 *
 * @param initialModel the files of the model that is trained further, where one is
 */
export function trainStage(
  dataset: Result<Pick<Annotation, "folder" | "correctedMasks">>,
  config: Config,
  initialModel: readonly InputRecord[] | undefined,
): Stage<TrainedModel, "train", TrainingResult> {
  const { from, ...training } = config.train;
  return {
    name: "train",
    text: `a StarDist network from ${from ?? "scratch"}, effort ${effortOf(config.train)}`,
    from: [dataset],
    options: {
      seed: config.general.seed,
      train: training,
      initialModel: initialModel && filesBasis(initialModel),
    },
    precious: true,
    make: async (folder, work) => {
      const { device, notices } = await chooseDevice(config);
      const checkpoints = { folder: stateFolder(work.out), say: work.tell };
      const { folder: set, correctedMasks } = await dataset.value();
      const inputs = { dataset: set, correctedMasks, config, device, checkpoints };
      const made = await trainInto(folder, inputs, work);
      const score = Number(made.description.provenance["validationScore"] ?? NaN);
      return {
        value: made,
        text: trainingText(made),
        data: {
          steps: made.history.at(-1)?.step ?? 0,
          expected: made.expected,
          ...(made.ended ? { endedBy: "the user" } : {}),
        },
        device,
        notices: [
          ...notices,
          ...endedNotice(made),
          ...made.warnings,
          ...trainingWarnings(score, made.expected),
        ],
      };
    },
    settle: removeState,
    open: (folder) => Promise.resolve(openTrainedModel(folder)),
  };
}

/** What was planned, where the user ended the training before. */
const endedNotice = ({ ended, history, settings }: TrainingResult): string[] =>
  ended
    ? [
        `The training was ended by the user after step ${history.at(-1)?.step} of ${settings.steps}; ` +
          "the network is what had been learned by then.",
      ]
    : [];

function trainingText({ history, description, expected }: TrainingResult): string {
  const { probability, overlap } = description.thresholds;
  const last = history.at(-1);
  return (
    `${last?.step ?? 0} steps, loss ${last?.loss.toFixed(3)}, thresholds ${probability.toFixed(2)} and ` +
    `${overlap.toFixed(2)}${expectationText(expected)}`
  );
}
