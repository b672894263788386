/** Finds room in a picture for words beside objects. */
import type { LabelImage } from "../core/labels.js";
import { boundingBoxes } from "../imgproc/regions.js";
import type { Box } from "./canvas.js";
import { capitalHeight, textHeight, textWidth } from "./text.js";

/** A line of text with its place in the drawn picture. */
export interface PlacedText {
  readonly y: number;
  readonly x: number;
  readonly text: string;
  readonly scale: number;
}

/** Room around a text, px. */
const pad = 2;

/**
 * Writes on an object where its text fits into it, else beside it where that hides neither a sure nucleus nor
 * another object; where all lines have no room the first alone may have, and where that has none either the
 * object stays without. Large objects choose first.
 *
 * @param kept nuclei that must stay visible; positive inside
 * @param objects what the texts belong to, by number
 * @param zoom drawn px per px
 */
export function placeMarks(
  kept: LabelImage,
  objects: LabelImage,
  texts: ReadonlyMap<number, readonly string[]>,
  zoom: number,
): PlacedText[] {
  const boxes = boundingBoxes(objects);
  const boxOf = (label: number): Box => {
    const [top, left, bottom, right] = [0, 1, 2, 3].map((k) => boxes[4 * label - 4 + k]!) as [
      number,
      number,
      number,
      number,
    ];
    return {
      top: top * zoom,
      left: left * zoom,
      height: (bottom - top) * zoom,
      width: (right - left) * zoom,
    };
  };
  const order = [...texts.keys()].filter((label) => label <= objects.count && boxOf(label).height > 0);
  order.sort((a, b) => boxOf(b).height * boxOf(b).width - boxOf(a).height * boxOf(a).width || a - b);
  const scale = scaleOf(order.map((label) => boxOf(label).height));
  const used: Box[] = [];
  const hidden = (box: Box, label: number): boolean =>
    hides(kept, objects, box, label, zoom) || used.some((other) => meet(box, other));
  return order.flatMap((label) => {
    const lines = texts.get(label)!;
    for (const some of lines.length > 1 ? [lines, lines.slice(0, 1)] : [lines]) {
      const spot = spotFor(boxOf(label), sizeOf(some, scale), (box) => hidden(box, label));
      if (spot === undefined) continue;
      used.push(spot);
      return some.map((text, i): PlacedText => ({
        y: spot.top + pad + i * leading(scale),
        x: spot.left + Math.floor((spot.width - textWidth(text, scale)) / 2),
        text,
        scale,
      }));
    }
    return [];
  });
}

/** Letters grow with the objects: twice as large where these are 80 px high in the picture. */
function scaleOf(heights: readonly number[]): number {
  const sorted = [...heights].sort((a, b) => a - b);
  const middle = sorted[sorted.length >> 1] ?? 0;
  return Math.max(1, Math.min(3, Math.floor(middle / 40)));
}

const leading = (scale: number): number => textHeight(scale);

const sizeOf = (lines: readonly string[], scale: number): { height: number; width: number } => ({
  height: (lines.length - 1) * leading(scale) + capitalHeight(scale) + 2 * pad,
  width: Math.max(...lines.map((line) => textWidth(line, scale))) + 2 * pad,
});

/** On the object, right, left, below and above of it: the first place that hides nothing. */
function spotFor(
  object: Box,
  { height, width }: { height: number; width: number },
  hidden: (box: Box) => boolean,
): Box | undefined {
  const [middleTop, middleLeft] = [
    object.top + Math.floor((object.height - height) / 2),
    object.left + Math.floor((object.width - width) / 2),
  ];
  const at = (top: number, left: number): Box => ({ top, left, height, width });
  const places = [
    at(middleTop, object.left + object.width),
    at(middleTop, object.left - width),
    at(object.top + object.height, middleLeft),
    at(object.top - height, middleLeft),
  ];
  if (object.height >= height && object.width >= width) places.unshift(at(middleTop, middleLeft));
  return places.find((box) => !hidden(box));
}

const meet = (a: Box, b: Box): boolean =>
  a.top < b.top + b.height &&
  b.top < a.top + a.height &&
  a.left < b.left + b.width &&
  b.left < a.left + a.width;

/** Whether a box leaves the picture, or covers a nucleus or an object other than `own`. */
function hides(kept: LabelImage, objects: LabelImage, box: Box, own: number, zoom: number): boolean {
  if (
    box.top < 0 ||
    box.left < 0 ||
    box.top + box.height > kept.height * zoom ||
    box.left + box.width > kept.width * zoom
  )
    return true;
  for (let y = Math.floor(box.top / zoom); y < (box.top + box.height) / zoom; y++) {
    for (let x = Math.floor(box.left / zoom); x < (box.left + box.width) / zoom; x++) {
      const at = y * kept.width + x;
      if (kept.data[at]! > 0 || (objects.data[at]! > 0 && objects.data[at] !== own)) return true;
    }
  }
  return false;
}
