/** The passes over a movie after its scales are pooled: candidates, judgement, labels. */
import type { Image } from "../core/image.js";
import { missingWarnings } from "../core/missing.js";
import { mapOrdered } from "../core/ordered.js";
import { type AnnotateOptions, backgroundUse } from "./movieoptions.js";
import { type AnnotationJob, readView } from "./annotationjob.js";
import { type AnnotationPlan, readingOf } from "./annotationplan.js";
import {
  type ImageFacts,
  type MovieSummary,
  summariseMovie,
  summariseView,
  type ViewSummary,
} from "./annotationsummary.js";
import { withoutCut } from "./cut.js";
import { decide, meanCertainty } from "./decide.js";
import type { AutoOptions } from "./propose.js";
import type { IntensityStatistics } from "./scale.js";
import type { FrameFigures, FrameOutput, LabelledFrame } from "./singleframe.js";
import type { Decision, ObjectFeatures } from "./types.js";
import { openSides, type View } from "./views.js";

/** What stays in memory of a view whose candidates are found; plain data. */
export interface ProposedView extends ImageFacts {
  readonly objects: ObjectFeatures;
  readonly light: IntensityStatistics;
  /** 1 for each candidate that an open side of a window cuts. */
  readonly cut: Uint8Array;
}

/**
 * Takes a labelled view. They come in the order in which they are ready; `index` is the number among all.
 */
export type UseFrame<F extends LabelledFrame> = (frame: F, view: View, index: number) => Promise<void>;

/** Key of a view's packed candidates. */
const candidatesKey = (view: number): string => `candidates-${view}`;

const factsOf = (image: Image): ImageFacts => ({
  height: image.height,
  width: image.width,
  pixelSize: image.pixelSize,
  missing: missingWarnings(image),
});

/**
 * Second pass: the candidates of views at the scale of their acquisition. They are put into the spill, packed;
 * what is returned is needed to judge them.
 *
 * @param numbers of the views, in the plan
 */
export const proposeViews = <F extends LabelledFrame>(
  job: AnnotationJob<F>,
  plan: AnnotationPlan,
  numbers: readonly number[],
): Promise<ProposedView[]> =>
  mapOrdered(numbers.length, job.work.atOnce, async (index) => {
    const frame = numbers[index]!;
    const view = plan.views[frame]!;
    const image = await readView(job, view);
    const { objects, light, cut, packed } = await job.work.propose(
      {
        image,
        frame,
        reading: readingOf(plan, frame),
        options: autoOptionsOf(job.options),
        open: openSides(view.size, view.window),
      },
      job.signal,
    );
    await job.spill.put(candidatesKey(frame), packed);
    job.steps.done(`${view.name}: ${objects.count} candidates`);
    return { ...factsOf(image), objects, light, cut };
  });

/** The part of the options that candidates depend on. */
const autoOptionsOf = ({ diameter, minArea, maxArea, sensitivity }: AnnotateOptions): AutoOptions => ({
  diameter,
  minArea,
  maxArea,
  sensitivity,
});

/**
 * Judges all candidates of an acquisition together.
 *
 * @param proposed of all views of the plan, in their order
 * @returns of each view one decision per candidate
 */
export function judge(
  { acquisition, readings, kind }: AnnotationPlan,
  proposed: readonly Pick<ProposedView, "objects" | "cut">[],
  options: AnnotateOptions,
): Decision[][] {
  const decisions = new Array<Decision[]>(proposed.length);
  for (const group of readings.keys()) {
    const members = acquisition.flatMap((number, view) => (number === group ? [view] : []));
    const judged = decide(
      members.map((view) => proposed[view]!.objects),
      options,
      kind,
    );
    for (const [index, view] of members.entries())
      decisions[view] = withoutCut(judged[index]!, proposed[view]!.cut);
  }
  return decisions;
}

/**
 * Third pass: the labels of all views, from their judged candidates.
 *
 * @param proposed of all views of the plan, in their order, whose candidates are in the spill
 */
export async function labelViews<F extends LabelledFrame>(
  job: AnnotationJob<F>,
  plan: AnnotationPlan,
  proposed: readonly ProposedView[],
  use: UseFrame<F>,
): Promise<MovieSummary> {
  const { source, options, work, spill, signal } = job;
  const decisions = judge(plan, proposed, options);
  const summaries = await mapOrdered(plan.views.length, work.atOnce, async (view) => {
    const packed = await spill.get(candidatesKey(view));
    const { objects, pixelSize } = proposed[view]!;
    const labelled = await work.label(
      { ...outputOf(job, plan, view), packed, objects, decisions: decisions[view]!, pixelSize },
      () => readView(job, plan.views[view]!),
      signal,
    );
    await use(labelled, plan.views[view]!, view);
    const certainty = meanCertainty(objects, decisions[view]!);
    return finishView(job, plan, view, { ...proposed[view]!, certainty }, labelled.figures);
  });
  return summariseMovie(
    source,
    options,
    plan,
    summaries,
    proposed.map(({ light }) => light),
  );
}

/** The only pass of the paper's method, which judges each view by itself. */
export async function annotatePaperViews<F extends LabelledFrame>(
  job: AnnotationJob<F>,
  plan: AnnotationPlan,
  use: UseFrame<F>,
): Promise<MovieSummary> {
  const summaries = await mapOrdered(plan.views.length, job.work.atOnce, async (view) => {
    const image = await readView(job, plan.views[view]!);
    const labelled = await job.work.paper({ image, ...outputOf(job, plan, view) }, job.signal);
    await use(labelled, plan.views[view]!, view);
    return finishView(job, plan, view, factsOf(image), labelled.figures);
  });
  return summariseMovie(job.source, job.options, plan, summaries, undefined);
}

const outputOf = <F extends LabelledFrame>(
  { options }: AnnotationJob<F>,
  { views }: AnnotationPlan,
  view: number,
): FrameOutput => ({
  name: views[view]!.name,
  frame: view,
  background: backgroundUse(options),
  seed: options.seed,
});

function finishView<F extends LabelledFrame>(
  { steps }: AnnotationJob<F>,
  { views, acquisition, readings }: AnnotationPlan,
  view: number,
  { certainty, ...facts }: ImageFacts & { readonly certainty?: number | undefined },
  figures: FrameFigures,
): ViewSummary {
  steps.done(`${views[view]!.name}: ${figures.kept} nuclei`);
  const number = acquisition[view]!;
  return summariseView(
    views[view]!,
    facts,
    { number, diameter: readings[number]!.diameter },
    figures,
    certainty,
  );
}
