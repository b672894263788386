import type { Random } from "../core/random.js";
import { patchWeight, prepareSample, type PreparedSample } from "./samples.js";
import { labelsOf, pickPixels } from "./pickedpixels.js";
import { type ComposedImage, composedImages, defaultComposeOptions } from "./touching.js";

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
/** Pixels of composed images beyond which none is composed again: each takes about 8 bytes of memory. */
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
  // Labels become whole images when their turn comes.
  const sources = training.map(({ name, height, width, data, labels }) => ({
    name,
    image: { height, width, data },
    get labels() {
      return labelsOf(labels);
    },
  }));
  const notices: string[] = [];
  const prepared: PreparedSample[] = [];
  for (const composed of composedImages(sources, { ...defaultComposeOptions, images }, rng, notices))
    prepared.push(preparedOf(composed, training[composed.source]!.name));
  const total = (samples: readonly PreparedSample[]): number =>
    samples.reduce((sum, sample) => sum + patchWeight(sample), 0);
  const factor = ((fraction / (1 - fraction)) * total(training)) / total(prepared);
  return {
    samples: prepared.map((sample) => ({ ...sample, weight: factor * patchWeight(sample) })),
    notices,
  };
}

/** Prepared, with patches centred on nuclei that touch. */
function preparedOf({ image, labels, touching }: ComposedImage, name: string): PreparedSample {
  const sample = prepareSample({ name, data: image.data as Float32Array, labels });
  const inCluster = new Uint8Array(labels.count + 1);
  for (const label of touching) inCluster[label] = 1;
  return { ...sample, centres: pickPixels(sample.labels, inCluster) };
}
