/**
 * Outlines smoothed as far as the noise of each object demands. Noise moves the line at which a blurred edge is
 * taken by about noise / slope. Where that is little, the outline stays as it is; where it is much, the object is
 * blurred as a shape, which averages along its outline, and cut at one half again.
 */
import type { LabelImage } from "../core/labels.js";
import { gaussian, gaussianKernel } from "./gaussian.js";
import { areas } from "./components.js";
import { largestPieces } from "./pieces.js";
import { boundingBoxes, equivalentDiameter } from "./regions.js";

/** How far noise may move an outline, in diameters. */
const tolerated = 0.01;
/** The largest sigma of the blur of a shape, in diameters. */
const most = 0.08;

/** The image that outlines were taken from, height x width each. */
export interface OutlinedGrey {
  readonly data: Float32Array;
  /** `data`, blurred by a Gaussian of `sigma`. */
  readonly smoothed: Float32Array;
  /** px, above 0. */
  readonly sigma: number;
}

/**
 * How far noise moves the outline of each object, px (one standard deviation), by label. The noise is what the
 * blur took off within the object, so that it is that of its own brightness; the slope is that of the blurred
 * image along the outline, where no other object is near. 0 where the object has no such place, or no slope.
 */
export function outlineNoise(labels: LabelImage, { data, smoothed, sigma }: OutlinedGrey): Float64Array {
  const { height, width, count } = labels;
  const removed = new Float64Array(count + 1);
  const pixels = new Float64Array(count + 1);
  const slope = new Float64Array(count + 1);
  const places = new Float64Array(count + 1);
  for (let y = 0, p = 0; y < height; y++) {
    const isInside = y > 0 && y < height - 1;
    for (let x = 0; x < width; x++, p++) {
      const label = labels.data[p]!;
      if (label <= 0) continue;
      const off = data[p]! - smoothed[p]!;
      if (Number.isNaN(off)) continue;
      removed[label]! += off * off;
      pixels[label]!++;
      if (!isInside || x === 0 || x === width - 1 || !isFreeEdge(labels, p)) continue;
      const dx = smoothed[p + 1]! - smoothed[p - 1]!;
      const dy = smoothed[p + width]! - smoothed[p - width]!;
      slope[label]! += Math.sqrt(dx * dx + dy * dy) / 2;
      places[label]!++;
    }
  }
  const { left, taken } = sharesOf(sigma);
  return slope.map((sum, label) => {
    const noise = Math.sqrt(removed[label]! / pixels[label]! / taken) * Math.sqrt(left);
    const moved = noise / (sum / places[label]!);
    return Number.isFinite(moved) ? moved : 0;
  });
}

/** Whether a pixel inside the image has background beside it, and no other object. */
function isFreeEdge({ data, width }: LabelImage, p: number): boolean {
  const label = data[p]!;
  const [west, east, north, south] = [data[p - 1]!, data[p + 1]!, data[p - width]!, data[p + width]!];
  if (west === label && east === label && north === label && south === label) return false;
  const isFree = (side: number): boolean => side === label || side <= 0;
  return isFree(west) && isFree(east) && isFree(north) && isFree(south);
}

/** Shares of the variance of white noise that a blur leaves, and that it takes off. */
function sharesOf(sigma: number): { readonly left: number; readonly taken: number } {
  const kernel = gaussianKernel(sigma);
  const squares = kernel.reduce((sum, weight, i) => sum + (i === 0 ? 1 : 2) * weight * weight, 0);
  return { left: squares ** 2, taken: 1 - 2 * kernel[0]! ** 2 + squares ** 2 };
}

/**
 * How much each outline is smoothed, by label: the sigma of a blur of the shape, px; 0 for none.
 *
 * Noise moves the line alike over about the blur's sigma along the outline, and the blur of the shape averages over
 * its own. So the wanted rest takes the square of (moved / tolerated) times the blur's sigma; never more than what
 * rounds the ends of an ellipse by little.
 *
 * @param noise see `outlineNoise`
 * @param area by label, px
 * @param sigma of the blur that the outlines were taken after, px
 */
export function smoothingFor(noise: Float64Array, area: Int32Array, sigma: number): Float64Array {
  return noise.map((moved, label) => {
    const diameter = equivalentDiameter(area[label]!);
    const excess = (moved / (tolerated * diameter)) ** 2 - 1;
    return excess > 0 ? Math.min(most * diameter, sigma * excess) : 0;
  });
}

/**
 * Each object blurred as a shape, and cut at one half; of what falls apart, the largest piece. Pixels of other
 * objects are none of its shape, and it takes none of them; of one that two of them want, the one whose blur is
 * higher gets it, the lower number of equal ones. Beyond the image an object goes on as at its border. Objects of
 * which nothing would be left stay as they are.
 *
 * @param sigma of the blur by label, px; 0 leaves the object
 * @param cells height x width, the label of the object that may take the pixel, 0 for all of them; holds `labels`
 */
export function smoothLabels(
  labels: LabelImage,
  sigma: Float64Array,
  cells: Int32Array = labels.data,
): LabelImage {
  const { width, data, count } = labels;
  const boxes = boundingBoxes(labels);
  const out = data.map((label) => (label > 0 && sigma[label]! > 0 ? 0 : label));
  const best = new Float32Array(data.length);
  for (let label = 1; label <= count; label++) {
    if (!(sigma[label]! > 0) || boxes[4 * label - 2] === boxes[4 * label - 4]) continue;
    const around = surroundings(
      labels,
      boxes.subarray(4 * label - 4, 4 * label),
      Math.ceil(2 * sigma[label]!),
    );
    const shape = blurredShape(labels, label, { ...around, sigma: sigma[label]!, cells });
    for (let y = 0, q = 0; y < around.rows; y++) {
      for (let x = 0, p = (around.top + y) * width + around.left; x < around.columns; x++, p++, q++) {
        if (!(shape[q]! >= 0.5) || isOthers(cells[p]!, label) || !(shape[q]! > best[p]!)) continue;
        best[p] = shape[q]!;
        out[p] = label;
      }
    }
  }
  return largestPieces({ ...labels, data: out });
}

/** A rectangle of an image. */
interface Surroundings {
  readonly top: number;
  readonly left: number;
  readonly rows: number;
  readonly columns: number;
}

/** A bounding box with `reach` px around it, as far as the image goes. */
function surroundings({ height, width }: LabelImage, box: Int32Array, reach: number): Surroundings {
  const [top, left] = [Math.max(0, box[0]! - reach), Math.max(0, box[1]! - reach)];
  const [bottom, right] = [Math.min(height, box[2]! + reach), Math.min(width, box[3]! + reach)];
  return { top, left, rows: bottom - top, columns: right - left };
}

const isOthers = (cell: number, label: number): boolean => cell > 0 && cell !== label;

/** An object as a shape, 0..1, blurred; as it is where the blur leaves nothing of it above one half. */
function blurredShape(
  { width, data }: LabelImage,
  label: number,
  around: Surroundings & { readonly sigma: number; readonly cells: Int32Array },
): Float32Array {
  const { top, left, rows, columns, sigma, cells } = around;
  const mask = new Float32Array(rows * columns);
  for (let y = 0, q = 0; y < rows; y++) {
    for (let x = 0, p = (top + y) * width + left; x < columns; x++, p++, q++)
      mask[q] = data[p] === label ? 1 : isOthers(cells[p]!, label) ? NaN : 0;
  }
  const blurred = gaussian(mask, rows, columns, sigma);
  return blurred.some((value, q) => value >= 0.5 && mask[q] === 1) ? blurred : mask;
}

/** The objects with their outlines smoothed as far as their noise demands. @param cells see `smoothLabels` */
export function smoothOutlines(labels: LabelImage, grey: OutlinedGrey, cells?: Int32Array): LabelImage {
  const sigma = smoothingFor(outlineNoise(labels, grey), areas(labels), grey.sigma);
  return sigma.some((value) => value > 0) ? smoothLabels(labels, sigma, cells) : labels;
}
