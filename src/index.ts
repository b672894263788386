/**
 * Karyon on data in memory, for Node and the browser: one verb a stage, in the order of the data flow, and the
 * parts that they are made of. The same verbs on folders of files are those of `karyon/node`.
 *
 * A verb takes its data and then one object of options. Each can be stopped (`signal`) and says how far it is
 * (`onProgress`), and throws errors that are told apart by kind (`isKaryonError`).
 */
// The verbs
export { annotate, type AnnotateOptions } from "./api/annotateimage.js";
export { type LabelledImage, train, type TrainedModel, type TrainOptions } from "./api/trainsamples.js";
export {
  type Model,
  type ModelSegmentOptions,
  type ModelSource,
  openModel,
  type OpenModelOptions,
  segment,
  type SegmentOptions,
} from "./api/openmodel.js";
export { type MovieFrame, track, type TrackingOptions } from "./api/tracklabels.js";
export { analyse, type AnalyseOptions } from "./api/analysetracks.js";
export {
  evaluate,
  type EvaluateOptions,
  evaluateTracks,
  type EvaluateTracksOptions,
  type Evaluation,
} from "./api/evaluatelabels.js";
export { simulate, type SimulationOptions } from "./api/simulatemovie.js";
export { report } from "./api/reportpage.js";

// Files of others
export { type NamedBytes, type NamedStore, openImages, openLabels, openTracks } from "./api/openfiles.js";
export { imageSourceOfFile, type ImageSourceOptions, labelSourceOfFile } from "./api/filesources.js";
export { exportedBytes, exportFormats, exportTo } from "./api/exportfiles.js";
export type { ExportContext, ExportedFile, Exporter, ExportInput, ExportPart } from "./exchange/exporter.js";
export { blobSource } from "./io/blobsource.js";
export { type HttpOptions, httpSource, httpStore } from "./io/httpsource.js";
export { type ByteSink, type ByteSource, memorySource, type Stoppable, type Store } from "./io/bytes.js";
export type { OpenOptions } from "./io/formats/fileformat.js";
export type { GreyOptions } from "./io/formats/greyframes.js";
export type {
  ImageSet,
  OpenedImage,
  PlaneIndex,
  ReadPlane,
  Series,
  StagePosition,
} from "./io/formats/imageformat.js";
export type { OpenedLabels } from "./io/formats/labelformat.js";
export type { OpenedTracks } from "./io/formats/trackformat.js";
export type { SampleMeaning } from "./io/image/grey.js";

// Plain data, errors, progress
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
export { type MemoryImages, sourceOfImages } from "./core/imagesource.js";
export { type LabelImage, labelImage, relabelSequential } from "./core/labels.js";
export { concatNuclei, emptyNuclei, type Nuclei } from "./core/nuclei.js";
export type { StarPolygons } from "./core/polygons.js";
export type { Progress, StageContext } from "./core/progress.js";
export type { ExpectedQuality } from "./core/quality.js";
export { type Random, random } from "./core/random.js";
export type { Column, ColumnName, LongTable, Table } from "./core/table.js";
export { memorySpill, type Spill } from "./core/spill.js";
export type { Tensor } from "./core/tensor.js";
export { type Branch, branchesOf, type TrackGraph } from "./core/tracks.js";
export { type Device, devices } from "./nn/devices.js";

// Parts of the annotation
export { measureScale } from "./annotate/measurescale.js";
export { estimateScale, poolScale } from "./annotate/scale.js";
export type { IntensityStatistics, NucleusReading, ScaleEstimate } from "./annotate/scale.js";
export { decide, labelCandidates, proposeObjects } from "./annotate/auto.js";
export type { AutoOptions, Mask, Proposal } from "./annotate/propose.js";
export {
  type AnnotateContext,
  annotateFrames,
  annotateMovie,
  type MovieAnnotation,
} from "./annotate/annotatemovie.js";
export type { AcquisitionSummary, AnnotatedImage, MovieSummary } from "./annotate/annotationsummary.js";
export {
  type AnnotateOptions as AnnotateMovieOptions,
  type BackgroundUse,
  defaultAnnotateOptions,
} from "./annotate/movieoptions.js";
export type { UseFrame } from "./annotate/passes.js";
export type { AnnotatedFrame, FrameFigures, LabelledFrame } from "./annotate/singleframe.js";
export type { View as AnnotatedView, ViewScale } from "./annotate/views.js";
export { annotatePaper, noiseBackground } from "./annotate/paper.js";
export type { JudgedBeside } from "./annotate/decide.js";
export type { Annotation, Decision, ObjectFeatures, ObjectTable, RejectionCause } from "./annotate/types.js";
export { rejectionCauses } from "./annotate/types.js";

// Parts of the training
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
export type { KeptLabels, PickedPixels } from "./dataset/pickedpixels.js";
export type { Normalisation, PreparedSample, TrainingSample } from "./dataset/samples.js";
export { type Split, type SplitOptions, splitSamples } from "./dataset/holdout.js";
export type { Effort, TrainingSettings } from "./learn/trainingsettings.js";
export { defaultModelConfig, type ModelConfig } from "./model/modelconfig.js";
export {
  exportOnnx,
  formatModelDescription,
  type ModelDescription,
  parseModelDescription,
  weightsFromOnnx,
} from "./model/modelfile.js";
export {
  defaultTrainOptions,
  train as trainNetwork,
  type TrainingData,
  type TrainingRecord,
  type TrainingState,
  type TrainOptions as NetworkTrainOptions,
  type TrainResult as NetworkTrainResult,
} from "./model/train.js";
export type { LayoutChoice } from "./model/chooselayout.js";
export type { Schedule } from "./model/schedule.js";

// Parts of the segmentation
export { createPredictor, type Predictor, type RawPrediction } from "./model/predictor.js";
export { predictTiled, type Prediction } from "./segment/predict.js";
export type { FoundNuclei, Segmentation } from "./segment/segment.js";
export {
  type Thresholds,
  tuneThresholds,
  type TunedThresholds,
  type ValidationImage,
} from "./segment/thresholds.js";
export type { IntensityRange } from "./imgproc/normalise.js";
export { measure, type MeasureOptions } from "./imgproc/regions.js";

// Parts of the evaluation
export { formatInstanceCsv, formatInstanceJson, formatInstanceTable } from "./evaluate/format.js";
export { bootstrapInterval, listErrors, matchInstances, scoreInstances } from "./evaluate/instances.js";
export type { Matching } from "./evaluate/matching.js";
export type { ErrorObject, InstanceErrors } from "./evaluate/mistakes.js";
export type {
  BootstrapOptions,
  InstanceScores,
  Interval as ScoreInterval,
  ScoreSet,
} from "./evaluate/scores.js";
export { formatTrackTable } from "./evaluate/trackscores.js";
export type {
  AogmCounts,
  DivisionScore,
  LabelledSequence,
  SegmentationTruth,
  TrackScores,
} from "./evaluate/trackscores.js";

// Tracks, statistics, pictures
export { type CtcTrack, formatTracks, parseTracks, validateCtc } from "./io/ctc.js";
export type { Division, TrackOptions, TrackResult, TrackSettings } from "./track/track.js";
export type { DivisionModel, InsideAndBorder, MovieModel, YoungModel } from "./track/model/moviemodel.js";
export type { Change, Normal, Student } from "./stats/logdensity.js";
export type { FrameSize } from "./track/model/looks.js";
export { type Tracker, trackers } from "./track/trackernames.js";
export { type CtcResult, toCtc } from "./track/ctcgraph.js";
export type { Statistics } from "./analyse/analyse.js";
export type { BranchStatistics } from "./analyse/lineage/branches.js";
export type { Cycles } from "./analyse/lineage/cycles.js";
export type { Divisions } from "./analyse/lineage/divisions.js";
export type { DivisionOrientations } from "./analyse/lineage/orientation.js";
export type { Reliability } from "./analyse/lineage/reliability.js";
export type { VelocityAutocorrelation } from "./analyse/motion/autocorrelation.js";
export type { MeanSquaredDisplacement } from "./analyse/motion/msd.js";
export type { SpatialCorrelation } from "./analyse/motion/spatial.js";
export type { Steps } from "./analyse/motion/steps.js";
export type { VelocityField } from "./analyse/motion/velocityfield.js";
export type { FrameStatistics } from "./analyse/population/density.js";
export type { FrameIntensities } from "./analyse/population/intensities.js";
export type { Neighbours } from "./analyse/population/neighbours.js";
export type { ShapeStatistics } from "./analyse/population/shape.js";
export type { Resampled } from "./analyse/summary/intervals.js";
export type { Notes, Summary } from "./analyse/summary/summary.js";
export type { Calibration, Units } from "./analyse/units/units.js";
export type { Interval } from "./stats/bootstrap.js";
export type { Rose } from "./stats/direction.js";
export { nucleiTable } from "./analyse/tables/nucleitable.js";
export { statisticsTables } from "./analyse/tables/statisticstables.js";
export type {
  AnnotationPart,
  CorrectionsPart,
  DivisionGallery,
  DivisionPicture,
  LabelledPicture,
  Notice,
  ReportInput,
  ScorePart,
  SourceFacts,
  Timing,
  TrackPicture,
  TrainingPart,
} from "./report/input.js";
export type { MethodsInput } from "./report/methods.js";
export type { LossRecord, ThresholdScore } from "./plot/plots.js";
export { annotationOverlay, overlayLabels } from "./draw/overlay.js";
export type { AnnotationOverlayOptions, OverlayOptions } from "./draw/overlay.js";
export type { TrackOverlayOptions } from "./draw/trackoverlay.js";
export { annotationPreview, type PreviewFacts, type PreviewInput } from "./draw/previewpicture.js";
export { trackOverlay } from "./draw/trackoverlay.js";
export { defaultSimulateOptions, type SimulateOptions, simulatePresets } from "./simulate/scene.js";
export type { SimulatedMovie } from "./simulate/simulate.js";

// Whole movies, frame by frame
export { labelSourceOf, type LabelSource } from "./core/labels.js";
export { segmentMovie, type SegmentMovieOptions, type SegmentedMovie } from "./segment/segmentmovie.js";
export { trackMovie, type TrackedMovie, type TrackMovieOptions } from "./track/movie/trackmovie.js";

// Image files as bytes
export { encodePng } from "./io/png/png.js";

// Types that only others are made of
export type { Fate } from "./analyse/lineage/fate.js";
export type { Alignment } from "./analyse/lineage/orientation.js";
export type { PowerLaw } from "./analyse/motion/msd.js";
export type { FieldCells } from "./analyse/motion/velocityfield.js";
export type { ShapeMeasure } from "./analyse/population/shape.js";
export type { SpeedRange } from "./draw/trackoverlay.js";
export type { View } from "./draw/view.js";
export type { ObjectList } from "./evaluate/matching.js";
export type { PixelScores, ThresholdScores } from "./evaluate/scores.js";
export type { PlateauState } from "./model/schedule.js";
export type { Best } from "./model/train.js";
export type { OptimiserState } from "./model/trainer.js";
export type { AxialDirections } from "./stats/direction.js";
export type { Survival } from "./stats/survival.js";
export type { FrameKind } from "./annotate/acquisitions.js";
export type { Plane, Size } from "./core/size.js";
export type { LabelOptions, SegmentationModel, TileRowsFound, TileRowsPart } from "./segment/segmentimage.js";
export type { TileCandidates } from "./segment/tilecandidates.js";
export type { Candidates } from "./segment/candidates.js";
export type { Unseen } from "./starconvex/suppress.js";
export type { SegmentedFrame as SegmentedMovieFrame } from "./segment/segmentmovie.js";
export type { ScalePlan } from "./segment/scaleplan.js";
export type { SizeEstimator } from "./segment/nucleussize.js";
export type { FrameIds } from "./track/movie/filelabels.js";
export type { KnownNuclei } from "./track/movie/measurelabels.js";
export type { Repair } from "./track/repair/repair.js";
export type { TrackerOptions } from "./track/tracker.js";
export type { EstimateImage } from "./segment/nucleussize.js";
export type { PartOptions } from "./segment/parts.js";
export type { Outliner, OutlineRequest } from "./segment/outlining.js";
export type { SegmentOptions as SegmentSettings } from "./segment/segment.js";
export type { FrameFacts, Outliners } from "./segment/segmentmovie.js";
export type { FrameOverlaps, LinkOverlaps } from "./track/maskoverlaps.js";
