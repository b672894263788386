/** A trained network on disk, with what is told of its training. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ExpectedQuality } from "../../core/quality.js";
import { parseCsv } from "../../io/csv.js";
import { type ModelDescription, parseModelDescription } from "../../model/modelfile.js";
import type { LossRecord } from "../../plot/plots.js";

/** A network in a folder. */
export interface TrainedModel {
  /** Holds `model.onnx` and `model.json`. */
  readonly folder: string;
  readonly description: ModelDescription;
  /** Of its training; empty where it was copied without. */
  readonly curve: readonly LossRecord[];
}

/** Reads what a model folder tells of its network, but not the network itself. @throws CorruptFile */
export function openTrainedModel(folder: string): TrainedModel {
  const path = join(folder, "model.json");
  return {
    folder,
    description: parseModelDescription(readFileSync(path, "utf8"), path),
    curve: readCurve(join(folder, "training.csv")),
  };
}

/** What the training expected of its network, where it could tell. */
export const expectedQualityOf = ({ provenance }: ModelDescription): ExpectedQuality | undefined =>
  provenance["expectedQuality"] as ExpectedQuality | undefined;

function readCurve(path: string): LossRecord[] {
  if (!existsSync(path)) return [];
  const { header, rows } = parseCsv(readFileSync(path, "utf8"));
  const column = (name: string): number => header.indexOf(name);
  const numberOf = (cell: string | undefined): number =>
    cell === undefined || cell === "" ? NaN : Number(cell);
  return rows.map((row) => ({
    step: numberOf(row[column("step")]),
    trainingLoss: numberOf(row[column("loss")]),
    validationLoss: numberOf(row[column("validation_loss")]),
  }));
}
