/** The single steps as commands: each writes one folder that holds its result and `run.json`, ` +
`whole or not at all. */
import type { Statistics } from "../../analyse/analyse.js";
import { analyseStage } from "../analyse/analysestage.js";
import { annotateStage } from "../annotate/annotatestage.js";
import type { AnnotationSummary } from "../annotate/annotation.js";
import { configurationOf } from "../config/acting.js";
import type { Config } from "../config/options.js";
import { segmentStage } from "../segment/segmentstage.js";
import type { SegmentationSummary } from "../segment/segmentation.js";
import { isLabelFolder, listLabels } from "../source/labeladdresses.js";
import { openInputs } from "../source/opening.js";
import { hashFiles } from "../source/source.js";
import type { PipelineContext } from "../stage/events.js";
import { perform, performStage } from "../stage/perform.js";
import { resultFrom, type Stage } from "../stage/stage.js";
import { assertReplaceable, type OutputOptions } from "../store/folders.js";
import { modelFiles } from "../store/modelfolder.js";
import { readLabelPlanes } from "../track/labelfolder.js";
import { trackStage } from "../track/trackstage.js";
import { readTracking, trackFiles, type TrackingSummary } from "../track/tracking.js";
import type { TrainingResult } from "../train/training.js";
import { datasetFiles } from "../train/trainingset.js";
import { trainStage } from "../train/trainstage.js";
import { givenModel } from "./flow.js";
import { announce, estimateStages } from "./spacecheck.js";

/** What every command that writes a folder is asked for. */
export interface CommandOptions extends OutputOptions {
  /** The output folder. */
  readonly out: string;
  readonly config: Config;
}

/** Images to a training set. */
export async function annotate(
  { inputs, out, config, overwrite }: CommandOptions & { readonly inputs: readonly string[] },
  context: PipelineContext = {},
): Promise<AnnotationSummary> {
  assertReplaceable(out, "annotate", overwrite);
  const opened = await openInputs(inputs, out, config, context);
  const { source, records } = opened;
  await announce(out, await estimateStages(["annotate"], source, config), context);
  const configuration = configurationOf("annotate", config);
  const task = { out, overwrite, configuration, inputs: records, notices: source.notices };
  const { summary } = await perform(annotateStage(opened, config), task, context);
  return summary;
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

/** Images and a network to labels. */
export async function segmentImages(
  {
    model,
    inputs,
    out,
    config,
    overwrite,
  }: CommandOptions & { readonly model: string; readonly inputs: readonly string[] },
  context: PipelineContext = {},
): Promise<SegmentationSummary> {
  assertReplaceable(out, "segment", overwrite);
  const network = await hashFiles(modelFiles(model), context);
  const opened = await openInputs(inputs, out, config, context);
  const { source, records } = opened;
  await announce(out, await estimateStages(["segment"], source, config), context);
  const stage = segmentStage({ inputs: opened, model: givenModel(model, network) }, config);
  const configuration = configurationOf("segment", config);
  const inputRecords = [...network, ...records];
  const task = { out, overwrite, configuration, inputs: inputRecords, notices: source.notices };
  const { summary } = await perform(stage, task, context);
  return summary;
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
