import { InvalidInput } from "../../core/errors.js";
import type { CommandSpec } from "../commandline/command.js";
import { outputFlag, retrainFlag } from "./shared.js";
import { partRequestOf, shardFlags, untilFlag, untilOf } from "./shardflags.js";

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
    untilFlag,
    ...shardFlags,
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
    const until = untilOf(options);
    const request = partRequestOf(options);
    if (request !== undefined && until === undefined)
      throw new InvalidInput(
        "--shard or --merge",
        "--until with it",
        "none",
        "name the stage, such as annotate",
      );
    if (request !== undefined && "part" in request) {
      const { runPart } = await import("../../pipeline/run/runpart.js");
      const text = await runPart({ inputs: args, out, config, until: until! }, request.part, context);
      return { text, value: { out, until, ...request.part, text } };
    }
    const task = { inputs: args, out, config, overwrite, retrain, until, merge: request?.merge };
    const result = await run(task, context);
    if (until !== undefined && until !== "report")
      return { text: `Finished as far as ${until}: ${out}`, value: result.record.stages };
    return {
      text: `Report: ${result.report}`,
      value: { folder: result.folder, report: result.report, stages: result.record.stages },
    };
  },
};
