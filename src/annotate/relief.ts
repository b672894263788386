/** What candidates are found on: heights above the background, at a resolution that suits the nuclei. */
import type { Image } from "../core/image.js";
import { localBackground } from "../imgproc/background.js";
import { gaussian } from "../imgproc/gaussian.js";
import { reduce } from "../imgproc/rescale.js";
import { type PreparedPixels, withoutGlare } from "./prepare.js";
import type { NucleusReading } from "./scale.js";
import { withoutSpots } from "./spots.js";

/** Diameter of a nucleus in the copy of the image that detection runs on, px (see `propose.ts`). */
const workingDiameter = 16;
/** What detection runs on, whatever is taken for noise. */
export interface Relief {
  readonly height: number;
  readonly width: number;
  /** Pixels of the detection per pixel of the image, at most 1. */
  readonly scale: number;
  /** Of a nucleus, px of the image. */
  readonly diameter: number;
  /** Of the image, see `PreparedPixels.clean`. */
  readonly data: Float32Array;
  readonly smooth: Float32Array;
  readonly background: Float32Array;
  /** Smoothed grey values above the background. */
  readonly heights: Float32Array;
  readonly levels: Uint8Array;
  readonly heightOf: Float64Array;
  /** Standard deviation of the noise that is left in the heights. */
  readonly residual: number;
}

/**
 * @param reading diameter in px of the image, and whether spots are taken out
 * @param noise of the image, grey values
 */
export function reliefOf(
  { height: fullHeight, width: fullWidth }: Image,
  pixels: PreparedPixels,
  { diameter, spotted }: NucleusReading,
  noise: number,
): Relief {
  const scale = Math.min(1, workingDiameter / diameter);
  const reduced = reduce({ height: fullHeight, width: fullWidth, data: pixels.clean }, scale);
  const plane = { ...reduced, data: withoutGlare(reduced.data, pixels) };
  const { height, width } = plane;
  const d = diameter * scale;
  const sigma = Math.max(0.5, 0.05 * d);
  const smooth = gaussian(plane.data, height, width, sigma);
  const background = localBackground(smooth, height, width, 4 * d);
  const heights = new Float32Array(smooth.length);
  for (let i = 0; i < heights.length; i++) heights[i] = smooth[i]! - background[i]!;
  // A Gaussian of sigma s px leaves 1 / (2 sqrt(pi) s) of white noise.
  const residual = noise * Math.min(1, scale / (2 * Math.sqrt(Math.PI) * sigma));
  const relief = { height, width, scale, diameter, data: pixels.clean, background, residual };
  const levelled = { heights, ...quantise(heights, residual) };
  if (!spotted) return { ...relief, ...levelled, smooth };
  const even = withoutSpots({ height, width, ...levelled }, d, residual);
  return {
    ...relief,
    heights: even,
    ...quantise(even, residual),
    smooth: even.map((value, p) => value + background[p]!),
  };
}

/**
 * Logarithmic levels, 0..255, so that a step is the same share of a dim object's height as of a bright one's.
 */
function quantise(heights: Float32Array, unit: number): { levels: Uint8Array; heightOf: Float64Array } {
  let maximum = 0;
  for (let i = 0; i < heights.length; i++) if (heights[i]! > maximum) maximum = heights[i]!;
  // Of an image without anything above its background, every level is 0.
  const floor = Math.max(unit, maximum / 1000) || 1;
  const factor = 255 / Math.log1p(maximum / floor);
  const levels = new Uint8Array(heights.length);
  for (let i = 0; i < heights.length; i++)
    if (heights[i]! > 0) levels[i] = Math.min(255, Math.floor(Math.log1p(heights[i]! / floor) * factor));
  return {
    levels,
    heightOf: Float64Array.from({ length: 256 }, (_, level) => floor * Math.expm1(level / factor)),
  };
}
