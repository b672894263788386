import { annotate } from "../../pipeline/commands.js";
import type { CommandSpec } from "../command.js";
import { outputFlag, overwriteFlag } from "./shared.js";

export const annotateCommand: CommandSpec = {
  name: "annotate",
  args: "<input...>",
  summary: "make a training set from raw images, without anybody drawing",
  flags: [outputFlag, overwriteFlag],
  examples: ["annotate movie/ -o dataset", "annotate image.tif -o dataset --diameter 40"],
  async run({ args, out, overwrite, config, context }) {
    const summary = await annotate(args, out, config, { overwrite }, context);
    return { text: `Dataset: ${out} (look at overlays/; objects.csv says why each object was kept or rejected)`, value: summary };
  },
};
