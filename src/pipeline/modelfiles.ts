import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidInput } from "../core/errors.js";
import { type ModelDescription, parseModelDescription } from "../model/file.js";
import { createPredictor, type Predictor } from "../model/predictor.js";
import type { Device } from "../nn/device.js";

export interface LoadedModel {
  readonly description: ModelDescription;
  readonly predictor: Predictor;
}

/** The two files of a model folder. @throws InvalidInput when one is missing */
export function modelFiles(folder: string): [network: string, description: string] {
  for (const name of ["model.onnx", "model.json"]) {
    if (!existsSync(join(folder, name))) throw new InvalidInput(folder, "a model folder with model.onnx and model.json", `no ${name}`, "make one with karyon train");
  }
  return [join(folder, "model.onnx"), join(folder, "model.json")];
}

/** Opens a model folder. @throws InvalidInput when a part or the device is missing, CorruptFile when it cannot be understood */
export async function loadModel(folder: string, threads: number, device: Device = "cpu"): Promise<LoadedModel> {
  const [network, json] = modelFiles(folder);
  const description = parseModelDescription(readFileSync(json, "utf8"), json);
  return { description, predictor: await createPredictor(readFileSync(network), description.config, { threads, device }) };
}
