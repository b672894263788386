/** Everything a run left on disk, as one page: `report.html`. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { InvalidInput } from "../core/errors.js";
import type { Image, ImageSource, Window } from "../core/image.js";
import { type LabelImage, labelImage } from "../core/labels.js";
import type { ExpectedQuality } from "../core/quality.js";
import type { Nuclei } from "../core/nuclei.js";
import { median } from "../imgproc/percentile.js";
import { parseCsv } from "../io/csv.js";
import type { AnnotationPart, LabelledPicture, Notice, ReportInput } from "../report/input.js";
import type { MethodsInput } from "../report/methods.js";
import type { LossRecord } from "../report/plots.js";
import { buildReport } from "../report/report.js";
import { analyse, type Statistics } from "../analyse/analyse.js";
import { parseModelDescription } from "../model/file.js";
import type { TrainingSettings } from "../workers/protocol.js";
import type { AnnotationSummary } from "./annotation.js";
import { statisticsOf } from "./analysis.js";
import { type PartialConfig, resolveConfig } from "./config.js";
import { readJson, writeFileAtomic } from "./files.js";
import { readFrameIntensities } from "./intensities.js";
import { readLabels, readLabelWindow } from "./labelfiles.js";
import { type Config, configurationOf } from "./options.js";
import { inputPaths, type InputRecord, readRun, type RunRecord, version } from "./provenance.js";
import { type RunStage, stageOutputs } from "./layout.js";
import type { SegmentationSummary } from "./segmentation.js";
import { openSource } from "./source.js";
import { isTrackable } from "./stages.js";
import { parseNuclei } from "./tables.js";
import { readTracks, type StoredTracks, type TrackingSummary } from "./tracking.js";
import { isLarge, windowGrid, windowName } from "./windows.js";

/** Writes `report.html` into the output folder of a run, from what its stages wrote. */
export async function writeReport(out: string, record: RunRecord, source: ImageSource, config: Config): Promise<string> {
  const path = join(out, stageOutputs.report);
  await writeFileAtomic(path, buildReport(await reportInput(out, record, source, config)));
  return path;
}

/** Writes the report of a finished run again; the images must still be where they were. @throws InvalidInput when the folder is no run */
export async function reportRun(out: string): Promise<string> {
  const record = readRun(out);
  if (record?.command !== "run") throw new InvalidInput(out, "the output folder of karyon run", "no run.json of one");
  const config = resolveConfig(record.configuration as PartialConfig, join(out, "run.json"));
  const source = await openSource(inputPaths(out, record), config.input);
  return writeReport(out, record, source, config);
}

async function reportInput(out: string, record: RunRecord, source: ImageSource, config: Config): Promise<ReportInput> {
  // With a given model nothing need be annotated.
  const annotation = record.model !== undefined && !existsSync(join(out, stageOutputs.annotate)) ? undefined : summaryOf<AnnotationSummary>(out, "annotate", "annotation.json");
  const model = record.model === undefined ? join(out, stageOutputs.train) : givenModel(out, record.model);
  const segmentation = summaryOf<SegmentationSummary>(out, "segment", "segmentation.json");
  const tracked = isTrackable(source);
  const { statistics, tracks } = measuredOf(out, source, config);
  const middle = Math.floor(source.frames / 2);
  const shown = await shownPart(source, middle, annotation, config);
  const { image } = shown;
  const whole = join(out, stageOutputs.segment, `${source.frameNames[middle]}.tif`);
  const segmented = { ...shown, labels: shown.window === undefined ? await readLabels(whole) : await readLabelWindow(whole, shown.window) };
  const sizes = new Set(segmentation.images.map(({ height, width }) => `${height} x ${width}`));
  return {
    title: source.name,
    created: new Date().toISOString().slice(0, 16).replace("T", " "),
    parameters: configurationOf("run", config),
    source: {
      name: source.name, kind: source.kind, frames: source.frames, pixelSize: source.pixelSize, frameInterval: source.frameInterval,
      ...(sizes.size === 1 ? { height: segmentation.images[0]!.height, width: segmentation.images[0]!.width } : {}),
    },
    notices: noticesOf(source, annotation, segmentation),
    ...(annotation === undefined ? {} : { annotation: await annotationPart(out, annotation, { ...shown, labels: await readLabels(join(out, stageOutputs.annotate, "masks", `${shown.name}.tif`)) }) }),
    training: { records: lossRecords(model), expected: expectedOf(model) },
    segmentation: [segmented],
    ...(tracks ? { tracks: { name: shown.name, image, nuclei: within(tracks.graph.nuclei, shown.window) } } : {}),
    statistics,
    frameNames: source.frameNames,
    timings: Object.entries(record.stages).map(([stage, { seconds, text }]) => ({ stage, seconds, text })),
    versions: { karyon: version, ...record.environment },
    files: [
      ...(annotation === undefined ? [] : [{ name: "annotation/", content: "the training set made from the images, with overlays and every object's fate" }]),
      ...(record.model === undefined ? [{ name: "model/", content: "the network (ONNX), how to use it, and its training curve" }] : []),
      { name: "labels/", content: "label images, overlays, and a table of all nuclei" },
      ...(tracked ? [{ name: "tracks/", content: "Cell Tracking Challenge files, spots and tracks as tables" }, { name: "statistics/", content: "the tables behind the plots" }] : []),
      { name: "run.json", content: "configuration, seed, hashes of the inputs, versions, timings" },
    ],
    methods: methodsOf(model, record.model === undefined ? "own" : annotation === undefined ? "given" : "shared", config, annotation, segmentation, tracks?.summary),
  };
}

/** The folder of a model that was made elsewhere. */
const givenModel = (out: string, [network]: readonly InputRecord[]): string => dirname(resolve(out, network!.file));

/** What was measured in a finished run. @throws InvalidInput when a stage is not finished */
export function measuredOf(out: string, source: ImageSource, config: Config): { readonly statistics: Statistics; readonly tracks: StoredTracks | undefined } {
  const tracks = isTrackable(source) ? readTracks(join(out, stageOutputs.track)) : undefined;
  return { tracks, statistics: tracks ? { ...statisticsOf(tracks, config), intensities: readFrameIntensities(join(out, stageOutputs.analyse)) } : untracked(out, summaryOf<SegmentationSummary>(out, "segment", "segmentation.json"), source) };
}

/** What the pictures of a report show: a frame, or, of one too large, the middle one of its annotated windows. */
interface ShownPart {
  /** Of the image in the dataset. */
  readonly name: string;
  readonly image: Image;
  readonly window: Window | undefined;
}

async function shownPart(source: ImageSource, frame: number, annotation: AnnotationSummary | undefined, { input }: Config): Promise<ShownPart> {
  const options = { channel: input.channel, z: input.z };
  const frameName = source.frameNames[frame]!;
  const windows = annotation === undefined ? await unannotatedWindows(source, frame) : annotation.images.filter((image) => image.source === frameName);
  const { name, window } = windows[Math.floor(windows.length / 2)] ?? { name: frameName, window: undefined };
  return { name, window, image: window === undefined ? await source.read(frame, options) : await source.readWindow(frame, window, options) };
}

async function unannotatedWindows(source: ImageSource, frame: number): Promise<{ readonly name: string; readonly window: Window }[]> {
  const size = await source.size(frame);
  return isLarge(size) ? windowGrid(size).map((window) => ({ name: windowName(source.frameNames[frame]!, window), window })) : [];
}

/** Nuclei with their places in a window; those beyond it lie outside of its picture. */
const within = (nuclei: Nuclei, window: Window | undefined): Nuclei =>
  window === undefined ? nuclei : { ...nuclei, y: nuclei.y.map((y) => y - window.y), x: nuclei.x.map((x) => x - window.x) };

/** What a stage wrote. @throws InvalidInput when the stage is not finished */
function summaryOf<T>(out: string, stage: RunStage, name: string): T {
  const path = join(out, stageOutputs[stage], name);
  if (!existsSync(path)) throw new InvalidInput(path, "a finished run", "nothing there", "run the same karyon run command again to finish it");
  return readJson<T>(path);
}

/** Statistics of the frames of a set of independent images. */
function untracked(out: string, { images }: SegmentationSummary, source: ImageSource): Statistics {
  const path = join(out, stageOutputs.segment, "objects.csv");
  const nuclei = parseNuclei(readFileSync(path, "utf8"), path);
  const { height, width } = images[0]!;
  const graph = { nuclei, frames: images.length, edges: new Uint32Array(0) };
  return analyse(graph, { height, width, pixelSize: source.pixelSize }, { tracked: false, fieldAreas: images.map((image) => image.height * image.width) });
}

const noticesOf = (source: ImageSource, annotation: AnnotationSummary | undefined, segmentation: SegmentationSummary): Notice[] => [
  ...[...(annotation?.warnings ?? []), ...segmentation.warnings].map((text) => ({ level: "warning", text }) as const),
  ...source.notices.map((text) => ({ level: "note", text }) as const),
];

async function annotationPart(out: string, { images }: AnnotationSummary, picture: LabelledPicture): Promise<AnnotationPart> {
  const { header, rows } = parseCsv(readFileSync(join(out, stageOutputs.annotate, "objects.csv"), "utf8"));
  const [image, candidate, kept, cause] = ["image", "candidate", "kept", "cause"].map((name) => header.indexOf(name)) as [number, number, number, number];
  const counts = new Map<string, number>();
  for (const row of rows) if (row[kept] === "0") counts.set(row[cause]!, (counts.get(row[cause]!) ?? 0) + 1);
  const candidates = await readLabels(join(out, stageOutputs.annotate, "candidates", `${picture.name}.tif`));
  const sure = new Set(rows.filter((row) => row[image] === picture.name && row[kept] === "1").map((row) => Number(row[candidate])));
  const rejected = { ...candidates, data: candidates.data.map((label) => (label > 0 && !sure.has(label) ? label : 0)) };
  return {
    pictures: [{ ...picture, labels: withCount(picture.labels), rejected }],
    images: images.length,
    candidates: images.reduce((sum, image) => sum + image.candidates, 0),
    kept: images.reduce((sum, image) => sum + image.kept, 0),
    reasons: [...counts].map(([text, count]) => ({ reason: text, count })).sort((a, b) => b.count - a.count || a.reason.localeCompare(b.reason)),
  };
}

const withCount = ({ height, width, data }: LabelImage): LabelImage => labelImage(height, width, data);

export function lossRecords(model: string): LossRecord[] {
  const path = join(model, "training.csv");
  // A model that was copied without it works as well.
  if (!existsSync(path)) return [];
  const { header, rows } = parseCsv(readFileSync(path, "utf8"));
  const column = (name: string): number => header.indexOf(name);
  const numberOf = (cell: string | undefined): number => (cell === undefined || cell === "" ? NaN : Number(cell));
  return rows.map((row) => ({ step: numberOf(row[column("step")]), trainingLoss: numberOf(row[column("loss")]), validationLoss: numberOf(row[column("validation_loss")]) }));
}

/** What the training expected of its network, where it could tell. */
export function expectedOf(model: string): ExpectedQuality | undefined {
  const path = join(model, "model.json");
  return parseModelDescription(readFileSync(path, "utf8"), path).provenance["expectedQuality"] as ExpectedQuality | undefined;
}

/** What the methods paragraph says, from what was really used. */
export function methodsOf(
  folder: string, data: "own" | "shared" | "given", config: Config, annotation: Pick<AnnotationSummary, "preset" | "background" | "images"> | undefined, segmentation: SegmentationSummary, tracking: TrackingSummary | undefined,
): MethodsInput {
  const path = join(folder, "model.json");
  const { config: model, provenance } = parseModelDescription(readFileSync(path, "utf8"), path);
  // As the model records them: what it went on from changes some, and a training may end before all its steps.
  const settings = provenance["settings"] as TrainingSettings | undefined;
  const { probabilityThreshold, overlapThreshold, outline } = segmentation;
  const tuned = config.segment.probabilityThreshold === undefined && Number.isFinite(provenance["validationScore"]);
  return {
    version,
    ...(annotation === undefined ? {} : { annotation: annotationMethods(annotation) }),
    ...(settings === undefined ? {} : { training: {
      ...model, data, continued: provenance["from"] !== undefined, steps: Number(provenance["steps"] ?? settings.steps), batch: settings.batch, patch: settings.patch, learningRate: settings.learningRate, schedule: settings.schedule, averaged: settings.averaging > 0,
      augmented: settings.augment !== "none", validation: settings.validation, composed: Number(provenance["composedImages"] ?? 0) > 0 ? settings.compose : 0, seed: settings.seed,
    } }),
    segmentation: { probabilityThreshold, overlapThreshold, outline, tuned },
    ...(tracking === undefined || tracking.settings.radius === null ? {} : { tracking: { tracker: tracking.tracker, radius: tracking.settings.radius, estimated: config.track.radius === undefined, gap: tracking.settings.gap, divisions: tracking.settings.divisions } }),
  };
}

function annotationMethods({ preset, background, images }: Pick<AnnotationSummary, "preset" | "background" | "images">): NonNullable<MethodsInput["annotation"]> {
  const diameters = images.map(({ diameter }) => diameter).filter((diameter) => diameter > 0);
  const total = (key: "candidates" | "kept"): number => images.reduce((sum, image) => sum + image[key], 0);
  return { preset, background, images: images.length, candidates: total("candidates"), kept: total("kept"), diameter: diameters.length > 0 ? median(diameters) : undefined };
}
