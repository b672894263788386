/** Before the work: says what it takes, and refuses where the disk is too small. */
import { OutputError } from "../../core/errors.js";
import type { Config } from "../config/options.js";
import { threadsOf } from "../config/threads.js";
import type { FileSource } from "../source/filesource.js";
import { isTrackable } from "../source/source.js";
import type { PipelineContext } from "../stage/events.js";
import { freeBytes } from "../store/files.js";
import { readRun } from "../store/provenance.js";
import { initialModelOf, trainingSettings } from "../train/training.js";
import {
  type Estimate,
  estimateText,
  estimateWork,
  isWorthTelling,
  sizeText,
  type TrainingWork,
} from "./estimate.js";

/** Images above this many pixels are annotated in windows of `windowPixels`. */
const largeImage = 16.8e6;
const windowPixels = 2048 ** 2;

/** The stages of a run, as far as they take time or space. */
const runStages = ["annotate", "train", "segment", "track", "analyse", "figures"] as const;

/**
 * What a run of these images takes.
 *
 * @param out its folder: stages that are finished there take nothing
 * @param until the last stage that is made
 * @param isTrained whether a network is trained elsewhere
 */
export async function estimateRun(
  out: string,
  source: FileSource,
  config: Config,
  until?: string,
  isTrained = false,
): Promise<Estimate> {
  const finished = readRun(out)?.stages ?? {};
  const last = runStages.findIndex((stage) => stage === until);
  const asked = runStages.slice(0, last < 0 ? undefined : last + 1);
  const isMade = (stage: string): boolean =>
    !(stage in finished) &&
    !(isTrained && stage === "train") &&
    !(config.run.model !== undefined && (stage === "annotate" || stage === "train")) &&
    (isTrackable(source) || (stage !== "track" && stage !== "analyse"));
  return estimateStages(asked.filter(isMade), source, config);
}

/** What some stages on these images take. */
export async function estimateStages(
  stages: readonly string[],
  source: FileSource,
  config: Config,
): Promise<Estimate> {
  const { windows, overlays } = config.annotate;
  let [pixels, annotatedPixels] = [0, 0];
  for (const size of await frameSizes(source)) {
    pixels += size;
    const isWhole = size <= largeImage || windows === 0;
    annotatedPixels += isWhole ? size : Math.min(size, windows * windowPixels);
  }
  const threads = threadsOf(config);
  const training = stages.includes("train") ? trainingOf(config) : undefined;
  const movie = isTrackable(source);
  return estimateWork({
    pixels,
    annotatedPixels,
    threads,
    movie,
    overlays,
    training,
    stages: new Set(stages),
  });
}

function trainingOf({ train, general }: Config): TrainingWork {
  const initial = initialModelOf(train)?.description;
  const { settings, model } = trainingSettings(train, general.seed, 1, initial);
  return { steps: settings.steps, batch: settings.batch, patch: settings.patch, filters: model.filters };
}

/** Pixels of each frame; frames of a movie are alike. What cannot be read says so when it is. */
async function frameSizes(source: FileSource): Promise<number[]> {
  const sizes: number[] = [];
  for (let frame = 0; frame < source.frames; frame++) {
    const size = await source.size(frame).catch(() => undefined);
    if (size === undefined) continue;
    if (source.kind === "movie") return new Array<number>(source.frames).fill(size.height * size.width);
    sizes.push(size.height * size.width);
  }
  return sizes;
}

/**
 * Tells the estimate, where it is more than a minute or 1 GB.
 *
 * @param freeBytesOf gives what is free on the file system of a folder; undefined where it is not known
 * @throws OutputError when the output's file system has too little space
 */
export async function announce(
  out: string,
  estimate: Estimate,
  context: PipelineContext,
  freeBytesOf: (out: string) => Promise<number | undefined> | number | undefined = freeBytes,
): Promise<void> {
  const free = await freeBytesOf(out);
  if (free !== undefined && estimate.peakBytes > free)
    throw new OutputError(
      `${out}: the results need about ${sizeText(estimate.peakBytes)}, but only ${sizeText(free)} are free there; ` +
        "free some space, or choose an output folder on another disk.",
    );
  if (!isWorthTelling(estimate)) return;
  const { bytes, seconds } = estimate;
  const text = estimateText(estimate, free ?? NaN);
  context.onEvent?.({ event: "notice", text, data: { bytes, seconds, free } });
}
