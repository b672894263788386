/**
 * How large the nuclei of an image are, from the image alone. A bright disk answers strongest to a difference
 * of two Gaussians of its own size; the size at which the squared positive answers of the whole image are
 * largest is that of the objects that carry the contrast. No threshold is involved, so low contrast, uneven
 * background and dim nuclei beside bright ones do no harm, and small debris has little weight.
 *
 * Source: scale selection after Lindeberg 1998, IJCV 30:79, with the energy of the image in place of single
 * extrema.
 */
import type { Image } from "../core/image.js";
import type { Plane } from "../core/size.js";
import { gaussian } from "../imgproc/gaussian.js";
import { downsampleMean } from "../imgproc/resize.js";
import { medianInPlace, percentiles } from "../stats/percentile.js";
import { maskWarning } from "./likeness.js";
import { preparePixels, withoutGlare } from "./prepare.js";

/** What candidates are looked for. */
export interface NucleusReading {
  /** Diameter of a nucleus, px; NaN where there is nothing to measure. */
  readonly diameter: number;
  /** Whether nuclei hold spots or grain that outshine them, see `spots.ts`. */
  readonly spotted: boolean;
}

/** What an image says of the size of its nuclei and of its light. */
export interface ScaleEstimate extends NucleusReading {
  /** Median diameter of the nuclei that were found with it, px; the diameter itself where none were looked for. */
  readonly seen: number;
  /** Grey value of the background (10th percentile). */
  readonly background: number;
  /** Standard deviation of the noise in the darker half of the image, grey values. */
  readonly noise: number;
  /** Median grey value above the background of what stands out of the noise by far; 0 where nothing does. */
  readonly brightness: number;
  /** Share of the pixels at the largest value the image holds or its type can hold, 0..1. */
  readonly saturation: number;
  /**
   * Root mean square of the positive answers at the chosen size / what noise alone would give: about 1 where
   * there is no object.
   */
  readonly signal: number;
  readonly warnings: readonly string[];
}

/** What an image says of its light, whatever is in it. */
export type IntensityStatistics = Pick<
  ScaleEstimate,
  "background" | "noise" | "brightness" | "saturation" | "warnings"
>;

/** Smallest diameter that is looked for, px. */
const smallestDiameter = 6;
/** Ratio of two neighbouring diameters that are tried; the peak is interpolated between them. */
const diameterStep = 1.25;
/** Signal below which the structure in the image is no more than noise. */
const minSignal = 1.5;
/** From this many pixels on, the size is looked for at half the resolution first. */
const largeImage = 1 << 20;
/** Share of saturated pixels above which a user is told. */
const muchSaturation = 0.05;

/**
 * Estimates the size of the nuclei of an image.
 *
 * @param options.diameter taken instead of measuring, px
 * @returns diameter NaN and a warning for an image that is empty, constant, without a number, or noise alone
 */
export function estimateScale(
  image: Image,
  options: { readonly diameter?: number | undefined } = {},
): ScaleEstimate {
  const estimate = sizeAndLight(image, options);
  return { ...estimate, seen: estimate.diameter };
}

function sizeAndLight(
  image: Image,
  options: { readonly diameter?: number | undefined },
): Omit<ScaleEstimate, "seen"> {
  const light = estimateIntensity(image);
  const pixels = preparePixels(image);
  if (Number.isNaN(pixels.background))
    return { ...nothing, diameter: options.diameter ?? NaN, warnings: [noNumbers] };
  if (pixels.constant)
    return {
      ...nothing,
      diameter: options.diameter ?? NaN,
      background: light.background,
      warnings: [oneValue],
    };
  const { diameter, signal } = dominantSize(
    withoutGlare(pixels.clean, pixels),
    image.height,
    image.width,
    light.noise,
  );
  const plain = { ...light, spotted: false };
  if (options.diameter !== undefined) return { ...plain, diameter: options.diameter, signal };
  if (!standsOut({ signal }))
    return {
      ...plain,
      diameter: NaN,
      signal,
      warnings: [...light.warnings, "Nothing in the image is clearly brighter than its noise."],
    };
  return { ...plain, diameter, signal };
}

/** True when something in the image stands out of its noise, whether its size was measured or given. */
export const standsOut = ({ signal }: Pick<ScaleEstimate, "signal">): boolean => signal >= minSignal;

/** Warning of an image whose pixels are all NaN or infinite. */
export const noNumbers = "The image holds no numbers.";
/** Warning of a constant image. */
export const oneValue = "All pixels of the image have the same value.";

const noLight = { background: 0, noise: 0, brightness: 0, saturation: 0 };
const nothing = { ...noLight, spotted: false, signal: 0 };

/**
 * Background, noise, brightness and saturation of an image; pixels without a number count nowhere, and all is
 * 0 where no pixel has one.
 */
export function estimateIntensity(image: Image): IntensityStatistics {
  const { height, width } = image;
  const { finite, background, middle } = preparePixels(image);
  if (Number.isNaN(background)) return { ...noLight, warnings: [] };
  const saturation = saturationOf(image);
  const mask = maskWarning(image);
  const warnings =
    mask !== undefined
      ? [mask]
      : saturation > muchSaturation
        ? [
            `${(100 * saturation).toFixed(1)} % of the pixels are saturated: their grey values are too ` +
              "low, and the outlines may be wrong, too.",
          ]
        : [];
  const noise = noiseOf(finite, height, width, middle);
  return { background, noise, brightness: brightnessOf(finite, background, noise), saturation, warnings };
}

/** Deviations of the noise above which a pixel is taken to belong to something. */
const outstanding = 5;

function brightnessOf(data: Float32Array, background: number, noise: number): number {
  // So many of a large image's pixels say as much as all.
  const step = data.length >= largeImage ? 5 : 1;
  const bright = new Float32Array(Math.ceil(data.length / step));
  let count = 0;
  for (let i = 0; i < data.length; i += step)
    if (data[i]! > background + outstanding * noise) bright[count++] = data[i]! - background;
  return count === 0 ? 0 : medianInPlace(bright, count);
}

/**
 * The scale of an acquisition: the median of its images' diameters and backgrounds; images without a diameter
 * do not vote on it. Nuclei are spotted where they are in more than half of the images.
 */
export function poolScale(estimates: readonly ScaleEstimate[]): ScaleEstimate {
  const middle = (values: readonly number[]): number =>
    percentiles(
      values.filter((value) => !Number.isNaN(value)),
      [50],
    )[0] ?? NaN;
  const column = (key: Exclude<keyof ScaleEstimate, "warnings" | "spotted">): number =>
    middle(estimates.map((estimate) => estimate[key]));
  const measured = estimates.filter(({ diameter }) => diameter > 0);
  return {
    diameter: column("diameter"),
    seen: column("seen"),
    spotted: 2 * measured.filter(({ spotted }) => spotted).length > measured.length,
    background: column("background"),
    noise: column("noise"),
    brightness: column("brightness"),
    saturation: column("saturation"),
    signal: column("signal"),
    warnings: [...new Set(estimates.flatMap(({ warnings }) => warnings))],
  };
}

/**
 * Diameter of a nucleus where few bright places do not count, px: that of the disks that answer strongest in the
 * logarithm of the grey values; NaN where there is none.
 *
 * @param image whole, as its light was measured
 */
export function compressedSize(image: Image, { background, noise, brightness }: IntensityStatistics): number {
  const pixels = preparePixels(image);
  const unit = Math.max(noise, 0.01 * brightness) || 1;
  const data = withoutGlare(pixels.clean, pixels).map((value) =>
    Math.asinh(Math.max(0, value - background) / unit),
  );
  const energies = energiesOf({ data, height: image.height, width: image.width });
  const best = energies.indexOf(Math.max(...energies));
  return best < 0 ? NaN : smallestDiameter * diameterStep ** (best + interpolatedPeak(energies, best));
}

/**
 * The size where the largest is none: an image that answers strongest to the largest sizes that are looked for (the
 * last two) shows a tissue, or uneven light, in which nuclei may lie.
 *
 * @returns diameter of the strongest answer that larger and smaller ones do not reach, px; NaN where there is none,
 *   or where the strongest answer of all is one
 */
export function sizeWithin(image: Image): number {
  const pixels = preparePixels(image);
  const data = withoutGlare(pixels.clean, pixels);
  const energies = energiesOf({ data, height: image.height, width: image.width });
  if (firstPeak(energies) < energies.length - 2) return NaN;
  let best = -1;
  for (let i = 1; i < energies.length - 1; i++) {
    const isPeak = energies[i]! >= energies[i - 1]! && energies[i]! > energies[i + 1]!;
    if (isPeak && !(energies[i]! <= (energies[best] ?? 0))) best = i;
  }
  return best < 0 ? NaN : smallestDiameter * diameterStep ** (best + interpolatedPeak(energies, best));
}

/** Diameter, px, of the disks that answer strongest; searched from 6 px to 0.6 of the shorter side. */
function dominantSize(
  data: Float32Array,
  height: number,
  width: number,
  noise: number,
): { diameter: number; signal: number } {
  if (height * width >= largeImage) {
    const half = downsampleMean(data, height, width, 2);
    // Means of four pixels have half the noise. The peak must have a smaller size beside it that answers
    // less, or it may lie further down.
    const found = sizeByEnergy(half, noise / 2);
    if (found.diameter > 1.5 * smallestDiameter) return { ...found, diameter: 2 * found.diameter };
  }
  return sizeByEnergy({ data, height, width }, noise);
}

/**
 * Two Gaussians of sigma s and STEP s answer strongest to a disk of diameter 2 sqrt(2) times their geometric
 * mean.
 */
const sigmaOf = (diameter: number): number => diameter / (2 * Math.SQRT2 * Math.sqrt(diameterStep));

/** Mean squared positive answer at each diameter, from the smallest to 0.6 of the shorter side. */
function energiesOf({ data, height, width }: Plane): number[] {
  const largest = 0.6 * Math.min(height, width);
  let plane = { data, height, width };
  let sigma = sigmaOf(smallestDiameter);
  let current = gaussian(data, height, width, sigma);
  const energies: number[] = [];
  for (let diameter = smallestDiameter; diameter <= largest; diameter *= diameterStep) {
    if (sigma > 2.5) {
      plane = downsampleMean(current, plane.height, plane.width, 2);
      current = plane.data;
      sigma /= 2;
    }
    const next = gaussian(current, plane.height, plane.width, sigma * Math.sqrt(diameterStep ** 2 - 1));
    let sum = 0;
    for (let i = 0; i < next.length; i++) sum += Math.max(0, current[i]! - next[i]!) ** 2;
    energies.push(sum / next.length);
    current = next;
    sigma *= diameterStep;
  }
  return energies;
}

function sizeByEnergy(plane: Plane, noise: number): { diameter: number; signal: number } {
  const energies = energiesOf(plane);
  if (energies.length === 0) return { diameter: NaN, signal: 0 };
  // Much noise answers stronger to small sizes than nuclei do to their own.
  const above = energies.map((energy, i) => Math.max(0, energy - noiseEnergy(noise, i)));
  const best = firstPeak(above.some((energy) => energy > 0) ? above : energies);
  const diameter = smallestDiameter * diameterStep ** (best + interpolatedPeak(above, best));
  const ofNoise = Math.max(noiseEnergy(noise, best), 1e-9 * energies[best]!);
  return { diameter, signal: Math.sqrt(energies[best]! / ofNoise) };
}

/** What white noise adds to the energy of the i-th size, see `energiesOf`. @param noise its standard deviation */
function noiseEnergy(noise: number, i: number): number {
  // Blurred by sigma s it keeps 1 / (4 pi s^2) of its variance; half of its answers are positive.
  const s = sigmaOf(smallestDiameter * diameterStep ** i);
  const kept = noise ** 2 / (4 * Math.PI * s ** 2);
  return 0.5 * kept * (1 + 1 / diameterStep ** 2 - 4 / (1 + diameterStep ** 2));
}

/**
 * The smallest size whose energy is a local maximum of at least 0.7 of the largest: larger ones are clusters
 * or uneven background.
 */
function firstPeak(energies: readonly number[]): number {
  const largest = Math.max(...energies);
  return energies.findIndex(
    (e, i) => e >= 0.7 * largest && e >= (energies[i + 1] ?? 0) && (i === 0 || e >= energies[i - 1]!),
  );
}

/** Offset of the vertex of the parabola through three neighbours, -0.5..0.5. */
function interpolatedPeak(values: readonly number[], i: number): number {
  if (i === 0 || i === values.length - 1) return 0;
  const [a, b, c] = [values[i - 1]!, values[i]!, values[i + 1]!];
  const curvature = a - 2 * b + c;
  return curvature < 0 ? Math.max(-0.5, Math.min(0.5, (0.5 * (a - c)) / curvature)) : 0;
}

/**
 * Standard deviation of white noise, from a mask that is blind to constant and sloping grey values, over the
 * darker half of the image.
 *
 * Source: Immerkær 1996, CVIU 64:300. Deviation: only pixels up to the median, where there are few edges.
 */
function noiseOf(data: Float32Array, height: number, width: number, middle: number): number {
  let sum = 0;
  let count = 0;
  // Every other row of a large image says as much.
  const step = height * width >= largeImage ? 2 : 1;
  for (let y = 1; y < height - 1; y += step) {
    for (let x = 1; x < width - 1; x++) {
      const p = y * width + x;
      if (!(data[p]! <= middle)) continue;
      const [u, d] = [p - width, p + width];
      const answer =
        data[u - 1]! +
        data[u + 1]! +
        data[d - 1]! +
        data[d + 1]! -
        2 * (data[u]! + data[d]! + data[p - 1]! + data[p + 1]!) +
        4 * data[p]!;
      if (Number.isNaN(answer)) continue;
      sum += Math.abs(answer);
      count++;
    }
  }
  return count === 0 ? 0 : (Math.sqrt(Math.PI / 2) * sum) / (6 * count);
}

function saturationOf({ data }: Image): number {
  let largest = -Infinity;
  let count = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value > largest) {
      largest = value;
      count = 0;
    }
    if (value === largest) count++;
  }
  // A single brightest pixel is no saturation.
  return count > 1 ? count / data.length : 0;
}
