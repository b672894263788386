/**
 * The size of the nuclei, checked by what is found with it. The size at which an image answers strongest can be
 * that of spots in the nuclei, of clusters, or of a tissue. So candidates are found at several sizes, with spots
 * and without, in the middle of the image; taken is what explains the image best by objects that look like nuclei.
 */
import type { Image } from "../core/image.js";
import { gaussian } from "../imgproc/gaussian.js";
import { median } from "../stats/percentile.js";
import { decide, meanCertainty } from "./decide.js";
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

/** Edge of the part that is looked at, in diameters: it holds sixty nuclei that cover a quarter. */
const lookedAt = 16;
/** The least and the largest edge, px. */
const edges = [256, 768] as const;

/**
 * Certainty of the candidates, weighted by light, at which no other reading is looked for. This and the next three
 * were chosen on every fourth image of the Data Science Bowl's development set, and on simulated spots.
 */
const surely = 0.9;
/** The same below which the size itself is in doubt: of 102 images only those read wrongly were below. */
const doubtful = 0.6;
/** How much better another size must explain the image where the first is in doubt. */
const betterByFar = 1.2;
/** Objects by which another size must explain it, at least: one or two are always alike. */
const leastObjects = 3;
/**
 * Nuclei that hold spots are larger than these by so much at least, by the size that few bright places do not
 * decide, and lie side by side in the image. Both were chosen on simulated spots and on the development images.
 */
const [spotsWithin, crowd] = [2, 5];

/** How well candidates explain an image. */
interface Explanation {
  /** What the candidates were found with. */
  readonly reading: NucleusReading;
  /** Share of the variance of the compressed image that lies between objects and background, not in them, 0..1. */
  readonly explained: number;
  /** Mean certainty of the candidates, see `meanCertainty`, 0..1. */
  readonly certainty: number;
  readonly objects: number;
  /** Median diameter of those that are kept, of all where none is, px. */
  readonly diameter: number;
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
  const part = middleOf(image, estimate.diameter);
  const values = compressed(part, estimate);
  const look = (reading: NucleusReading): Explanation => explain(part, values, { ...estimate, ...reading });
  const within = options.diameter === undefined ? nucleiWithin(part, look) : undefined;
  const { reading, objects, diameter } =
    within ?? bestReading(image, estimate, options.diameter !== undefined, look);
  return { ...estimate, ...reading, seen: objects >= leastObjects ? diameter : reading.diameter };
}

/** The reading that was estimated, or one that explains the image better. @param isGiven see `readingsOf` */
function bestReading(
  image: Image,
  { diameter, spotted, ...light }: ScaleEstimate,
  isGiven: boolean,
  look: (reading: NucleusReading) => Explanation,
): Explanation {
  const found = look({ diameter, spotted });
  // Where the size is given there is but one other reading: it is looked at in any case.
  if (!isGiven && found.objects >= leastObjects && found.certainty >= surely) return found;
  // One or two objects that fill the image are rarely nuclei.
  const isHuge = found.objects < leastObjects && 2 * diameter > Math.min(image.height, image.width);
  const isDoubtful = isHuge || !(found.certainty >= doubtful);
  const estimate = { diameter, spotted, ...light };
  const within = isGiven ? NaN : compressedSize(image, estimate);
  const mayBeSpots =
    within >= spotsWithin * diameter && crowd * within <= Math.min(image.height, image.width);
  const looksFurther = isDoubtful || mayBeSpots;
  let best = found;
  let quality = qualityOf(found) * (looksFurther ? betterByFar : 1);
  for (const reading of readingsOf(image, diameter, isGiven, looksFurther ? within : undefined)) {
    const other = look(reading);
    if (other.objects < leastObjects || !(qualityOf(other) > quality)) continue;
    best = other;
    quality = qualityOf(other);
  }
  return best;
}

/** Objects, and their certainty, by which a tissue is known to hold nuclei. Chosen on four images of tissue. */
const tissue = { objects: 10, certainty: 0.2 } as const;

/** The nuclei of an image that is bright from end to end, as a tissue is; see `sizeWithin`. */
function nucleiWithin(image: Image, look: (reading: NucleusReading) => Explanation): Explanation | undefined {
  const diameter = sizeWithin(image);
  if (!(diameter > 0)) return undefined;
  const found = look({ diameter, spotted: false });
  return found.objects >= tissue.objects && found.certainty >= tissue.certainty ? found : undefined;
}

/**
 * What else the nuclei may be.
 *
 * @param isGiven whether a user says how large they are
 * @param within what `compressedSize` says, where larger sizes are looked at, too
 */
function readingsOf(
  image: Image,
  diameter: number,
  isGiven: boolean,
  within: number | undefined,
): NucleusReading[] {
  const sizes = [diameter];
  if (!isGiven) sizes.push(diameter / 2);
  if (!isGiven && within !== undefined) sizes.push(within, 1.4 * within, 2 * within, 2 * diameter);
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

/** The middle of an image, as large as the size of its nuclei demands. */
function middleOf(image: Image, diameter: number): Image {
  const edge = Math.min(edges[1], Math.max(edges[0], Math.round(lookedAt * diameter)));
  const [height, width] = [Math.min(image.height, edge), Math.min(image.width, edge)];
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
  const kept = objects.diameter.filter((_, i) => decisions[i]!.kept);
  return {
    reading: { diameter: scale.diameter, spotted: scale.spotted },
    explained: explainedShare(values, labels.data, labels.count),
    certainty: meanCertainty(objects, decisions),
    objects: objects.count,
    diameter: median(kept.length > 0 ? kept : objects.diameter),
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
