import type { CommandSpec } from "../commandline/command.js";
import { outputFlag, retrainFlag } from "./shared.js";

/** `karyon study`: several movies, compared by condition. */
export const studyCommand: CommandSpec = {
  name: "study",
  args: "<samples>",
  summary:
    "compare conditions: run all movies of a table (file, condition, replicate) with one " +
    "network; the movie, not the cell, is the unit of every test",
  flags: [
    outputFlag,
    [
      "--overwrite",
      "repeat the stages of an earlier study in that folder that changed samples or options affect; " +
        "its trained network is kept",
    ],
    retrainFlag,
  ],
  examples: [
    "study samples.csv -o study",
    "study samples.csv -o study --pixel-size 0.325 --frame-interval 600",
    "study samples.csv -o study --model results/model",
  ],
  stopText: "Finished stages are kept. Run the same command again to continue after them.",
  async run({ args, out, overwrite, options, config, context }) {
    const { study } = await import("../../pipeline/study/study.js");
    const retrain = options["retrain"] === true;
    const { folder, report, comparison, record } = await study(
      { samples: args[0]!, out, config, overwrite, retrain },
      context,
    );
    return {
      text: `Report: ${report}`,
      value: {
        folder,
        report,
        conditions: comparison.conditions,
        design: comparison.design,
        stages: record.stages,
      },
    };
  },
};
