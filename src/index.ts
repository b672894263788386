/**
 * The public API, in the order of the data flow. Functions of single stages work on plain data in memory;
 * those of the pipeline at the end work on files, as the commands do.
 */
// Plain data
export type { Batch } from "./core/batch.js";
export * from "./core/errors.js";
export type {
  Image,
  ImageSource,
  PixelData,
  ReadOptions,
  SampleData,
  StoredPlane,
  Window,
} from "./core/image.js";
export { type LabelImage, labelImage, relabelSequential } from "./core/labels.js";
export { concatNuclei, emptyNuclei, type Nuclei } from "./core/nuclei.js";
export type { StarPolygons } from "./core/polygons.js";
export type { Progress, StageContext } from "./core/progress.js";
export { type Random, random } from "./core/random.js";
export type { Column, ColumnName, LongTable, Table } from "./core/table.js";
export type { Tensor } from "./core/tensor.js";
export { type Branch, branchesOf, type TrackGraph } from "./core/tracks.js";

// Read and simulate
export { type FileSource, openSource, type SourceOptions } from "./pipeline/source/source.js";
export { formatInspection, type Inspection, inspectFiles } from "./pipeline/source/inspect.js";
export {
  type LabelWriter,
  openLabelWriter,
  readLabels,
  readLabelWindow,
  writeLabels,
} from "./pipeline/store/labelfiles.js";
export { simulate, type SimulatedMovie } from "./simulate/simulate.js";
export { defaultSimulateOptions, type SimulateOptions, simulatePresets } from "./simulate/scene.js";

// Annotate
export { estimateScale, poolScale, type ScaleEstimate } from "./annotate/scale.js";
export {
  annotateAuto,
  type AutoOptions,
  composeAnnotation,
  decide,
  type Proposal,
  proposeObjects,
} from "./annotate/auto.js";
export { annotatePaper, noiseBackground } from "./annotate/paper.js";
export type { Annotation, Decision, ObjectFeatures, ObjectTable } from "./annotate/types.js";

// Train
export { type AugmentOptions, defaultAugmentOptions } from "./dataset/augment.js";
export { type BatchOptions, batchProvider } from "./dataset/patches.js";
export {
  type ComposedImage,
  type ComposeOptions,
  type ComposeSource,
  composeTouching,
  type Composition,
  defaultComposeOptions,
} from "./dataset/touching.js";
export { type PreparedSample, type TrainingSample } from "./dataset/samples.js";
export { splitSamples } from "./dataset/split.js";
export { defaultModelConfig, type ModelConfig } from "./model/modelconfig.js";
export { exportOnnx, type ModelDescription, weightsFromOnnx } from "./model/modelfile.js";
export {
  defaultTrainOptions,
  train as trainNetwork,
  type TrainingRecord,
  type TrainOptions,
} from "./model/train.js";

// Segment
export { createPredictor, type Predictor } from "./model/predictor.js";
export type { Device } from "./nn/devices.js";
export { type LoadedModel, loadModel } from "./pipeline/store/modelfolder.js";
export { predictTiled, type Prediction } from "./segment/predict.js";
export { defaultSegmentOptions, segment, type Segmentation, type SegmentOptions } from "./segment/segment.js";
export { tuneThresholds } from "./segment/thresholds.js";
export { measure } from "./imgproc/regions.js";

// Evaluate
export { type InstanceErrors, listErrors } from "./evaluate/mistakes.js";
export { formatInstanceCsv, formatInstanceJson, formatInstanceTable } from "./evaluate/format.js";
export {
  bootstrapInterval,
  type InstanceScores,
  matchInstances,
  scoreInstances,
} from "./evaluate/instances.js";
export {
  formatTrackTable,
  type LabelledSequence,
  scoreTracks,
  type TrackScores,
} from "./evaluate/trackscores.js";

// Track, analyse, report
export { type CtcTrack, formatTracks, parseTracks, validateCtc } from "./io/ctc.js";
export { track, type TrackOptions, type TrackResult } from "./track/track.js";
export { toCtc } from "./track/ctcgraph.js";
export { analyse, type Statistics } from "./analyse/analyse.js";
export { nucleiTable } from "./analyse/tables/nucleitable.js";
export { statisticsTables } from "./analyse/tables/statisticstables.js";
export { buildReport, type ReportInput } from "./report/report.js";
export { annotationOverlay, overlayLabels } from "./draw/overlay.js";
export { annotationPreview, type PreviewFacts, type PreviewInput } from "./draw/previewpicture.js";
export { trackOverlay } from "./draw/trackoverlay.js";

// The commands
export { mergeConfigs, parseConfig, type PartialConfig, resolveConfig } from "./pipeline/config/config.js";
export type { Config } from "./pipeline/config/options.js";
export type { PipelineContext, PipelineEvent } from "./pipeline/stage/events.js";
export type { OutputOptions } from "./pipeline/store/folders.js";
export type { AnnotationSummary } from "./pipeline/annotate/annotation.js";
export type { TrainingResult } from "./pipeline/train/training.js";
export type { SegmentationSummary } from "./pipeline/segment/segmentation.js";
export type { TrackingSummary } from "./pipeline/track/tracking.js";
export { exportModel, type ExportOptions, type ModelPackage } from "./pipeline/export/modelpackage.js";
export { type Preview, preview } from "./pipeline/annotate/preview.js";
export { analyseTracks, annotate, segmentImages, trackLabels, train } from "./pipeline/run/commands.js";
export { demo, type DemoResult } from "./pipeline/run/demo.js";
export {
  evaluateLabels,
  evaluateTracks,
  formatTrackCsv,
  type LabelEvaluation,
} from "./pipeline/evaluate/evaluation.js";
export { reportRun } from "./pipeline/report/reporting.js";
export { run, type RunResult } from "./pipeline/run/run.js";
export { study, type StudyResult } from "./pipeline/study/study.js";
export { simulateTo } from "./pipeline/simulate/simulation.js";
