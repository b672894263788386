/** The single steps as commands: each writes one folder that holds its result and `run.json`, whole or not at all. */
import { join } from "node:path";
import type { Config } from "./options.js";
import { annotateInto, type AnnotationSummary } from "./annotation.js";
import { statisticsOf, writeStatistics } from "./analysis.js";
import { notice, type PipelineContext, runStage } from "./events.js";
import { assertReplaceable, writeFolder } from "./folders.js";
import { loadModel } from "./modelfiles.js";
import { type InputRecord, runRecord, stageRecord, writeRun } from "./provenance.js";
import { segmentInto, type SegmentationSummary } from "./segmentation.js";
import { type FileSource, hashFiles, hashInputs, openSource } from "./source.js";
import type { StageContext } from "../core/progress.js";
import type { Statistics } from "../analyse/analyse.js";
import { threadsOf } from "./threads.js";
import { listImages } from "./imagefolder.js";
import { radiusText, trackInto, type TrackingSummary } from "./tracking.js";
import { datasetFiles, trainInto, type TrainingResult } from "./training.js";

interface Task<T> {
  readonly command: string;
  readonly out: string;
  readonly config: Config;
  readonly inputs: readonly InputRecord[];
  readonly overwrite: boolean;
  readonly text: string;
  fill(folder: string, stage: StageContext): Promise<{ value: T; text: string }>;
}

/** Runs one step into its folder. @throws OutputError when the folder holds something that must not be lost */
export async function writeResult<T>(task: Task<T>, context: PipelineContext): Promise<T> {
  assertReplaceable(task.out, "run.json", task.overwrite);
  const { value } = await runStage(context, task.command, task.text, async (stage) => {
    const started = performance.now();
    return writeFolder(task.out, async (folder) => {
      const result = await task.fill(folder, stage);
      const record = runRecord(task.command, task.config, task.inputs);
      const seconds = Math.round((performance.now() - started) / 10) / 100;
      await writeRun(folder, { ...record, stages: { [task.command]: stageRecord(seconds, result.text) } });
      return result;
    });
  });
  return value;
}

export interface OutputOptions {
  readonly overwrite: boolean;
}

async function open(inputs: readonly string[], config: Config, context: PipelineContext): Promise<FileSource> {
  const source = await openSource(inputs, config.input);
  for (const text of source.notices) notice(context, text);
  return source;
}

export async function annotate(inputs: readonly string[], out: string, config: Config, { overwrite }: OutputOptions, context: PipelineContext = {}): Promise<AnnotationSummary> {
  assertReplaceable(out, "run.json", overwrite);
  const source = await open(inputs, config, context);
  const summary = await writeResult({
    command: "annotate", out, config, inputs: await hashInputs(source), overwrite, text: `${source.frames} images, preset ${config.annotate.preset}`,
    fill: async (folder, stage) => {
      const value = await annotateInto(folder, source, config, stage);
      const kept = value.images.reduce((sum, image) => sum + image.kept, 0);
      const candidates = value.images.reduce((sum, image) => sum + image.candidates, 0);
      return { value, text: `${kept} of ${candidates} objects are certain nuclei` };
    },
  }, context);
  for (const text of summary.warnings) notice(context, text);
  return summary;
}

export async function train(dataset: string, out: string, config: Config, { overwrite }: OutputOptions, context: PipelineContext = {}): Promise<TrainingResult> {
  assertReplaceable(out, "run.json", overwrite);
  const files = datasetFiles(dataset);
  return writeResult({
    command: "train", out, config, inputs: await hashFiles(files.flatMap(({ image, mask }) => [image, mask])), overwrite, text: `a StarDist network from scratch, preset ${config.train.preset}`,
    fill: async (folder, stage) => {
      const value = await trainInto(folder, dataset, config, stage);
      return { value, text: `${value.history.at(-1)?.step ?? 0} steps, loss ${value.history.at(-1)?.loss.toFixed(3)}` };
    },
  }, context);
}

export async function segmentImages(model: string, inputs: readonly string[], out: string, config: Config, { overwrite }: OutputOptions, context: PipelineContext = {}): Promise<SegmentationSummary> {
  assertReplaceable(out, "run.json", overwrite);
  const source = await open(inputs, config, context);
  const loaded = await loadModel(model, threadsOf(config));
  try {
    const records = [...(await hashFiles([join(model, "model.onnx"), join(model, "model.json")])), ...(await hashInputs(source))];
    const summary = await writeResult({
      command: "segment", out, config, inputs: records, overwrite, text: `${source.frames} images`,
      fill: async (folder, stage) => {
        const value = await segmentInto(folder, source, loaded, config, stage);
        return { value, text: `${value.images.reduce((sum, image) => sum + image.nuclei, 0)} nuclei` };
      },
    }, context);
    for (const text of summary.warnings) notice(context, text);
    return summary;
  } finally {
    await loaded.predictor.release();
  }
}

export async function trackLabels(labels: string, out: string, config: Config, { overwrite }: OutputOptions, context: PipelineContext = {}): Promise<TrackingSummary> {
  assertReplaceable(out, "run.json", overwrite);
  return writeResult({
    command: "track", out, config, inputs: await hashFiles([...listImages(labels).values()]), overwrite, text: "linking nuclei through time",
    fill: async (folder, stage) => {
      const { summary } = await trackInto(folder, labels, config, stage);
      return { value: summary, text: `${summary.branches} tracks, ${summary.divisions} divisions, radius ${radiusText(summary)}` };
    },
  }, context);
}

export async function analyseTracks(tracks: string, out: string, config: Config, { overwrite }: OutputOptions, context: PipelineContext = {}): Promise<Statistics> {
  assertReplaceable(out, "run.json", overwrite);
  return writeResult({
    command: "analyse", out, config, inputs: await hashFiles(["spots.csv", "tracking.json"].map((name) => join(tracks, name))), overwrite, text: "density, speed, direction, divisions",
    fill: async (folder) => {
      const value = statisticsOf(tracks, config);
      await writeStatistics(folder, value);
      return { value, text: `${value.summary.branches} tracks, mean speed ${value.summary.meanSpeed.toFixed(3)} ${value.units.length}/${value.units.time}` };
    },
  }, context);
}
