/**
 * Pictures that are drawn as indices of few colours: a byte a pixel in place of three, and a colour is mixed
 * once, not once a pixel.
 */
import type { Image, StoredPlane } from "../core/image.js";
import type { LabelImage } from "../core/labels.js";
import type { IndexedPicture } from "../io/png/pngpicture.js";
import { greyColours, mixed, usualLevels } from "./canvas.js";
import type { Rgb } from "./colours.js";
import { drawGrey, drawnSize, isWhole, type View } from "./view.js";

/** A picture whose colours are named as it is drawn. */
export interface IndexedCanvas extends IndexedPicture {
  /** Red, green, blue of each index; those of `greyLevels` first. */
  readonly palette: Uint8Array;
}

/** The grey image of a view. @param colours that follow the greys in the palette */
export function indexedBackdrop(
  image: Image,
  view: View,
  contrast: { readonly low: number; readonly high: number },
  { brightness, colours }: { readonly brightness: number; readonly colours: readonly Rgb[] },
): IndexedCanvas {
  const greys = greyColours(usualLevels, brightness);
  const palette = new Uint8Array(3 * (greys.length + colours.length));
  greys.forEach((value, k) => palette.fill(value, 3 * k, 3 * k + 3));
  colours.forEach((colour, k) => palette.set(colour, 3 * (greys.length + k)));
  return { ...drawnSize(view), palette, indices: greyLevels(image, view, contrast) };
}

/** Of each drawn pixel the level of its grey value, 0..`usualLevels` - 1. */
function greyLevels(
  image: Image,
  view: View,
  contrast: { readonly low: number; readonly high: number },
): Uint8Array {
  const { data } = image;
  if (data instanceof Float32Array || !isWhole(image, view)) return levelsOf(drawGrey(image, view, contrast));
  // Integers have few values: each is looked at once.
  const values = data instanceof Uint8Array ? new Uint8Array(256) : new Uint16Array(65_536);
  for (let value = 0; value < values.length; value++) values[value] = value;
  const line = { height: 1, width: values.length };
  const levels = levelsOf(drawGrey({ ...line, data: values }, { y: 0, x: 0, ...line, scale: 1 }, contrast));
  const out = new Uint8Array(data.length);
  for (let i = 0; i < out.length; i++) out[i] = levels[data[i]!]!;
  return out;
}

function levelsOf(grey: Float32Array): Uint8Array {
  const out = new Uint8Array(grey.length);
  for (let i = 0; i < out.length; i++) out[i] = Math.min(usualLevels - 1, Math.floor(grey[i]! * usualLevels));
  return out;
}

/** The greys with a colour over them. */
export const greysUnder = (brightness: number, colour: Rgb, opacity: number): Rgb[] =>
  Array.from(greyColours(usualLevels, brightness), (grey) => {
    const over = (channel: 0 | 1 | 2): number => mixed(grey, colour[channel], opacity);
    return [over(0), over(1), over(2)];
  });

/**
 * Draws the pixels of each object that touch something else along a row or column. The border of the picture
 * is no border of an object.
 *
 * @param colourOf index of a colour by label
 */
export function indexOutlines(
  { indices }: IndexedPicture,
  { height, width, data }: LabelImage,
  colourOf: Uint8Array,
): void {
  for (let y = 0; y < height; y++) {
    const above = y > 0 ? -width : 0;
    const below = y < height - 1 ? width : 0;
    for (let x = 0, at = y * width; x < width; x++, at++) {
      const label = data[at]!;
      if (
        label > 0 &&
        (data[at + above] !== label ||
          data[at + below] !== label ||
          (x > 0 && data[at - 1] !== label) ||
          (x < width - 1 && data[at + 1] !== label))
      )
        indices[at] = colourOf[label]!;
    }
  }
}

/** As RGB, height x width x 3. */
export function rgbPicture({ height, width, indices, palette }: IndexedPicture): StoredPlane & {
  readonly samples: 3;
  readonly data: Uint8Array;
} {
  const data = new Uint8Array(3 * indices.length);
  for (let i = 0, at = 0; i < indices.length; i++, at += 3) {
    const colour = 3 * indices[i]!;
    data[at] = palette[colour]!;
    data[at + 1] = palette[colour + 1]!;
    data[at + 2] = palette[colour + 2]!;
  }
  return { height, width, samples: 3, data };
}
