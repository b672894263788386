/** Everything a run left on disk, as one page: `report.html`. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import type { ImageSource } from "../../core/image.js";
import { type LabelImage, labelImage } from "../../core/labels.js";
import type { ExpectedQuality } from "../../core/quality.js";
import { parseCsv } from "../../io/csv.js";
import { parseModelDescription } from "../../model/modelfile.js";
import type {
  AnnotationPart,
  LabelledPicture,
  Notice,
  ReportInput,
  TrackPicture,
} from "../../report/input.js";
import type { MethodsInput } from "../../report/methods.js";
import { buildReport } from "../../report/report.js";
import { median } from "../../stats/percentile.js";
import type { TrainingSettings } from "../../workers/train/protocol.js";
import type { AnnotationSummary } from "../annotate/annotation.js";
import { type PartialConfig, resolveConfig } from "../config/config.js";
import { configurationOf } from "../config/acting.js";
import type { Config } from "../config/options.js";
import type { SegmentationSummary } from "../segment/segmentation.js";
import { openSource } from "../source/source.js";
import { type PipelineContext, runStage } from "../stage/events.js";
import { stageOutputs } from "../stage/stagenames.js";
import { writeFileAtomic } from "../store/files.js";
import { writeFolder } from "../store/folders.js";
import { readLabels, readLabelWindow } from "../store/labelfiles.js";
import { inputPaths, readRun, type RunRecord, version } from "../store/provenance.js";
import type { TrackingSummary } from "../track/tracking.js";
import { figuresStage } from "./figures.js";
import {
  annotationOf,
  lossRecords,
  modelOf,
  numbersOnce,
  type RunNumbers,
  shownPart,
  summaryOf,
  within,
} from "./results.js";
import { smallMovieName } from "./video.js";

/** Writes `report.html` into the output folder of a run, from what its stages wrote. */
export async function writeReport(
  out: string,
  record: RunRecord,
  source: ImageSource,
  config: Config,
  numbers: () => RunNumbers,
): Promise<string> {
  const path = join(out, stageOutputs.report);
  await writeFileAtomic(path, buildReport(await reportInput(out, record, source, config, numbers())));
  return path;
}

/**
 * Writes figures and report of a finished run again; the images must still be where they were.
 *
 * @throws InvalidInput when the folder is no run
 */
export async function reportRun(out: string, context: PipelineContext = {}): Promise<string> {
  const record = readRun(out);
  if (record?.command !== "run")
    throw new InvalidInput(out, "the output folder of karyon run", "no run.json of one");
  const config = resolveConfig(record.configuration as PartialConfig, join(out, "run.json"));
  const source = await openSource(inputPaths(out, record), config.input);
  const numbers = numbersOnce(out, source, config);
  const { name, text, fill } = figuresStage(out, () => record, source, config, numbers);
  await runStage(context, name, text, (stage) =>
    writeFolder(join(out, stageOutputs.figures), (folder) => fill(folder, stage)),
  );
  return writeReport(out, record, source, config, numbers);
}

async function reportInput(
  out: string,
  record: RunRecord,
  source: ImageSource,
  config: Config,
  { tracks, statistics }: RunNumbers,
): Promise<ReportInput> {
  const [annotation, model] = [annotationOf(out, record), modelOf(out, record)];
  const segmentation = summaryOf<SegmentationSummary>(out, "segment", "segmentation.json");
  const tracked = tracks !== undefined;
  const middle = Math.floor(source.frames / 2);
  const shown = await shownPart(source, middle, annotation, config);
  const { image } = shown;
  const whole = join(out, stageOutputs.segment, `${source.frameNames[middle]}.tif`);
  const segmented = {
    ...shown,
    labels: shown.window === undefined ? await readLabels(whole) : await readLabelWindow(whole, shown.window),
  };
  const sizes = new Set(segmentation.images.map(({ height, width }) => `${height} x ${width}`));
  return {
    title: source.name,
    created: new Date().toISOString().slice(0, 16).replace("T", " "),
    parameters: configurationOf("run", config),
    source: {
      name: source.name,
      kind: source.kind,
      frames: source.frames,
      pixelSize: source.pixelSize,
      frameInterval: source.frameInterval,
      ...(sizes.size === 1
        ? { height: segmentation.images[0]!.height, width: segmentation.images[0]!.width }
        : {}),
    },
    notices: noticesOf(source, annotation, segmentation),
    ...(annotation === undefined
      ? {}
      : {
          annotation: await annotationPart(out, annotation, {
            ...shown,
            labels: await readLabels(join(out, stageOutputs.annotate, "masks", `${shown.name}.tif`)),
          }),
        }),
    training: { records: lossRecords(model), expected: expectedOf(model) },
    segmentation: [segmented],
    ...(tracks
      ? {
          tracks: {
            name: shown.name,
            image,
            nuclei: within(tracks.graph.nuclei, shown.window),
            movie: movieOf(out),
          },
        }
      : {}),
    statistics,
    frameNames: source.frameNames,
    timings: Object.entries(record.stages).map(([stage, { seconds, text }]) => ({ stage, seconds, text })),
    versions: { karyon: version, ...record.environment },
    files: [
      ...(annotation === undefined
        ? []
        : [
            {
              name: "annotation/",
              content: "the training set made from the images, with overlays and every object's fate",
            },
          ]),
      ...(record.model === undefined
        ? [{ name: "model/", content: "the network (ONNX), how to use it, and its training curve" }]
        : []),
      { name: "labels/", content: "label images, overlays, and a table of all nuclei" },
      ...(tracked
        ? [
            { name: "tracks/", content: "Cell Tracking Challenge files, spots and tracks as tables" },
            { name: "statistics/", content: "the tables behind the plots" },
          ]
        : []),
      {
        name: "figures/",
        content:
          `every plot${tracked ? ", lineage trees, the tracks as a still and a movie" : ""}, as SVG ` +
          "for papers and PNG for slides",
      },
      { name: "run.json", content: "configuration, seed, hashes of the inputs, versions, timings" },
    ],
    methods: methodsOf(
      model,
      record.model === undefined ? "own" : annotation === undefined ? "given" : "shared",
      config,
      annotation,
      segmentation,
      tracks?.summary,
    ),
  };
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

async function annotationPart(
  out: string,
  { images }: AnnotationSummary,
  picture: LabelledPicture,
): Promise<AnnotationPart> {
  const { header, rows } = parseCsv(readFileSync(join(out, stageOutputs.annotate, "objects.csv"), "utf8"));
  const [image, candidate, kept, cause] = ["image", "candidate", "kept", "cause"].map((name) =>
    header.indexOf(name),
  ) as [number, number, number, number];
  const counts = new Map<string, number>();
  for (const row of rows) if (row[kept] === "0") counts.set(row[cause]!, (counts.get(row[cause]!) ?? 0) + 1);
  const candidates = await readLabels(join(out, stageOutputs.annotate, "candidates", `${picture.name}.tif`));
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
      .sort((a, b) => b.count - a.count || a.reason.localeCompare(b.reason)),
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

/** What the training expected of its network, where it could tell. */
export function expectedOf(model: string): ExpectedQuality | undefined {
  const path = join(model, "model.json");
  return parseModelDescription(readFileSync(path, "utf8"), path).provenance["expectedQuality"] as
    ExpectedQuality | undefined;
}

/** What the methods paragraph says, from what was really used. */
export function methodsOf(
  folder: string,
  data: "own" | "shared" | "given",
  config: Config,
  annotation: Pick<AnnotationSummary, "preset" | "background" | "images"> | undefined,
  segmentation: SegmentationSummary,
  tracking: TrackingSummary | undefined,
): MethodsInput {
  const path = join(folder, "model.json");
  const { config: model, provenance } = parseModelDescription(readFileSync(path, "utf8"), path);
  // As the model records them: what it went on from changes some, and a training may end before all its
  // steps.
  const settings = provenance["settings"] as TrainingSettings | undefined;
  const { probabilityThreshold, overlapThreshold, outline } = segmentation;
  const tuned =
    config.segment.probabilityThreshold === undefined && Number.isFinite(provenance["validationScore"]);
  return {
    version,
    ...(annotation === undefined ? {} : { annotation: annotationMethods(annotation) }),
    ...(settings === undefined
      ? {}
      : {
          training: {
            ...model,
            data,
            continued: provenance["from"] !== undefined,
            steps: Number(provenance["steps"] ?? settings.steps),
            batch: settings.batch,
            patch: settings.patch,
            learningRate: settings.learningRate,
            schedule: settings.schedule,
            averaged: settings.averaging > 0,
            augmented: settings.augment !== "none",
            validation: settings.validation,
            composed: Number(provenance["composedImages"] ?? 0) > 0 ? settings.compose : 0,
            seed: settings.seed,
          },
        }),
    segmentation: { probabilityThreshold, overlapThreshold, outline, tuned },
    ...(tracking === undefined || tracking.settings.radius === null
      ? {}
      : {
          tracking: {
            tracker: tracking.tracker,
            radius: tracking.settings.radius,
            estimated: config.track.radius === undefined,
            gap: tracking.settings.gap,
            divisions: tracking.settings.divisions,
          },
        }),
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
