/** Shapes that nuclei have between two frames, and the pixels of objects. */
import type { LabelImage } from "../../core/labels.js";
import type { Nuclei } from "../../core/nuclei.js";
import { distanceTransform } from "../../imgproc/distance.js";

/**
 * The shape a nucleus has between two frames: where its signed distances in both, moved to the place in
 * between and weighted by the nearness in time, are above 0 in the mean.
 */
export interface Shape {
  readonly y: number;
  readonly x: number;
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  /** Mean signed distance to the outline, px, positive inside. */
  readonly inside: Float32Array;
}

/**
 * The shape of a nucleus in a frame between two in which it is seen: the mean of both outlines' signed
 * distances, weighted by nearness in time, about the place in between.
 *
 * @param a row of the nucleus before
 * @param b row of the nucleus after
 */
export function shapeBetween(
  labelsOf: (frame: number) => LabelImage,
  nuclei: Nuclei,
  a: number,
  b: number,
  frame: number,
): Shape {
  const late = (frame - nuclei.frame[a]!) / (nuclei.frame[b]! - nuclei.frame[a]!);
  const [y, x] = [nuclei.y, nuclei.x].map((axis) => (1 - late) * axis[a]! + late * axis[b]!) as [
    number,
    number,
  ];
  const parts = [
    [a, 1 - late],
    [b, late],
  ].map(([row, weight]) => ({
    ...placed(labelsOf(nuclei.frame[row!]!), nuclei, row!, y, x),
    weight: weight!,
  }));
  const top = Math.min(...parts.map((p) => p.top)) - 1;
  const left = Math.min(...parts.map((p) => p.left)) - 1;
  const height = Math.max(...parts.map((p) => p.bottom)) + 2 - top;
  const width = Math.max(...parts.map((p) => p.right)) + 2 - left;
  const inside = new Float32Array(height * width);
  for (const { places, weight } of parts) {
    const mask = new Uint8Array(height * width);
    for (const [py, px] of places) mask[(py - top) * width + px - left] = 1;
    const [within, beyond] = [
      distanceTransform(mask, height, width),
      distanceTransform(
        mask.map((v) => 1 - v),
        height,
        width,
      ),
    ];
    for (let i = 0; i < inside.length; i++) inside[i]! += weight * (within[i]! - beyond[i]!);
  }
  return { y, x, top, left, height, width, inside };
}

/**
 * The pixels of an object. Of a convex one none is farther from the centroid than twice the root of its area,
 * unless it is five times as long as wide.
 */
export function pixelsOf({ height, width, data }: LabelImage, nuclei: Nuclei, row: number): number[] {
  const reach = Math.ceil(2 * Math.sqrt(nuclei.area[row]!) + 2);
  const [cy, cx] = [Math.round(nuclei.y[row]!), Math.round(nuclei.x[row]!)];
  const pixels: number[] = [];
  for (let y = Math.max(0, cy - reach); y <= Math.min(height - 1, cy + reach); y++) {
    for (let x = Math.max(0, cx - reach); x <= Math.min(width - 1, cx + reach); x++)
      if (data[y * width + x] === nuclei.label[row]) pixels.push(y * width + x);
  }
  return pixels;
}

/**
 * The places of an object's pixels, moved by whole px so that its centroid comes to (y, x), and their bounds,
 * inclusive.
 */
function placed(
  labels: LabelImage,
  nuclei: Nuclei,
  row: number,
  y: number,
  x: number,
): { places: [y: number, x: number][]; top: number; left: number; bottom: number; right: number } {
  const [dy, dx] = [Math.round(y - nuclei.y[row]!), Math.round(x - nuclei.x[row]!)];
  const places = pixelsOf(labels, nuclei, row).map((pixel): [number, number] => [
    Math.floor(pixel / labels.width) + dy,
    (pixel % labels.width) + dx,
  ]);
  const [ys, xs] = [places.map(([py]) => py), places.map(([, px]) => px)];
  return {
    places,
    top: Math.min(...ys),
    left: Math.min(...xs),
    bottom: Math.max(...ys),
    right: Math.max(...xs),
  };
}

/** The largest set of pixels that hang together by their edges; of equal ones that of the first pixel. */
export function largestConnected(pixels: readonly number[], width: number): number[] {
  const open = new Set(pixels);
  let best: number[] = [];
  for (const seed of pixels) {
    if (!open.delete(seed)) continue;
    const region = [seed];
    for (let at = 0; at < region.length; at++) {
      const pixel = region[at]!;
      const x = pixel % width;
      for (const next of [
        pixel - width,
        pixel + width,
        ...(x > 0 ? [pixel - 1] : []),
        ...(x < width - 1 ? [pixel + 1] : []),
      ])
        if (open.delete(next)) region.push(next);
    }
    if (region.length > best.length) best = region;
  }
  return best;
}

/** Pixels of a shape. */
export const shapeArea = ({ inside }: Shape): number =>
  inside.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);

/** Mean signed distance of a pixel of the frame; far outside of the shape -Infinity. */
export function depth(
  { top, left, height, width, inside }: Shape,
  pixel: number,
  imageWidth: number,
): number {
  const [y, x] = [Math.floor(pixel / imageWidth) - top, (pixel % imageWidth) - left];
  return y < 0 || x < 0 || y >= height || x >= width ? -Infinity : inside[y * width + x]!;
}

/** Visits the pixels of the shape that lie in the frame. */
export function forPixels(
  { top, left, height, width, inside }: Shape,
  labels: LabelImage,
  visit: (pixel: number, inside: number, label: number) => void,
): void {
  for (let y = Math.max(0, top); y < Math.min(labels.height, top + height); y++) {
    for (let x = Math.max(0, left); x < Math.min(labels.width, left + width); x++) {
      const value = inside[(y - top) * width + x - left]!;
      if (value > 0) visit(y * labels.width + x, value, labels.data[y * labels.width + x]!);
    }
  }
}

/** Pixels of a shape by the label that they have in the frame. */
export function countLabels(shape: Shape, labels: LabelImage): Map<number, number> {
  const counts = new Map<number, number>();
  forPixels(shape, labels, (_pixel, _value, label) => counts.set(label, (counts.get(label) ?? 0) + 1));
  return counts;
}
