import type { StoredPlane } from "../core/image.js";
import type { Rgb } from "./colours.js";

/** An RGB picture being drawn: height x width x 3, 0..255. */
export interface Canvas extends StoredPlane {
  readonly samples: 3;
  readonly data: Uint8Array;
}

/** A rectangle of a canvas, px. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** A place on a canvas, px; the centre of the top left pixel is (0, 0). */
export type Place = readonly [y: number, x: number];

/** How a line is drawn. */
export interface Stroke {
  readonly colour: Rgb;
  /** px. */
  readonly thickness: number;
  /** 0..1. Default 1. */
  readonly opacity?: number | undefined;
}

/**
 * Grey levels of a backdrop. Fewer than 256, because noise in the last bits doubles the size of a PNG and
 * cannot be seen.
 */
export const usualLevels = 64;

/** The grey of each level. @param brightness scales them, to let lines stand out */
export const greyColours = (levels: number, brightness: number): Uint8Array =>
  Uint8Array.from({ length: levels }, (_, level) => Math.round((level / (levels - 1)) * brightness * 255));

/** One channel of a colour over another one; opacity 0..1. */
export const mixed = (under: number, over: number, opacity: number): number =>
  Math.round(under + (over - under) * opacity);

/**
 * A canvas with a grey picture on it.
 *
 * @param grey height x width, 0..1; `brightness` scales it, to let lines stand out
 * @param levels grey levels
 */
export function canvasOf(
  grey: Float32Array,
  height: number,
  width: number,
  brightness = 1,
  levels = usualLevels,
): Canvas {
  const data = new Uint8Array(height * width * 3);
  const drawn = greyColours(levels, brightness);
  for (let i = 0, at = 0; i < grey.length; i++, at += 3) {
    const value = drawn[Math.min(levels - 1, Math.floor(grey[i]! * levels))]!;
    data[at] = value;
    data[at + 1] = value;
    data[at + 2] = value;
  }
  return { height, width, samples: 3, data };
}

/** Mixes a colour into the pixel at flat index `at`; opacity 0..1. */
export function blend(canvas: Canvas, at: number, colour: Rgb, opacity = 1): void {
  const { data } = canvas;
  for (let channel = 0; channel < 3; channel++) {
    data[3 * at + channel] = mixed(data[3 * at + channel]!, colour[channel]!, opacity);
  }
}

/** Of what `hatchPixel` draws. */
export const hatchOpacity = { stripe: 0.55, between: 0.18 } as const;

/** Whether a pixel of a picture lies on a stripe. */
export const onStripe = (y: number, x: number): boolean => (y + x) % 8 < 2;

/**
 * Tints the pixel at flat index `at`; over an area this makes stripes 2 px wide and 8 px apart, so that it is
 * seen without colour, too.
 */
export function hatchPixel(canvas: Canvas, at: number, colour: Rgb): void {
  const stripe = onStripe(Math.floor(at / canvas.width), at % canvas.width);
  blend(canvas, at, colour, stripe ? hatchOpacity.stripe : hatchOpacity.between);
}

/** Fills a rectangle; what of it lies outside the canvas is left out. */
export function fillBox(canvas: Canvas, { top, left, height, width }: Box, colour: Rgb): void {
  for (let y = Math.max(0, top); y < Math.min(canvas.height, top + height); y++) {
    for (let x = Math.max(0, left); x < Math.min(canvas.width, left + width); x++)
      blend(canvas, y * canvas.width + x, colour);
  }
}

/**
 * Draws an anti-aliased line with round ends. A pixel's opacity is how far it lies inside: min(1, thickness /
 * 2 + 1/2 - its distance from the line). What lies outside the canvas is left out.
 */
export function drawLine(
  canvas: Canvas,
  from: Place,
  to: Place,
  { colour, thickness, opacity = 1 }: Stroke,
): void {
  eachCovered(canvas, from, to, thickness, (at, cover) => blend(canvas, at, colour, cover * opacity));
}

/**
 * Draws lines that make one curve: where they meet, a pixel is covered once and not twice.
 *
 * @param lines y and x of the ends of each, one after another, as for `drawLine`
 */
export function drawCurves(canvas: Canvas, lines: ArrayLike<number>, colour: Rgb, thickness: number): void {
  const covered = new Float32Array(canvas.height * canvas.width);
  for (let i = 0; i < lines.length; i += 4) {
    const [from, to]: [Place, Place] = [
      [lines[i]!, lines[i + 1]!],
      [lines[i + 2]!, lines[i + 3]!],
    ];
    eachCovered(canvas, from, to, thickness, (at, cover) => {
      if (cover > covered[at]!) covered[at] = cover;
    });
  }
  covered.forEach((cover, at) => {
    if (cover > 0) blend(canvas, at, colour, cover);
  });
}

/** Calls back for every pixel that a line touches, with its flat index and its opacity. */
function eachCovered(
  { height, width }: Canvas,
  [y0, x0]: Place,
  [y1, x1]: Place,
  thickness: number,
  visit: (at: number, cover: number) => void,
): void {
  const reach = thickness / 2 + 0.5;
  const [dy, dx] = [y1 - y0, x1 - x0];
  const squared = dy * dy + dx * dx;
  const [top, bottom] = range(y0, y1, reach, height);
  const [left, right] = range(x0, x1, reach, width);
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const t = squared === 0 ? 0 : Math.min(1, Math.max(0, ((y - y0) * dy + (x - x0) * dx) / squared));
      const cover = Math.min(1, reach - Math.hypot(y - y0 - t * dy, x - x0 - t * dx));
      if (cover > 0) visit(y * width + x, cover);
    }
  }
}

/** Draws an anti-aliased ring, or a disk where thickness >= 2 * radius. */
export function drawRing(
  canvas: Canvas,
  [y0, x0]: Place,
  radius: number,
  { colour, thickness, opacity = 1 }: Stroke,
): void {
  const reach = radius + thickness / 2 + 0.5;
  const [top, bottom] = range(y0, y0, reach, canvas.height);
  const [left, right] = range(x0, x0, reach, canvas.width);
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const cover = Math.min(1, thickness / 2 + 0.5 - Math.abs(Math.hypot(y - y0, x - x0) - radius));
      if (cover > 0) blend(canvas, y * canvas.width + x, colour, cover * opacity);
    }
  }
}

const range = (a: number, b: number, reach: number, size: number): [number, number] => [
  Math.max(0, Math.ceil(Math.min(a, b) - reach)),
  Math.min(size - 1, Math.floor(Math.max(a, b) + reach)),
];
