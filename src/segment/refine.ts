import type { LabelImage } from "../core/labels.js";
import { localBackground } from "../imgproc/background.js";
import { areas } from "../imgproc/components.js";
import { defaultContourOptions, ownContours } from "../imgproc/contour.js";
import { gaussian } from "../imgproc/gaussian.js";
import { median } from "../imgproc/percentile.js";
import { equivalentDiameter } from "../imgproc/regions.js";

export interface RefineOptions {
  /** Height of the contour between background (0) and the object's core (1). */
  readonly fraction: number;
  /** Blur before the contour is taken, in diameters of a typical object; at least half a px. */
  readonly blur: number;
  /** A contour is believed if it shares at least this much with the predicted object (intersection over union), 0..1. */
  readonly agreement: number;
}

export const defaultRefineOptions: RefineOptions = { fraction: defaultContourOptions.fraction, blur: 0.025, agreement: 0.6 };

/** Window of the local background, in diameters of a typical object. */
const backgroundDiameters = 8;

/** How far a contour may leave the predicted object, in diameters. */
const reachDiameters = 0.15;

/**
 * Gives each predicted object its own contour in the image: the network knows which pixels belong together, the image where the edge lies.
 *
 * A contour never takes a pixel of another predicted object. Where it deviates strongly from the prediction (a neighbour shines in, the nucleus is not brighter
 * than its surroundings), the predicted outline stays. This repairs outlines that are a pixel off; a perfect outline it makes worse, as the contour then
 * brings only its own noise. Tried on hand-made truth of mixed images, through the polygons of a perfect network and of one that is 1 px too
 * small or large: mean IoU .97 to .89, .79 to .85, .82 to .87. Asking for an agreement of .7 instead of .6 gives .90, .83, .87.
 *
 * @param labels predicted objects
 * @param data height x width grey values on any scale, without NaN
 * @returns labels with the same numbers and count; every object that had pixels has some
 */
export function refineOutlines(labels: LabelImage, data: Float32Array, options: RefineOptions = defaultRefineOptions): LabelImage {
  const { height, width, count } = labels;
  const before = areas(labels);
  const diameter = equivalentDiameter(median(before.subarray(1).filter((area) => area > 0)));
  if (!(diameter > 0)) return labels;
  const background = localBackground(data, height, width, Math.max(16, backgroundDiameters * diameter));
  const grow = Math.max(2, Math.round(reachDiameters * diameter));
  const contours = ownContours(labels, gaussian(data, height, width, Math.max(0.5, options.blur * diameter)), background, { fraction: options.fraction, grow });
  const after = areas(contours);
  const shared = areas({ ...labels, data: labels.data.map((label, i) => (contours.data[i] === label ? label : 0)) });
  const believed = before.map((area, label) => (shared[label]! >= options.agreement * (area + after[label]! - shared[label]!) ? 1 : 0));
  const out = new Int32Array(height * width);
  for (let i = 0; i < out.length; i++) {
    const contour = contours.data[i]!;
    const predicted = labels.data[i]!;
    if (predicted > 0 && believed[predicted] === 0) out[i] = predicted;
    else if (contour > 0 && believed[contour] === 1) out[i] = contour;
  }
  return { height, width, data: out, count };
}
