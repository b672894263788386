import type { Image } from "../core/image.js";
import { labelImage, type LabelImage } from "../core/labels.js";
import type { Random } from "../core/random.js";
import { bitsAbove } from "../imgproc/bits.js";
import { innerComponents } from "../imgproc/components.js";
import { gaussianOpenCv9 } from "../imgproc/gaussian.js";
import { closing3x3 } from "../imgproc/morphology.js";
import { histogram8, otsuThreshold } from "../imgproc/otsu.js";
import { equivalentDiameter, measureRuns } from "../imgproc/regions.js";
import { painted, renumberedRuns, runsByLabel, type Runs } from "../imgproc/runs.js";
import { median } from "../stats/percentile.js";
import { type Annotation, type Decision, emptyFeatures, objectTable, type ObjectFeatures } from "./types.js";

/** The author's least area, in units of the median. */
const minAreaRatio = 0.5;
/** The author's largest area, in units of the median. */
const maxAreaRatio = 1.5;
/** The author's limit of the distance to the median area, in median absolute deviations; less than it. */
const maxDeviations = 2;

/**
 * The automatic annotation of the paper, as the author's script does it: 9x9 blur, Otsu, 3x3 closing, objects
 * at the border removed, 8-connected components, and of these the ones whose area lies within 0.5 to 1.5 of
 * the image's median and less than two median absolute deviations from it. There is no watershed in that
 * script, although the text has one. Images that are not 8-bit are first stretched from minimum..maximum to
 * 0..255 (NaN becomes 0).
 *
 * Source: Englbrecht, Ruider & Bausch 2021, PLoS ONE 16(4): e0250093, and its published scripts. Deviation:
 * none known for 8-bit images.
 */
export function annotatePaper(image: Image, frame = 0): Annotation {
  const { height, width } = image;
  const grey = stretchTo8Bit(image);
  if (grey.length === 0 || grey.every((value) => value === grey[0]))
    return emptyPaperAnnotation(image, frame);
  const blurred = gaussianOpenCv9(grey, height, width);
  const threshold = otsuThreshold(histogram8(blurred));
  const candidates = innerComponents(closing3x3(bitsAbove(blurred, height, width, threshold)), 8);
  const objects = paperFeatures(runsByLabel(candidates), image, frame);
  const decisions = decidePaper(objects.area);
  const table = objectTable(objects, decisions);
  const labels = painted(
    renumberedRuns(candidates, table.label, decisions.filter(({ kept }) => kept).length),
  );
  const settings = { method: "paper", threshold, medianArea: objects.count === 0 ? 0 : median(objects.area) };
  const warnings =
    objects.count === 0 ? ["Above Otsu's threshold, no object lies completely inside the image."] : [];
  return { labels, objects: table, candidates: painted(candidates), settings, warnings };
}

function emptyPaperAnnotation({ height, width }: Image, frame: number): Annotation {
  const nothing = labelImage(height, width, new Int32Array(height * width));
  return {
    labels: nothing,
    candidates: nothing,
    objects: objectTable(emptyFeatures(0, frame), []),
    settings: { method: "paper", threshold: 0, medianArea: 0 },
    warnings: ["The image is empty or has one value only: nothing was annotated."],
  };
}

/** Linear from minimum..maximum to 0..255, rounded; 8-bit images are taken as they are. */
function stretchTo8Bit({ data }: Image): Uint8Array {
  if (data instanceof Uint8Array) return data;
  const [low, high] = range(data);
  const factor = high > low ? 255 / (high - low) : 0;
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++)
    out[i] = Number.isFinite(data[i]!) ? Math.round((data[i]! - low) * factor) : 0;
  return out;
}

function range(data: Image["data"]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value < low && value !== -Infinity) low = value;
    if (value > high && value !== Infinity) high = value;
  }
  return [low, high];
}

function paperFeatures(runs: Runs, image: Image, frame: number): ObjectFeatures {
  const nuclei = measureRuns(runs, { image, frame });
  return {
    ...emptyFeatures(nuclei.count, frame),
    candidate: nuclei.label,
    y: nuclei.y,
    x: nuclei.x,
    area: nuclei.area,
    diameter: nuclei.area.map(equivalentDiameter),
    solidity: nuclei.solidity,
    eccentricity: nuclei.eccentricity,
    intensity: nuclei.meanIntensity,
    touchesEdge: nuclei.touchesEdge,
  };
}

/**
 * The author's area rule. Where half of the objects have the median area, the deviation is 0 and counts as 1
 * px, as in the script.
 */
export function decidePaper(areas: Float64Array): Decision[] {
  if (areas.length === 0) return [];
  const middle = median(areas);
  const deviation = median(areas.map((area) => Math.abs(area - middle))) || 1;
  return Array.from(areas, (area) => {
    const ratio = area / middle;
    const away = Math.abs(area - middle) / deviation;
    const text = `area ${area} px is ${ratio.toFixed(2)} of the median ${middle}`;
    if (ratio < minAreaRatio)
      return { kept: false, score: 0, reason: `${text} (minimum ${minAreaRatio})`, cause: "small" };
    if (ratio > maxAreaRatio)
      return { kept: false, score: 0, reason: `${text} (maximum ${maxAreaRatio})`, cause: "large" };
    if (away >= maxDeviations)
      return {
        kept: false,
        score: 0,
        reason: `${text}, ${away.toFixed(1)} median absolute deviations away (less than ${maxDeviations})`,
        cause: area < middle ? "small" : "large",
      };
    return { kept: true, score: 1, reason: "" };
  });
}

/**
 * Replaces every pixel outside the labelled nuclei by uniform whole numbers 0..50, as the author does before
 * training. For data that are not 8-bit the same share of the image's own range is used: minimum +
 * (0..50)/255 x (maximum - minimum).
 *
 * @param labels positive inside the nuclei whose pixels stay
 */
export function noiseBackground(image: Image, labels: LabelImage, rng: Random): Image {
  const is8Bit = image.data instanceof Uint8Array;
  const [low, high] = is8Bit ? [0, 255] : range(image.data);
  const data = image.data.slice();
  for (let i = 0; i < data.length; i++) {
    if (labels.data[i]! > 0) continue;
    const value = low + (rng.integer(51) / 255) * (high - low);
    data[i] = data instanceof Float32Array ? value : Math.round(value);
  }
  return { ...image, data };
}
