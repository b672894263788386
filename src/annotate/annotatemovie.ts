/**
 * The annotation of a movie or a set of images, wherever its images come from and its labels go. Three passes
 * over the frames: the scale of each (of a few, in a movie); its candidates, at the pooled scale of its
 * acquisition; and its labels, once all candidates of the acquisition are judged together. Between the passes
 * only features stay in memory. The paper's method needs one pass.
 */
import type { ImageSource } from "../core/image.js";
import type { StageContext } from "../core/progress.js";
import { memorySpill, type Spill } from "../core/spill.js";
import { type AnnotateOptions, defaultAnnotateOptions } from "./movieoptions.js";
import { type AnnotationJob, stepsFor } from "./annotationjob.js";
import { type AnnotationPlan, chooseViews, findScales, planOf, unmeasured } from "./annotationplan.js";
import type { MovieSummary } from "./annotationsummary.js";
import { annotatePaperViews, labelViews, proposeViews, type UseFrame } from "./passes.js";
import { type AnnotatedFrame, inlineWork, type LabelledFrame } from "./singleframe.js";

/** An annotated movie in memory. */
export interface MovieAnnotation {
  /** One per image of `summary.images`, in that order: the frames, or windows of those that are very large. */
  readonly frames: readonly AnnotatedFrame[];
  readonly summary: MovieSummary;
}

/** How to stop, how to say how far it is, and where candidates wait. */
export interface AnnotateContext extends StageContext {
  /** Default: in memory, where the candidates of a frame take about a fiftieth of its labels. */
  readonly spill?: Spill | undefined;
}

/**
 * Annotates a movie or a set of images in memory, with the labels, decisions and summary that `karyon
 * annotate` writes.
 *
 * @throws Cancelled when the signal was aborted
 */
export async function annotateMovie(
  source: ImageSource,
  options: Partial<AnnotateOptions> = {},
  context: AnnotateContext = {},
): Promise<MovieAnnotation> {
  const frames: AnnotatedFrame[] = [];
  const summary = await annotateFrames(
    source,
    options,
    async (frame, _view, index) => {
      frames[index] = frame;
    },
    context,
  );
  return { frames, summary };
}

/**
 * The same for a movie whose labels need not fit in memory: hands over each frame when it is labelled, in the
 * order in which they are ready.
 *
 * @param use takes a frame, what it shows, and its number in `images` of the summary
 * @throws Cancelled when the signal was aborted, and what `use` throws
 */
export const annotateFrames = (
  source: ImageSource,
  options: Partial<AnnotateOptions>,
  use: UseFrame<AnnotatedFrame>,
  context: AnnotateContext = {},
): Promise<MovieSummary> =>
  annotateViews(
    {
      source,
      options: { ...defaultAnnotateOptions, ...options },
      work: inlineWork,
      spill: context.spill ?? memorySpill(),
      signal: context.signal,
      steps: stepsFor(context),
    },
    use,
  );

/** All passes of one job, whoever does the work on single frames. @throws Cancelled */
export async function annotateViews<F extends LabelledFrame>(
  job: AnnotationJob<F>,
  use: UseFrame<F>,
): Promise<MovieSummary> {
  const { source, options, steps } = job;
  const views = await chooseViews(job, everyFrame(source));
  if (options.preset === "paper") {
    steps.begin(views.length);
    return annotatePaperViews(job, planOf(source, options, views), use);
  }
  steps.begin(unmeasured(source, options, views).length + 2 * views.length);
  const plan = planOf(source, options, await findScales(job, views));
  const proposed = await proposeViews(job, plan, everyView(plan));
  return labelViews(job, plan, proposed, use);
}

const everyFrame = ({ frames }: ImageSource): number[] => Array.from({ length: frames }, (_, frame) => frame);
const everyView = ({ views }: AnnotationPlan): number[] => views.map((_, view) => view);
