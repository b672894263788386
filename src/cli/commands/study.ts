import { InvalidInput } from "../../core/errors.js";
import { counted } from "../../core/wording.js";
import type { PipelineContext } from "../../pipeline/stage/events.js";
import type { StudyOptions } from "../../pipeline/study/study.js";
import type { StudyShardOptions } from "../../pipeline/study/studyshard.js";
import type { CommandCall, CommandResult, CommandSpec } from "../commandline/command.js";
import { outputFlag, retrainFlag } from "./shared.js";
import { mergeOf, partRequestOf, shardOf, untilOf } from "./shardflags.js";

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
    [
      "--shard <i/n>",
      "only movies i, i+n, ... (from 1) of the table, for machines that share a file system; with --sample and " +
        "--until only part i of n of that movie",
    ],
    ["--sample <name>", "only the movie of that name"],
    ["--round <round>", "with --sample and --shard: 1 (sizes of the nuclei) or 2 (the frames themselves)"],
    [
      "--merge <n>",
      "with --sample: make the stage from all n parts; else: the movies are made by n shards, and it is an error " +
        "if one is not",
    ],
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
    const merge = options["sample"] === undefined ? mergeOf(options) : undefined;
    const task = { samples: args[0]!, out, config, overwrite, retrain, merge };
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

/** What `--plan`, `--until`, `--shard` and `--sample` ask for; undefined for the whole, or a merge of all. */
async function partOfStudy(
  task: StudyOptions,
  options: CommandCall["options"],
  context: PipelineContext,
): Promise<CommandResult | undefined> {
  const { out } = task;
  const [until, shard, sample] = [untilOf(options), options["shard"], options["sample"]];
  const { planStudy, trainStudy } = await import("../../pipeline/study/study.js");
  if (options["plan"] === true) {
    const other = ["until", "shard", "sample", "round", "merge"].find((flag) => options[flag] !== undefined);
    if (other !== undefined)
      throw new InvalidInput("--plan", "nothing of a part with it", `--${other}`, "leave one of them out");
    const { samples } = await planStudy(task, context);
    return { text: `Planned: ${counted(samples.length, "movie")} in ${out}`, value: { out, samples } };
  }
  if (sample !== undefined) return partOfMovie({ ...task, until }, options, context);
  if (options["round"] !== undefined)
    throw new InvalidInput("--round", "--sample with it", "none", "shards of movies have no rounds");
  if (shard !== undefined) {
    if (until === "train")
      throw new InvalidInput("--until", "no training of some movies", until, "train without --shard");
    return makeMovies({ ...task, until, movies: shardOf(shard) }, context);
  }
  if (until === undefined) return undefined;
  if (until !== "train")
    throw new InvalidInput("--until", "train, or --shard or --sample with it", until, "say for which movies");
  const { stages } = await trainStudy(task, context);
  return { text: `Trained: ${out}`, value: { out, stages } };
}

/** `--sample`: a movie, or with `--shard` or `--merge` some of its frames. */
async function partOfMovie(
  task: Omit<StudyShardOptions, "movies">,
  options: CommandCall["options"],
  context: PipelineContext,
): Promise<CommandResult> {
  const { out, until } = task;
  const name = String(options["sample"]);
  if (until === "train")
    throw new InvalidInput("--until", "no training of one movie", until, "train without --sample");
  const request = partRequestOf(options);
  if (request === undefined) return makeMovies({ ...task, movies: { name } }, context);
  if (until === undefined)
    throw new InvalidInput(
      "--shard or --merge",
      "--until with it",
      "none",
      "name the stage, such as annotate",
    );
  const { samplePart } = await import("../../pipeline/study/studyshard.js");
  const text = await samplePart({ ...task, name, until, request }, context);
  const part = "part" in request ? request.part : request;
  return { text, value: { out, sample: name, until, ...part, text } };
}

async function makeMovies(task: StudyShardOptions, context: PipelineContext): Promise<CommandResult> {
  const { out, until } = task;
  const { studyShard } = await import("../../pipeline/study/studyshard.js");
  const names = await studyShard(task, context);
  const text = `Finished as far as ${until ?? "report"}: ${names.join(", ") || "no movie is in this part"}`;
  return { text, value: { out, samples: names } };
}
