import { join } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import type { AnnotationSummary } from "../../pipeline/annotate/annotation.js";
import type { LabelEvaluation } from "../../pipeline/evaluate/evaluation.js";
import type { PipelineContext } from "../../pipeline/stage/events.js";
import type { Part } from "../../pipeline/stage/stage.js";
import type { CommandCall, CommandResult, CommandSpec } from "../commandline/command.js";
import { overwriteFlag } from "./shared.js";
import { partRequestOf, shardFlags } from "./shardflags.js";

/** `karyon annotate`: a training set from raw images, its preview, comparison and explanation. */
export const annotateCommand: CommandSpec = {
  name: "annotate",
  args: "<input...>",
  summary: "make a training set from raw images, without manual annotation",
  flags: [
    ["-o, --output <folder>", "folder for the result; required except with --preview"],
    overwriteFlag,
    [
      "--preview <frame>",
      "only draw one frame with its sure, rejected and unknown objects, into preview_FRAME.png in the " +
        "current folder or in that of -o; the frame is given by name or by number from 0",
    ],
    [
      "--compare <truth>",
      "also score the kept objects and their pixels against true label images (a folder or one " +
        "file); label images of other images are not used",
    ],
    ["--explain <y,x>", "also say why the object at that pixel was kept or rejected"],
    ["--frame <name>", "name of the image for --explain (default: the first)"],
    ...shardFlags,
  ],
  examples: [
    "annotate movie/ -o dataset",
    "annotate image.tif -o dataset --diameter 40",
    "annotate movie/ --preview 40",
    "annotate image.tif -o dataset --explain 120,305",
  ],
  async run(call) {
    // What is asked wrongly is said before the work.
    const pixel = pixelOf(call.options["explain"]);
    const truth = call.options["compare"] as string | undefined;
    if (truth !== undefined) (await import("../../pipeline/evaluate/evaluation.js")).assertLabels(truth);
    const frame = call.options["preview"];
    if (typeof frame === "string") return previewFrame(call, frame);
    if (call.options["frame"] !== undefined && pixel === undefined)
      throw new InvalidInput("--frame", "--explain with it", "none", "give the pixel to explain");
    if (call.out === "")
      throw new InvalidInput(
        "--output",
        "a folder for the dataset",
        "none",
        "give one with -o, or look at one frame first with --preview",
      );
    const request = partRequestOf(call.options);
    return request !== undefined && "part" in request
      ? makeShard(call, request.part)
      : makeDataset(call, truth, pixel, request?.merge);
  },
};

/** `--shard`: a part, and nothing else. */
async function makeShard(call: CommandCall, part: Part): Promise<CommandResult> {
  const { args, out, overwrite, options, config, context } = call;
  const other = ["explain", "compare"].find((flag) => options[flag] !== undefined);
  if (other !== undefined)
    throw new InvalidInput(
      "--shard",
      "no other request, because it writes no dataset",
      `--${other} with it`,
      "give it with --merge",
    );
  const { annotatePart } = await import("../../pipeline/run/commands.js");
  const text = await annotatePart({ inputs: args, out, config, overwrite }, part, context);
  return { text, value: { out, ...part, text } };
}

/** `--preview`: the picture of one frame, and nothing else. */
async function previewFrame(call: CommandCall, frame: string): Promise<CommandResult> {
  const { args, out, options, config, context } = call;
  const other = ["explain", "frame", "compare", "shard", "merge"].find((flag) => options[flag] !== undefined);
  if (other !== undefined)
    throw new InvalidInput(
      "--preview",
      "no other request, because it writes no dataset",
      `--${other} with it`,
      "leave one of them out",
    );
  const { preview } = await import("../../pipeline/annotate/preview.js");
  const { formatPreview } = await import("../../pipeline/annotate/previewtext.js");
  const value = await preview(args, frame, out === "" ? undefined : out, config, context);
  return { text: formatPreview(value), value };
}

/**
 * Makes a dataset, and on request compares and explains it.
 *
 * @param truth folder or file of true labels
 * @param pixel to be explained
 * @param merge number of the parts of which it is made
 */
async function makeDataset(
  call: CommandCall,
  truth: string | undefined,
  pixel: readonly [y: number, x: number] | undefined,
  merge: number | undefined,
): Promise<CommandResult> {
  const { args, out, overwrite, options, config, context } = call;
  const { annotate } = await import("../../pipeline/run/commands.js");
  const { formatAcquisitions, formatComparison } = await import("../../pipeline/annotate/annotationtext.js");
  const summary = await annotate({ inputs: args, out, config, overwrite }, context, merge);
  call.setStopText(`The dataset ${out} is complete; only --compare and --explain were not done.`);
  const hint = config.annotate.overlays ? "look at overlays/; " : "";
  const lines = [
    `Dataset: ${out} (${hint}objects.csv says why each object was kept or rejected)`,
    ...formatAcquisitions(summary, config.annotate),
  ];
  const compared = truth === undefined ? undefined : await compareDataset(truth, out, summary, context);
  if (compared !== undefined) lines.push(...formatComparison(compared));
  const explanation =
    pixel === undefined
      ? undefined
      : await (
          await import("../../pipeline/annotate/explain.js")
        ).explainPixel(out, pixel[0], pixel[1], options["frame"] as string | undefined);
  if (explanation !== undefined) lines.push(explanation.text);
  const scores =
    compared === undefined ? {} : { scores: compared.scores.pooled, unusedTruths: compared.unused };
  return {
    text: lines.join("\n"),
    value: { ...summary, ...scores, ...(explanation === undefined ? {} : { explanation }) },
  };
}

/** Scores the kept objects of a dataset. @param truth folder or file of true labels */
async function compareDataset(
  truth: string,
  out: string,
  summary: AnnotationSummary,
  context: PipelineContext,
): Promise<LabelEvaluation> {
  const { evaluateLabels } = await import("../../pipeline/evaluate/evaluation.js");
  const { iouThresholds } = await import("../../evaluate/scores.js");
  const { windowsOf } = await import("../../pipeline/annotate/annotation.js");
  const options = { partial: true, windows: windowsOf(summary) };
  return evaluateLabels(truth, join(out, "masks"), context, iouThresholds, options);
}

/** @throws InvalidInput when it is no pair of whole numbers */
function pixelOf(given: unknown): [y: number, x: number] | undefined {
  if (typeof given !== "string") return undefined;
  const match = /^(\d+),(\d+)$/.exec(given);
  if (match === null)
    throw new InvalidInput("--explain", "row and column of a pixel, such as 120,305", given);
  return [Number(match[1]), Number(match[2])];
}
