import { InvalidInput } from "../../core/errors.js";
import { counted } from "../../core/wording.js";
import type { PipelineContext } from "../../pipeline/stage/events.js";
import type { StudyOptions } from "../../pipeline/study/study.js";
import type { CommandCall, CommandResult, CommandSpec } from "../commandline/command.js";
import { outputFlag, retrainFlag } from "./shared.js";
import { shardOf, untilOf } from "./shardflags.js";

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
    ["--plan", "only read the table and its images, and write what is planned, before any --shard"],
    [
      "--until <stage>",
      "stop after a stage: annotate or train; with --shard or --sample also a later stage of these movies",
    ],
    ["--shard <i/n>", "only movies i, i+n, ... (from 1) of the table, for machines that share a file system"],
    ["--sample <name>", "only the movie of that name"],
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
    const task = { samples: args[0]!, out, config, overwrite, retrain };
    const partly = await partOfStudy(task, options, context);
    if (partly !== undefined) return partly;
    const { folder, report, comparison, record } = await study(task, context);
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

/** What `--plan`, `--until`, `--shard` and `--sample` ask for; undefined without them. */
async function partOfStudy(
  task: StudyOptions,
  options: CommandCall["options"],
  context: PipelineContext,
): Promise<CommandResult | undefined> {
  const { out } = task;
  const [until, shard, sample] = [untilOf(options), options["shard"], options["sample"]];
  if (shard !== undefined && sample !== undefined)
    throw new InvalidInput("--shard", "no --sample with it", String(sample), "leave one of them out");
  const { planStudy, trainStudy } = await import("../../pipeline/study/study.js");
  const isPart = shard !== undefined || sample !== undefined;
  if (options["plan"] === true) {
    if (isPart || until !== undefined)
      throw new InvalidInput(
        "--plan",
        "none of --until, --shard and --sample with it",
        "one",
        "leave it out",
      );
    const { samples } = await planStudy(task, context);
    return { text: `Planned: ${counted(samples.length, "movie")} in ${out}`, value: { out, samples } };
  }
  if (isPart) {
    if (until === "train")
      throw new InvalidInput("--until", "no training of some movies", until, "train without --shard");
    const movies = shard === undefined ? { name: String(sample) } : shardOf(String(shard));
    const { studyShard } = await import("../../pipeline/study/studyshard.js");
    const names = await studyShard({ ...task, movies, until }, context);
    const text = `Finished as far as ${until ?? "report"}: ${names.join(", ") || "no movie is in this part"}`;
    return { text, value: { out, samples: names } };
  }
  if (until === undefined) return undefined;
  if (until !== "train")
    throw new InvalidInput("--until", "train, or --shard or --sample with it", until, "say for which movies");
  const { stages } = await trainStudy(task, context);
  return { text: `Trained: ${out}`, value: { out, stages } };
}
