import type { Image } from "../core/image.js";
import type { LabelImage } from "../core/labels.js";
import { emptyNuclei, type Nuclei } from "../core/nuclei.js";
import { hullPixelCount } from "./hull.js";
import { runsOf, type Runs } from "./runs.js";

/** What is measured beside the shapes. */
export interface MeasureOptions {
  /** Image of the size of the labels, for the mean grey value. */
  readonly image?: Image | undefined;
  /** Number written into the column `frame`. Default 0. */
  readonly frame?: number | undefined;
  /** Detection score of label k at k - 1. */
  readonly scores?: ArrayLike<number> | undefined;
  /** Where labels and image are whole rows of a larger image: their first row in it, and its height. */
  readonly part?: { readonly from: number; readonly height: number } | undefined;
}

/** Diameter of the disk of equal area, px. Source: `equivalent_diameter_area` of skimage's regionprops. */
export const equivalentDiameter = (area: number): number => Math.sqrt((4 * area) / Math.PI);

/**
 * Bounding boxes, count x 4: y0, x0 (inclusive), y1, x1 (exclusive) of label k at (k - 1) * 4; all 0 for a
 * label without pixels.
 */
export function boundingBoxes(labels: LabelImage): Int32Array {
  const { height, width, data, count } = labels;
  const boxes = new Int32Array(4 * count);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width;) {
      const label = data[row + x]!;
      const from = x++;
      if (label <= 0) continue;
      while (x < width && data[row + x] === label) x++;
      const box = 4 * (label - 1);
      if (boxes[box + 3] === 0) {
        boxes[box] = y;
        boxes[box + 1] = from;
        boxes[box + 3] = x;
      } else {
        if (from < boxes[box + 1]!) boxes[box + 1] = from;
        if (x > boxes[box + 3]!) boxes[box + 3] = x;
      }
      boxes[box + 2] = y + 1;
    }
  }
  return boxes;
}

/**
 * Measures each label that has pixels, one row each, by ascending label. -1 counts as background.
 *
 * Moments are those of the pixel centres, without the 1/12 px² of a pixel's own extent: one pixel has axes of
 * length 0. `solidity` counts pixels of the hull (see `hullPixelCount`). `orientation` is 0 where both axes
 * are equal.
 *
 * Source: skimage.measure.regionprops. Deviation: the angle, which there is counted from the y axis.
 */
export const measure = (labels: LabelImage, options: MeasureOptions = {}): Nuclei =>
  measureRuns(runsOf(labels), options);

/** `measure` for labels that are taken apart already. */
export function measureRuns(runs: Runs, options: MeasureOptions = {}): Nuclei {
  const present: number[] = [];
  for (let label = 1; label < runs.first.length; label++)
    if (runs.first[label]! > runs.first[label - 1]!) present.push(label);
  const nuclei = emptyNuclei(present.length);
  const { from: shift, height } = options.part ?? { from: 0, height: runs.height };
  present.forEach((label, row) => {
    const from = runs.first[label - 1]!;
    const to = runs.first[label]!;
    nuclei.frame[row] = options.frame ?? 0;
    nuclei.label[row] = label;
    nuclei.score[row] = options.scores?.[label - 1] ?? NaN;
    nuclei.meanIntensity[row] =
      options.image === undefined ? NaN : meanOverRuns(options.image, runs, from, to);
    nuclei.touchesEdge[row] = touchesEdge(runs, from, to, shift, height) ? 1 : 0;
    const shape = shapeOf(momentsOf(runs, from, to));
    nuclei.area[row] = shape.area;
    nuclei.y[row] = runs.y[from]! + shift + shape.y;
    nuclei.x[row] = runs.start[from]! + shape.x;
    nuclei.majorAxis[row] = shape.majorAxis;
    nuclei.minorAxis[row] = shape.minorAxis;
    nuclei.eccentricity[row] = shape.eccentricity;
    nuclei.orientation[row] = shape.orientation;
    nuclei.solidity[row] = shape.area / hullPixelCount(runs, from, to);
  });
  return nuclei;
}

function meanOverRuns({ data, width }: Image, runs: Runs, from: number, to: number): number {
  let sum = 0;
  let n = 0;
  for (let run = from; run < to; run++) {
    const row = runs.y[run]! * width;
    for (let i = row + runs.start[run]!, last = row + runs.end[run]!; i < last; i++) {
      const value = data[i]!;
      if (value !== value) continue;
      sum += value;
      n++;
    }
  }
  return sum / n;
}

function touchesEdge(runs: Runs, from: number, to: number, shift: number, height: number): boolean {
  if (runs.y[from]! + shift === 0 || runs.y[to - 1]! + shift === height - 1) return true;
  for (let run = from; run < to; run++)
    if (runs.start[run] === 0 || runs.end[run] === runs.width) return true;
  return false;
}

/** Sums over the pixels of an object, exact integers, relative to its first pixel. */
interface ShapeSums {
  readonly area: number;
  readonly sumY: number;
  readonly sumX: number;
  readonly sumYY: number;
  readonly sumXX: number;
  readonly sumXY: number;
}

function momentsOf(runs: Runs, from: number, to: number): ShapeSums {
  const originY = runs.y[from]!;
  const originX = runs.start[from]!;
  let area = 0;
  let sumY = 0;
  let sumX = 0;
  let sumYY = 0;
  let sumXX = 0;
  let sumXY = 0;
  for (let run = from; run < to; run++) {
    const y = runs.y[run]! - originY;
    const start = runs.start[run]! - originX;
    const end = runs.end[run]! - originX;
    const n = end - start;
    const sum = (n * (start + end - 1)) / 2;
    area += n;
    sumY += n * y;
    sumX += sum;
    sumYY += n * y * y;
    sumXX += squaresBelow(end) - squaresBelow(start);
    sumXY += y * sum;
  }
  return { area, sumY, sumX, sumYY, sumXX, sumXY };
}

/** Area, centroid (px from the first pixel) and the ellipse of equal second moments. */
function shapeOf({ area, sumY, sumX, sumYY, sumXX, sumXY }: ShapeSums): {
  readonly area: number;
  readonly y: number;
  readonly x: number;
  readonly majorAxis: number;
  readonly minorAxis: number;
  readonly eccentricity: number;
  readonly orientation: number;
} {
  const meanY = sumY / area;
  const meanX = sumX / area;
  // Variances as (n sum x² - (sum x)²) / n²: the difference is taken between integers, so that a line gets a
  // width of exactly 0.
  const yy = (area * sumYY - sumY * sumY) / (area * area);
  const xx = (area * sumXX - sumX * sumX) / (area * area);
  const xy = (area * sumXY - sumX * sumY) / (area * area);
  const middle = (yy + xx) / 2;
  const half = Math.sqrt(((yy - xx) / 2) ** 2 + xy * xy);
  const large = middle + half;
  const small = Math.max(0, middle - half);
  return {
    area,
    y: meanY,
    x: meanX,
    majorAxis: 4 * Math.sqrt(large),
    minorAxis: 4 * Math.sqrt(small),
    eccentricity: large === 0 ? 0 : Math.sqrt(1 - small / large),
    orientation: Math.atan2(2 * xy, xx - yy) / 2,
  };
}

/** Sum of k² over all k < n, for k and n that may be negative: differences of it are sums over ranges. */
const squaresBelow = (n: number): number => ((n - 1) * n * (2 * n - 1)) / 6;
