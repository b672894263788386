import type { LabelImage } from "../core/labels.js";
import type { Size } from "../core/size.js";
import { type Background, type BackgroundGathering, gatherBackground } from "../imgproc/background.js";
import { areas } from "../imgproc/components.js";
import { contoursWithin, outlineFraction } from "../imgproc/contour.js";
import { gaussian, gaussianRadius } from "../imgproc/gaussian.js";
import { growLabels } from "../imgproc/grow.js";
import { cutAtPeakFraction } from "../imgproc/peakfraction.js";
import { equivalentDiameter } from "../imgproc/regions.js";
import { smoothOutlines } from "../imgproc/smoothlabels.js";
import { median } from "../stats/percentile.js";

/** How outlines are refined. */
export interface RefineOptions {
  /** Height of the contour between background (0) and the object's core (1). Default: see `outlineFraction`. */
  readonly fraction?: number | undefined;
  /** Blur before the contour is taken, in diameters of a typical object; at least half a px. */
  readonly blur: number;
  /**
   * A contour is believed if it shares at least this much with the predicted object (intersection over
   * union), 0..1.
   */
  readonly agreement: number;
}

/** `agreement` is discussed at `refineOutlines`. */
export const defaultRefineOptions: RefineOptions = {
  blur: 0.025,
  agreement: 0.6,
};

/**
 * Window of the local background, in diameters of a typical object: as for the annotation, so that both draw
 * the same contour.
 */
const backgroundDiameters = 4;

/** How far a contour may leave the predicted object, in diameters. */
const reachDiameters = 0.25;

/**
 * Share of the brightest part of an object down to which pixels stand for its height at first. What a
 * prediction holds too much of, be it background or a dimmer neighbour, must not lower the height.
 */
const seedFraction = 0.8;

/**
 * Gives each predicted object its own contour in the image: the network knows which pixels belong together,
 * the image where the edge lies.
 *
 * The contour is taken twice: from the height of the prediction's brightest part, then from that of the core
 * of the first contour, as in the annotation. It never takes a pixel of another predicted object. Where it
 * deviates strongly from the prediction (a neighbour shines in, the nucleus is not brighter than its
 * surroundings), the predicted outline stays. This repairs outlines that are a pixel off; a perfect outline
 * it makes worse, as the contour then brings only its own noise. Tried on hand-made truth of mixed images,
 * through the polygons of a perfect network and of one that is 1 px too small or large: mean IoU .97 to .89,
 * .79 to .85, .82 to .87. Asking for an agreement of .7 instead of .6 gives .90, .83, .87.
 *
 * @param labels predicted objects
 * @param data height x width grey values on any scale, without NaN
 * @returns labels with the same numbers and count; every object that had pixels has some
 */
export function refineOutlines(
  labels: LabelImage,
  data: Float32Array,
  options: RefineOptions = defaultRefineOptions,
): LabelImage {
  const refinement = refinementFor(areas(labels), labels, options);
  if (refinement === undefined) return labels;
  refinement.background.add(data, 0);
  return refineRows(labels, data, 0, { refinement, background: refinement.background.finish() });
}

/** What is one for all objects of an image, before its rows are seen. */
export interface Refinement {
  readonly options: RefineOptions;
  /** Height of the contours between background (0) and core (1): that of the annotation, unless it was set. */
  readonly fraction: number;
  /** Standard deviation of the blur, px. */
  readonly sigma: number;
  /** How far a contour may leave the predicted object, px. */
  readonly grow: number;
  /** Wants to see the rows of the image. */
  readonly background: BackgroundGathering;
}

/**
 * Prepares the refinement of an image of this size.
 *
 * @param area of each predicted object by its label, px; entry 0 is not looked at
 * @returns undefined where there is no object
 */
export function refinementFor(
  area: Int32Array,
  { height, width }: Size,
  options: RefineOptions = defaultRefineOptions,
): Refinement | undefined {
  const diameter = equivalentDiameter(median(area.subarray(1).filter((pixels) => pixels > 0)));
  if (!(diameter > 0)) return undefined;
  return {
    options,
    fraction: options.fraction ?? outlineFraction(diameter),
    sigma: Math.max(0.5, options.blur * diameter),
    grow: Math.max(2, Math.round(reachDiameters * diameter)),
    background: gatherBackground(height, width, Math.max(16, backgroundDiameters * diameter)),
  };
}

/** What is one for all objects of an image whose rows were seen. */
export interface Outline {
  readonly refinement: Refinement;
  readonly background: Background;
}

/**
 * Rows above and below an object on which its contour may depend: as far as it may grow, its smoothing looks beyond
 * that (less than it may grow again), its neighbours may grow towards it, and the blur sees.
 */
export const rowsAround = ({ grow, sigma }: Refinement): number => 3 * grow + gaussianRadius(sigma);

/**
 * `refineOutlines` for some rows of an image: equal to those of the whole for every object that lies inside
 * with `rowsAround` rows above and below it (or the image's border).
 *
 * @param labels, data whole rows, from row `from` of the image on
 */
export function refineRows(
  labels: LabelImage,
  data: Float32Array,
  from: number,
  { refinement: { options, fraction, sigma, grow }, background: behind }: Outline,
): LabelImage {
  const { height, width, count } = labels;
  const before = areas(labels);
  const smoothed = gaussian(data, height, width, sigma);
  const background = behind.rows(from, from + height);
  const cells = growLabels(labels, grow);
  const seeds = { ...labels, data: labels.data.slice() };
  cutAtPeakFraction(
    seeds.data,
    smoothed.map((value, i) => value - background[i]!),
    seedFraction,
  );
  const grey = { smoothed, background };
  const first = contoursWithin(cells, seeds, grey, fraction);
  const contours = smoothOutlines(
    contoursWithin(cells, first, grey, fraction),
    { data, smoothed, sigma },
    cells,
  );
  const after = areas(contours);
  const shared = new Int32Array(count + 1);
  for (let i = 0; i < labels.data.length; i++)
    if (contours.data[i] === labels.data[i]) shared[labels.data[i]!]!++;
  const believed = before.map((area, label) =>
    shared[label]! >= options.agreement * (area + after[label]! - shared[label]!) ? 1 : 0,
  );
  const out = contours.data;
  for (let i = 0; i < out.length; i++) {
    const contour = out[i]!;
    const predicted = labels.data[i]!;
    if (predicted > 0 && believed[predicted] === 0) out[i] = predicted;
    else if (contour > 0 && believed[contour] === 0) out[i] = 0;
  }
  return { height, width, data: out, count };
}
