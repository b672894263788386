/**
 * Candidates of one image: every object that may be a nucleus, outlined by its own contour, with its
 * features. Which of them are certain is decided later, with the features of a whole acquisition pooled
 * (`decide.ts`).
 *
 * Detection runs on a copy of the image in which a nucleus measures at most 16 px: the tree of regions and
 * the splitting at necks then cost the same per nucleus at any magnification. Outlines and features are taken
 * at full resolution.
 */
import type { Image } from "../core/image.js";
import { type LabelImage, labelImage, renumber } from "../core/labels.js";
import type { Plane } from "../core/size.js";
import { localBackground } from "../imgproc/background.js";
import { ownContours } from "../imgproc/contour.js";
import { gaussian } from "../imgproc/gaussian.js";
import { coreHeights, cutAtPeakFraction } from "../imgproc/peakfraction.js";
import { reduce, rescale, rescaleLabels } from "../imgproc/rescale.js";
import { watershedOfBytes } from "../imgproc/watershed.js";
import { measureCandidates, typicalOf, weightedMedian } from "./features.js";
import { type PreparedPixels, preparePixels, withoutGlare } from "./prepare.js";
import { type IntensityStatistics, noNumbers, oneValue, type ScaleEstimate } from "./scale.js";
import { favourApart, joinTouching, splitAtNecks } from "./split.js";
import { selectRegions } from "./tree.js";
import { emptyFeatures, type ObjectFeatures } from "./types.js";

/** What a user may set of the automatic annotation. */
export interface AutoOptions {
  /** Diameter of a nucleus, px; measured when undefined. */
  readonly diameter?: number | undefined;
  /** Least area of a kept nucleus, px; relative to the acquisition's median when undefined. */
  readonly minArea?: number | undefined;
  /** Largest area of a kept nucleus, px; relative to the acquisition's median when undefined. */
  readonly maxArea?: number | undefined;
  /** Above 1 keeps more and dimmer objects, below 1 fewer. Default 1. */
  readonly sensitivity?: number | undefined;
}

/** Everything is measured, and sensitivity 1 is what the weights of the decisions were fitted at. */
export const defaultAutoOptions: AutoOptions = { sensitivity: 1 };

/** A plane of 0 and 1. */
export interface Mask extends Plane<Uint8Array> {
  /** Pixels of the mask per pixel of the image. */
  readonly scale: number;
}

/** The candidates of one image, and what else the labels are made from. */
export interface Proposal {
  /** 1..count candidates, by first pixel. */
  readonly labels: LabelImage;
  /**
   * 1 where something is brighter than the background for no certain reason; on the pixels of the detection,
   * which may be fewer than the image's.
   */
  readonly bright: Mask;
  /** height x width, 1 where the image has no value; undefined where it has one everywhere. */
  readonly missing?: Uint8Array | undefined;
  readonly objects: ObjectFeatures;
  /** Diameter of a nucleus that was used, px; 0 if there is none. */
  readonly diameter: number;
  readonly settings: Readonly<Record<string, number | string>>;
  readonly warnings: readonly string[];
}

/** Diameter of a nucleus in the copy of the image that detection runs on, px (see above). */
const workingDiameter = 16;
/**
 * Height, as a share of that of a typical nucleus, below which all is background (out of focus, or the cell's
 * body), not "unknown". Chosen by hand; no measurement is on record.
 */
export const glowLevel = 0.25;
/**
 * Height, as a share of that of a typical nucleus, below which nothing is a candidate. Chosen by hand; no
 * measurement is on record.
 */
const faintLevel = 0.1;
/**
 * Height of the outline between local background (0) and core (1): half is where a blurred edge lies, and
 * people draw somewhat outside it.
 */
const outlineFraction = 0.4;
/**
 * Height, as a share of that of its core, at which a region is looked at for necks. Chosen by hand; no
 * measurement is on record.
 */
const neckFraction = 0.65;
/** The same for pieces that meet again after they have grown. Chosen by hand; no measurement is on record. */
const touchFraction = 0.5;
/**
 * The same to which pieces are cut before their outline is drawn. Chosen by hand; no measurement is on
 * record.
 */
const seedFraction = 0.8;

/**
 * Finds and outlines the candidates of one image, and measures them.
 *
 * @param scale of the image: its own light, and the diameter of its acquisition
 * @param frame number written into the table
 */
export function proposeObjects(
  image: Image,
  scale: IntensityStatistics & Pick<ScaleEstimate, "diameter">,
  options: AutoOptions = defaultAutoOptions,
  frame = 0,
): Proposal {
  const diameter = options.diameter ?? scale.diameter;
  const pixels = preparePixels(image);
  if (Number.isNaN(pixels.background)) return emptyProposal(image, [noNumbers], frame);
  if (pixels.constant) return emptyProposal(image, [oneValue], frame);
  if (!(diameter > 0))
    return emptyProposal(
      image,
      [...scale.warnings, "The size of the nuclei is not known: nothing was annotated."],
      frame,
    );
  const { height, width } = image;
  const { clean: data } = pixels;
  const detection = detect(image, pixels, diameter, scale.noise, options.sensitivity ?? 1);
  const enlarge = 1 / detection.scale;
  const seeds = {
    height,
    width,
    data: rescaleLabels({ ...detection, data: detection.labels }, enlarge, image),
    count: detection.count,
  };
  const background = rescale({ ...detection, data: detection.background }, enlarge, image).data;
  const smoothed = gaussian(data, height, width, Math.max(0.5, 0.025 * diameter));
  const labels = renumber(
    ownContours(seeds, smoothed, background, { fraction: outlineFraction, grow: growth(diameter) }),
  );
  const objects = measureCandidates(labels, smoothed, background, { diameter, noise: scale.noise, frame });
  const low = Math.max(detection.minimum, glowLevel * typicalOf([objects]).intensity);
  const bright = new Uint8Array(detection.heights.length);
  for (let i = 0; i < bright.length; i++) if (detection.heights[i]! > low) bright[i] = 1;
  const settings = {
    method: "auto",
    diameter,
    fraction: outlineFraction,
    background: scale.background,
    noise: scale.noise,
  };
  return {
    labels,
    bright: { height: detection.height, width: detection.width, scale: detection.scale, data: bright },
    missing: missingOf(image),
    objects,
    diameter,
    settings,
    warnings: scale.warnings,
  };
}

function emptyProposal(image: Image, warnings: readonly string[], frame: number): Proposal {
  const { height, width } = image;
  return {
    labels: labelImage(height, width, new Int32Array(height * width)),
    bright: { height, width, scale: 1, data: new Uint8Array(height * width) },
    missing: missingOf(image),
    objects: emptyFeatures(0, frame),
    diameter: 0,
    settings: { method: "auto", diameter: 0 },
    warnings,
  };
}

/** What has no value can be nucleus or background. */
function missingOf({ data }: Image): Uint8Array | undefined {
  if (!(data instanceof Float32Array) || data.every(Number.isFinite)) return undefined;
  const mask = new Uint8Array(data.length);
  for (let i = 0; i < mask.length; i++) if (!Number.isFinite(data[i]!)) mask[i] = 1;
  return mask;
}

/** How far a contour may lie outside of what it is drawn around, px. */
const growth = (diameter: number): number => Math.max(1, Math.round(0.16 * diameter));

interface Detection extends Plane {
  /** Pixels of the detection per pixel of the image, at most 1. */
  readonly scale: number;
  /** Contours, apart from each other, 1..count; some numbers may be unused. */
  readonly labels: Int32Array;
  readonly count: number;
  readonly background: Float32Array;
  /** Smoothed grey values above the background. */
  readonly heights: Float32Array;
  /** Height below which all is noise. */
  readonly minimum: number;
}

function detect(
  { height: fullHeight, width: fullWidth }: Image,
  pixels: PreparedPixels,
  diameter: number,
  noise: number,
  sensitivity: number,
): Detection {
  const scale = Math.min(1, workingDiameter / diameter);
  const reduced = reduce({ height: fullHeight, width: fullWidth, data: pixels.clean }, scale);
  const plane = { ...reduced, data: withoutGlare(reduced.data, pixels) };
  const { height, width } = plane;
  const d = diameter * scale;
  const sigma = Math.max(0.5, 0.05 * d);
  const smooth = gaussian(plane.data, height, width, sigma);
  const background = localBackground(smooth, height, width, 4 * d);
  const heights = new Float32Array(smooth.length);
  for (let i = 0; i < heights.length; i++) heights[i] = smooth[i]! - background[i]!;
  // A Gaussian of sigma s px leaves 1 / (2 sqrt(pi) s) of white noise.
  const residual = noise * Math.min(1, scale / (2 * Math.sqrt(Math.PI) * sigma));
  const minimum = (5 * residual) / sensitivity;
  const { levels, heightOf } = quantise(heights, residual);
  const size = { height, width };
  const regions = selectRegions({ ...size, data: levels }, heightOf, {
    area: (Math.PI / 4) * d * d,
    minHeight: minimum,
  });
  dropFaint(regions, heights);
  cutAtPeakFraction(regions, heights, neckFraction);
  const pieces = splitAtNecks({ ...size, data: regions }, heights, d);
  const grown = growDownhill(pieces, { heights, levels }, height, width);
  cutAtPeakFraction(grown, heights, touchFraction);
  // Noise breaks up dim nuclei before they are regions; where their pieces meet again they are looked at once
  // more.
  const labels = joinTouching({ ...size, data: grown }, heights, d, favourApart);
  cutAtPeakFraction(labels, heights, seedFraction);
  // The contour is taken twice: here first, since seeds are cut high, and the core of a seed is brighter than
  // that of its nucleus.
  const contours = ownContours(labelImage(height, width, labels), smooth, background, {
    fraction: outlineFraction,
    grow: growth(d),
  });
  return {
    ...plane,
    scale,
    labels: withoutContacts(contours),
    count: contours.count,
    background,
    heights,
    minimum,
  };
}

/**
 * Takes off the pixels beside another label: enlarged, they would draw a border in steps where a smooth one
 * between the two is wanted.
 */
function withoutContacts({ height, width, data }: LabelImage): Int32Array {
  const out = data.slice();
  const other = (label: number, p: number): boolean => data[p]! > 0 && data[p] !== label;
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const label = data[p]!;
      if (
        label > 0 &&
        ((x > 0 && other(label, p - 1)) ||
          (x < width - 1 && other(label, p + 1)) ||
          (y > 0 && other(label, p - width)) ||
          (y < height - 1 && other(label, p + width)))
      )
        out[p] = 0;
    }
  }
  return out;
}

/**
 * Logarithmic levels, 0..255, so that a step is the same share of a dim object's height as of a bright one's.
 */
function quantise(heights: Float32Array, unit: number): { levels: Uint8Array; heightOf: Float64Array } {
  let maximum = 0;
  for (let i = 0; i < heights.length; i++) if (heights[i]! > maximum) maximum = heights[i]!;
  // Of an image without anything above its background, every level is 0.
  const floor = Math.max(unit, maximum / 1000) || 1;
  const factor = 255 / Math.log1p(maximum / floor);
  const levels = new Uint8Array(heights.length);
  for (let i = 0; i < heights.length; i++)
    if (heights[i]! > 0) levels[i] = Math.min(255, Math.floor(Math.log1p(heights[i]! / floor) * factor));
  return {
    levels,
    heightOf: Float64Array.from({ length: 256 }, (_, level) => floor * Math.expm1(level / factor)),
  };
}

/**
 * Takes out, in place, what is far dimmer than the objects that carry the image's brightness: structure of
 * the background, by the thousand.
 */
function dropFaint(labels: Int32Array, heights: Float32Array): void {
  const cores = coreHeights(labels, heights);
  const areas = new Float64Array(cores.length);
  for (let i = 0; i < labels.length; i++) if (labels[i]! > 0) areas[labels[i]!]!++;
  const minimum =
    faintLevel *
    weightedMedian(
      cores,
      areas.map((area, label) => area * cores[label]!),
    );
  for (let i = 0; i < labels.length; i++) if (cores[labels[i]!]! < minimum) labels[i] = 0;
}

/**
 * Lets the pieces flood their surroundings downhill to half of the lowest piece's height: regions of the tree
 * may end high up, at a saddle.
 */
function growDownhill(
  pieces: Int32Array,
  { heights, levels }: { heights: Float32Array; levels: Uint8Array },
  height: number,
  width: number,
): Int32Array {
  const cores = coreHeights(pieces, heights);
  let lowest = Infinity;
  for (let label = 1; label < cores.length; label++)
    if (cores[label]! > 0) lowest = Math.min(lowest, seedFraction * cores[label]!);
  const mask = new Uint8Array(pieces.length);
  for (let i = 0; i < pieces.length; i++) if (pieces[i]! > 0 || heights[i]! > lowest) mask[i] = 1;
  return watershedOfBytes(
    levels.map((level) => 255 - level),
    pieces,
    mask,
    height,
    width,
  );
}
