import { segmentImages } from "../../pipeline/commands.js";
import type { CommandSpec } from "../command.js";
import { outputFlag, outputOf, overwriteFlag, overwriteOf } from "./shared.js";

export const segmentCommand: CommandSpec = {
  name: "segment",
  args: "<model> <input...>",
  summary: "find the nuclei in images with a trained model",
  flags: [outputFlag, overwriteFlag],
  examples: ["segment model movie/ -o labels"],
  async run({ args, options, config, context }) {
    const out = outputOf(options);
    const summary = await segmentImages(args[0]!, args.slice(1), out, config, { overwrite: overwriteOf(options) }, context);
    return { text: `Labels: ${out}`, value: summary };
  },
};
