/** About how much time and space a job takes: plain arithmetic on measured figures. */
import { formatSeconds } from "../../core/wording.js";
import type { PartRequest } from "../stage/stageparts.js";

/** What a job is made of. */
export interface Work {
  /** Pixels of all frames, and those of them that are annotated. */
  readonly pixels: number;
  readonly annotatedPixels: number;
  readonly threads: number;
  /** The frames follow each other: there are figures of tracks. */
  readonly movie: boolean;
  /** Pictures of the annotation are written. */
  readonly overlays: boolean;
  /** Undefined where nothing is trained. */
  readonly training: TrainingWork | undefined;
  /** The stages that are still to be made. */
  readonly stages: ReadonlySet<string>;
}

/** What a training is made of. */
export interface TrainingWork {
  /** Steps at most. */
  readonly steps: number;
  /** Pixels of a step: patches, and edge of each. */
  readonly batch: number;
  readonly patch: number;
  /** Of the first level of the network. */
  readonly filters: number;
}

/** What a job is expected to take. */
export interface Estimate {
  /** Bytes of the results. */
  readonly bytes: number;
  /** Bytes that are in use at most: with the state of the training, while there is one. */
  readonly peakBytes: number;
  /** Wall time, s, from and to. */
  readonly seconds: readonly [least: number, most: number];
}

/** Seconds a million pixels on two threads: 91 frames of 2048 x 2048 px on two cores. */
const secondsPerMegapixel: Readonly<Record<string, number>> = {
  annotate: 0.39,
  segment: 1.11,
  track: 0.15,
  analyse: 0.23,
};
/** Seconds that a stage takes for the smallest images: 4 frames of 256 x 256 px on two cores. */
const secondsOfStage: Readonly<Record<string, number>> = { annotate: 1.5, segment: 1.5, figures: 3 };
/** Figures with the report: seconds a million pixels, as far as pictures are not made smaller; both at most. */
const figureSeconds = { perMegapixel: 1.2, most: 20 };
/** Of a step of the training on two threads, by its pixels: batch 4, patch 96. */
const secondsPerStep = 0.134;
const pixelsPerStep = 4 * 96 ** 2;
/** What the training does beside its steps: at least, a million annotated pixels, and at most, s. */
const secondsBesideSteps = { least: 10, perMegapixel: 40, most: 50 };
/** A training that no longer improves ends early. */
const shortestTraining = 0.25;
/** How far machines and images are from those that were measured. */
const faster = 0.5;
const slower = 2;

/**
 * Bytes a pixel, from runs of 3 frames of 128 x 128 px to 10 of 512 x 512 and 2 of 2048 x 2048: simulated cells in
 * 8 bits. The report is part of the figures.
 */
const bytesPerPixel = {
  annotate: 1.25,
  overlays: 0.92,
  segment: 1.05,
  track: 0.1,
  analyse: 0.1,
  figures: 1.9,
};
/** Figures with the report of the smallest movie, and of independent images: bytes. */
const movieFigureBytes = 3e6;
const imageFigureBytes = 0.7e6;

/** Bytes of a network with what is told of it, from networks of 4 to 32 filters. */
const networkBytes = (filters: number): number => 82e3 + 5560 * filters + 5383 * filters ** 2;
/** The state of a training, in networks; while one is saved, the one before is there still. */
const stateNetworks = 4.94 * 2;

/**
 * What a job takes, from its frames and options. Space is right within a factor of 1.5 for cells like those that
 * were measured, whose images are no smaller than 128 x 128 px.
 */
export function estimateWork(work: Work): Estimate {
  const { pixels, annotatedPixels, stages, training } = work;
  const megapixels = (stage: string): number => (stage === "annotate" ? annotatedPixels : pixels) / 1e6;
  // More threads than two help less and less: the estimate stays on the safe side.
  const speed = Math.min(work.threads, 4) / 2;
  let [perPixel, fixed] = [0, 0];
  for (const stage of stages) {
    perPixel += (secondsPerMegapixel[stage] ?? 0) * megapixels(stage);
    fixed += secondsOfStage[stage] ?? 0;
  }
  if (stages.has("figures"))
    fixed += Math.min(figureSeconds.most, figureSeconds.perMegapixel * megapixels("figures"));
  const seconds = perPixel / speed + fixed;
  const trained = training === undefined ? 0 : trainingSeconds(training, annotatedPixels);
  const bytes = bytesOf(work);
  return {
    bytes,
    peakBytes: Math.max(bytes, beforeTraining(work)),
    seconds: [faster * (seconds + shortestTraining * trained), slower * (seconds + trained)],
  };
}

function trainingSeconds({ steps, batch, patch }: TrainingWork, annotatedPixels: number): number {
  const { least, perMegapixel, most } = secondsBesideSteps;
  const beside = Math.min(most, least + (perMegapixel * annotatedPixels) / 1e6);
  return beside + (steps * secondsPerStep * batch * patch ** 2) / pixelsPerStep;
}

const annotationBytes = ({ annotatedPixels, overlays, stages }: Work): number =>
  stages.has("annotate")
    ? annotatedPixels * (bytesPerPixel.annotate + (overlays ? bytesPerPixel.overlays : 0))
    : 0;

/** Bytes in use while a network is trained: later results are not there yet. */
const beforeTraining = (work: Work): number =>
  work.training === undefined
    ? 0
    : Math.round(annotationBytes(work) + (1 + stateNetworks) * networkBytes(work.training.filters));

function bytesOf(work: Work): number {
  const { pixels, training, movie, stages } = work;
  let bytes = annotationBytes(work);
  if (training !== undefined) bytes += networkBytes(training.filters);
  for (const stage of ["segment", "track", "analyse", "figures"] as const)
    if (stages.has(stage)) bytes += pixels * bytesPerPixel[stage];
  if (stages.has("figures")) bytes += movie ? movieFigureBytes : imageFigureBytes;
  return Math.round(bytes);
}

/** Several jobs one after the other. */
export const sumOfEstimates = (estimates: readonly Estimate[]): Estimate =>
  estimates.reduce(
    (sum, { bytes, peakBytes, seconds }) => ({
      bytes: sum.bytes + bytes,
      peakBytes: Math.max(sum.peakBytes, sum.bytes + peakBytes),
      seconds: [sum.seconds[0] + seconds[0], sum.seconds[1] + seconds[1]],
    }),
    { bytes: 0, peakBytes: 0, seconds: [0, 0] },
  );

/** Of the time of a stage: the first round of its parts, and the merge, measured on an annotation. */
const firstRound = 0.35;
const merging = 0.25;

/** What a part of a stage takes, or the merge of its parts, of what the whole of it does. */
export function shareOf({ bytes, peakBytes, seconds }: Estimate, request: PartRequest): Estimate {
  const [space, time] =
    "merge" in request
      ? // What is merged lies beside its parts for a while.
        [1, merging]
      : [1 / request.part.count, (request.part.round === 1 ? firstRound : 1) / request.part.count];
  return {
    bytes: bytes * space,
    peakBytes: peakBytes * space,
    seconds: [seconds[0] * time, seconds[1] * time],
  };
}

/** Whether a user wants to know: over a minute or a gigabyte. */
export const isWorthTelling = ({ bytes, seconds }: Pick<Estimate, "bytes" | "seconds">): boolean =>
  seconds[1] > 60 || bytes > 1e9;

/** The estimate as a sentence. @param free bytes on the file system of the output; NaN where it is not known */
export const estimateText = ({ bytes, seconds }: Pick<Estimate, "bytes" | "seconds">, free: number): string =>
  `This takes about ${formatSeconds(seconds[0])} to ${formatSeconds(seconds[1])} and ` +
  `${sizeText(bytes)} of space${Number.isNaN(free) ? "" : ` (${sizeText(free)} are free)`}.`;

/** Bytes in kB, MB or GB; GB to two digits below 10. */
export function sizeText(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0)} GB`;
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.max(1, Math.round(bytes / 1e3))} kB`;
}
