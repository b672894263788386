/** Images that are probably something else than bright nuclei on a dark ground: masks, label images, dark nuclei. */
import type { Image } from "../core/image.js";
import { gaussian } from "../imgproc/gaussian.js";
import type { PreparedPixels } from "./prepare.js";

/** Warning of an image that is a mask. */
const twoValues = "The image has two values only: this is a mask rather than an image.";
/** Warning of an image whose values are numbers of objects. */
const numbered =
  "Each value of the image fills one place, as in a label image: this may be no image to annotate.";
/** Warning of an image whose objects may be dark. */
const darkNuclei =
  "What stands out is darker than its surroundings: nuclei are taken to be bright; " +
  "if these are dark, invert the image.";

/** What is told of an image that looks like a mask or a label image; undefined of others. */
export function maskWarning(image: Image): string | undefined {
  if (hasTwoValues(image.data)) return twoValues;
  return hasNumbers(image) ? numbered : undefined;
}

function hasTwoValues(data: Image["data"]): boolean {
  const first = data[0];
  let other: number | undefined;
  for (const value of data) {
    if (value === first || value === other) continue;
    if (other !== undefined || Number.isNaN(value)) return false;
    other = value;
  }
  return other !== undefined;
}

/** Rows that tell, of most images, that their neighbours differ. */
const lookedAt = 16;
/** Share of neighbours that are equal where values are numbers of objects, at least. */
const equalShare = 0.7;
/** Share of the rectangles about the values that they fill, at least: about 0.7 of nuclei, little of grey values. */
const filledShare = 0.4;

/** Whether the image has integers of which each, but 0, fills a place of its own. */
function hasNumbers(image: Image): boolean {
  const { data, height, width } = image;
  if (data instanceof Float32Array || width < 2) return false;
  const step = Math.max(1, Math.floor(height / lookedAt));
  let [equal, pairs] = [0, 0];
  for (let y = 0; y < height; y += step)
    for (let p = y * width + 1; p < (y + 1) * width; p++, pairs++) if (data[p] === data[p - 1]) equal++;
  return equal >= equalShare * pairs && equal < pairs && fillPlaces(image);
}

interface Place {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

function fillPlaces({ data, height, width }: Image): boolean {
  const places = new Map<number, Place>();
  let filled = 0;
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const value = data[p]!;
      if (value === 0) continue;
      filled++;
      const place = places.get(value);
      if (place === undefined) places.set(value, { top: y, bottom: y, left: x, right: x });
      else {
        place.bottom = y;
        place.left = Math.min(place.left, x);
        place.right = Math.max(place.right, x);
      }
    }
  }
  let enclosed = 0;
  for (const { top, bottom, left, right } of places.values())
    enclosed += (bottom - top + 1) * (right - left + 1);
  return places.size >= 3 && filled >= filledShare * enclosed;
}

/** How far the median lies above the middle between dark and bright, in halves of their distance, at least. */
const brightMedian = 0.4;
/**
 * Energy of what is darker than its surroundings in units of that of what is brighter, at least: simulated nuclei
 * that cover 10 to 65 % have 0.3 to 0.8, and inverted ones 1.3 to 3.4.
 */
const darkEnergy = 1.4;

/**
 * What is told of an image whose objects are dark on a bright ground; undefined of others.
 *
 * @param diameter of the nuclei of its acquisition, px
 */
export function darknessWarning(
  { height, width }: Image,
  { clean, background, middle, glare }: PreparedPixels,
  diameter: number,
): string | undefined {
  const top = background + (glare - background) / 2;
  // Most images end here.
  if (!(2 * middle - background - top > brightMedian * (top - background))) return undefined;
  const sigma = diameter / 3;
  const narrow = gaussian(clean, height, width, sigma);
  const wide = gaussian(clean, height, width, 1.25 * sigma);
  let [above, below] = [0, 0];
  for (let i = 0; i < narrow.length; i++) {
    const difference = narrow[i]! - wide[i]!;
    if (difference > 0) above += difference ** 2;
    else below += difference ** 2;
  }
  return below > darkEnergy * above ? darkNuclei : undefined;
}
