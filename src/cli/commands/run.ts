import type { CommandSpec } from "../commandline/command.js";
import { outputFlag, retrainFlag } from "./shared.js";

/** `karyon run`: the main job. */
export const runCommand: CommandSpec = {
  name: "run",
  args: "<input...>",
  summary: "do everything in one command: annotate, train, segment, track, analyse and report",
  flags: [
    outputFlag,
    [
      "--overwrite",
      "repeat the stages of an earlier run in that folder that changed inputs or options affect; " +
        "its trained network is kept",
    ],
    retrainFlag,
  ],
  examples: [
    "run movie/ -o results",
    "run movie.tif -o results --pixel-size 0.325 --frame-interval 600",
    `run "plate/*.tif" -o results --kind images --config karyon.yaml`,
    "run other.tif -o more --model results/model",
  ],
  stopText: "Finished stages are kept. Run the same command again to continue after them.",
  async run({ args, out, overwrite, options, config, context }) {
    const { run } = await import("../../pipeline/run/run.js");
    const retrain = options["retrain"] === true;
    const result = await run({ inputs: args, out, config, overwrite, retrain }, context);
    return {
      text: `Report: ${result.report}`,
      value: { folder: result.folder, report: result.report, stages: result.record.stages },
    };
  },
};
