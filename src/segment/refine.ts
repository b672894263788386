import type { LabelImage } from "../core/labels.js";
import { localBackground } from "../imgproc/background.js";
import { defaultContourOptions, ownContours } from "../imgproc/contour.js";
import { gaussian } from "../imgproc/gaussian.js";
import { median } from "../imgproc/percentile.js";

export interface RefineOptions {
  /** Height of the contour between background (0) and the object's core (1). */
  readonly fraction: number;
  /** Blur before the contour is taken, px. */
  readonly sigma: number;
  /** A contour is believed if its area is within this range of the predicted one. */
  readonly areaRatio: readonly [low: number, high: number];
}

export const defaultRefineOptions: RefineOptions = { fraction: defaultContourOptions.fraction, sigma: 1, areaRatio: [0.6, 1.6] };

/** Window of the local background, in diameters of a typical object. */
const backgroundDiameters = 8;

/** How far a contour may leave the predicted object, in diameters. */
const reachDiameters = 0.15;

/**
 * Gives each predicted object its own contour in the image: the network knows which pixels belong together, the image where the edge lies.
 *
 * A contour never takes a pixel of another predicted object. Where it deviates strongly from the prediction (a neighbour shines in, the nucleus is not brighter
 * than its surroundings), the predicted outline stays.
 *
 * @param labels predicted objects
 * @param data height x width grey values on any scale, without NaN
 * @returns labels with the same numbers and count; every object that had pixels has some
 */
export function refineOutlines(labels: LabelImage, data: Float32Array, options: RefineOptions = defaultRefineOptions): LabelImage {
  const { height, width, count } = labels;
  const before = areasOf(labels);
  const diameter = Math.sqrt((4 / Math.PI) * median(before.filter((area) => area > 0)));
  if (!(diameter > 0)) return labels;
  const background = localBackground(data, height, width, Math.max(16, backgroundDiameters * diameter));
  const grow = Math.max(2, Math.round(reachDiameters * diameter));
  const contours = ownContours(labels, gaussian(data, height, width, options.sigma), background, { fraction: options.fraction, grow });
  const after = areasOf(contours);
  const [low, high] = options.areaRatio;
  const believed = before.map((area, label) => (after[label]! >= low * area && after[label]! <= high * area ? 1 : 0));
  const out = new Int32Array(height * width);
  for (let i = 0; i < out.length; i++) {
    const contour = contours.data[i]!;
    const predicted = labels.data[i]!;
    if (predicted > 0 && believed[predicted] === 0) out[i] = predicted;
    else if (contour > 0 && believed[contour] === 1) out[i] = contour;
  }
  return { height, width, data: out, count };
}

/** By label, px; the entry of 0 is 0. */
function areasOf({ data, count }: LabelImage): Float64Array {
  const areas = new Float64Array(count + 1);
  for (let i = 0; i < data.length; i++) if (data[i]! > 0) areas[data[i]!]!++;
  return areas;
}
