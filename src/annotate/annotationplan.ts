/**
 * What the candidates of all frames are found with: the views, their acquisitions, and the size of the nuclei
 * of each, pooled over its views.
 */
import { evenlySpreadWithEnds } from "../stats/evenly.js";
import type { ImageSource, Window } from "../core/image.js";
import { mapOrdered } from "../core/ordered.js";
import { median } from "../stats/percentile.js";
import { acquisitionsOf, type FrameKind, frameKind } from "./acquisitions.js";
import type { AnnotateOptions } from "./movieoptions.js";
import { type AnnotationJob, readFrame } from "./annotationjob.js";
import { type NucleusReading, poolScale } from "./scale.js";
import type { LabelledFrame } from "./singleframe.js";
import { type View, type ViewScale, viewsOf } from "./views.js";

/** Pooled over all views; plain data. */
export interface AnnotationPlan {
  /** Windows of a movie's frames are images: they do not follow each other in time. */
  readonly kind: "movie" | "images";
  /** What becomes images of the dataset; they are numbered as these. */
  readonly views: readonly View[];
  /** Acquisition of each view, numbered from 0 in the order of their first view. */
  readonly acquisition: readonly number[];
  /** What nuclei of each acquisition are looked for. */
  readonly readings: readonly NucleusReading[];
}

/** A movie has one scale: this many of its frames tell it. */
const maxScaleFrames = 5;

/** Estimates scale and light of a frame, or of a rectangle of it. */
async function look<F extends LabelledFrame>(
  job: AnnotationJob<F>,
  frame: number,
  window: Window | undefined,
): Promise<ViewScale> {
  const image = await readFrame(job, frame, window);
  const estimate = await job.work.estimate({ image, diameter: job.options.diameter }, job.signal);
  return { estimate, kind: frameKind(image, estimate) };
}

/**
 * What of some frames is annotated: each, and of a large one the windows that hold something.
 *
 * @param frames their numbers, ascending
 */
export const chooseViews = <F extends LabelledFrame>(
  job: AnnotationJob<F>,
  frames: readonly number[],
): Promise<View[]> =>
  viewsOf(job.source, frames, job.options.windows, (frame, windows) =>
    mapOrdered(windows.length, job.work.atOnce, (index) => {
      job.steps.note(`${job.source.frameNames[frame]}: looking for nuclei`, windows.length);
      return look(job, frame, windows[index]);
    }),
  );

/** Numbers, in `views`, of those whose scale must be measured; others have it, or nobody needs it. */
export function unmeasured(
  source: Pick<ImageSource, "kind" | "frames">,
  { preset }: Pick<AnnotateOptions, "preset">,
  views: readonly View[],
): number[] {
  if (preset === "paper") return [];
  const open = views.flatMap(({ scale }, index) => (scale === undefined ? [index] : []));
  if (source.kind === "images" || views.some(({ window }) => window !== undefined)) return open;
  const few = new Set(evenlySpreadWithEnds(source.frames, maxScaleFrames));
  return open.filter((index) => few.has(views[index]!.frame));
}

/**
 * First pass: the scale of the views of which it must be measured.
 *
 * @param views all views of some frames, see `chooseViews`
 */
export async function findScales<F extends LabelledFrame>(
  job: AnnotationJob<F>,
  views: readonly View[],
): Promise<View[]> {
  const numbers = unmeasured(job.source, job.options, views);
  const found = await mapOrdered(numbers.length, job.work.atOnce, async (index) => {
    const { frame, window } = views[numbers[index]!]!;
    const scale = await look(job, frame, window);
    job.steps.done("nucleus size");
    return scale;
  });
  const scales = new Map(numbers.map((number, index) => [number, found[index]!]));
  return views.map((view, number) => ({ ...view, scale: view.scale ?? scales.get(number) }));
}

/**
 * Pools the scales: a movie is one acquisition; independent images are grouped by what was measured of them.
 *
 * @param views all views of the source, with their scales, see `findScales`
 */
export function planOf(
  source: Pick<ImageSource, "kind">,
  options: Pick<AnnotateOptions, "preset" | "diameter">,
  views: readonly View[],
): AnnotationPlan {
  const kind = views.some(({ window }) => window !== undefined) ? "images" : source.kind;
  const one = views.map(() => 0);
  if (options.preset === "paper") return { kind, views, acquisition: one, readings: [unknownNuclei] };
  if (source.kind === "movie")
    return { kind, views, acquisition: one, readings: [pooledReading(views, options.diameter)] };
  const acquisition = acquisitionsOfViews(views);
  const groups = [...new Set(acquisition)].sort((a, b) => a - b);
  const readings = groups.map((group) =>
    pooledReading(views.filter((_, index) => acquisition[index] === group)),
  );
  return { kind, views, acquisition, readings };
}

/**
 * What nuclei of a view are looked for. An image among independent ones has its own reading, where it has one: images
 * of one acquisition may show cells of other sizes. Frames of a movie, and windows of an image, have that of all.
 *
 * @param view its number
 */
export function readingOf(
  { kind, views, acquisition, readings }: Pick<AnnotationPlan, "kind" | "views" | "acquisition" | "readings">,
  view: number,
): NucleusReading {
  const { scale, window } = views[view]!;
  if (scale === undefined || !hasOwnReading(kind, window !== undefined, scale.estimate))
    return readings[acquisition[view]!]!;
  const { diameter, spotted } = scale.estimate;
  return { diameter, spotted };
}

/** Whether an image is looked at with its own reading. @param isWindow true for a part of a larger image */
export const hasOwnReading = (
  kind: AnnotationPlan["kind"],
  isWindow: boolean,
  { diameter }: Pick<NucleusReading, "diameter">,
): boolean => kind === "images" && !isWindow && diameter > 0;

const unknownNuclei: NucleusReading = { diameter: NaN, spotted: false };

/** @param given diameter, px, in place of the measured one */
function pooledReading(views: readonly View[], given?: number): NucleusReading {
  const estimates = views.flatMap(({ scale }) => (scale === undefined ? [] : [scale.estimate]));
  const { diameter, spotted } = poolScale(estimates);
  return { diameter: given ?? diameter, spotted };
}

/** The acquisition of each view; the windows of an image are in one. */
function acquisitionsOfViews(views: readonly View[]): number[] {
  const kinds = new Map<number, FrameKind[]>();
  for (const { frame, size, scale } of views)
    kinds.set(frame, [...(kinds.get(frame) ?? []), { ...scale!.kind, ...size }]);
  const ofFrame = acquisitionsOf([...kinds.values()].map(wholeKind), "images");
  const place = new Map([...kinds.keys()].map((frame, index) => [frame, index]));
  return views.map(({ frame }) => ofFrame[place.get(frame)!]!);
}

/** What an image is, from its windows: the medians of those where something was measured. */
function wholeKind(windows: readonly FrameKind[]): FrameKind {
  const middle = (values: readonly number[], none: number): number =>
    values.length === 0 ? none : median(values);
  const diameters = windows.map((kind) => kind.diameter).filter((value) => !Number.isNaN(value));
  const brightnesses = windows.map((kind) => kind.brightness).filter((value) => value > 0);
  return {
    ...windows[0]!,
    diameter: middle(diameters, NaN),
    brightness: middle(brightnesses, 0),
  };
}
