import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Tensor } from "../../core/tensor.js";
import { type ModelDescription, parseModelDescription, weightsFromOnnx } from "../../model/modelfile.js";
import { createPredictor, type Predictor } from "../../model/predictor.js";
import type { Device } from "../../nn/devices.js";
import { modelFiles } from "./modelfiles.js";

/** A model that is ready to segment. */
export interface LoadedModel {
  readonly description: ModelDescription;
  readonly predictor: Predictor;
}

/**
 * Opens a model folder.
 *
 * @throws InvalidInput when a part or the device is missing, CorruptFile when it cannot be understood
 */
export async function loadModel(
  folder: string,
  threads: number,
  device: Device = "cpu",
): Promise<LoadedModel> {
  const [network, json] = modelFiles(folder);
  const description = parseModelDescription(readFileSync(json, "utf8"), json);
  return {
    description,
    predictor: await createPredictor(readFileSync(network), description.config, { threads, device }),
  };
}

/** A model that a training goes on from. */
export interface InitialModel {
  readonly description: ModelDescription;
  readonly weights: ReadonlyMap<string, Tensor>;
  /** Of its `model.onnx`. */
  readonly sha256: string;
}

/**
 * Reads a model folder to go on from.
 *
 * @throws InvalidInput when a part is missing or they do not go together, CorruptFile when it cannot be
 *   understood
 */
export function readInitialModel(folder: string): InitialModel {
  const [network, json] = modelFiles(folder);
  const description = parseModelDescription(readFileSync(json, "utf8"), json);
  const bytes = readFileSync(network);
  return {
    description,
    weights: weightsFromOnnx(bytes, description.config),
    sha256: createHash("sha256").update(bytes).digest("hex"),
  };
}
