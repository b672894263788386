/**
 * Images to a training set on disk: `images/`, `masks/`, `candidates/`, `overlays/`, `objects.csv`,
 * `annotation.json`, and `composed/` if asked for.
 */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { annotateViews } from "../../annotate/annotatemovie.js";
import { type AnnotateOptions, type BackgroundUse, backgroundUse } from "../../annotate/movieoptions.js";
import { type AnnotationJob, stepsFor } from "../../annotate/annotationjob.js";
import type { MovieSummary } from "../../annotate/annotationsummary.js";
import type { UseFrame } from "../../annotate/passes.js";
import type { ImageSource } from "../../core/image.js";
import type { StageContext } from "../../core/progress.js";
import type { Spill } from "../../core/spill.js";
import { objectHeaderLine } from "../../workers/frame.js";
import { type FramePool, framePool } from "../../workers/pool.js";
import { type DatasetFrame, poolWork } from "../../workers/poolwork.js";
import type { AnnotateConfig, Config } from "../config/options.js";
import { threadsOf } from "../config/threads.js";
import { openAtomic, writeFileAtomic } from "../store/files.js";
import { folderSpill } from "../store/folderspill.js";
import { readVersioned, writeVersioned } from "../store/versioned.js";
import { touchingInto, type TouchingRecord } from "./touchingimages.js";

export {
  type AcquisitionSummary,
  type AnnotatedImage,
  diametersOf,
  windowsOf,
} from "../../annotate/annotationsummary.js";

/** Contents of `annotation.json`. */
export interface AnnotationSummary extends MovieSummary {
  /**
   * Images of touching nuclei in the folder `composed`, which training does not read; where they were asked
   * for.
   */
  readonly composed?: readonly TouchingRecord[] | undefined;
}

/**
 * Reads `annotation.json` of a dataset.
 *
 * @throws InvalidInput when there is none; UnsupportedFormat when a newer Karyon wrote it; CorruptFile
 */
export const readAnnotation = (dataset: string): AnnotationSummary =>
  readVersioned<AnnotationSummary>(join(dataset, "annotation.json"), "annotation");

/** What becomes of the pixels of uncertain objects; each preset has its own default. */
export const backgroundOf = (config: AnnotateConfig): BackgroundUse => backgroundUse(config);

/** The part of a configuration that labels and candidates depend on. */
export const annotateOptions = ({ annotate, general }: Config): AnnotateOptions => ({
  preset: annotate.preset,
  background: annotate.background,
  windows: annotate.windows,
  diameter: annotate.diameter,
  minArea: annotate.minArea,
  maxArea: annotate.maxArea,
  sensitivity: annotate.sensitivity,
  seed: general.seed,
});

/** What is annotated, and where to. */
export interface AnnotationTarget {
  /** The dataset; it must exist. */
  readonly folder: string;
  readonly source: ImageSource;
  readonly config: Config;
  readonly context: StageContext;
}

/** An annotation whose work on single frames is done by worker threads. */
export type DatasetJob = AnnotationJob<DatasetFrame>;

/**
 * Annotates every frame of `source` into `folder`, which must exist.
 *
 * @throws Cancelled, OutputError, and what reading the source throws
 */
export const annotateInto = (
  folder: string,
  source: ImageSource,
  config: Config,
  context: StageContext,
): Promise<AnnotationSummary> => writeDataset({ folder, source, config, context }, annotateViews);

/** Worker threads, and a job whose frames they work on. */
export interface Workers {
  readonly job: DatasetJob;
  readonly pool: FramePool;
  readonly threads: number;
}

/** Does something with worker threads, which end afterwards. @param more see `stepsFor` */
export async function withWorkers<T>(
  { source, config, context }: Omit<AnnotationTarget, "folder">,
  spill: Spill,
  task: (workers: Workers) => Promise<T>,
  more = 0,
): Promise<T> {
  const threads = threadsOf(config);
  const pool = framePool(threads);
  const job: DatasetJob = {
    source,
    options: annotateOptions(config),
    work: poolWork(pool, threads, config.annotate.overlays),
    spill,
    signal: context.signal,
    steps: stepsFor(context, more),
  };
  try {
    return await task({ job, pool, threads });
  } finally {
    await pool.close();
  }
}

/** Folder, within the dataset, of what waits until all frames are judged. */
const waitingFolder = ".frames";
/** Key of a frame's lines of the table. */
const rowsKey = (index: number): string => `rows-${index}`;

/**
 * Writes a dataset.
 *
 * @param annotate does the passes and hands over each frame
 * @param candidates where they are if they were found before; undefined if `annotate` finds them
 * @throws Cancelled, OutputError
 */
export function writeDataset(
  target: AnnotationTarget,
  annotate: (job: DatasetJob, use: UseFrame<DatasetFrame>) => Promise<MovieSummary>,
  candidates?: Spill,
): Promise<AnnotationSummary> {
  const { folder, config } = target;
  const waiting = folderSpill(join(folder, waitingFolder));
  return withWorkers(
    target,
    candidates ?? waiting,
    async (workers) => {
      const { overlays } = config.annotate;
      for (const name of ["images", "masks", "candidates", ...(overlays ? ["overlays"] : [])])
        await mkdir(join(folder, name), { recursive: true });
      const movie = await annotate(workers.job, async (frame, { name }, index) => {
        await writeFrame(folder, name, frame);
        await waiting.put(rowsKey(index), frame.rows);
      });
      await writeObjectTable(join(folder, "objects.csv"), movie.images.length, waiting);
      await rm(join(folder, waitingFolder), { recursive: true, force: true });
      const summary = await withTouching(workers, target, movie);
      await writeVersioned(join(folder, "annotation.json"), "annotation", summary);
      return summary;
    },
    config.annotate.composeTouching,
  );
}

async function writeFrame(folder: string, name: string, frame: DatasetFrame): Promise<void> {
  await writeFileAtomic(join(folder, "images", `${name}.tif`), frame.image);
  await writeFileAtomic(join(folder, "masks", `${name}.tif`), frame.mask);
  await writeFileAtomic(join(folder, "candidates", `${name}.tif`), frame.candidates);
  if (frame.overlay !== undefined)
    await writeFileAtomic(join(folder, "overlays", `${name}.png`), frame.overlay);
}

/** Frame by frame, since the table of a long movie is large. */
async function writeObjectTable(path: string, frames: number, waiting: Spill): Promise<void> {
  const file = await openAtomic(path);
  try {
    let position = 0;
    const write = async (bytes: Uint8Array): Promise<void> => {
      await file.write(position, bytes);
      position += bytes.length;
    };
    await write(new TextEncoder().encode(objectHeaderLine));
    for (let frame = 0; frame < frames; frame++) await write(await waiting.get(rowsKey(frame)));
    await file.close();
  } finally {
    await file.abort();
  }
}

/** Makes the images of touching nuclei that were asked for, and adds what is told of them. */
async function withTouching(
  { job: { signal, steps }, pool, threads }: Workers,
  { folder, config }: AnnotationTarget,
  { warnings, ...movie }: MovieSummary,
): Promise<AnnotationSummary> {
  const { composeTouching } = config.annotate;
  const names = movie.images.map(({ name }) => name);
  const { records, warnings: more } = await touchingInto(
    { folder, names, seed: config.general.seed, pool, threads, signal, done: steps.done },
    composeTouching,
  );
  return {
    ...movie,
    ...(composeTouching > 0 ? { composed: records } : {}),
    warnings: [...warnings, ...more],
  };
}
