/**
 * Karyon on folders of files, for Node: the commands of the command line as functions. Each takes one object
 * of options, writes what the command writes and returns what it found.
 *
 * All can be stopped (`signal`), say what they do (`onEvent`), and throw errors that are told apart by kind
 * (`isKaryonError`). The verbs on data in memory are those of `karyon`.
 */
import { readFileSync } from "node:fs";
import type { Statistics } from "./analyse/analyse.js";
import { type Model, openModel as openModelInMemory, type OpenModelOptions } from "./api/openmodel.js";
import type { TrackScores } from "./evaluate/trackscores.js";
import { isHierarchyName } from "./io/formats/formatnames.js";
import { openAs, type OpenOptions } from "./io/formats/fileformat.js";
import type { ImageSet } from "./io/formats/imageformat.js";
import { imageFormats } from "./io/formats/imageformats.js";
import type { OpenedLabels } from "./io/formats/labelformat.js";
import type { OpenedTracks } from "./io/formats/trackformat.js";
import { trackFormats } from "./io/formats/trackformats.js";
import { parseModelDescription } from "./model/modelfile.js";
import type { AnnotationSummary } from "./pipeline/annotate/annotation.js";
import { type Preview, preview as previewFrame } from "./pipeline/annotate/preview.js";
import * as configuration from "./pipeline/config/config.js";
import type { PartialConfig } from "./pipeline/config/partialconfig.js";
import * as evaluation from "./pipeline/evaluate/evaluation.js";
import { convert as convertFiles, type Conversion } from "./pipeline/exchange/convert.js";
import { exportModel as packModel, type ModelPackage } from "./pipeline/export/modelpackage.js";
import { reportRun } from "./pipeline/run/reportagain.js";
import * as commands from "./pipeline/run/commands.js";
import { demo as runDemo, type DemoResult } from "./pipeline/run/demo.js";
import { run as runAll, type RunResult } from "./pipeline/run/run.js";
import type { SegmentationSummary } from "./pipeline/segment/segmentation.js";
import { simulateOptionsOf, simulateTo } from "./pipeline/simulate/simulation.js";
import { type Inspection, inspectFiles } from "./pipeline/source/inspection.js";
import { sourceOptions } from "./pipeline/source/opening.js";
import { type FileSource, openSource as openFiles, type SourceOptions } from "./pipeline/source/source.js";
import {
  type CommandOptions,
  folderOptions,
  type OutputOptions,
  resolved,
} from "./pipeline/stage/calloptions.js";
import type { PipelineContext } from "./pipeline/stage/events.js";
import type { RunStage } from "./pipeline/stage/stagenames.js";
import { formatInput } from "./pipeline/store/formatinput.js";
import { type LabelOptions, openLabels as openLabelFile } from "./pipeline/store/labelfiles.js";
import { modelFiles } from "./pipeline/store/modelfiles.js";
import type { StudyStepOptions } from "./pipeline/study/sharedwork.js";
import { study as runStudy, type StudyResult } from "./pipeline/study/study.js";
import type { TrackingSummary } from "./pipeline/track/tracking.js";
import type { TrainingResult } from "./pipeline/train/training.js";

/** Options of `run`. */
export interface RunOptions extends OutputOptions {
  /** With `overwrite`: replace the trained network, too, where it would be another one now. Default false. */
  readonly retrain?: boolean | undefined;
  /** Files, folders and patterns of images. */
  readonly inputs: readonly string[];
  /** The last stage that is made. Default: all are. */
  readonly until?: RunStage | undefined;
  /** Number of the parts (`runPart`) of which the last stage is made, where it was parted. */
  readonly merge?: number | undefined;
}

/**
 * Annotates, trains, segments, tracks, analyses and reports, as `karyon run` does. Run again, it goes on after
 * the last finished stage.
 *
 * @throws OutputError when `out` holds something else; the errors of the stages
 */
export const run = (options: RunOptions): Promise<RunResult> => {
  const { inputs, retrain = false, until, merge } = options;
  return runAll({ inputs, retrain, until, merge, ...folderOptions(options) }, options);
};

/** Options of `study`. */
export type StudyOptions = StudyStepOptions;

/**
 * Runs every movie of a table with one network and compares the conditions, as `karyon study` does.
 *
 * @throws InvalidInput when the table is wrong; the errors of the stages
 */
export const study = (options: StudyOptions): Promise<StudyResult> => {
  const { samples, retrain = false, merge } = options;
  return runStudy({ samples, retrain, merge, ...folderOptions(options) }, options);
};

/** Options of `demo`. */
export interface DemoOptions extends CommandOptions {
  /** Folder for the movie and the results. An earlier demo there, and nothing else, is replaced. */
  readonly out: string;
}

/** Simulates a movie, runs everything on it and scores the result, as `karyon demo` does. */
export const demo = (options: DemoOptions): Promise<DemoResult> =>
  runDemo(options.out, resolved(options), options);

/** Options of `annotate`. */
export interface AnnotateOptions extends OutputOptions {
  /** Files, folders and patterns of images. */
  readonly inputs: readonly string[];
  /** Number of the parts (`annotatePart`) of which it is made, where it was parted. */
  readonly merge?: number | undefined;
}

/** Makes a training set from raw images, as `karyon annotate` does. */
export const annotate = (options: AnnotateOptions): Promise<AnnotationSummary> =>
  commands.annotate({ inputs: options.inputs, ...folderOptions(options) }, options, options.merge);

/** Options of `preview`. */
export interface PreviewOptions extends CommandOptions {
  /** Files, folders and patterns of images. */
  readonly inputs: readonly string[];
  /** The frame: its name, or else its number from 0. */
  readonly frame: string | number;
  /** Folder for the picture. Default: the present one. */
  readonly out?: string | undefined;
}

/** Draws what an annotation makes of one frame, as `karyon annotate --preview` does. */
export const preview = (options: PreviewOptions): Promise<Preview> =>
  previewFrame(options.inputs, String(options.frame), options.out, resolved(options), options);

/** Options of `train`. */
export interface TrainOptions extends OutputOptions {
  /** Folder with `images/` and `masks/`, such as `annotate` makes. */
  readonly dataset: string;
}

/**
 * Trains a network on a training set, as `karyon train` does. A training that was interrupted is gone on with
 * when the same one is asked for again.
 */
export const train = (options: TrainOptions): Promise<TrainingResult> =>
  commands.train({ dataset: options.dataset, ...folderOptions(options) }, options);

/** Options of `segment`. */
export interface SegmentOptions extends OutputOptions {
  /** Folder of the model. */
  readonly model: string;
  /** Files, folders and patterns of images. */
  readonly inputs: readonly string[];
  /** Number of the parts (`segmentPart`) of which it is made, where it was parted. */
  readonly merge?: number | undefined;
}

/** Segments images with a model, as `karyon segment` does. */
export const segment = (options: SegmentOptions): Promise<SegmentationSummary> =>
  commands.segmentImages(
    { model: options.model, inputs: options.inputs, ...folderOptions(options) },
    options,
    options.merge,
  );

/** Options of `track`. */
export interface TrackOptions extends OutputOptions {
  /** Folder of label images, such as `segment` makes. */
  readonly labels: string;
}

/** Links the nuclei of a movie through time, as `karyon track` does. */
export const track = (options: TrackOptions): Promise<TrackingSummary> =>
  commands.trackLabels({ labels: options.labels, ...folderOptions(options) }, options);

/** Options of `analyse`. */
export interface AnalyseOptions extends OutputOptions {
  /** Folder of tracks, such as `track` makes. */
  readonly tracks: string;
}

/** Statistics of tracks, as `karyon analyse` makes them. */
export const analyse = (options: AnalyseOptions): Promise<Statistics> =>
  commands.analyseTracks({ tracks: options.tracks, ...folderOptions(options) }, options);

/** Options of `evaluate`. */
export interface EvaluateOptions extends PipelineContext {
  /** A label image, or a folder of them. */
  readonly labels: string;
  /** The true labels: a label image, or a folder of them. */
  readonly truth: string;
}

/** Scores label images against the truth, as `karyon evaluate` does. */
export const evaluate = ({
  truth,
  labels,
  ...context
}: EvaluateOptions): Promise<evaluation.LabelEvaluation> => evaluation.evaluateLabels(truth, labels, context);

/** Options of `evaluateTracks`. */
export interface EvaluateTracksOptions extends PipelineContext {
  /** Folder of tracks in the layout of the Cell Tracking Challenge, such as `track` makes. */
  readonly tracks: string;
  /** The true tracks, in the same layout. */
  readonly truth: string;
}

/** Scores tracks against the truth, as `karyon evaluate --tracks` does. */
export const evaluateTracks = ({ truth, tracks, ...context }: EvaluateTracksOptions): Promise<TrackScores> =>
  evaluation.evaluateTracks(truth, tracks, context);

/** Options of `report`. */
export interface ReportOptions extends PipelineContext {
  /** Output folder of a finished run. */
  readonly folder: string;
}

/** Writes figures and report of a finished run again, as `karyon report` does. @returns the path of the report */
export const report = ({ folder, ...context }: ReportOptions): Promise<string> => reportRun(folder, context);

/** Makes a movie of nuclei with known truth, as `karyon simulate` does. */
export const simulate = (options: OutputOptions): Promise<void> =>
  simulateTo(options.out, simulateOptionsOf(resolved(options)), folderOptions(options), options);

/** Options of `convert`. */
export interface ConvertOptions extends CommandOptions {
  /** A file, a series of one (`movie.lif#2`), a folder of images or labels, or a folder that Karyon made. */
  readonly from: string;
  /** A file, or a folder. */
  readonly to: string;
  /** Name of the format, one of `exportFormats()` of `karyon`. Default: by the end of the name of `to`. */
  readonly format?: string | undefined;
  /** Label images or outlines that belong to the images or tracks. */
  readonly labels?: string | undefined;
  /** Images that belong to the labels or tracks. */
  readonly images?: string | undefined;
  /** Replace an earlier result. Default false. */
  readonly overwrite?: boolean | undefined;
}

/** Converts images, label images, outlines or tracks for other programs, as `karyon convert` does. */
export const convert = ({
  from,
  to,
  format,
  labels,
  images,
  overwrite = false,
  ...options
}: ConvertOptions): Promise<Conversion> => {
  const source = { ...sourceOptions(resolved(options)), everyChannel: true, everySlice: true };
  return convertFiles({ from, to, format, labels, images, overwrite, source }, options);
};

/** Options of `inspect`. */
export interface InspectOptions {
  /** Files, folders and patterns of images. */
  readonly inputs: readonly string[];
}

/** Axes, calibration and values of image files, and what looks wrong, as `karyon inspect` shows them. */
export const inspect = ({ inputs }: InspectOptions): Promise<Inspection[]> => inspectFiles(inputs);

/** Options of `exportModel`. */
export interface ExportModelOptions extends PipelineContext {
  /** Folder of the model. */
  readonly model: string;
  /** The package: a file name that ends in .zip. */
  readonly out: string;
  /** Replace an earlier package of that name. Default false. */
  readonly overwrite?: boolean | undefined;
  /** Name of the model. */
  readonly name?: string | undefined;
  /** Who made it. Default: nobody is named. */
  readonly authors?: readonly string[] | undefined;
  /** SPDX identifier of the licence that the model is given under. */
  readonly license?: string | undefined;
}

/** Packs a model for other programs, as `karyon export-model` does. */
export const exportModel = ({
  model,
  out,
  overwrite = false,
  name,
  authors,
  license,
  ...context
}: ExportModelOptions): Promise<ModelPackage> =>
  packModel(model, out, { overwrite, name, authors, license }, context);

/**
 * Opens the model in a folder. Its `segment` gives for an image in memory what `karyon segment` gives for that
 * image in a file.
 *
 * @throws InvalidInput when a part or the device is missing, CorruptFile when it cannot be understood
 */
export async function openModel(folder: string, options: OpenModelOptions = {}): Promise<Model> {
  const [network, json] = modelFiles(folder);
  const description = parseModelDescription(readFileSync(json, "utf8"), json);
  return openModelInMemory({ onnx: readFileSync(network), description }, options);
}

/** Options of `openSource`. */
export interface OpenSourceOptions extends SourceOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens files, folders and patterns as one source of images, which are read frame by frame.
 *
 * @throws InvalidInput when nothing can be read, or an option does not fit the files
 */
export const openSource = (
  inputs: readonly string[],
  { signal, ...options }: OpenSourceOptions = {},
): Promise<FileSource> => openFiles(inputs, options, { signal });

/**
 * Opens an image file, or the folder of an OME-Zarr, with all of its series. No pixels are read.
 *
 * @throws InvalidInput when there is no such file; CorruptFile, UnsupportedFormat
 */
export const openImages = async (path: string, options: Pick<OpenOptions, "kind"> = {}): Promise<ImageSet> =>
  openAs(imageFormats, await formatInput(path, isHierarchyName), options);

/**
 * Opens the label images of a file, or its outlines, which are painted when they are read.
 *
 * @throws InvalidInput when there is no such file; CorruptFile, UnsupportedFormat
 */
export const openLabels = (path: string, options: LabelOptions = {}): Promise<OpenedLabels> =>
  openLabelFile(path, options);

/**
 * Opens the tracks of another program: a file, or a folder of GEFF or of the Cell Tracking Challenge.
 *
 * @throws InvalidInput when there is no such file; CorruptFile, UnsupportedFormat
 */
export const openTracks = async (path: string): Promise<OpenedTracks> =>
  openAs(trackFormats, await formatInput(path, () => true));

/**
 * Reads a configuration file.
 *
 * @param text YAML
 * @param where name of the file, for messages
 * @throws InvalidInput when it is no YAML mapping; what it says is checked by the command that gets it
 */
export const parseConfig = (text: string, where = "config"): PartialConfig =>
  configuration.parseConfig(text, where);

// Errors, images and label images
export * from "./core/errors.js";
export { formatInspection } from "./pipeline/source/inspectiontext.js";
export { formatTrackCsv } from "./pipeline/evaluate/evaluation.js";
export {
  type LabelOptions,
  type LabelWriter,
  openLabelWriter,
  readLabels,
  readLabelWindow,
  writeLabels,
} from "./pipeline/store/labelfiles.js";

export { type OpenedStudio, studio, type StudioServer } from "./server/studio/openstudio.js";
export type { OpenStudioOptions } from "./server/studio/openstudio.js";
export type { Model, ModelSegmentOptions, OpenModelOptions } from "./api/openmodel.js";
export type * from "./pipeline/config/partialconfig.js";
export type { CommandOptions, OutputOptions } from "./pipeline/stage/calloptions.js";
export * from "./pipeline/study/sharedwork.js";
export type { Part } from "./pipeline/stage/stage.js";
export type { PartRequest } from "./pipeline/stage/stageparts.js";
export type { RunStage } from "./pipeline/stage/stagenames.js";
export type { PipelineContext, PipelineEvent } from "./pipeline/stage/events.js";
export type { ModelSnapshot, TrainingWatch } from "./pipeline/stage/trainingwatch.js";
export type { FileSource, SourceOptions } from "./pipeline/source/source.js";
export type { AnnotatedImage, AnnotationSummary } from "./pipeline/annotate/annotation.js";
export type { AcquisitionSummary } from "./annotate/annotationsummary.js";
export type { Preview } from "./pipeline/annotate/preview.js";
export type { LabelEvaluation } from "./pipeline/evaluate/evaluation.js";
export type { ModelPackage } from "./pipeline/export/modelpackage.js";
export type { Conversion } from "./pipeline/exchange/convert.js";
export type { OpenOptions } from "./io/formats/fileformat.js";
export type { ImageSet } from "./io/formats/imageformat.js";
export type { OpenedLabels } from "./io/formats/labelformat.js";
export type { OpenedTracks } from "./io/formats/trackformat.js";
export type { DemoResult } from "./pipeline/run/demo.js";
export { replay, type ReplayOptions, type ReplayResult } from "./pipeline/replay/replay.js";
export type { FileDifference, FolderComparison } from "./pipeline/replay/differingfiles.js";
export type { RunResult } from "./pipeline/run/run.js";
export type { SegmentationSummary } from "./pipeline/segment/segmentation.js";
export type { Inspection, PlaneValues } from "./pipeline/source/inspection.js";
export type { StudyResult } from "./pipeline/study/study.js";
export type { TrackingSummary } from "./pipeline/track/tracking.js";
export type { TrainingResult } from "./pipeline/train/training.js";
export type { Comparison, ConditionSummary, ConditionTest } from "./analyse/compare/conditions.js";
export type { TouchingRecord } from "./pipeline/annotate/touchingimages.js";
export type { AnnotateConfig, Section, SectionConfig } from "./pipeline/config/options.js";
export type { InputRecord, RunRecord, StageRecord } from "./pipeline/store/provenance.js";
export type { SampleRecord, StudyRecord } from "./pipeline/study/openstudy.js";
export type { BackgroundUse } from "./annotate/movieoptions.js";
export type { PermutationTest, TTest } from "./stats/twosamples.js";
