/** The single steps as commands: each writes one folder that holds its result and `run.json`, whole or not at all. */
import type { Statistics } from "../analyse/analyse.js";
import type { AnnotationSummary } from "./annotation.js";
import { removeState, stateFolder } from "./checkpoint.js";
import { notice, type PipelineContext, runStage, secondsSince } from "./events.js";
import { assertReplaceable, type OutputOptions, writeFolder } from "./folders.js";
import { listImages } from "./imagefolder.js";
import { trackedMasks } from "./intensities.js";
import { modelFiles } from "./modelfiles.js";
import { openInputs } from "./opening.js";
import { type Config, configurationOf } from "./options.js";
import { type InputRecord, ranOn, runRecord, stageRecord, writeRun } from "./provenance.js";
import type { SegmentationSummary } from "./segmentation.js";
import { hashFiles } from "./source.js";
import { analyseStage, annotateStage, segmentStage, type Stage, trackStage, trainStage } from "./stages.js";
import { trackFiles, type TrackingSummary } from "./tracking.js";
import type { TrainingResult } from "./training.js";
import { datasetFiles } from "./trainingset.js";

/** What the result of a stage is made from, and where it goes. */
interface Task {
  readonly out: string;
  /** As `run.json` records it. */
  readonly configuration: unknown;
  readonly inputs: readonly InputRecord[];
  readonly notices?: readonly string[];
}

/** Runs one stage into its folder; the caller has made sure that it may be replaced. */
async function perform<T>(stage: Stage<T>, { out, configuration, inputs, notices = [] }: Task, context: PipelineContext): Promise<T> {
  const { value } = await runStage(context, stage.name, stage.text, (part) => {
    const started = performance.now();
    return writeFolder(out, async (folder) => {
      const result = await stage.fill(folder, part);
      const record = { ...runRecord(stage.name, out, configuration, inputs), notices: [...notices, ...(result.notices ?? [])] };
      await writeRun(folder, { ...ranOn(record, result.device), stages: { [stage.name]: stageRecord(secondsSince(started), result.text) } });
      return result;
    });
  });
  return value;
}

/** A stage without images to read. @throws OutputError when the folder holds something that must not be lost */
export async function performStage<T>(stage: Stage<T>, out: string, files: () => readonly string[], configuration: unknown, overwrite: boolean, context: PipelineContext): Promise<T> {
  assertReplaceable(out, stage.name, overwrite);
  return perform(stage, { out, configuration, inputs: await hashFiles(files(), context) }, context);
}

export async function annotate(inputs: readonly string[], out: string, config: Config, { overwrite }: OutputOptions, context: PipelineContext = {}): Promise<AnnotationSummary> {
  assertReplaceable(out, "annotate", overwrite);
  const { source, records } = await openInputs(inputs, out, config, context);
  return perform(annotateStage(source, config), { out, configuration: configurationOf("annotate", config), inputs: records, notices: source.notices }, context);
}

/** A training that was interrupted is gone on with when the same one is asked for again. */
export async function train(dataset: string, out: string, config: Config, { overwrite }: OutputOptions, context: PipelineContext = {}): Promise<TrainingResult> {
  const { from } = config.train;
  const files = (): string[] => [...datasetFiles(dataset).flatMap(({ image, mask }) => [image, mask]), ...(from === undefined ? [] : modelFiles(from))];
  const stage = trainStage(dataset, config, { folder: stateFolder(out), say: (text) => notice(context, text) });
  const result = await performStage(stage, out, files, configurationOf("train", config), overwrite, context);
  await removeState(out);
  return result;
}

export async function segmentImages(model: string, inputs: readonly string[], out: string, config: Config, { overwrite }: OutputOptions, context: PipelineContext = {}): Promise<SegmentationSummary> {
  assertReplaceable(out, "segment", overwrite);
  const modelRecords = await hashFiles(modelFiles(model), context);
  const { source, records } = await openInputs(inputs, out, config, context);
  return perform(segmentStage(model, source, config), { out, configuration: configurationOf("segment", config), inputs: [...modelRecords, ...records], notices: source.notices }, context);
}

export const trackLabels = (labels: string, out: string, config: Config, { overwrite }: OutputOptions, context: PipelineContext = {}): Promise<TrackingSummary> =>
  performStage(trackStage(labels, config), out, () => [...listImages(labels).values()], configurationOf("track", config), overwrite, context);

/** With images (`measure.images`) the brightness of the nuclei is measured, too. */
export async function analyseTracks(tracks: string, out: string, config: Config, { overwrite }: OutputOptions, context: PipelineContext = {}): Promise<Statistics> {
  assertReplaceable(out, "analyse", overwrite);
  const trackRecords = await hashFiles(trackFiles(tracks), context);
  const { images } = config.measure;
  const opened = images === undefined ? undefined : await openInputs([images], out, config, context);
  const stage = analyseStage(tracks, config, opened && { source: opened.source, labels: (stored) => trackedMasks(tracks, stored) });
  return perform(stage, { out, configuration: configurationOf("analyse", config), inputs: [...trackRecords, ...(opened?.records ?? [])], notices: opened?.source.notices ?? [] }, context);
}
