/** The files of a trained model: `model.onnx`, `model.json`, `training.csv`, `loss.svg`. */
import { join } from "node:path";
import type { ExpectedQuality } from "../../core/quality.js";
import { formatCsv } from "../../io/csv.js";
import { formatModelDescription, type ModelDescription } from "../../model/modelfile.js";
import type { TrainingRecord } from "../../model/train.js";
import { lossPlot } from "../../plot/plots.js";
import { withTypeface } from "../../plot/typeface.js";
import type { TrainingOutcome, TrainingSettings } from "../../workers/train/protocol.js";
import { writeFileAtomic } from "../store/files.js";
import type { InitialModel } from "../store/modelfolder.js";
import { version } from "../store/provenance.js";
import type { TrainingIdentity } from "./checkpoint.js";

/** What `model.json` says of how the model came to be. */
export function provenanceOf({
  outcome,
  settings,
  expected,
  from,
  origin,
}: {
  readonly outcome: TrainingOutcome;
  readonly settings: TrainingSettings;
  readonly expected: ExpectedQuality | undefined;
  readonly from: InitialModel | undefined;
  readonly origin: TrainingIdentity;
}): ModelDescription["provenance"] {
  const created = from?.description.provenance["created"];
  return {
    karyon: version,
    created: new Date().toISOString(),
    seed: settings.seed,
    layout: outcome.layout,
    settings,
    steps: outcome.history.at(-1)?.step,
    ...(outcome.ended ? { endedBy: "the user" } : {}),
    bestStep: outcome.best,
    validationScore: outcome.thresholds.score,
    expectedQuality: expected,
    trainingImages: outcome.trainingNames,
    validationImages: outcome.validationNames,
    ...(settings.compose > 0 ? { composedImages: outcome.composed } : {}),
    ...(from === undefined ? {} : { from: { sha256: from.sha256, created } }),
    ...(origin.machines.length > 1 ? { machines: origin.machines } : {}),
  };
}

/** Writes the files of a model folder, which must exist. */
export async function writeModel(
  folder: string,
  { onnx, history }: TrainingOutcome,
  description: ModelDescription,
): Promise<void> {
  await writeFileAtomic(join(folder, "model.onnx"), onnx);
  await writeFileAtomic(join(folder, "model.json"), formatModelDescription(description));
  await writeFileAtomic(join(folder, "training.csv"), historyCsv(history));
  const losses = history.map(({ step, loss, validationLoss }) => ({
    step,
    trainingLoss: loss,
    validationLoss,
  }));
  await writeFileAtomic(join(folder, "loss.svg"), withTypeface(lossPlot(losses)));
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
