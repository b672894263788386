/** A division as a row of small pictures, one a frame, to be judged by eye. */
import type { Image } from "../core/image.js";
import { type LabelImage, labelImage } from "../core/labels.js";
import { type Canvas, canvasOf, fillBox } from "./canvas.js";
import { outlineColours, type Rgb, white } from "./colours.js";
import { ground } from "./legend.js";
import { brightness, outlines } from "./overlay.js";
import { drawText } from "./text.js";
import { contrastOf, drawGrey, drawLabels, drawnSize, type View } from "./view.js";

/** What is around a division in one frame. */
export interface DivisionCrop {
  /** From 0. */
  readonly frame: number;
  /** Without one the masks are filled. */
  readonly image?: Image | undefined;
  /** Of the size of the image: 1 the mother, 2 and 3 her daughters, from 4 on other nuclei. */
  readonly labels: LabelImage;
}

/** Outlines of the mother, of both daughters, and of all others. */
export const divisionColours = {
  mother: outlineColours[1]!,
  daughters: [outlineColours[0]!, outlineColours[2]!],
  others: [125, 125, 125],
} as const satisfies Record<string, Rgb | readonly Rgb[]>;

/** Drawn px between two pictures, and around the one between the mother and her daughters. */
const [gap, division] = [2, 6];

/** Grey levels: noise takes most of the bytes, and in small pictures fewer levels show as much. */
const levels = 24;

/** Grey of masks where there is no image. */
const filled = 0.55;

/**
 * Draws the crops side by side, all with one contrast, so that a mother who condenses is seen to get brighter.
 * Each has the number of its frame in the corner.
 *
 * @param crops in time; undefined where the movie has no such frame
 * @param edge of each picture, px: the longer edge of a crop is drawn so large
 * @param before how many of the crops are before the division
 */
export function divisionStrip(
  crops: readonly (DivisionCrop | undefined)[],
  edge: number,
  before: number,
): Canvas {
  const left = (k: number): number => k * (edge + gap) + (k >= before ? division - gap : 0);
  const [height, width] = [edge, left(crops.length - 1) + edge];
  const canvas: Canvas = { height, width, samples: 3, data: new Uint8Array(3 * height * width) };
  fillBox(canvas, { top: 0, left: 0, height, width }, white);
  const contrast = contrastOfAll(crops);
  crops.forEach((crop, k) => {
    fillBox(canvas, { top: 0, left: left(k), height: edge, width: edge }, ground);
    if (crop === undefined) return;
    paste(canvas, drawn(crop, edge, contrast), left(k), edge);
    drawText(canvas, 3, left(k) + 3, String(crop.frame), { colour: white, halo: true });
  });
  return canvas;
}

type Contrast = ReturnType<typeof contrastOf>;

/** Of the pixels of all images together. */
function contrastOfAll(crops: readonly (DivisionCrop | undefined)[]): Contrast {
  const images = crops.flatMap((crop) => (crop?.image === undefined ? [] : [crop.image]));
  const data = new Float32Array(images.reduce((sum, image) => sum + image.data.length, 0));
  let at = 0;
  for (const image of images) {
    data.set(image.data, at);
    at += image.data.length;
  }
  return images.length === 0 ? { low: 0, high: 1 } : contrastOf({ height: 1, width: data.length, data });
}

/** A crop, its longer edge `edge` px. */
function drawn({ image, labels }: DivisionCrop, edge: number, contrast: Contrast): Canvas {
  const { height, width } = labels;
  const view: View = { y: 0, x: 0, height, width, scale: edge / Math.max(height, width) };
  const size = drawnSize(view);
  const grey = drawGrey(image ?? masksAsImage(labels), view, contrast);
  const canvas = canvasOf(grey, size.height, size.width, brightness, levels);
  const { mother, daughters, others } = divisionColours;
  const shown = drawLabels(labels, view);
  const only = (family: boolean): LabelImage =>
    labelImage(
      shown.height,
      shown.width,
      shown.data.map((label) => (label > 0 && label <= 3 === family ? label : 0)),
    );
  outlines(canvas, only(false), () => others);
  outlines(canvas, only(true), (label) => (label === 1 ? mother : daughters[label - 2]!));
  return canvas;
}

const masksAsImage = ({ height, width, data }: LabelImage): Image => ({
  height,
  width,
  data: Float32Array.from(data, (label) => (label > 0 ? filled : 0)),
});

/** Puts a picture into the middle of a square. */
function paste(canvas: Canvas, picture: Canvas, left: number, edge: number): void {
  const { height, width } = picture;
  const [top, from] = [Math.floor((edge - height) / 2), left + Math.floor((edge - width) / 2)];
  for (let y = 0; y < height; y++)
    canvas.data.set(
      picture.data.subarray(3 * y * width, 3 * (y + 1) * width),
      3 * ((top + y) * canvas.width + from),
    );
}
