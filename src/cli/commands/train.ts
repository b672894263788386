import type { CommandSpec } from "../commandline/command.js";
import { outputFlag, overwriteFlag } from "./shared.js";

/** `karyon train`: a model from a training set. */
export const trainCommand: CommandSpec = {
  name: "train",
  args: "<dataset>",
  summary:
    "train a StarDist network on a training set (folders images and masks), from scratch or from an " +
    "existing model",
  flags: [outputFlag, overwriteFlag],
  examples: [
    "train dataset -o model",
    "train dataset -o model --steps 1000",
    "train more -o better --from model",
  ],
  stopText: "No model was written; run the same command again.",
  async run({ args, out, overwrite, config, context }) {
    const { train } = await import("../../pipeline/run/commands.js");
    const { description, history } = await train({ dataset: args[0]!, out, config, overwrite }, context);
    return {
      text: `Model: ${out}`,
      value: { model: out, thresholds: description.thresholds, last: history.at(-1) },
    };
  },
};
