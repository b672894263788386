import type { Random } from "../core/random.js";
import { patchWeight, prepareSample, type PreparedSample } from "./samples.js";
import { composeTouching, defaultComposeOptions } from "./touching.js";

/** Samples with composed nuclei. */
export interface ComposedSamples {
  /** Empty where nothing could be composed. */
  readonly samples: readonly PreparedSample[];
  /** Why a sample gave nothing, one sentence each. */
  readonly notices: readonly string[];
}

/**
 * Composed images at least: few images are composed several times, so that the network does not learn one
 * composition by heart.
 */
const minImages = 12;
/** Pixels of composed images beyond which none is composed again: each takes 16 bytes of memory. */
const maxPixels = 8e6;

/**
 * Training samples with touching nuclei, composed from prepared ones.
 *
 * They are made of the training part alone, after the split: what was held back is -1 there, which nothing is
 * cut from and no nucleus is pasted on. Patches are centred on nuclei of composed clusters.
 *
 * @param fraction share of the patches that shall come from the result when it is added to `training`, 0..1
 *   exclusive
 */
export function composedSamples(
  training: readonly PreparedSample[],
  fraction: number,
  rng: Random,
): ComposedSamples {
  if (fraction === 0) return { samples: [], notices: [] };
  const pixels = Math.max(...training.map(({ data }) => data.length));
  const images = Math.max(training.length, Math.min(minImages, Math.floor(maxPixels / pixels)));
  const sources = training.map(({ name, height, width, data, labels }) => ({
    name,
    image: { height, width, data },
    labels,
  }));
  const composition = composeTouching(sources, { ...defaultComposeOptions, images }, rng);
  const total = (samples: readonly PreparedSample[]): number =>
    samples.reduce((sum, sample) => sum + patchWeight(sample), 0);
  const prepared = composition.images.map(({ source, image, labels, touching }) => {
    const sample = prepareSample({ name: training[source]!.name, data: image.data as Float32Array, labels });
    const inCluster = new Uint8Array(labels.count + 1);
    for (const label of touching) inCluster[label] = 1;
    return {
      ...sample,
      foreground: sample.foreground.filter((pixel) => inCluster[labels.data[pixel]!] === 1),
    };
  });
  const factor = ((fraction / (1 - fraction)) * total(training)) / total(prepared);
  return {
    samples: prepared.map((sample) => ({ ...sample, weight: factor * patchWeight(sample) })),
    notices: composition.notices,
  };
}
