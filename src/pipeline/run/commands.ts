/**
 * The single steps as commands: each writes one folder that holds its result and `run.json`, whole or not at
 * all.
 */
import type { Statistics } from "../../analyse/analyse.js";
import { analyseStage } from "../analyse/analysestage.js";
import { type Annotation, annotateStage } from "../annotate/annotatestage.js";
import type { AnnotationSummary } from "../annotate/annotation.js";
import { configurationOf } from "../config/acting.js";
import { differences } from "../config/config.js";
import type { Config } from "../config/options.js";
import { segmentStage } from "../segment/segmentstage.js";
import type { SegmentationResult, SegmentationSummary } from "../segment/segmentation.js";
import { isLabelFolder, listLabels } from "../source/labeladdresses.js";
import { openInputs } from "../source/opening.js";
import { hashFiles } from "../source/source.js";
import type { PipelineContext } from "../stage/events.js";
import { perform, performStage, type Task } from "../stage/perform.js";
import { type Part, resultFrom, type Stage } from "../stage/stage.js";
import { makePart, mergedStage, partText, removeParts } from "../stage/stageparts.js";
import { assertReplaceable, type OutputOptions } from "../store/folders.js";
import { modelFiles } from "../store/modelfiles.js";
import { readRun } from "../store/provenance.js";
import { readLabelPlanes } from "../track/labelfolder.js";
import { trackStage } from "../track/trackstage.js";
import { readTracking, trackFiles, type TrackingSummary } from "../track/tracking.js";
import type { TrainingResult } from "../train/training.js";
import { datasetFiles } from "../train/trainingset.js";
import { trainStage } from "../train/trainstage.js";
import { givenModel } from "./flow.js";
import { type Estimate, shareOf } from "./estimate.js";
import { announce, estimateStages } from "./spacecheck.js";
import { comparable, sameFiles } from "./openrun.js";

/** What every command that writes a folder is asked for. */
export interface CommandOptions extends OutputOptions {
  /** The output folder. */
  readonly out: string;
  readonly config: Config;
}

/** A command whose stage several machines can make in parts. */
interface PartedCommand<O, T, M> {
  readonly name: string;
  /** Opens what it takes. */
  readonly open: (options: O, context: PipelineContext) => Promise<OpenCommand<T, M>>;
}

/** A command whose inputs are open. */
interface OpenCommand<T, M> {
  readonly stage: Stage<T, string, M>;
  readonly task: Task;
  /** Of the whole of it. */
  readonly estimate: Estimate;
}

/** All of the work. @param merge number of the parts of which it is made, where it was parted */
async function makeWhole<O extends CommandOptions, T, M>(
  { name, open }: PartedCommand<O, T, M>,
  options: O,
  context: PipelineContext,
  merge: number | undefined,
): Promise<T> {
  const { out, overwrite } = options;
  if (merge === undefined) assertReplaceable(out, name, overwrite);
  const { stage, task, estimate } = await open(options, context);
  await announce(out, merge === undefined ? estimate : shareOf(estimate, { merge }), context);
  return merge === undefined ? perform(stage, task, context) : performMerged(stage, task, merge, context);
}

/** A part of it, unless its result lies there already, made from the same. @returns what came out, in one line */
async function makeOnePart<O extends CommandOptions, T, M>(
  { name, open }: PartedCommand<O, T, M>,
  options: O,
  part: Part,
  context: PipelineContext,
): Promise<string> {
  const { out, overwrite } = options;
  const { stage, task, estimate } = await open(options, context);
  if (isMade(name, task)) return `${name}, ${partText(part)}: ${out} is finished already`;
  assertReplaceable(out, name, overwrite);
  await announce(out, shareOf(estimate, { part }), context);
  return makePart(stage, partsBeside(out), part, context);
}

/** What `annotate` is asked for. */
export type AnnotateTask = CommandOptions & { readonly inputs: readonly string[] };

const annotation: PartedCommand<AnnotateTask, Annotation, AnnotationSummary> = {
  name: "annotate",
  open: async ({ inputs, out, config, overwrite }, context) => {
    const opened = await openInputs(inputs, out, config, context);
    const { source, records } = opened;
    const configuration = configurationOf("annotate", config);
    const task = { out, overwrite, configuration, inputs: records, notices: source.notices };
    const estimate = await estimateStages(["annotate"], source, config);
    return { stage: annotateStage(opened, config), task, estimate };
  },
};

/** Images to a training set. @param merge number of the parts of which it is made, where it was parted */
export const annotate = async (
  options: AnnotateTask,
  context: PipelineContext = {},
  merge?: number,
): Promise<AnnotationSummary> => (await makeWhole(annotation, options, context, merge)).summary;

/** A part of it (`makePart`). @returns what came out, in one line */
export const annotatePart = (
  options: AnnotateTask,
  part: Part,
  context: PipelineContext = {},
): Promise<string> => makeOnePart(annotation, options, part, context);

/** What `segmentImages` is asked for. */
export type SegmentTask = CommandOptions & { readonly model: string; readonly inputs: readonly string[] };

const segmentation: PartedCommand<SegmentTask, SegmentationResult, SegmentationResult> = {
  name: "segment",
  open: async ({ model, inputs, out, config, overwrite }, context) => {
    const network = await hashFiles(modelFiles(model), context);
    const opened = await openInputs(inputs, out, config, context);
    const { source, records } = opened;
    const stage = segmentStage({ inputs: opened, model: givenModel(model, network) }, config);
    const configuration = configurationOf("segment", config);
    const all = [...network, ...records];
    const task = { out, overwrite, configuration, inputs: all, notices: source.notices };
    return { stage, task, estimate: await estimateStages(["segment"], source, config) };
  },
};

/** Images and a network to labels. @param merge as for `annotate` */
export const segmentImages = async (
  options: SegmentTask,
  context: PipelineContext = {},
  merge?: number,
): Promise<SegmentationSummary> => (await makeWhole(segmentation, options, context, merge)).summary;

/** A part of it (`makePart`). @returns what came out, in one line */
export const segmentPart = (
  options: SegmentTask,
  part: Part,
  context: PipelineContext = {},
): Promise<string> => makeOnePart(segmentation, options, part, context);

/** Folder of the parts of a result that is a folder of its own. */
const partsBeside = (out: string): string => `${out.replace(/[\\/]+$/, "")}.parts`;

/** The result of a stage from its parts, which are removed then; a finished one is opened. */
async function performMerged<T, M>(
  stage: Stage<T, string, M>,
  task: Task,
  count: number,
  context: PipelineContext,
): Promise<T> {
  const { out } = task;
  const parts = partsBeside(out);
  const made = isMade(stage.name, task)
    ? await stage.open(out, undefined)
    : await perform(mergedStage(stage, parts, count), task, context);
  await removeParts(parts, stage.name);
  return made;
}

/** Whether the result of a command lies there, made from the same files with the same options. */
function isMade(command: string, { out, configuration, inputs }: Task): boolean {
  const earlier = readRun(out);
  if (earlier?.command !== command) return false;
  const changed = differences(comparable(earlier.configuration), comparable(configuration));
  return changed.length === 0 && sameFiles(earlier.inputs, inputs);
}

/**
 * A training set to a network. A training that was interrupted is gone on with when the same one is asked for
 * again.
 */
export async function train(
  { dataset, out, config, overwrite }: CommandOptions & { readonly dataset: string },
  context: PipelineContext = {},
): Promise<TrainingResult> {
  const { from } = config.train;
  const images = (): string[] => datasetFiles(dataset).flatMap(({ image, mask }) => [image, mask]);
  const files = (): string[] => [...images(), ...(from === undefined ? [] : modelFiles(from))];
  const set = resultFrom("", () => Promise.resolve({ folder: dataset }));
  const task = { out, configuration: configurationOf("train", config), files, overwrite };
  // The caller gets what the training gave, not what is told of it on disk.
  const stage: Stage<TrainingResult, string, TrainingResult> = {
    ...trainStage(set, config, undefined),
    open: (_, made) => Promise.resolve(made!),
  };
  return performStage(stage, task, context);
}

/** Labels to tracks. */
export async function trackLabels(
  { labels, out, config, overwrite }: CommandOptions & { readonly labels: string },
  context: PipelineContext = {},
): Promise<TrackingSummary> {
  const files = (): string[] => (isLabelFolder(labels) ? [...listLabels(labels).values()] : [labels]);
  const stage = trackStage(
    resultFrom("", () => readLabelPlanes(labels)),
    config,
  );
  const task = { out, configuration: configurationOf("track", config), files, overwrite };
  const { summary } = await performStage(stage, task, context);
  return summary;
}

/** Tracks to statistics; with images (`measure.images`) the brightness of the nuclei is measured, too. */
export async function analyseTracks(
  { tracks, out, config, overwrite }: CommandOptions & { readonly tracks: string },
  context: PipelineContext = {},
): Promise<Statistics> {
  assertReplaceable(out, "analyse", overwrite);
  const trackRecords = await hashFiles(trackFiles(tracks), context);
  const { images } = config.measure;
  const opened =
    images === undefined
      ? undefined
      : await openInputs([images], out, config, context, { everyChannel: true });
  const stored = resultFrom("", async () => readTracking(tracks));
  const stage = analyseStage({ tracks: stored, images: opened }, config);
  const inputs = [...trackRecords, ...(opened?.records ?? [])];
  const configuration = configurationOf("analyse", config);
  const notices = opened?.source.notices ?? [];
  return perform(stage, { out, overwrite, configuration, inputs, notices }, context);
}
