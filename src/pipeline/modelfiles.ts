import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidInput } from "../core/errors.js";
import { type ModelDescription, parseModelDescription } from "../model/file.js";
import { createPredictor, type Predictor } from "../model/predictor.js";

export interface LoadedModel {
  readonly description: ModelDescription;
  readonly predictor: Predictor;
}

/** Opens a model folder. @throws InvalidInput when a part is missing */
export async function loadModel(folder: string, threads: number): Promise<LoadedModel> {
  for (const name of ["model.onnx", "model.json"]) {
    if (!existsSync(join(folder, name))) throw new InvalidInput(folder, "a model folder with model.onnx and model.json", `no ${name}`, "make one with karyon train");
  }
  const description = parseModelDescription(readFileSync(join(folder, "model.json"), "utf8"), join(folder, "model.json"));
  return { description, predictor: await createPredictor(readFileSync(join(folder, "model.onnx")), description.config, { threads }) };
}
