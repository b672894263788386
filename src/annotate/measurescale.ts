/**
 * The size of the nuclei, checked by what is found with it. The size at which an image answers strongest can be
 * that of spots in the nuclei, of clusters, or of a tissue. So candidates are found at several sizes, with spots
 * and without, in the middle of the image; taken is what explains the image best by objects that look like nuclei.
 */
import type { Image } from "../core/image.js";
import { gaussian } from "../imgproc/gaussian.js";
import { decide } from "./decide.js";
import { preparePixels } from "./prepare.js";
import { proposeObjects } from "./propose.js";
import {
  compressedSize,
  estimateScale,
  type NucleusReading,
  type ScaleEstimate,
  sizeWithin,
  standsOut,
} from "./scale.js";

/** Edge of the part that is looked at, px: it holds a hundred nuclei of 40 px that cover a quarter. */
const lookedAt = 768;

/**
 * Certainty of the candidates, weighted by area, at which no other reading is looked for. This and the next three
 * were chosen on every fourth image of the Data Science Bowl's development set, and on simulated spots.
 */
const surely = 0.99;
/** The same below which the size itself is in doubt: of 102 images only those read wrongly were below. */
const doubtful = 0.6;
/** How much better another size must explain the image where the first is in doubt. */
const betterByFar = 1.2;
/** Objects by which another size must explain it, at least: one or two are always alike. */
const leastObjects = 3;

/** How well candidates explain an image. */
interface Explanation {
  /** Share of the variance of the compressed image that lies between objects and background, not in them, 0..1. */
  readonly explained: number;
  /** Mean certainty of the candidates, weighted by area, 0..1. */
  readonly certainty: number;
  readonly objects: number;
}

const qualityOf = ({ explained, certainty }: Explanation): number => explained * certainty;

/**
 * Size and light of the nuclei of an image, as `estimateScale`, with the size checked.
 *
 * @param options.diameter taken instead of measuring, px: only the spots are decided
 */
export function measureScale(
  image: Image,
  options: { readonly diameter?: number | undefined } = {},
): ScaleEstimate {
  const estimate = estimateScale(image, options);
  if (!(estimate.diameter > 0) || !standsOut(estimate)) return estimate;
  const part = middleOf(image);
  const values = compressed(part, estimate);
  const look = (reading: NucleusReading): Explanation => explain(part, values, { ...estimate, ...reading });
  const within = options.diameter === undefined ? nucleiWithin(part, look) : undefined;
  if (within !== undefined) return { ...estimate, ...within };
  const found = look(estimate);
  if (found.objects > 0 && found.certainty >= surely) return estimate;
  const isDoubtful = !(found.certainty >= doubtful);
  const best = bestOf(
    readingsOf(image, estimate, options.diameter !== undefined, isDoubtful),
    look,
    qualityOf(found) * (isDoubtful ? betterByFar : 1),
  );
  return { ...estimate, ...best };
}

/** Objects, and their certainty, by which a tissue is known to hold nuclei. Chosen on four images of tissue. */
const tissue = { objects: 10, certainty: 0.2 } as const;

/** The nuclei of an image that is bright from end to end, as a tissue is; see `sizeWithin`. */
function nucleiWithin(
  image: Image,
  look: (reading: NucleusReading) => Explanation,
): NucleusReading | undefined {
  const diameter = sizeWithin(image);
  if (!(diameter > 0)) return undefined;
  const reading = { diameter, spotted: false };
  const { objects, certainty } = look(reading);
  return objects >= tissue.objects && certainty >= tissue.certainty ? reading : undefined;
}

/** The reading that explains more than `least`, and most; the first of equal ones. */
function bestOf(
  readings: readonly NucleusReading[],
  look: (reading: NucleusReading) => Explanation,
  least: number,
): NucleusReading | undefined {
  let best: NucleusReading | undefined;
  let quality = least;
  for (const reading of readings) {
    const found = look(reading);
    if (found.objects < leastObjects || !(qualityOf(found) > quality)) continue;
    best = reading;
    quality = qualityOf(found);
  }
  return best;
}

/**
 * What else the nuclei may be.
 *
 * @param isGiven whether a user says how large they are
 * @param isDoubtful whether larger sizes are looked at, too
 */
function readingsOf(
  image: Image,
  estimate: ScaleEstimate,
  isGiven: boolean,
  isDoubtful: boolean,
): NucleusReading[] {
  const { diameter } = estimate;
  const sizes = [diameter];
  if (!isGiven) sizes.push(diameter / 2);
  if (!isGiven && isDoubtful) {
    const size = compressedSize(image, estimate);
    sizes.push(size, 1.4 * size, 2 * size, 2 * diameter);
  }
  return sizes
    .filter((size) => size >= smallest && size < Math.min(image.height, image.width))
    .flatMap((size) => [
      { diameter: size, spotted: false },
      { diameter: size, spotted: true },
    ])
    .slice(1);
}

/** Diameter below which nothing is looked for, px. */
const smallest = 4;

function middleOf(image: Image): Image {
  const [height, width] = [Math.min(image.height, lookedAt), Math.min(image.width, lookedAt)];
  if (height === image.height && width === image.width) return image;
  const [top, left] = [(image.height - height) >> 1, (image.width - width) >> 1];
  const data = image.data.slice(0, height * width);
  for (let y = 0; y < height; y++) {
    const start = (top + y) * image.width + left;
    data.set(image.data.subarray(start, start + width), y * width);
  }
  return { ...image, height, width, data };
}

/** @param values the image compressed, see `compressed` */
function explain(image: Image, values: Float32Array, scale: ScaleEstimate): Explanation {
  const { labels, objects } = proposeObjects(image, scale);
  const decisions = decide([objects])[0]!;
  let [certain, area] = [0, 0];
  for (let i = 0; i < objects.count; i++) {
    certain += objects.area[i]! * decisions[i]!.score;
    area += objects.area[i]!;
  }
  return {
    explained: explainedShare(values, labels.data, labels.count),
    certainty: area > 0 ? certain / area : 0,
    objects: objects.count,
  };
}

/**
 * Grey values above the background in units of three deviations of the noise (of a hundredth of what stands out,
 * where there is no noise), logarithmic where they are large: a few bright places do not outweigh all others.
 */
function compressed(image: Image, { background, noise, brightness }: ScaleEstimate): Float32Array {
  const smooth = gaussian(preparePixels(image).clean, image.height, image.width, 1);
  const unit = Math.max(3 * noise, 0.01 * brightness) || 1;
  return smooth.map((value) => Math.asinh((value - background) / unit));
}

/** Share of the variance that is gone when every object, and the background, has one value. */
function explainedShare(values: Float32Array, labels: Int32Array, count: number): number {
  const pixels = new Float64Array(count + 1);
  const sums = new Float64Array(count + 1);
  let squares = 0;
  for (let p = 0; p < values.length; p++) {
    const label = Math.max(0, labels[p]!);
    pixels[label]!++;
    sums[label]! += values[p]!;
    squares += values[p]! ** 2;
  }
  const between = sums.reduce((sum, value, label) => sum + value ** 2 / Math.max(1, pixels[label]!), 0);
  const mean = sums.reduce((a, b) => a + b, 0) ** 2 / values.length;
  return squares > mean ? (between - mean) / (squares - mean) : 0;
}
