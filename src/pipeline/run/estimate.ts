/** About how much time and space a job takes: plain arithmetic on measured figures. */
import { formatSeconds } from "../../core/wording.js";
import type { PartRequest } from "../stage/stageparts.js";

/** What a job is made of. */
export interface Work {
  /** Pixels of all frames, and those of them that are annotated. */
  readonly pixels: number;
  readonly annotatedPixels: number;
  readonly threads: number;
  /** Pictures of the annotation are written. */
  readonly overlays: boolean;
  /** Training steps at most; 0 where nothing is trained. */
  readonly steps: number;
  /** The stages that are still to be made. */
  readonly stages: ReadonlySet<string>;
}

/** What a job is expected to take. */
export interface Estimate {
  /** Bytes of the results and of what lies beside them meanwhile. */
  readonly bytes: number;
  /** Wall time, s, from and to. */
  readonly seconds: readonly [least: number, most: number];
}

/** Seconds a million pixels on two threads: 91 frames of 2048 x 2048 px on two cores. */
const secondsPerMegapixel: Readonly<Record<string, number>> = {
  annotate: 0.39,
  segment: 1.11,
  track: 0.15,
  analyse: 0.23,
  figures: 0.06,
};
/** Of a step of the training at batch 4, patch 96 (two threads), and of what it does beside its steps. */
const secondsPerStep = 0.134;
const secondsBesideSteps = 50;
/** A training that no longer improves ends early. */
const shortestTraining = 0.25;
/** How far machines and images are from those that were measured. */
const faster = 0.5;
const slower = 2;

/** Bytes a pixel: simulated movies of 6 frames of 256 x 256 and 512 x 512 px. */
const bytesPerPixel = { annotate: 1.3, overlays: 1, segment: 1, figures: 1 } as const;
/** The network with its state while it is trained, and figures with the report: bytes. */
const trainingBytes = 35e6;
const reportBytes = 5e6;

/** What a job takes, from its frames and options. Space is right within a factor of 3 from 20 MB on. */
export function estimateWork(work: Work): Estimate {
  const { pixels, annotatedPixels, stages, steps } = work;
  const megapixels = (stage: string): number => (stage === "annotate" ? annotatedPixels : pixels) / 1e6;
  // More threads than two help less and less: the estimate stays on the safe side.
  const speed = Math.min(work.threads, 4) / 2;
  let seconds = 0;
  for (const stage of stages) seconds += (secondsPerMegapixel[stage] ?? 0) * megapixels(stage);
  seconds /= speed;
  const training = stages.has("train") ? secondsBesideSteps + steps * secondsPerStep : 0;
  return {
    bytes: bytesOf(work),
    seconds: [faster * (seconds + shortestTraining * training), slower * (seconds + training)],
  };
}

function bytesOf({ pixels, annotatedPixels, overlays, stages }: Work): number {
  const { annotate, segment, figures } = bytesPerPixel;
  let bytes = 0;
  if (stages.has("annotate")) bytes += annotatedPixels * (annotate + (overlays ? bytesPerPixel.overlays : 0));
  if (stages.has("train")) bytes += trainingBytes;
  if (stages.has("segment")) bytes += pixels * segment;
  if (stages.has("figures")) bytes += pixels * figures + reportBytes;
  return Math.round(bytes);
}

/** Several jobs one after the other. */
export const sumOfEstimates = (estimates: readonly Estimate[]): Estimate =>
  estimates.reduce(
    (sum, { bytes, seconds }) => ({
      bytes: sum.bytes + bytes,
      seconds: [sum.seconds[0] + seconds[0], sum.seconds[1] + seconds[1]],
    }),
    { bytes: 0, seconds: [0, 0] },
  );

/** Of the time of a stage: the first round of its parts, and the merge, measured on an annotation. */
const firstRound = 0.35;
const merging = 0.25;

/** What a part of a stage takes, or the merge of its parts, of what the whole of it does. */
export function shareOf({ bytes, seconds }: Estimate, request: PartRequest): Estimate {
  const [space, time] =
    "merge" in request
      ? // What is merged lies beside its parts for a while.
        [1, merging]
      : [1 / request.part.count, (request.part.round === 1 ? firstRound : 1) / request.part.count];
  return { bytes: bytes * space, seconds: [seconds[0] * time, seconds[1] * time] };
}

/** Whether a user wants to know: over a minute or a gigabyte. */
export const isWorthTelling = ({ bytes, seconds }: Estimate): boolean => seconds[1] > 60 || bytes > 1e9;

/** The estimate as a sentence. @param free bytes on the file system of the output; NaN where it is not known */
export const estimateText = ({ bytes, seconds }: Estimate, free: number): string =>
  `This takes about ${formatSeconds(seconds[0])} to ${formatSeconds(seconds[1])} and ` +
  `${sizeText(bytes)} of space${Number.isNaN(free) ? "" : ` (${sizeText(free)} are free)`}.`;

/** Bytes in MB or GB, to two digits below 10. */
export const sizeText = (bytes: number): string =>
  bytes >= 1e9
    ? `${(bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0)} GB`
    : `${Math.max(1, Math.round(bytes / 1e6))} MB`;
