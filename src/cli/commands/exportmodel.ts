import { InvalidInput } from "../../core/errors.js";
import { defaultCredits } from "../../pipeline/export/modelcredits.js";
import type { CommandSpec } from "../commandline/command.js";

const format = "bioimageio";

/** `karyon export-model`: a model for other programs. */
export const exportModelCommand: CommandSpec = {
  name: "export-model",
  args: "<model>",
  summary: "pack a trained model for other programs (bioimage.io)",
  flags: [
    ["-o, --output <file>", "required: name of the package, which ends in .zip"],
    ["--overwrite", "replace an earlier package of the same name"],
    ["--format <name>", `format of the package (default: ${format}, the only one at present)`],
    ["--name <text>", `name of the model (default: ${defaultCredits.name})`],
    ["--author <names>", "authors of the model, separated by semicolons (default: none)"],
    ["--license <id>", `SPDX identifier of the model's licence (default: ${defaultCredits.license})`],
  ],
  examples: ['export-model results/model -o model.zip --author "Ada Lovelace; Marie Curie"'],
  async run({ args, out, overwrite, options, context }) {
    const text = (flag: string): string | undefined =>
      typeof options[flag] === "string" ? options[flag] : undefined;
    const requested = text("format") ?? format;
    if (requested !== format) throw new InvalidInput("--format", format, requested);
    const credits = {
      name: text("name"),
      license: text("license"),
      authors: text("author")
        ?.split(";")
        .map((author) => author.trim()),
    };
    const { exportModel } = await import("../../pipeline/export/modelpackage.js");
    const { withOutputLock } = await import("../../pipeline/store/lock.js");
    const value = await withOutputLock(out, () =>
      exportModel(args[0]!, out, { overwrite, ...credits }, context),
    );
    return { text: `Package: ${value.file}`, value };
  },
};
