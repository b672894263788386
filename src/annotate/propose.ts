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
import { outlineFraction, ownContours } from "../imgproc/contour.js";
import { gaussian } from "../imgproc/gaussian.js";
import { coreHeights, cutAtPeakFraction } from "../imgproc/peakfraction.js";
import { smoothOutlines } from "../imgproc/smoothlabels.js";
import { rescale, rescaleLabels } from "../imgproc/rescale.js";
import { watershedOfBytes } from "../imgproc/watershed.js";
import { measureCandidates, typicalOf, weightedMedian } from "./features.js";
import { darknessWarning } from "./likeness.js";
import { preparePixels } from "./prepare.js";
import { type Relief, reliefOf } from "./relief.js";
import { type IntensityStatistics, noNumbers, type NucleusReading, oneValue } from "./scale.js";
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
  scale: IntensityStatistics & NucleusReading,
  options: AutoOptions = defaultAutoOptions,
  frame = 0,
): Proposal {
  return proposalsOf(image, scale, options, frame)(options.sensitivity ?? 1);
}

/**
 * The same for one sensitivity after another, which mostly only the decisions depend on: what it does not
 * change is found once. Each proposal equals that of `proposeObjects`. They share arrays, which nobody may
 * change.
 *
 * @param options all but the sensitivity
 * @returns the proposal at a sensitivity
 */
export function proposalsOf(
  image: Image,
  scale: IntensityStatistics & NucleusReading,
  options: Pick<AutoOptions, "diameter"> = {},
  frame = 0,
): (sensitivity: number) => Proposal {
  const diameter = options.diameter ?? scale.diameter;
  const pixels = preparePixels(image);
  const empty = (...warnings: string[]): (() => Proposal) => {
    const proposal = emptyProposal(image, warnings, frame);
    return () => proposal;
  };
  if (Number.isNaN(pixels.background)) return empty(noNumbers);
  if (pixels.constant) return empty(oneValue);
  if (!(diameter > 0))
    return empty(...scale.warnings, "The size of the nuclei is not known: nothing was annotated.");
  const relief = reliefOf(image, pixels, { diameter, spotted: scale.spotted }, scale.noise);
  const settings = {
    method: "auto",
    diameter,
    ...(scale.spotted ? { spots: "levelled" } : {}),
    fraction: outlineFraction(diameter),
    background: scale.background,
    noise: scale.noise,
  };
  const dark = darknessWarning(image, pixels, diameter);
  const warnings = [...scale.warnings, ...(dark === undefined ? [] : [dark])];
  const rest = { missing: missingOf(image), diameter, settings, warnings };
  let last: (OutlinedObjects & { readonly pieces: Int32Array }) | undefined;
  let made: { readonly sensitivity: number; readonly proposal: Proposal } | undefined;
  return (sensitivity) => {
    if (made?.sensitivity === sensitivity) return made.proposal;
    const minimum = (5 * relief.residual) / sensitivity;
    const regions = regionsOf(relief, minimum);
    const pieces = numberedClosely(regions);
    if (last === undefined || !isEqual(last.pieces, pieces))
      last = { pieces, ...outlined(image, detect(relief, regions), relief, scale.noise, frame) };
    const { labels, objects } = last;
    const proposal = { labels, objects, bright: brightOf(relief, minimum, objects), ...rest };
    made = { sensitivity, proposal };
    return proposal;
  };
}

/**
 * The same regions with the numbers 1..n, in the same order: which numbers are left out by what was dropped
 * changes nothing of what is found from them.
 */
function numberedClosely(regions: Int32Array): Int32Array {
  let most = 0;
  for (let i = 0; i < regions.length; i++) if (regions[i]! > most) most = regions[i]!;
  const numbers = new Int32Array(most + 1);
  for (let i = 0; i < regions.length; i++) if (regions[i]! > 0) numbers[regions[i]!] = 1;
  for (let label = 1, n = 0; label < numbers.length; label++) if (numbers[label] === 1) numbers[label] = ++n;
  const out = new Int32Array(regions.length);
  for (let i = 0; i < out.length; i++) out[i] = numbers[regions[i]!]!;
  return out;
}

const isEqual = (a: Int32Array, b: Int32Array): boolean => a.every((value, i) => value === b[i]);

type OutlinedObjects = Pick<Proposal, "labels" | "objects">;

/** The candidates with their contours in the image itself. */
function outlined(
  image: Image,
  detection: Detection,
  { background: reduced, ...relief }: Relief,
  noise: number,
  frame: number,
): OutlinedObjects {
  const { height, width } = image;
  const { data, diameter } = relief;
  const enlarge = 1 / relief.scale;
  const seeds = {
    height,
    width,
    data: rescaleLabels({ ...relief, data: detection.labels }, enlarge, image),
    count: detection.count,
  };
  const background = rescale({ ...relief, data: reduced }, enlarge, image).data;
  const sigma = Math.max(0.5, 0.025 * diameter);
  const smoothed = gaussian(data, height, width, sigma);
  const contours = ownContours(seeds, smoothed, background, {
    fraction: outlineFraction(diameter),
    grow: growth(diameter),
  });
  const labels = renumber(smoothOutlines(contours, { data, smoothed, sigma }));
  return { labels, objects: measureCandidates(labels, smoothed, background, { diameter, noise, frame }) };
}

function brightOf({ height, width, scale, heights }: Relief, minimum: number, objects: ObjectFeatures): Mask {
  const low = Math.max(minimum, glowLevel * typicalOf([objects]).intensity);
  const data = new Uint8Array(heights.length);
  for (let i = 0; i < data.length; i++) if (heights[i]! > low) data[i] = 1;
  return { height, width, scale, data };
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

interface Detection {
  /** Contours, apart from each other, 1..count; some numbers may be unused. */
  readonly labels: Int32Array;
  readonly count: number;
}

/** The regions that may be nuclei. @param minimum height below which all is noise */
function regionsOf({ height, width, scale, diameter, ...relief }: Relief, minimum: number): Int32Array {
  const { levels, heightOf, heights } = relief;
  const d = diameter * scale;
  const regions = selectRegions({ height, width, data: levels }, heightOf, {
    area: (Math.PI / 4) * d * d,
    minHeight: minimum,
  });
  dropFaint(regions, heights);
  return regions;
}

/** The candidates on the pixels of the detection. @param regions see `regionsOf`; changed */
function detect(
  { height, width, scale, diameter, smooth, background, heights, levels }: Relief,
  regions: Int32Array,
): Detection {
  const d = diameter * scale;
  const size = { height, width };
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
    fraction: outlineFraction(diameter),
    grow: growth(d),
  });
  return { labels: withoutContacts(contours), count: contours.count };
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
  const elevation = new Uint8Array(levels.length);
  for (let i = 0; i < elevation.length; i++) elevation[i] = 255 - levels[i]!;
  return watershedOfBytes(elevation, pieces, mask, height, width);
}
