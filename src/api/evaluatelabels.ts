import { InvalidInput } from "../core/errors.js";
import type { LabelImage } from "../core/labels.js";
import { type StageContext, throwIfCancelled } from "../core/progress.js";
import {
  type InstanceErrors,
  type InstanceScores,
  iouThresholds,
  listErrors,
  matchInstances,
  scoreInstances,
} from "../evaluate/instances.js";
import {
  type LabelledSequence,
  scoreTracks,
  type SegmentationTruth,
  type TrackScores,
} from "../evaluate/trackscores.js";

/** Options of `evaluate`. */
export interface EvaluateOptions extends StageContext {
  /** The true labels, one for each image. */
  readonly truth: readonly LabelImage[];
  /** IoU from which an object counts as found. Default 0.5 to 0.95 in steps of 0.05. */
  readonly ious?: readonly number[] | undefined;
}

/** Scores of labels, and the objects that are wrong. */
export interface Evaluation {
  readonly scores: InstanceScores;
  /** At an IoU of 0.5, each with its place. */
  readonly errors: InstanceErrors;
}

/**
 * Scores labels against the truth, image by image and pooled.
 *
 * @throws InvalidInput when the images do not go together; Cancelled
 */
export async function evaluate(
  labels: readonly LabelImage[],
  { truth, ious = iouThresholds, ...context }: EvaluateOptions,
): Promise<Evaluation> {
  if (labels.length !== truth.length)
    throw new InvalidInput("truth", `${labels.length} label images, one for each`, String(truth.length));
  const matchings = labels.map((found, image) => {
    throwIfCancelled(context, "Evaluation");
    const matching = matchInstances(truth[image]!, found);
    context.onProgress?.({ done: image + 1, total: labels.length });
    return matching;
  });
  return { scores: scoreInstances(matchings, ious), errors: listErrors(matchings) };
}

/** Options of `evaluateTracks`. */
export interface EvaluateTracksOptions extends StageContext {
  /** The true tracks, with their masks. */
  readonly truth: LabelledSequence;
  /** True outlines of some frames, where the masks of the truth are markers only. */
  readonly segmentation?: readonly SegmentationTruth[] | undefined;
}

/**
 * Scores tracks against the truth by the measures of the Cell Tracking Challenge.
 *
 * @throws InvalidInput when the sequences differ in length; Cancelled
 */
export async function evaluateTracks(
  tracks: LabelledSequence,
  { truth, segmentation, ...context }: EvaluateTracksOptions,
): Promise<TrackScores> {
  const watched: LabelledSequence = {
    ...tracks,
    labels: (frame) => {
      throwIfCancelled(context, "Evaluation");
      context.onProgress?.({ done: frame + 1, total: tracks.frames });
      return tracks.labels(frame);
    },
  };
  return scoreTracks(truth, watched, segmentation);
}
