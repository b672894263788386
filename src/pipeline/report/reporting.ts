/** Everything a run made, as one page: `report.html`. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ImageSource } from "../../core/image.js";
import { type LabelImage, labelImage } from "../../core/labels.js";
import type { Nuclei } from "../../core/nuclei.js";
import type { StageContext } from "../../core/progress.js";
import { parseCsv } from "../../io/csv.js";
import type { ModelDescription } from "../../model/modelfile.js";
import type { AnnotationPart, Notice, ReportInput, SourceFacts, TrackPicture } from "../../report/input.js";
import type { MethodsInput } from "../../report/methods.js";
import { buildReport } from "../../report/report.js";
import { median } from "../../stats/percentile.js";
import type { TrainingSettings } from "../../workers/train/protocol.js";
import type { Annotation } from "../annotate/annotatestage.js";
import type { AnnotationSummary } from "../annotate/annotation.js";
import { configurationOf } from "../config/acting.js";
import type { Config } from "../config/options.js";
import type { Corrections } from "../correct/corrections.js";
import type { SegmentationSummary } from "../segment/segmentation.js";
import type { Result, Stage } from "../stage/stage.js";
import { stageOutputs } from "../stage/stagenames.js";
import { writeFileAtomic } from "../store/files.js";
import { readLabels } from "../store/labelfiles.js";
import { type RunRecord, version } from "../store/provenance.js";
import type { TrackingSummary } from "../track/tracking.js";
import { expectedQualityOf } from "../train/trainedmodel.js";
import { correctionsPart } from "./correctionspart.js";
import { divisionPictures } from "./divisioncrops.js";
import { middleFrame, type RunResults, shownPart, type ShownPart, within } from "./results.js";
import { smallMovieName } from "./video.js";

/** Writes `report.html` into the output folder of a run. */
export const reportStage = (results: RunResults, figures: Result<string>): Stage<string, "report"> => ({
  name: "report",
  text: "pictures, plots, tables",
  from: [figures],
  options: {},
  make: async (path, work) => {
    await writeFileAtomic(path, buildReport(await reportInput(results, work)));
    return { value: undefined, text: path };
  },
  open: (path) => Promise.resolve(path),
});

async function reportInput(results: RunResults, context: StageContext): Promise<ReportInput> {
  const { config, inputs, out } = results;
  const { source } = inputs;
  const annotation = await results.annotation?.value();
  const model = await results.model.value();
  const segmentation = await results.segmentation.value();
  const tracks = await results.tracks?.value();
  const statistics = await results.statistics.value();
  const record = results.record();
  const shown = await shownPart(results, middleFrame(results));
  const frame = middleFrame(results);
  const labels =
    shown.window === undefined
      ? await segmentation.labels.read(frame)
      : await segmentation.labels.readWindow!(frame, shown.window);
  const used: UsedMethods = {
    model: model.description,
    data: dataOf(record, annotation),
    annotation: annotation?.summary,
    segmentation: segmentation.summary,
    tracking: tracks?.summary,
  };
  return {
    title: source.name,
    created: new Date().toISOString().slice(0, 16).replace("T", " "),
    parameters: configurationOf("run", config),
    source: sourceFacts(source, segmentation.summary),
    notices: noticesOf(source, annotation?.summary, segmentation.summary),
    ...(annotation && { annotation: await annotationPart(annotation, shown) }),
    training: { records: model.curve, expected: expectedQualityOf(model.description) },
    segmentation: [{ ...shown, labels }],
    ...(tracks && {
      tracks: trackPicture(out, shown, tracks.graph.nuclei),
      divisions: await divisionPictures({ tracks, statistics, source }, context),
    }),
    corrections: await correctionsPart(results),
    statistics,
    frameNames: source.frameNames,
    timings: Object.entries(record.stages).map(([stage, { seconds, text }]) => ({ stage, seconds, text })),
    versions: { karyon: version, ...record.environment },
    files: filesOf(results),
    methods: { ...methodsOf(used, config), ...handsOf(results.corrections) },
  };
}

function sourceFacts(source: ImageSource, { images }: SegmentationSummary): SourceFacts {
  const { name, kind, frames, pixelSize, frameInterval } = source;
  const facts = { name, kind, frames, pixelSize, frameInterval };
  const { height, width } = images[0]!;
  const alike = images.every((image) => image.height === height && image.width === width);
  return alike ? { ...facts, height, width } : facts;
}

const noticesOf = (
  source: ImageSource,
  annotation: AnnotationSummary | undefined,
  segmentation: SegmentationSummary,
): Notice[] => [
  ...[...(annotation?.warnings ?? []), ...segmentation.warnings].map(
    (text) => ({ level: "warning", text }) as const,
  ),
  ...source.notices.map((text) => ({ level: "note", text }) as const),
];

/** Whose annotation a network learned from. */
function dataOf(
  { model }: Pick<RunRecord, "model">,
  annotation: Annotation | undefined,
): UsedMethods["data"] {
  if (model === undefined) return "own";
  return annotation === undefined ? "given" : "shared";
}

/** What lies in the output folder, for the end of the report. */
function filesOf(results: RunResults): ReportInput["files"] {
  const tracked = results.tracks !== undefined;
  const annotation = {
    name: "annotation/",
    content: "the training set made from the images, with overlays and every object's fate",
  };
  const model = { name: "model/", content: "the network (ONNX), how to use it, and its training curve" };
  const labels = { name: "labels/", content: "label images, overlays, and a table of all nuclei" };
  const tracks = { name: "tracks/", content: "Cell Tracking Challenge files, spots and tracks as tables" };
  const statistics = { name: "statistics/", content: "the tables behind the plots" };
  const movie = tracked ? ", lineage trees, the tracks as a still and a movie" : "";
  return [
    ...(results.annotation === undefined ? [] : [annotation]),
    ...(results.record().model === undefined ? [model] : []),
    labels,
    ...(tracked ? [tracks, statistics] : []),
    { name: "figures/", content: `every plot${movie}, as SVG for papers and PNG for slides` },
    { name: "run.json", content: "configuration, seed, hashes of the inputs, versions, timings" },
  ];
}

const trackPicture = (out: string, { name, image, window }: ShownPart, nuclei: Nuclei): TrackPicture => ({
  name,
  image,
  nuclei: within(nuclei, window),
  movie: movieOf(out),
});

/** What was annotated, with the shown image of the dataset. */
async function annotationPart({ folder, summary }: Annotation, shown: ShownPart): Promise<AnnotationPart> {
  const { images } = summary;
  const picture = { ...shown, labels: await readLabels(join(folder, "masks", `${shown.name}.tif`)) };
  const { header, rows } = parseCsv(readFileSync(join(folder, "objects.csv"), "utf8"));
  const [image, candidate, kept, cause] = ["image", "candidate", "kept", "cause"].map((name) =>
    header.indexOf(name),
  ) as [number, number, number, number];
  const counts = new Map<string, number>();
  for (const row of rows) if (row[kept] === "0") counts.set(row[cause]!, (counts.get(row[cause]!) ?? 0) + 1);
  const candidates = await readLabels(join(folder, "candidates", `${picture.name}.tif`));
  const sure = new Set(
    rows
      .filter((row) => row[image] === picture.name && row[kept] === "1")
      .map((row) => Number(row[candidate])),
  );
  const rejected = {
    ...candidates,
    data: candidates.data.map((label) => (label > 0 && !sure.has(label) ? label : 0)),
  };
  return {
    pictures: [{ ...picture, labels: withCount(picture.labels), rejected }],
    images: images.length,
    candidates: images.reduce((sum, image) => sum + image.candidates, 0),
    kept: images.reduce((sum, image) => sum + image.kept, 0),
    reasons: [...counts]
      .map(([text, count]) => ({ reason: text, count }))
      .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1)),
  };
}

const withCount = ({ height, width, data }: LabelImage): LabelImage => labelImage(height, width, data);

/** The small movie of the figures, where they have been made. */
function movieOf(out: string): TrackPicture["movie"] {
  const folder = join(out, stageOutputs.figures);
  const file = ["tracks.mp4", "tracks.webm", "tracks.png"].find((name) => existsSync(join(folder, name)));
  const small = join(folder, smallMovieName);
  return file === undefined || !existsSync(small)
    ? undefined
    : { png: readFileSync(small), file: `${stageOutputs.figures}/${file}` };
}

/** How much was done by hand, for the methods paragraph. */
const handsOf = ({ log }: Corrections): Pick<MethodsInput, "edits" | "reviewedFrames"> => ({
  edits: log.held.length,
  reviewedFrames: new Set([...log.reviewed.annotation, ...log.reviewed.labels]).size,
});

/** What was really used, for the methods paragraph. */
export interface UsedMethods {
  readonly model: ModelDescription;
  /** Whose annotation the network learned from. */
  readonly data: "own" | "shared" | "given";
  readonly annotation: Pick<AnnotationSummary, "preset" | "background" | "images"> | undefined;
  readonly segmentation: SegmentationSummary;
  readonly tracking: TrackingSummary | undefined;
}

/** What the methods paragraph says. */
export function methodsOf(used: UsedMethods, config: Config): MethodsInput {
  const { annotation, model, segmentation, tracking } = used;
  const { probabilityThreshold, overlapThreshold, outline } = segmentation;
  const scored = Number.isFinite(model.provenance["validationScore"]);
  const tuned = config.segment.probabilityThreshold === undefined && scored;
  const training = trainingMethods(used);
  return {
    version,
    ...(annotation && { annotation: annotationMethods(annotation) }),
    ...(training && { training }),
    segmentation: { probabilityThreshold, overlapThreshold, outline, tuned },
    ...(tracking && trackingMethods(tracking, config)),
  };
}

/** As the model records it: what it was trained from changes some, and a training may end before all its steps. */
function trainingMethods({ model, data }: UsedMethods): MethodsInput["training"] {
  const { config, provenance } = model;
  const settings = provenance["settings"] as TrainingSettings | undefined;
  if (settings === undefined) return undefined;
  const { batch, patch, learningRate, schedule, validation, seed } = settings;
  return {
    ...config,
    data,
    continued: provenance["from"] !== undefined,
    steps: Number(provenance["steps"] ?? settings.steps),
    batch,
    patch,
    learningRate,
    schedule,
    averaged: settings.averaging > 0,
    augmented: settings.augment !== "none",
    validation,
    composed: Number(provenance["composedImages"] ?? 0) > 0 ? settings.compose : 0,
    seed,
  };
}

function trackingMethods(
  { tracker, settings }: TrackingSummary,
  config: Config,
): Pick<MethodsInput, "tracking"> {
  const { radius, gap, divisions } = settings;
  // Without nuclei there is no radius, and nothing to tell; the overlap tracker never has one.
  if (radius === null && tracker !== "trackmate-overlap") return {};
  return {
    tracking: { tracker, radius: radius ?? 0, estimated: config.track.radius === undefined, gap, divisions },
  };
}

function annotationMethods({
  preset,
  background,
  images,
}: Pick<AnnotationSummary, "preset" | "background" | "images">): NonNullable<MethodsInput["annotation"]> {
  const diameters = images.map(({ diameter }) => diameter).filter((diameter) => diameter > 0);
  const total = (key: "candidates" | "kept"): number => images.reduce((sum, image) => sum + image[key], 0);
  return {
    preset,
    background,
    images: images.length,
    candidates: total("candidates"),
    kept: total("kept"),
    diameter: diameters.length > 0 ? median(diameters) : undefined,
  };
}
