import { InvalidInput } from "../core/errors.js";
import { croppedPixels, type Image, type Window } from "../core/image.js";
import { relabelSequential, type LabelImage } from "../core/labels.js";
import { normalise } from "../imgproc/normalise.js";
import { rescale, rescaleLabels } from "../imgproc/rescale.js";
import { labelsOfPart } from "./imageparts.js";
import {
  type KeptLabels,
  keptLabels,
  numberOfPixel,
  type PickedPixels,
  pixelsOnObjects,
} from "./pickedpixels.js";
import { edtProbability } from "./targets.js";

/** An image with its annotation. */
export interface TrainingSample {
  readonly name: string;
  readonly image: Image;
  /** Of the image's size; -1 where nobody knows, which the loss leaves out. */
  readonly labels: LabelImage;
  /** px of the network's input per px of the image. */
  readonly scale: number;
  /** What of it is learned from, px of the image. Grey values are normalised over the whole. Default: all of it. */
  readonly part?: Window | undefined;
}

/**
 * A sample as patches are drawn from it: at the network's scale, with what is costly computed once. A training
 * set is tens of millions of pixels, so that each costs as few bytes as it can.
 */
export interface PreparedSample {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  /** height x width, normalised grey values. */
  readonly data: Float32Array;
  readonly labels: KeptLabels;
  /** The pixels on objects. */
  readonly onObjects: PickedPixels;
  /** Of each pixel on an object, in row-major order, 0..1, see `edtProbability`; that of all others is 0. */
  readonly probability: Float32Array;
  /** The pixels that patches are centred on: those on objects, or on some of them. */
  readonly centres: PickedPixels;
  /**
   * How often patches are drawn from it, beside other samples. Default: the square root of its number of
   * objects.
   */
  readonly weight?: number | undefined;
}

/** The probability of a pixel of a sample, 0..1. */
export const probabilityAt = (
  { labels, onObjects, probability }: Pick<PreparedSample, "labels" | "onObjects" | "probability">,
  pixel: number,
): number => (labels.data[pixel]! > 0 ? probability[numberOfPixel(labels, onObjects, pixel)]! : 0);

/** How often patches are drawn from a sample, beside others. */
export const patchWeight = ({ labels, weight }: PreparedSample): number =>
  weight ?? Math.sqrt(Math.max(1, labels.count));

/** Percentiles that become 0 and 1; must be those that the model is used with. */
export interface Normalisation {
  readonly low: number;
  readonly high: number;
}

/** Percentiles that StarDist's examples normalise with. */
export const defaultNormalisation: Normalisation = { low: 1, high: 99.8 };

/** An image at the network's scale, normalised as a whole, and its labels. */
export interface ScaledSample {
  readonly name: string;
  readonly data: Float32Array;
  readonly labels: LabelImage;
}

/**
 * Normalises a sample and brings it to the network's scale.
 *
 * Pixels without a value (NaN) become 0 in the image and "unknown" in the labels.
 *
 * @throws InvalidInput when image and labels differ in size or the scale is not positive
 */
export function scaleSample(
  sample: TrainingSample,
  normalisation: Normalisation = defaultNormalisation,
): ScaledSample {
  const { name, image, labels, scale } = sample;
  if (image.height !== labels.height || image.width !== labels.width) {
    throw new InvalidInput(
      `labels of ${name}`,
      `${image.height} x ${image.width} px as its image`,
      `${labels.height} x ${labels.width}`,
    );
  }
  if (!(scale > 0 && Number.isFinite(scale)))
    throw new InvalidInput(`scale of ${name}`, "a positive number", String(scale));
  const known = labels.data.slice();
  if (image.data instanceof Float32Array)
    for (let i = 0; i < known.length; i++) if (Number.isNaN(image.data[i]!)) known[i] = -1;
  const grey = normalise(image, normalisation.low, normalisation.high);
  const { part } = sample;
  const [plane, cut] =
    part === undefined
      ? [
          { ...image, data: grey },
          { ...labels, data: known },
        ]
      : [
          { ...part, data: croppedPixels(grey, image.width, part) },
          labelsOfPart({ ...labels, data: known }, part),
        ];
  const { height, width, data } = rescale(plane, scale);
  const scaled = rescaleLabels(cut, scale);
  return { name, data, labels: relabelSequential({ height, width, data: scaled, count: labels.count }) };
}

/** Computes what patches are drawn from. */
export function prepareSample({ name, data, labels }: ScaledSample): PreparedSample {
  const kept = keptLabels(labels);
  const onObjects = pixelsOnObjects(kept);
  return {
    name,
    height: labels.height,
    width: labels.width,
    data,
    labels: kept,
    onObjects,
    probability: edtProbability(labels).filter((_, pixel) => kept.data[pixel]! > 0),
    centres: onObjects,
  };
}
