/**
 * What the thread that draws batches does: divides the samples, composes touching nuclei, prepares, draws.
 */
import type { Batch } from "../core/batch.js";
import { random } from "../core/random.js";
import { batchProvider } from "../dataset/patches.js";
import type { PreparedSample, ScaledSample } from "../dataset/samples.js";
import { splitScaled } from "../dataset/holdout.js";
import { labelsOf } from "../dataset/pickedpixels.js";
import { composedSamples } from "../dataset/touchingsamples.js";
import type { ModelConfig } from "../model/modelconfig.js";
import { median } from "../stats/percentile.js";
import { labelDiameters } from "./labeldiameters.js";
import type { TrainingSettings } from "./trainingsettings.js";

/** Validation batches per check; enough for a stable loss, few enough to cost little. */
const validationBatches = 8;

/** Training images that the thresholds are tuned on where none were held back. */
const tunedOn = 4;

/** What the training has to know of the samples before it begins. */
export interface Prepared {
  /** Validation batches. */
  readonly check: readonly Batch[];
  /** What was held back. */
  readonly validation: readonly ScaledSample[];
  /** Median diameter of the training nuclei at the network's scale, px. */
  readonly diameter: number;
  /** Smallest and largest median diameter of a training image, likewise. */
  readonly diameterRange: { readonly low: number; readonly high: number };
  readonly trainingNames: readonly string[];
  readonly validationNames: readonly string[];
  /** Images with composed nuclei that were added to the training part. */
  readonly composed: number;
  /** What a user should know, one sentence each. */
  readonly warnings: readonly string[];
}

/** The batches of a training, and what has to be known before the first. */
export interface Drawing {
  readonly prepared: Prepared;
  /** Training batch of a step, from 0; depends on seed and step alone. */
  readonly next: (step: number) => Batch;
  /** Some of the training images, for a use after the training. */
  readonly some: () => readonly ScaledSample[];
}

/**
 * Divides the samples and prepares them.
 *
 * @param samples is emptied: their labels would be in memory twice
 * @throws InvalidInput when samples and settings do not go together
 */
export function drawingOf(
  samples: ScaledSample[],
  kind: "movie" | "images",
  model: ModelConfig,
  settings: TrainingSettings,
): Drawing {
  const rng = random(settings.seed);
  const { training, validation } = splitScaled(
    samples,
    settings.validation,
    rng.fork(1),
    kind === "movie" ? { by: "blocks" } : {},
  );
  samples.length = 0;
  const patches = {
    patch: settings.patch,
    batch: settings.batch,
    rays: model.rays,
    grid: model.grid,
    foregroundFraction: settings.foregroundFraction,
  };
  const { samples: composed, notices } = composedSamples(training, settings.compose, rng.fork(2));
  const next = batchProvider([...training, ...composed], {
    ...patches,
    augment: settings.augment,
    seed: settings.seed,
  });
  const check =
    validation.length === 0
      ? undefined
      : batchProvider(validation, { ...patches, augment: "none", seed: settings.seed + 1 });
  return {
    next,
    prepared: {
      check: check === undefined ? [] : Array.from({ length: validationBatches }, (_, index) => check(index)),
      validation: validation.map(scaledOf),
      ...diametersOf(training),
      trainingNames: names(training),
      validationNames: names(validation),
      composed: composed.length,
      warnings: composingWarnings(settings.compose, composed.length, notices),
    },
    some: () => training.slice(0, tunedOn).map(scaledOf),
  };
}

/** What a user should know where touching nuclei were asked for and none were composed. */
function composingWarnings(share: number, composed: number, notices: readonly string[]): string[] {
  if (share === 0 || composed > 0) return [];
  const why =
    notices.length === 1
      ? notices[0]!
      : `none of ${notices.length} images has two nuclei that are alone and room for a third.`;
  return [`No touching nuclei were composed: ${why}`];
}

const scaledOf = ({ name, data, labels }: PreparedSample): ScaledSample => ({
  name,
  data,
  labels: labelsOf(labels),
});

const names = (samples: readonly PreparedSample[]): string[] => samples.map(({ name }) => name);

/**
 * Share of all nuclei, at each end of the range of sizes, whose images do not count in it. A few images whose only
 * nucleus is dirt would otherwise make the range so wide that no image is brought to the size that was learned.
 */
const uncommon = 1 / 40;

/** Diameters at the network's scale, px: the median of all, and the range of the images' medians. */
export function diametersOf(
  samples: readonly Pick<PreparedSample, "labels">[],
): Pick<Prepared, "diameter" | "diameterRange"> {
  const images = samples
    .map(({ labels }) => labelDiameters(labelsOf(labels)))
    .filter(({ length }) => length > 0)
    .map((diameters) => ({ diameters: Array.from(diameters), median: median(diameters) }))
    .sort((a, b) => a.median - b.median);
  const all = images.flatMap(({ diameters }) => diameters);
  const firstCommon = (ordered: typeof images): number => {
    let count = 0;
    return ordered.find(({ diameters }) => (count += diameters.length) > uncommon * all.length)!.median;
  };
  return {
    diameter: median(all),
    diameterRange: { low: firstCommon(images), high: firstCommon([...images].reverse()) },
  };
}
