import type { CommandSpec } from "../commandline/command.js";
import { outputFlag, overwriteFlag } from "./shared.js";

/** `karyon analyse`: tables of tracks. */
export const analyseCommand: CommandSpec = {
  name: "analyse",
  args: "<tracks>",
  summary: "write tables of counts, shape, brightness, movement, neighbours and divisions",
  flags: [outputFlag, overwriteFlag],
  examples: [
    "analyse tracks -o statistics",
    "analyse tracks -o statistics --pixel-size 0.325 --frame-interval 600",
    "analyse tracks -o statistics --images movie/",
  ],
  async run({ args, out, overwrite, config, context }) {
    const { analyseTracks } = await import("../../pipeline/run/commands.js");
    const { summary, units } = await analyseTracks({ tracks: args[0]!, out, config, overwrite }, context);
    return {
      text: `Statistics: ${out} (lengths in ${units.length}, times in ${units.time})`,
      value: { units, summary },
    };
  },
};
