/**
 * The annotation of a movie in parts, for several machines: each takes a part of the frames. There are two
 * rounds, since candidates are found at a scale that is pooled over all frames: every `scaleShard`, then every
 * `proposeShard`, then `mergeShards` once, which judges and labels. What a round returns is plain data (see
 * `core/packing.ts`); candidates go to a spill that all parts share. The result has the very bytes of a whole
 * annotation, in however many parts.
 *
 * The paper's method judges each frame by itself, so that nothing is left for the parts; the merge does all.
 */
import { InvalidInput } from "../core/errors.js";
import { framesOfShard, type Shard } from "../core/frameshards.js";
import type { ImageSource } from "../core/image.js";
import { counted } from "../core/wording.js";
import type { AnnotateOptions } from "./movieoptions.js";
import type { AnnotationJob } from "./annotationjob.js";
import { type AnnotationPlan, chooseViews, findScales, planOf, unmeasured } from "./annotationplan.js";
import type { MovieSummary } from "./annotationsummary.js";
import { annotatePaperViews, labelViews, type ProposedView, proposeViews, type UseFrame } from "./passes.js";
import type { NucleusReading } from "./scale.js";
import type { LabelledFrame } from "./singleframe.js";
import type { View } from "./views.js";

/** What must be the same in all parts. */
interface ShardOrigin {
  /** Version of this layout. */
  readonly format: typeof shardFormat;
  readonly shard: Shard;
  /** Number of all frames, and the names of those of the part. */
  readonly frames: number;
  readonly names: readonly string[];
  readonly options: AnnotateOptions;
}

/** Result of the first round for a part: its views, with their scales. */
export interface ScaleShard extends ShardOrigin {
  readonly views: readonly View[];
}

/** Result of the second round for a part: what its candidates are judged by. */
export interface ProposalShard extends ShardOrigin {
  /** What the candidates were found by: as in the plan. */
  readonly readings: readonly NucleusReading[];
  /** Of the views of the part, in the order of the plan. */
  readonly proposed: readonly ProposedView[];
}

/** Version of the values of both rounds. */
const shardFormat = 1;

/** First round: chooses the views of a part and measures their scales. @throws Cancelled */
export async function scaleShard<F extends LabelledFrame>(
  job: AnnotationJob<F>,
  shard: Shard,
): Promise<ScaleShard> {
  const views = await chooseViews(job, framesOfShard(shard, job.source.frames));
  job.steps.begin(unmeasured(job.source, job.options, views).length);
  return { ...originOf(job, shard), views: await findScales(job, views) };
}

/**
 * Second round: the candidates of a part.
 *
 * @param scales of all parts, in any order
 * @throws InvalidInput when one is missing, or is not of this job; Cancelled
 */
export async function proposeShard<F extends LabelledFrame>(
  job: AnnotationJob<F>,
  shard: Shard,
  scales: readonly ScaleShard[],
): Promise<ProposalShard> {
  const plan = planOfShards(job, scales);
  const numbers = job.options.preset === "paper" ? [] : viewsOfShard(plan, shard, job.source.frames);
  job.steps.begin(numbers.length);
  const proposed = await proposeViews(job, plan, numbers);
  return { ...originOf(job, shard), readings: plan.readings, proposed };
}

/**
 * Last round: judges the candidates of all parts together and labels all frames.
 *
 * @param scales of all parts, in any order, and so the proposals
 * @throws InvalidInput when a part is missing, or is not of this job; Cancelled; what `use` throws
 */
export async function mergeShards<F extends LabelledFrame>(
  job: AnnotationJob<F>,
  scales: readonly ScaleShard[],
  proposals: readonly ProposalShard[],
  use: UseFrame<F>,
): Promise<MovieSummary> {
  const plan = planOfShards(job, scales);
  job.steps.begin(plan.views.length);
  if (job.options.preset === "paper") return annotatePaperViews(job, plan, use);
  const parts = complete(job, proposals);
  const other = parts.find(({ readings }) => !equal(readings, plan.readings));
  if (other !== undefined)
    throw new InvalidInput(
      `Part ${other.shard.index} of the annotation`,
      "candidates found at the scales of these parts",
      "others",
      "find them again",
    );
  return labelViews(
    job,
    plan,
    parts.flatMap(({ proposed }) => proposed),
    use,
  );
}

/** The plan of the whole, from the scales of all its parts. @throws InvalidInput when one is missing */
export const planOfShards = <F extends LabelledFrame>(
  job: AnnotationJob<F>,
  scales: readonly ScaleShard[],
): AnnotationPlan =>
  planOf(
    job.source,
    job.options,
    complete(job, scales).flatMap(({ views }) => views),
  );

/** Numbers of the views of a part, in the plan. */
function viewsOfShard({ views }: AnnotationPlan, shard: Shard, frames: number): number[] {
  const members = new Set(framesOfShard(shard, frames));
  return views.flatMap(({ frame }, view) => (members.has(frame) ? [view] : []));
}

const originOf = <F extends LabelledFrame>(
  { source, options }: AnnotationJob<F>,
  shard: Shard,
): ShardOrigin => ({
  format: shardFormat,
  shard,
  frames: source.frames,
  names: namesOf(source, shard),
  options,
});

const namesOf = ({ frames, frameNames }: ImageSource, shard: Shard): string[] =>
  framesOfShard(shard, frames).map((frame) => frameNames[frame]!);

/** All parts in their order. @throws InvalidInput when they are not the parts of this job, each once */
function complete<F extends LabelledFrame, S extends ShardOrigin>(
  job: AnnotationJob<F>,
  parts: readonly S[],
): S[] {
  const count = parts[0]?.shard.count ?? 0;
  const stranger = parts.find(({ format, shard, frames, names, options }) => {
    const origin = originOf(job, shard);
    return shard.count !== count || !equal({ format, shard, frames, names, options }, origin);
  });
  if (stranger !== undefined)
    throw new InvalidInput(
      `Part ${stranger.shard.index} of the annotation`,
      `one of ${counted(count, "part")} of these ${counted(job.source.frames, "frame")}, with the same options`,
      "a part of something else",
      "do it again",
    );
  const sorted = [...parts].sort((a, b) => a.shard.index - b.shard.index);
  const found = sorted.map(({ shard }) => shard.index);
  if (count === 0 || found.length !== count || found.some((index, place) => index !== place))
    throw new InvalidInput(
      "The parts of the annotation",
      count === 0 ? "at least one" : `each of 0 to ${count - 1} once`,
      found.length === 0 ? "none" : found.join(", "),
    );
  return sorted;
}

/** Equal plain data; a property that is undefined is as good as none. */
const equal = (a: unknown, b: unknown): boolean => textOf(a) === textOf(b);
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([x], [y]) => (x < y ? -1 : 1)))
      : item,
  );
