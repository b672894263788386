/**
 * The single steps as commands: each writes one folder that holds its result and `run.json`, whole or not at
 * all.
 */
import type { Statistics } from "../../analyse/analyse.js";
import { trackedMasks } from "../analyse/movieintensities.js";
import type { AnnotationSummary } from "../annotate/annotation.js";
import { type Config, configurationOf } from "../config/options.js";
import type { SegmentationSummary } from "../segment/segmentation.js";
import { listImages } from "../source/imagefolder.js";
import { openInputs } from "../source/opening.js";
import { hashFiles } from "../source/source.js";
import { notice, type PipelineContext } from "../stage/events.js";
import { perform, performStage } from "../stage/perform.js";
import { assertReplaceable, type OutputOptions } from "../store/folders.js";
import { modelFiles } from "../store/modelfolder.js";
import { trackFiles, type TrackingSummary } from "../track/tracking.js";
import { removeState, stateFolder } from "../train/checkpoint.js";
import type { TrainingResult } from "../train/training.js";
import { datasetFiles } from "../train/trainingset.js";
import { analyseStage, annotateStage, segmentStage, trackStage, trainStage } from "./stages.js";

export async function annotate(
  inputs: readonly string[],
  out: string,
  config: Config,
  { overwrite }: OutputOptions,
  context: PipelineContext = {},
): Promise<AnnotationSummary> {
  assertReplaceable(out, "annotate", overwrite);
  const { source, records } = await openInputs(inputs, out, config, context);
  return perform(
    annotateStage(source, config),
    {
      out,
      overwrite,
      configuration: configurationOf("annotate", config),
      inputs: records,
      notices: source.notices,
    },
    context,
  );
}

/** A training that was interrupted is gone on with when the same one is asked for again. */
export async function train(
  dataset: string,
  out: string,
  config: Config,
  { overwrite }: OutputOptions,
  context: PipelineContext = {},
): Promise<TrainingResult> {
  const { from } = config.train;
  const files = (): string[] => [
    ...datasetFiles(dataset).flatMap(({ image, mask }) => [image, mask]),
    ...(from === undefined ? [] : modelFiles(from)),
  ];
  const stage = trainStage(dataset, config, {
    folder: stateFolder(out),
    say: (text) => notice(context, text),
  });
  const result = await performStage(stage, out, files, configurationOf("train", config), overwrite, context);
  await removeState(out);
  return result;
}

export async function segmentImages(
  model: string,
  inputs: readonly string[],
  out: string,
  config: Config,
  { overwrite }: OutputOptions,
  context: PipelineContext = {},
): Promise<SegmentationSummary> {
  assertReplaceable(out, "segment", overwrite);
  const modelRecords = await hashFiles(modelFiles(model), context);
  const { source, records } = await openInputs(inputs, out, config, context);
  return perform(
    segmentStage(model, source, config),
    {
      out,
      overwrite,
      configuration: configurationOf("segment", config),
      inputs: [...modelRecords, ...records],
      notices: source.notices,
    },
    context,
  );
}

export const trackLabels = (
  labels: string,
  out: string,
  config: Config,
  { overwrite }: OutputOptions,
  context: PipelineContext = {},
): Promise<TrackingSummary> =>
  performStage(
    trackStage(labels, config),
    out,
    () => [...listImages(labels).values()],
    configurationOf("track", config),
    overwrite,
    context,
  );

/** With images (`measure.images`) the brightness of the nuclei is measured, too. */
export async function analyseTracks(
  tracks: string,
  out: string,
  config: Config,
  { overwrite }: OutputOptions,
  context: PipelineContext = {},
): Promise<Statistics> {
  assertReplaceable(out, "analyse", overwrite);
  const trackRecords = await hashFiles(trackFiles(tracks), context);
  const { images } = config.measure;
  const opened = images === undefined ? undefined : await openInputs([images], out, config, context);
  const stage = analyseStage(
    tracks,
    config,
    opened && { source: opened.source, labels: (stored) => trackedMasks(tracks, stored) },
  );
  return perform(
    stage,
    {
      out,
      overwrite,
      configuration: configurationOf("analyse", config),
      inputs: [...trackRecords, ...(opened?.records ?? [])],
      notices: opened?.source.notices ?? [],
    },
    context,
  );
}
