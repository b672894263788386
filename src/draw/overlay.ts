import { InvalidInput } from "../core/errors.js";
import type { Image, StoredPlane } from "../core/image.js";
import type { LabelImage } from "../core/labels.js";
import type { IndexedPicture } from "../io/png/pngpicture.js";
import { blend, canvasOf, type Canvas, hatchOpacity, hatchPixel, onStripe, usualLevels } from "./canvas.js";
import { annotationColours, distinctColours, outlineColours, type Rgb } from "./colours.js";
import { greysUnder, indexedBackdrop, indexOutlines, rgbPicture } from "./indexedpicture.js";
import { contrastOf, drawGrey, drawLabels, drawnSize, type View } from "./view.js";

/** How a picture of labels is drawn. */
export interface OverlayOptions {
  /** What to draw, and how large. Default the whole image at 1:1. */
  readonly view?: View | undefined;
  /**
   * Index into `outlineColours` at each label; default by `distinctColours`. Give it where several views of
   * one image shall agree.
   */
  readonly colours?: ArrayLike<number> | undefined;
  /** Grey values drawn black and white; default by `contrastOf`. */
  readonly contrast?: { readonly low: number; readonly high: number } | undefined;
}

/** How a picture of an annotation is drawn. */
export interface AnnotationOverlayOptions extends OverlayOptions {
  /** Objects that were found but turned down; 0 elsewhere. */
  readonly rejected?: LabelImage | undefined;
}

/**
 * Outlines of objects, one px wide on their inner side, over the grey image; neighbours differ in colour.
 *
 * @returns RGB, drawn height x width x 3
 * @throws InvalidInput when labels and image differ in size
 */
export const overlayLabels = (image: Image, labels: LabelImage, options: OverlayOptions = {}): StoredPlane =>
  rgbPicture(labelPicture(image, labels, options));

/** `overlayLabels` as indices of its colours. */
export function labelPicture(image: Image, labels: LabelImage, options: OverlayOptions = {}): IndexedPicture {
  requireEqualSize(image, labels);
  const view = options.view ?? wholeImage(image);
  const picture = indexedBackdrop(image, view, options.contrast ?? contrastOf(image), {
    brightness,
    colours: outlineColours,
  });
  const colours = options.colours ?? distinctColours(labels, outlineColours.length);
  const colourOf = Uint8Array.from(colours, (colour) => usualLevels + (colour % outlineColours.length));
  indexOutlines(picture, drawLabels(labels, view), colourOf);
  return picture;
}

/** Colours of an annotation that follow the greys: both tints of each grey, then those of the outlines. */
const annotationPalette = (): Rgb[] => [
  ...greysUnder(brightness, annotationColours.ignored, hatchOpacity.between),
  ...greysUnder(brightness, annotationColours.ignored, hatchOpacity.stripe),
  annotationColours.rejected,
  annotationColours.kept,
];

/**
 * An annotation over its image: sure nuclei outlined blue, the area that training ignores (-1) tinted and
 * hatched yellow, objects turned down outlined orange (`annotationColours`).
 *
 * @returns RGB, drawn height x width x 3
 * @throws InvalidInput when labels and image differ in size
 */
export const annotationOverlay = (
  image: Image,
  labels: LabelImage,
  options: AnnotationOverlayOptions = {},
): StoredPlane => rgbPicture(annotationPicture(image, labels, options));

/** `annotationOverlay` as indices of its colours. */
export function annotationPicture(
  image: Image,
  labels: LabelImage,
  options: AnnotationOverlayOptions = {},
): IndexedPicture {
  requireEqualSize(image, labels);
  if (options.rejected) requireEqualSize(image, options.rejected);
  const view = options.view ?? wholeImage(image);
  const picture = indexedBackdrop(image, view, options.contrast ?? contrastOf(image), {
    brightness,
    colours: annotationPalette(),
  });
  const drawn = drawLabels(labels, view);
  hatchIndices(picture, drawn);
  const oneColour = ({ count }: LabelImage, colour: number): Uint8Array =>
    new Uint8Array(count + 1).fill(3 * usualLevels + colour);
  if (options.rejected)
    indexOutlines(picture, drawLabels(options.rejected, view), oneColour(options.rejected, 0));
  indexOutlines(picture, drawn, oneColour(labels, 1));
  return picture;
}

/** Hatches ignored pixels of the grey image of an annotation. */
function hatchIndices({ indices }: IndexedPicture, { height, width, data }: LabelImage): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0, at = y * width; x < width; x++, at++)
      if (data[at] === -1) indices[at]! += onStripe(y, x) ? 2 * usualLevels : usualLevels;
  }
}

/** White under coloured outlines would swallow them. */
export const brightness = 0.8;

/** The grey image of a view on a canvas. */
export function backdrop(
  image: Image,
  view: View,
  contrast: { low: number; high: number } | undefined,
  brightness: number,
): Canvas {
  const { height, width } = drawnSize(view);
  return canvasOf(drawGrey(image, view, contrast ?? contrastOf(image)), height, width, brightness);
}

/** All of an image at 1:1. */
export const wholeImage = ({ height, width }: { height: number; width: number }): View => ({
  y: 0,
  x: 0,
  height,
  width,
  scale: 1,
});

/**
 * Colours the pixels of each object that touch something else along a row or column. The border of the
 * picture is no border of an object.
 */
export function outlines(
  canvas: Canvas,
  { height, width, data }: LabelImage,
  colourOf: (label: number) => Rgb,
): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const label = data[at]!;
      if (label <= 0) continue;
      const edge =
        (y > 0 && data[at - width] !== label) ||
        (y < height - 1 && data[at + width] !== label) ||
        (x > 0 && data[at - 1] !== label) ||
        (x < width - 1 && data[at + 1] !== label);
      if (edge) blend(canvas, at, colourOf(label));
    }
  }
}

/** Hatches ignored pixels. @param labels of the canvas' size */
export function hatch(canvas: Canvas, { data }: LabelImage): void {
  for (let at = 0; at < data.length; at++)
    if (data[at] === -1) hatchPixel(canvas, at, annotationColours.ignored);
}

/** @throws InvalidInput when labels and image differ in size */
export function requireEqualSize(image: Image, labels: LabelImage): void {
  if (image.height === labels.height && image.width === labels.width) return;
  throw new InvalidInput(
    "labels",
    `the size of the image, ${image.height} x ${image.width} px`,
    `${labels.height} x ${labels.width} px`,
  );
}
