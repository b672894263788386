import type { CommandSpec } from "../commandline/command.js";
import { outputFlag, overwriteFlag } from "./shared.js";

/** `karyon segment`: labels from images and a model. */
export const segmentCommand: CommandSpec = {
  name: "segment",
  args: "<model> <input...>",
  summary: "find the nuclei in images with a trained model",
  flags: [outputFlag, overwriteFlag],
  examples: ["segment model movie/ -o labels"],
  async run({ args, out, overwrite, config, context }) {
    const { segmentImages } = await import("../../pipeline/run/commands.js");
    const summary = await segmentImages(
      { model: args[0]!, inputs: args.slice(1), out, config, overwrite },
      context,
    );
    return { text: `Labels: ${out}`, value: summary };
  },
};
