import { modelFiles } from "../../pipeline/store/modelfiles.js";
import type { CommandSpec } from "../commandline/command.js";
import { outputFlag, overwriteFlag } from "./shared.js";
import { partRequestOf, shardFlags } from "./shardflags.js";

/** `karyon segment`: labels from images and a model. */
export const segmentCommand: CommandSpec = {
  name: "segment",
  args: "<model> <input...>",
  summary: "find the nuclei in images with a trained model",
  flags: [outputFlag, overwriteFlag, ...shardFlags],
  examples: ["segment model movie/ -o labels"],
  async run({ args, out, overwrite, options, config, context }) {
    // A network that is not there is said before what would read it is loaded.
    modelFiles(args[0]!);
    const { segmentImages, segmentPart } = await import("../../pipeline/run/commands.js");
    const task = { model: args[0]!, inputs: args.slice(1), out, config, overwrite };
    const request = partRequestOf(options);
    if (request !== undefined && "part" in request) {
      const text = await segmentPart(task, request.part, context);
      return { text, value: { out, ...request.part, text } };
    }
    const summary = await segmentImages(task, context, request?.merge);
    return { text: `Labels: ${out}`, value: summary };
  },
};
