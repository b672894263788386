/** Images to a training set on disk: `images/`, `masks/`, `candidates/`, `overlays/`, `objects.csv`, `annotation.json`, and `composed/` if asked for. */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { type AutoOptions, decide, type Proposal } from "../annotate/auto.js";
import { poolScale, type ScaleEstimate } from "../annotate/scale.js";
import { type Annotation, type Decision, featureColumns, type ObjectFeatures, type ObjectTable } from "../annotate/types.js";
import type { Image, ImageSource } from "../core/image.js";
import { type StageContext, throwIfCancelled } from "../core/progress.js";
import { formatCsv } from "../io/csv.js";
import { median } from "../imgproc/percentile.js";
import { type FramePool, framePool, mapOrdered } from "../workers/pool.js";
import { acquisitionsOf, frameKind } from "./acquisitions.js";
import { composeInto, type ComposedRecord } from "./composing.js";
import { readJson, writeFileAtomic } from "./files.js";
import { missingWarnings } from "./missing.js";
import type { AnnotateConfig, Config } from "./options.js";
import { threadsOf } from "./threads.js";

/** Contents of `annotation.json`. */
export interface AnnotationSummary {
  readonly preset: "auto" | "paper";
  readonly background: "noise" | "ignore" | "keep";
  readonly pixelSize?: number | undefined;
  readonly frameInterval?: number | undefined;
  readonly kind: "movie" | "images";
  readonly images: readonly AnnotatedImage[];
  /** Images of touching nuclei in the folder `composed`, which training does not read; where they were asked for. */
  readonly composed?: readonly ComposedRecord[] | undefined;
  readonly warnings: readonly string[];
}

export interface AnnotatedImage {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  readonly acquisition: number;
  /** Median diameter of the kept nuclei, px; where there are none, the estimate of the acquisition; 0 where there is none either. */
  readonly diameter: number;
  readonly candidates: number;
  readonly kept: number;
  readonly settings: Readonly<Record<string, number | string>>;
}

/** Reads `annotation.json` of a dataset. */
export const readAnnotation = (dataset: string): AnnotationSummary => readJson<AnnotationSummary>(join(dataset, "annotation.json"));

/** Diameter of the nuclei by image name, px: the median of its acquisition, so that like images are scaled alike; without those where nothing was found. */
export function diametersOf({ images }: AnnotationSummary): Map<string, number> {
  const found = new Map<number, number[]>();
  for (const { acquisition, diameter } of images) if (diameter > 0) found.set(acquisition, [...(found.get(acquisition) ?? []), diameter]);
  return new Map(images.flatMap(({ name, acquisition }) => (found.has(acquisition) ? [[name, median(found.get(acquisition)!)]] : [])));
}

interface Job {
  readonly source: ImageSource;
  readonly config: Config;
  readonly pool: FramePool;
  readonly threads: number;
  readonly context: StageContext;
  readonly tick: (message: string) => void;
}

const least = 3;

/** Annotates every frame of `source` into `folder`, which must exist. */
export async function annotateInto(folder: string, source: ImageSource, config: Config, context: StageContext): Promise<AnnotationSummary> {
  const threads = threadsOf(config);
  const pool = framePool(threads);
  for (const name of ["images", "masks", "candidates", "overlays"]) await mkdir(join(folder, name), { recursive: true });
  let done = 0;
  const total = source.frames * (config.annotate.preset === "paper" ? 2 : 3) + config.annotate.composeTouching;
  const tick = (message: string): void => context.onProgress?.({ done: ++done, total, message });
  const job: Job = { source, config, pool, threads, context, tick };
  try {
    const background = config.annotate.background ?? (config.annotate.preset === "paper" ? "noise" : "ignore");
    const frames = config.annotate.preset === "paper" ? await annotatePaperFrames(folder, job, background) : await annotateAutoFrames(folder, job, background);
    await writeFileAtomic(join(folder, "objects.csv"), objectsCsv(frames.map(({ objects }) => objects), source.frameNames));
    const { composed, warnings } = await composeInto({ folder, names: source.frameNames, seed: config.general.seed, pool, threads, context, tick }, config.annotate.composeTouching);
    const summary: AnnotationSummary = {
      preset: config.annotate.preset, background, kind: source.kind, pixelSize: source.pixelSize, frameInterval: source.frameInterval,
      images: frames.map(({ summary }) => summary),
      ...(config.annotate.composeTouching > 0 ? { composed } : {}),
      warnings: [...frames.flatMap(({ warnings: texts }, frame) => texts.map((text) => `${source.frameNames[frame]}: ${text}`)), ...warnings],
    };
    await writeFileAtomic(join(folder, "annotation.json"), `${JSON.stringify(summary, null, 2)}\n`);
    return summary;
  } finally {
    await pool.close();
  }
}

interface FrameResult {
  readonly objects: ObjectTable;
  readonly summary: AnnotatedImage;
  readonly warnings: readonly string[];
}

const read = async ({ source, config, context }: Job, frame: number): Promise<Image> => {
  throwIfCancelled(context, "Annotation");
  return source.read(frame, { channel: config.input.channel, z: config.input.z, signal: context.signal });
};

const annotatePaperFrames = (folder: string, job: Job, background: AnnotationSummary["background"]): Promise<FrameResult[]> =>
  mapOrdered(job.source.frames, job.threads, async (frame) => {
    const image = await read(job, frame);
    const annotation = await job.pool.run("paper", { image, frame }, job.context.signal);
    job.tick(`${job.source.frameNames[frame]}: ${annotation.labels.count} nuclei`);
    return writeFrame(folder, job, frame, image, annotation, 0, background);
  });

/**
 * Three passes over the frames: the scale of each, the candidates of each at the pooled scale of its acquisition, and the decision with the
 * features of the whole acquisition pooled. Between the passes only features stay in memory; the candidates' labels wait on disk.
 */
async function annotateAutoFrames(folder: string, job: Job, background: AnnotationSummary["background"]): Promise<FrameResult[]> {
  const { source, config, pool, threads, context } = job;
  const { diameter } = config.annotate;
  const estimates = await mapOrdered(source.frames, threads, async (frame) => {
    const image = await read(job, frame);
    const estimate = await pool.run("estimate", { image, diameter }, context.signal);
    job.tick("nucleus size");
    return { estimate, kind: frameKind(image, estimate.diameter) };
  });
  const acquisition = acquisitionsOf(estimates.map(({ kind }) => kind), source.kind);
  const members = (group: number): number[] => acquisition.flatMap((value, frame) => (value === group ? [frame] : []));
  const groups = [...new Set(acquisition)];
  const scales = new Map<number, ScaleEstimate>(groups.map((group) => [group, poolScale(members(group).map((frame) => estimates[frame]!.estimate))]));
  const store = join(folder, ".candidates");
  await mkdir(store, { recursive: true });
  const options = autoOptions(config.annotate);
  const features = await mapOrdered(source.frames, threads, async (frame): Promise<ObjectFeatures> => {
    const image = await read(job, frame);
    const proposal = await pool.run("propose", { image, frame, scale: frameScale(estimates[frame]!.estimate, scales.get(acquisition[frame]!)!), options }, context.signal);
    await writeFile(join(store, String(frame)), serialize(proposal));
    job.tick(`${source.frameNames[frame]}: ${proposal.objects.count} candidates`);
    return proposal.objects;
  });
  const decisions = new Array<readonly Decision[]>(source.frames);
  for (const group of groups) {
    const frames = members(group);
    decide(frames.map((frame) => features[frame]!), options).forEach((list, index) => { decisions[frames[index]!] = list; });
  }
  const results = await mapOrdered(source.frames, threads, async (frame) => {
    const image = await read(job, frame);
    const proposal = deserialize(await readFile(join(store, String(frame)))) as Proposal;
    const annotation = await pool.run("compose", { proposal, decisions: decisions[frame]! }, context.signal);
    job.tick(`${source.frameNames[frame]}: ${annotation.labels.count} nuclei`);
    return writeFrame(folder, job, frame, image, annotation, acquisition[frame]!, background, scales.get(acquisition[frame]!)!.diameter);
  });
  await rm(store, { recursive: true, force: true });
  return results;
}

/** Background and noise are the frame's own; the size of nuclei is the acquisition's. */
const frameScale = (own: ScaleEstimate, pooled: ScaleEstimate): ScaleEstimate => ({ ...own, diameter: pooled.diameter });

const autoOptions = ({ diameter, minArea, maxArea, sensitivity }: AnnotateConfig): AutoOptions => ({ diameter, minArea, maxArea, sensitivity });

async function writeFrame(
  folder: string, job: Job, frame: number, image: Image, annotation: Annotation, acquisition: number, background: AnnotationSummary["background"], fallbackDiameter = 0,
): Promise<FrameResult> {
  const { source, config, pool, context } = job;
  const name = source.frameNames[frame]!;
  const files = await pool.run("annotationFiles", { image, annotation, background, seed: config.general.seed, frame }, context.signal);
  await writeFileAtomic(join(folder, "images", `${name}.tif`), files.image);
  await writeFileAtomic(join(folder, "masks", `${name}.tif`), files.mask);
  await writeFileAtomic(join(folder, "candidates", `${name}.tif`), files.candidates);
  await writeFileAtomic(join(folder, "overlays", `${name}.png`), files.overlay);
  const { objects } = annotation;
  const diameters = objects.diameter.filter((_, row) => objects.kept[row] === 1);
  const diameter = diameters.length >= least ? median(diameters) : Number.isFinite(fallbackDiameter) ? fallbackDiameter : 0;
  const summary: AnnotatedImage = {
    name, height: image.height, width: image.width, acquisition, diameter: Math.round(diameter * 100) / 100, candidates: objects.count,
    kept: annotation.labels.count, settings: annotation.settings,
  };
  return { objects, summary, warnings: [...missingWarnings(image), ...annotation.warnings] };
}

const units: Partial<Record<(typeof featureColumns)[number], string>> = { y: "y_px", x: "x_px", area: "area_px2", diameter: "diameter_px", intensity: "intensity_over_background" };

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function objectsCsv(tables: readonly ObjectTable[], names: readonly string[]): string {
  const column = (key: (typeof featureColumns)[number] | "label" | "kept" | "score"): number[] => tables.flatMap((table) => Array.from(table[key]));
  const keys = [...featureColumns, "label", "kept", "score"] as const;
  const header = ["image", ...keys.map((key) => (key in units ? units[key as keyof typeof units]! : snake(key))), "reason"];
  const columns = [tables.flatMap((table) => Array.from(table.frame, (frame) => names[frame] ?? "")), ...keys.map(column), tables.flatMap(({ reason }) => [...reason])];
  return formatCsv(header, columns);
}
