import type { CommandSpec } from "../commandline/command.js";
import { outputFlag, overwriteFlag } from "./shared.js";

/** `karyon track`: tracks from labels. */
export const trackCommand: CommandSpec = {
  name: "track",
  args: "<labels>",
  summary: "link nuclei through time, including divisions, and write Cell Tracking Challenge files",
  flags: [outputFlag, overwriteFlag],
  examples: ["track labels -o tracks"],
  async run({ args, out, overwrite, config, context }) {
    const { trackLabels } = await import("../../pipeline/run/commands.js");
    const summary = await trackLabels({ labels: args[0]!, out, config, overwrite }, context);
    return { text: `Tracks: ${out}`, value: summary };
  },
};
