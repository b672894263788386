/**
 * Images to a training set on disk: `images/`, `masks/`, `candidates/`, `overlays/`, `objects.csv`,
 * `annotation.json`, and `composed/` if asked for.
 */
import { readFileSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { acquisitionsOf, type FrameKind, frameKind } from "../../annotate/acquisitions.js";
import { type AutoOptions, decide } from "../../annotate/auto.js";
import { withoutCut } from "../../annotate/cut.js";
import { type IntensityStatistics, poolScale } from "../../annotate/scale.js";
import type { Decision, ObjectFeatures } from "../../annotate/types.js";
import { type ScalePreview, openSides, type View, viewsOf } from "../../annotate/views.js";
import type { Image, ImageSource, Window } from "../../core/image.js";
import { missingWarnings } from "../../core/missing.js";
import { type StageContext, throwIfCancelled } from "../../core/progress.js";
import { equivalentDiameter } from "../../imgproc/regions.js";
import { formatCsv } from "../../io/csv.js";
import { median } from "../../stats/percentile.js";
import {
  type AnnotatedFrame,
  type Background,
  type FrameOutput,
  imageTiff,
  objectHeader,
} from "../../workers/frame.js";
import { type FramePool, framePool, mapOrdered } from "../../workers/pool.js";
import type { AnnotateConfig, Config } from "../config/options.js";
import { threadsOf } from "../config/threads.js";
import { readJson, writeFileAtomic } from "../store/files.js";
import { composeInto, type ComposedRecord } from "./touchingimages.js";

/** Contents of `annotation.json`. */
export interface AnnotationSummary {
  readonly preset: "auto" | "paper";
  readonly background: Background;
  readonly pixelSize?: number | undefined;
  readonly frameInterval?: number | undefined;
  /** Windows of a movie's frames are images: they do not follow each other in time. */
  readonly kind: "movie" | "images";
  readonly images: readonly AnnotatedImage[];
  /** In the order of their first image; what was estimated of each, or given. */
  readonly acquisitions: readonly AcquisitionSummary[];
  /**
   * Images of touching nuclei in the folder `composed`, which training does not read; where they were asked
   * for.
   */
  readonly composed?: readonly ComposedRecord[] | undefined;
  readonly warnings: readonly string[];
}

/** Images that were taken alike: what is usual is measured over all of them. */
export interface AcquisitionSummary {
  readonly images: number;
  /** Of a nucleus, px; 0 where unknown. For the paper's method, that of the median area. */
  readonly diameter: number;
  /**
   * Grey value of the background, standard deviation of the noise, share of pixels at the largest value;
   * medians over the images.
   */
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
  /** Where it comes from, for a window of an image too large to be annotated whole. */
  readonly source?: string | undefined;
  readonly window?: Window | undefined;
  readonly acquisition: number;
  /**
   * Median diameter of the kept nuclei, px; where there are none, the estimate of the acquisition; 0 where
   * there is none either.
   */
  readonly diameter: number;
  readonly candidates: number;
  readonly kept: number;
  readonly settings: Readonly<Record<string, number | string>>;
}

/** Reads `annotation.json` of a dataset. */
export const readAnnotation = (dataset: string): AnnotationSummary =>
  readJson<AnnotationSummary>(join(dataset, "annotation.json"));

/**
 * Diameter of the nuclei by image name, px, and by that of the image that windows were taken from: the median
 * of its acquisition, so that like images are scaled alike; without those where nothing was found.
 */
export function diametersOf({ images }: AnnotationSummary): Map<string, number> {
  const found = new Map<number, number[]>();
  for (const { acquisition, diameter } of images)
    if (diameter > 0) found.set(acquisition, [...(found.get(acquisition) ?? []), diameter]);
  return new Map(
    images
      .filter(({ acquisition }) => found.has(acquisition))
      .flatMap(({ name, source, acquisition }) =>
        [name, source ?? name].map((key) => [key, median(found.get(acquisition)!)] as const),
      ),
  );
}

/** The images that are windows, by name. */
export const windowsOf = ({
  images,
}: AnnotationSummary): Map<string, { readonly source: string; readonly window: Window }> =>
  new Map(
    images.flatMap(({ name, source, window }) =>
      source === undefined || window === undefined ? [] : [[name, { source, window }] as const],
    ),
  );

/** What becomes of the pixels of uncertain objects; each preset has its own default. */
export const backgroundOf = ({ background, preset }: AnnotateConfig): Background =>
  background ?? (preset === "paper" ? "noise" : "ignore");

interface Job {
  readonly folder: string;
  readonly source: ImageSource;
  /** What becomes images of the dataset; they are numbered as these. */
  readonly views: readonly View[];
  readonly config: Config;
  readonly pool: FramePool;
  /** Frames worked on at once: one more than threads, so that reading the next never keeps one waiting. */
  readonly atOnce: number;
  readonly context: StageContext;
  readonly begin: (total: number) => void;
  readonly tick: (message: string) => void;
}

/** Kept nuclei from which on their median tells the size. */
const minimum = 3;
/** A movie has one scale: this many of its frames tell it. */
const maxScaleFrames = 5;

/** Annotates every frame of `source` into `folder`, which must exist. */
export async function annotateInto(
  folder: string,
  source: ImageSource,
  config: Config,
  context: StageContext,
): Promise<AnnotationSummary> {
  const threads = threadsOf(config);
  const pool = framePool(threads);
  const { preset, overlays, composeTouching } = config.annotate;
  const atOnce = threads + 1;
  for (const name of ["images", "masks", "candidates", ...(overlays ? ["overlays"] : []), store])
    await mkdir(join(folder, name), { recursive: true });
  let [done, total] = [0, 0];
  const tick = (message: string): void => context.onProgress?.({ done: ++done, total, message });
  try {
    const views = await viewsOf(source, config.annotate.windows, (frame, windows) =>
      mapOrdered(windows.length, atOnce, async (index) => {
        context.onProgress?.({
          done: 0,
          total: windows.length,
          message: `${source.frameNames[frame]}: looking for nuclei`,
        });
        return look({ source, config, pool, context }, frame, windows[index]);
      }),
    );
    const job: Job = {
      folder,
      source,
      views,
      config,
      pool,
      atOnce,
      context,
      begin: (count) => {
        total = count + composeTouching;
      },
      tick,
    };
    const { frames, acquisitions } =
      preset === "paper" ? await annotatePaperFrames(job) : await annotateAutoFrames(job);
    await writeFileAtomic(join(folder, "objects.csv"), objectTablePieces(folder, views.length));
    await rm(join(folder, store), { recursive: true, force: true });
    const { composed, warnings } = await composeInto(
      {
        folder,
        names: views.map(({ name }) => name),
        seed: config.general.seed,
        pool,
        threads,
        context,
        tick,
      },
      composeTouching,
    );
    const summary: AnnotationSummary = {
      preset,
      background: backgroundOf(config.annotate),
      kind: kindOf(job),
      pixelSize: source.pixelSize,
      frameInterval: source.frameInterval,
      images: frames.map(({ summary }) => summary),
      acquisitions,
      ...(composeTouching > 0 ? { composed } : {}),
      warnings: [
        ...frames.flatMap(({ warnings: texts }, frame) =>
          texts.map((text) => `${views[frame]!.name}: ${text}`),
        ),
        ...warnings,
      ],
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
  yield new TextEncoder().encode(
    formatCsv(
      objectHeader,
      objectHeader.map(() => []),
    ),
  );
  for (let frame = 0; frame < frames; frame++) yield readFileSync(rowsFile(folder, frame));
}

/** What is kept in mind of a frame's image. */
interface FrameFacts {
  readonly height: number;
  readonly width: number;
  readonly pixelSize: number | undefined;
  /** Sentences on pixels without a value. */
  readonly missing: readonly string[];
}

const frameFacts = (image: Image): FrameFacts => ({
  height: image.height,
  width: image.width,
  pixelSize: image.pixelSize,
  missing: missingWarnings(image),
});

interface FrameResult {
  readonly summary: AnnotatedImage;
  readonly areas: AcquisitionSummary["areas"];
  readonly warnings: readonly string[];
}

interface Result {
  readonly frames: readonly FrameResult[];
  readonly acquisitions: readonly AcquisitionSummary[];
}

const read = async (
  { source, config, context }: Pick<Job, "source" | "config" | "context">,
  frame: number,
  window: Window | undefined,
): Promise<Image> => {
  throwIfCancelled(context, "Annotation");
  const options = { channel: config.input.channel, z: config.input.z, signal: context.signal };
  return window === undefined ? source.read(frame, options) : source.readWindow(frame, window, options);
};

const readView = (job: Job, index: number): Promise<Image> =>
  read(job, job.views[index]!.frame, job.views[index]!.window);

/** Estimates the scale of an image. */
async function look(
  job: Pick<Job, "source" | "config" | "pool" | "context">,
  frame: number,
  window: Window | undefined,
): Promise<ScalePreview> {
  const image = await read(job, frame, window);
  const estimate = await job.pool.run(
    "estimate",
    { image, diameter: job.config.annotate.diameter },
    job.context.signal,
  );
  return { estimate, kind: frameKind(image, estimate) };
}

const kindOf = ({ source, views }: Pick<Job, "source" | "views">): "movie" | "images" =>
  views.some(({ window }) => window !== undefined) ? "images" : source.kind;

const outputOf = ({ views, config }: Job, frame: number): FrameOutput => ({
  name: views[frame]!.name,
  frame,
  background: backgroundOf(config.annotate),
  overlay: config.annotate.overlays,
  seed: config.general.seed,
});

async function annotatePaperFrames(job: Job): Promise<Result> {
  job.begin(job.views.length);
  const frames = await mapOrdered(job.views.length, job.atOnce, async (frame) => {
    const image = await readView(job, frame);
    const annotated = await job.pool.run(
      "annotatePaperFrame",
      { image, ...outputOf(job, frame) },
      job.context.signal,
    );
    if (annotated.image === undefined) await writeImage(job, frame, image);
    return writeFrame(job, { frame, ...frameFacts(image), acquisition: 0, fallback: 0 }, annotated);
  });
  const diameters = frames.map(({ summary }) => summary.diameter).filter((diameter) => diameter > 0);
  return {
    frames,
    acquisitions: [
      {
        images: frames.length,
        diameter: diameters.length === 0 ? 0 : median(diameters),
        ...middles([]),
        areas: areasOf(frames),
      },
    ],
  };
}

/**
 * Three passes over the frames: the scale of each (of a few, in a movie), the candidates of each at the
 * pooled scale of its acquisition, and the labels, once all candidates of the acquisition are judged
 * together. Between the passes only features stay in memory.
 */
async function annotateAutoFrames(job: Job): Promise<Result> {
  const { folder, views, config, pool, atOnce, context } = job;
  const options = autoOptions(config.annotate);
  const { acquisition, diameters } = await findAcquisitions(job);
  const proposed = await mapOrdered(
    views.length,
    atOnce,
    async (
      frame,
    ): Promise<FrameFacts & { objects: ObjectFeatures; light: IntensityStatistics; cut: Uint8Array }> => {
      const image = await readView(job, frame);
      const { name, size, window } = views[frame]!;
      const request = {
        image,
        frame,
        diameter: diameters[acquisition[frame]!]!,
        options,
        open: openSides(size, window),
      };
      const { objects, light, cut, packed, candidates } = await pool.run(
        "proposeFrame",
        request,
        context.signal,
      );
      await writeFile(packedFile(folder, frame), packed);
      await writeFileAtomic(join(folder, "candidates", `${name}.tif`), candidates);
      if (backgroundOf(config.annotate) !== "noise") await writeImage(job, frame, image);
      job.tick(`${name}: ${objects.count} candidates`);
      return { ...frameFacts(image), objects, light, cut };
    },
  );
  const members = diameters.map((_, group) =>
    acquisition.flatMap((value, frame) => (value === group ? [frame] : [])),
  );
  const decisions = new Array<readonly Decision[]>(views.length);
  for (const group of members) {
    decide(
      group.map((frame) => proposed[frame]!.objects),
      options,
      kindOf(job),
    ).forEach((list, index) => {
      decisions[group[index]!] = withoutCut(list, proposed[group[index]!]!.cut);
    });
  }
  const frames = await mapOrdered(views.length, atOnce, async (frame) => {
    const output = outputOf(job, frame);
    const image = output.overlay || output.background === "noise" ? await readView(job, frame) : undefined;
    const packed = await readFile(packedFile(folder, frame));
    const seen = proposed[frame]!;
    const annotated = await pool.run(
      "composeFrame",
      {
        ...output,
        packed,
        objects: seen.objects,
        decisions: decisions[frame]!,
        image,
        pixelSize: seen.pixelSize,
      },
      context.signal,
    );
    return writeFrame(
      job,
      { frame, ...seen, acquisition: acquisition[frame]!, fallback: diameters[acquisition[frame]!]! },
      annotated,
    );
  });
  const acquisitions = members.map((group, index): AcquisitionSummary => ({
    images: group.length,
    diameter: finite(diameters[index]!),
    ...middles(group.map((frame) => proposed[frame]!.light)),
    areas: areasOf(group.map((frame) => frames[frame]!)),
  }));
  return { frames, acquisitions };
}

/**
 * The acquisition of each view, and the diameter of the nuclei of each acquisition, px; NaN where unknown.
 * The windows of an image are in one.
 */
async function findAcquisitions(
  job: Job,
): Promise<{ acquisition: readonly number[]; diameters: readonly number[] }> {
  const {
    source,
    views,
    config: {
      annotate: { diameter },
    },
    atOnce,
  } = job;
  const all = views.map((_, index) => index);
  const movie = source.kind === "movie";
  const preview =
    !movie || kindOf(job) === "images"
      ? all
      : diameter !== undefined
        ? []
        : spread(views.length, maxScaleFrames);
  job.begin(preview.length + 2 * views.length);
  const found = await mapOrdered(preview.length, atOnce, async (index) => {
    const { preview: known, frame, window } = views[preview[index]!]!;
    const result = known ?? (await look(job, frame, window));
    job.tick("nucleus size");
    return result;
  });
  if (movie)
    return {
      acquisition: all.map(() => 0),
      diameters: [diameter ?? poolScale(found.map(({ estimate }) => estimate)).diameter],
    };
  const kinds = new Map<number, FrameKind[]>();
  for (const [index, { frame, size }] of views.entries())
    kinds.set(frame, [...(kinds.get(frame) ?? []), { ...found[index]!.kind, ...size }]);
  const ofFrame = acquisitionsOf([...kinds.values()].map(wholeKind), "images");
  const place = new Map([...kinds.keys()].map((frame, index) => [frame, index]));
  const acquisition = views.map(({ frame }) => ofFrame[place.get(frame)!]!);
  const groups = [...new Set(acquisition)].sort((a, b) => a - b);
  return {
    acquisition,
    diameters: groups.map(
      (group) =>
        poolScale(found.filter((_, index) => acquisition[index] === group).map(({ estimate }) => estimate))
          .diameter,
    ),
  };
}

/** What an image is, from its windows: the medians of those where something was measured. */
function wholeKind(windows: readonly FrameKind[]): FrameKind {
  const middle = (values: readonly number[], none: number): number =>
    values.length === 0 ? none : median(values);
  return {
    ...windows[0]!,
    diameter: middle(
      windows.map((kind) => kind.diameter).filter((value) => !Number.isNaN(value)),
      NaN,
    ),
    brightness: middle(
      windows.map((kind) => kind.brightness).filter((value) => value > 0),
      0,
    ),
  };
}

/** At most `most` whole numbers from 0 to count - 1, evenly spread. */
const spread = (count: number, maximum: number): number[] => [
  ...new Set(
    Array.from({ length: Math.min(count, maximum) }, (_, i) =>
      Math.round((i * (count - 1)) / Math.max(1, Math.min(count, maximum) - 1)),
    ),
  ),
];

export const autoOptions = ({ diameter, minArea, maxArea, sensitivity }: AnnotateConfig): AutoOptions => ({
  diameter,
  minArea,
  maxArea,
  sensitivity,
});

const finite = (value: number): number => (Number.isFinite(value) ? rounded(value) : 0);
const rounded = (value: number): number => Number(value.toPrecision(4));

const middles = (
  lights: readonly IntensityStatistics[],
): Pick<AcquisitionSummary, "background" | "noise" | "saturation"> => {
  const middle = (key: "background" | "noise" | "saturation"): number =>
    lights.length === 0 ? 0 : rounded(median(lights.map((light) => light[key])));
  return { background: middle("background"), noise: middle("noise"), saturation: middle("saturation") };
};

function areasOf(frames: readonly FrameResult[]): AcquisitionSummary["areas"] {
  const found = frames.map(({ areas }) => areas).filter(([, most]) => most > 0);
  return found.length === 0
    ? [0, 0]
    : [Math.min(...found.map(([low]) => low)), Math.max(...found.map(([, high]) => high))];
}

/** Here and not in a worker: it is no more than a copy. */
const writeImage = ({ folder, views }: Job, frame: number, image: Image): Promise<void> =>
  writeFileAtomic(join(folder, "images", `${views[frame]!.name}.tif`), imageTiff(image));

interface Written extends FrameFacts {
  readonly frame: number;
  readonly acquisition: number;
  /** Diameter where too few nuclei are kept to tell it, px; NaN where unknown. */
  readonly fallback: number;
}

async function writeFrame(
  { folder, views, tick }: Job,
  { frame, height, width, missing, acquisition, fallback }: Written,
  annotated: AnnotatedFrame,
): Promise<FrameResult> {
  const { name, source, window } = views[frame]!;
  const { image, mask, candidates, overlay, rows, kept, areas, candidateCount, settings, warnings } =
    annotated;
  if (image !== undefined) await writeFileAtomic(join(folder, "images", `${name}.tif`), image);
  await writeFileAtomic(join(folder, "masks", `${name}.tif`), mask);
  if (candidates !== undefined) await writeFileAtomic(join(folder, "candidates", `${name}.tif`), candidates);
  if (overlay !== undefined) await writeFileAtomic(join(folder, "overlays", `${name}.png`), overlay);
  await writeFile(rowsFile(folder, frame), rows);
  tick(`${name}: ${kept} nuclei`);
  const diameter = areas.length >= minimum ? median(areas.map(equivalentDiameter)) : finite(fallback);
  const summary: AnnotatedImage = {
    name,
    height,
    width,
    ...(window === undefined ? {} : { source, window }),
    acquisition,
    diameter: Math.round(diameter * 100) / 100,
    candidates: candidateCount,
    kept,
    settings,
  };
  const sorted = areas.slice().sort();
  return { summary, areas: [sorted[0] ?? 0, sorted.at(-1) ?? 0], warnings: [...missing, ...warnings] };
}
