/** Images to a training set on disk: `images/`, `masks/`, `candidates/`, `overlays/`, `objects.csv`, `annotation.json`, and `composed/` if asked for. */
import { readFileSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type AutoOptions, decide } from "../annotate/auto.js";
import { type Light, poolScale } from "../annotate/scale.js";
import type { Decision, ObjectFeatures } from "../annotate/types.js";
import type { Image, ImageSource } from "../core/image.js";
import { type StageContext, throwIfCancelled } from "../core/progress.js";
import { formatCsv } from "../io/csv.js";
import { median } from "../imgproc/percentile.js";
import { equivalentDiameter } from "../imgproc/regions.js";
import { type AnnotatedFrame, type Background, type FrameOutput, imageTiff, objectHeader } from "../workers/annotation.js";
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
  readonly background: Background;
  readonly pixelSize?: number | undefined;
  readonly frameInterval?: number | undefined;
  readonly kind: "movie" | "images";
  readonly images: readonly AnnotatedImage[];
  /** In the order of their first image; what was estimated of each, or given. */
  readonly acquisitions: readonly AcquisitionSummary[];
  /** Images of touching nuclei in the folder `composed`, which training does not read; where they were asked for. */
  readonly composed?: readonly ComposedRecord[] | undefined;
  readonly warnings: readonly string[];
}

/** Images that were taken alike: what is usual is measured over all of them. */
export interface AcquisitionSummary {
  readonly images: number;
  /** Of a nucleus, px; 0 where unknown. For the paper's method, that of the median area. */
  readonly diameter: number;
  /** Grey value of the background, standard deviation of the noise, share of pixels at the largest value; medians over the images. */
  readonly background: number;
  readonly noise: number;
  readonly saturation: number;
  /** Smallest and largest area of the kept nuclei, px²; 0 where there is none. */
  readonly areas: readonly [least: number, most: number];
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

/** What becomes of the pixels of uncertain objects; each preset has its own default. */
export const backgroundOf = ({ background, preset }: AnnotateConfig): Background => background ?? (preset === "paper" ? "noise" : "ignore");

interface Job {
  readonly folder: string;
  readonly source: ImageSource;
  readonly config: Config;
  readonly pool: FramePool;
  /** Frames worked on at once: one more than threads, so that reading the next never keeps one waiting. */
  readonly atOnce: number;
  readonly context: StageContext;
  readonly begin: (total: number) => void;
  readonly tick: (message: string) => void;
}

/** Kept nuclei from which on their median tells the size. */
const least = 3;
/** A movie has one scale: this many of its frames tell it. */
const looksAtMovie = 5;

/** Annotates every frame of `source` into `folder`, which must exist. */
export async function annotateInto(folder: string, source: ImageSource, config: Config, context: StageContext): Promise<AnnotationSummary> {
  const threads = threadsOf(config);
  const pool = framePool(threads);
  const { preset, overlays, composeTouching } = config.annotate;
  for (const name of ["images", "masks", "candidates", ...(overlays ? ["overlays"] : []), store]) await mkdir(join(folder, name), { recursive: true });
  let [done, total] = [0, 0];
  const job: Job = {
    folder, source, config, pool, atOnce: threads + 1, context, begin: (count) => { total = count + composeTouching; }, tick: (message) => context.onProgress?.({ done: ++done, total, message }),
  };
  try {
    const { frames, acquisitions } = preset === "paper" ? await annotatePaperFrames(job) : await annotateAutoFrames(job);
    await writeFileAtomic(join(folder, "objects.csv"), objectTablePieces(folder, source.frames));
    await rm(join(folder, store), { recursive: true, force: true });
    const { composed, warnings } = await composeInto({ folder, names: source.frameNames, seed: config.general.seed, pool, threads, context, tick: job.tick }, composeTouching);
    const summary: AnnotationSummary = {
      preset, background: backgroundOf(config.annotate), kind: source.kind, pixelSize: source.pixelSize, frameInterval: source.frameInterval,
      images: frames.map(({ summary }) => summary), acquisitions,
      ...(composeTouching > 0 ? { composed } : {}),
      warnings: [...frames.flatMap(({ warnings: texts }, frame) => texts.map((text) => `${source.frameNames[frame]}: ${text}`)), ...warnings],
    };
    await writeFileAtomic(join(folder, "annotation.json"), `${JSON.stringify(summary, null, 2)}\n`);
    return summary;
  } finally {
    await pool.close();
  }
}

/** What waits for all frames to be judged: packed candidates, and the lines of the table. */
const store = ".frames";
const packedFile = (folder: string, frame: number): string => join(folder, store, String(frame));
const rowsFile = (folder: string, frame: number): string => join(folder, store, `${frame}.csv`);

/** Frame by frame from the disk, since the table of a long movie is large. */
function* objectTablePieces(folder: string, frames: number): Generator<Uint8Array> {
  yield new TextEncoder().encode(formatCsv(objectHeader, objectHeader.map(() => [])));
  for (let frame = 0; frame < frames; frame++) yield readFileSync(rowsFile(folder, frame));
}

/** What is kept in mind of a frame's image. */
interface Seen {
  readonly height: number;
  readonly width: number;
  readonly pixelSize: number | undefined;
  /** Sentences on pixels without a value. */
  readonly missing: readonly string[];
}

const seenOf = (image: Image): Seen => ({ height: image.height, width: image.width, pixelSize: image.pixelSize, missing: missingWarnings(image) });

interface FrameResult {
  readonly summary: AnnotatedImage;
  readonly areas: AcquisitionSummary["areas"];
  readonly warnings: readonly string[];
}

interface Result {
  readonly frames: readonly FrameResult[];
  readonly acquisitions: readonly AcquisitionSummary[];
}

const read = async ({ source, config, context }: Job, frame: number): Promise<Image> => {
  throwIfCancelled(context, "Annotation");
  return source.read(frame, { channel: config.input.channel, z: config.input.z, signal: context.signal });
};

const outputOf = ({ source, config }: Job, frame: number): FrameOutput =>
  ({ name: source.frameNames[frame]!, frame, background: backgroundOf(config.annotate), overlay: config.annotate.overlays, seed: config.general.seed });

async function annotatePaperFrames(job: Job): Promise<Result> {
  job.begin(job.source.frames);
  const frames = await mapOrdered(job.source.frames, job.atOnce, async (frame) => {
    const image = await read(job, frame);
    const annotated = await job.pool.run("annotatePaperFrame", { image, ...outputOf(job, frame) }, job.context.signal);
    if (annotated.image === undefined) await writeImage(job, frame, image);
    return writeFrame(job, { frame, ...seenOf(image), acquisition: 0, fallback: 0 }, annotated);
  });
  const diameters = frames.map(({ summary }) => summary.diameter).filter((diameter) => diameter > 0);
  return { frames, acquisitions: [{ images: frames.length, diameter: diameters.length === 0 ? 0 : median(diameters), ...middles([]), areas: areasOf(frames) }] };
}

/**
 * Three passes over the frames: the scale of each (of a few, in a movie), the candidates of each at the pooled scale of its acquisition, and the labels,
 * once all candidates of the acquisition are judged together. Between the passes only features stay in memory.
 */
async function annotateAutoFrames(job: Job): Promise<Result> {
  const { folder, source, config, pool, atOnce, context } = job;
  const options = autoOptions(config.annotate);
  const { acquisition, diameters } = await findAcquisitions(job);
  const proposed = await mapOrdered(source.frames, atOnce, async (frame): Promise<Seen & { objects: ObjectFeatures; light: Light }> => {
    const image = await read(job, frame);
    const { objects, light, packed, candidates } = await pool.run("proposeFrame", { image, frame, diameter: diameters[acquisition[frame]!]!, options }, context.signal);
    await writeFile(packedFile(folder, frame), packed);
    await writeFileAtomic(join(folder, "candidates", `${source.frameNames[frame]}.tif`), candidates);
    if (backgroundOf(config.annotate) !== "noise") await writeImage(job, frame, image);
    job.tick(`${source.frameNames[frame]}: ${objects.count} candidates`);
    return { ...seenOf(image), objects, light };
  });
  const members = diameters.map((_, group) => acquisition.flatMap((value, frame) => (value === group ? [frame] : [])));
  const decisions = new Array<readonly Decision[]>(source.frames);
  for (const group of members) {
    decide(group.map((frame) => proposed[frame]!.objects), options, source.kind).forEach((list, index) => { decisions[group[index]!] = list; });
  }
  const frames = await mapOrdered(source.frames, atOnce, async (frame) => {
    const output = outputOf(job, frame);
    const image = output.overlay || output.background === "noise" ? await read(job, frame) : undefined;
    const packed = await readFile(packedFile(folder, frame));
    const seen = proposed[frame]!;
    const annotated = await pool.run("composeFrame", { ...output, packed, objects: seen.objects, decisions: decisions[frame]!, image, pixelSize: seen.pixelSize }, context.signal);
    return writeFrame(job, { frame, ...seen, acquisition: acquisition[frame]!, fallback: diameters[acquisition[frame]!]! }, annotated);
  });
  const acquisitions = members.map((group, index): AcquisitionSummary => ({
    images: group.length, diameter: finite(diameters[index]!), ...middles(group.map((frame) => proposed[frame]!.light)), areas: areasOf(group.map((frame) => frames[frame]!)),
  }));
  return { frames, acquisitions };
}

/** The acquisition of each frame, and the diameter of the nuclei of each acquisition, px; NaN where unknown. */
async function findAcquisitions(job: Job): Promise<{ acquisition: readonly number[]; diameters: readonly number[] }> {
  const { source, config: { annotate: { diameter } }, pool, atOnce, context } = job;
  const all = source.frameNames.map((_, frame) => frame);
  const movie = source.kind === "movie";
  const looked = !movie ? all : diameter !== undefined ? [] : spread(source.frames, looksAtMovie);
  job.begin(looked.length + 2 * source.frames);
  const estimates = await mapOrdered(looked.length, atOnce, async (index) => {
    const image = await read(job, looked[index]!);
    const estimate = await pool.run("estimate", { image, diameter }, context.signal);
    job.tick("nucleus size");
    return { estimate, kind: frameKind(image, estimate) };
  });
  if (movie) return { acquisition: all.map(() => 0), diameters: [diameter ?? poolScale(estimates.map(({ estimate }) => estimate)).diameter] };
  const acquisition = acquisitionsOf(estimates.map(({ kind }) => kind), "images");
  const groups = [...new Set(acquisition)].sort((a, b) => a - b);
  return { acquisition, diameters: groups.map((group) => poolScale(estimates.filter((_, frame) => acquisition[frame] === group).map(({ estimate }) => estimate)).diameter) };
}

/** At most `most` whole numbers from 0 to count - 1, evenly spread. */
const spread = (count: number, most: number): number[] =>
  [...new Set(Array.from({ length: Math.min(count, most) }, (_, i) => Math.round((i * (count - 1)) / Math.max(1, Math.min(count, most) - 1))))];

export const autoOptions = ({ diameter, minArea, maxArea, sensitivity }: AnnotateConfig): AutoOptions => ({ diameter, minArea, maxArea, sensitivity });

const finite = (value: number): number => (Number.isFinite(value) ? rounded(value) : 0);
const rounded = (value: number): number => Number(value.toPrecision(4));

const middles = (lights: readonly Light[]): Pick<AcquisitionSummary, "background" | "noise" | "saturation"> => {
  const middle = (key: "background" | "noise" | "saturation"): number => (lights.length === 0 ? 0 : rounded(median(lights.map((light) => light[key]))));
  return { background: middle("background"), noise: middle("noise"), saturation: middle("saturation") };
};

function areasOf(frames: readonly FrameResult[]): AcquisitionSummary["areas"] {
  const found = frames.map(({ areas }) => areas).filter(([, most]) => most > 0);
  return found.length === 0 ? [0, 0] : [Math.min(...found.map(([low]) => low)), Math.max(...found.map(([, high]) => high))];
}

/** Here and not in a worker: it is no more than a copy. */
const writeImage = ({ folder, source }: Job, frame: number, image: Image): Promise<void> =>
  writeFileAtomic(join(folder, "images", `${source.frameNames[frame]}.tif`), imageTiff(image));

interface Written extends Seen {
  readonly frame: number;
  readonly acquisition: number;
  /** Diameter where too few nuclei are kept to tell it, px; NaN where unknown. */
  readonly fallback: number;
}

async function writeFrame({ folder, source, tick }: Job, { frame, height, width, missing, acquisition, fallback }: Written, annotated: AnnotatedFrame): Promise<FrameResult> {
  const name = source.frameNames[frame]!;
  const { image, mask, candidates, overlay, rows, kept, areas, candidateCount, settings, warnings } = annotated;
  if (image !== undefined) await writeFileAtomic(join(folder, "images", `${name}.tif`), image);
  await writeFileAtomic(join(folder, "masks", `${name}.tif`), mask);
  if (candidates !== undefined) await writeFileAtomic(join(folder, "candidates", `${name}.tif`), candidates);
  if (overlay !== undefined) await writeFileAtomic(join(folder, "overlays", `${name}.png`), overlay);
  await writeFile(rowsFile(folder, frame), rows);
  tick(`${name}: ${kept} nuclei`);
  const diameter = areas.length >= least ? median(areas.map(equivalentDiameter)) : finite(fallback);
  const summary: AnnotatedImage = { name, height, width, acquisition, diameter: Math.round(diameter * 100) / 100, candidates: candidateCount, kept, settings };
  const sorted = areas.slice().sort();
  return { summary, areas: [sorted[0] ?? 0, sorted.at(-1) ?? 0], warnings: [...missing, ...warnings] };
}
