/** Where a network lies: looked at before what reads it is loaded. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InvalidInput } from "../../core/errors.js";

/** The two files of a model folder. @throws InvalidInput when one is missing */
export function modelFiles(folder: string): [network: string, description: string] {
  for (const name of ["model.onnx", "model.json"]) {
    if (!existsSync(join(folder, name)))
      throw new InvalidInput(
        folder,
        "a model folder with model.onnx and model.json",
        `no ${name}`,
        "make one with karyon train",
      );
  }
  return [join(folder, "model.onnx"), join(folder, "model.json")];
}
