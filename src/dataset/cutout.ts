import type { LabelImage } from "../core/labels.js";
import { components } from "../imgproc/components.js";
import { distanceTransform } from "../imgproc/distance.js";
import { median } from "../stats/percentile.js";

/**
 * A nucleus by itself: what it adds to the background it lies on. All arrays are height x width, and so is
 * the window of the image that it was cut from.
 */
export interface Cutout {
  readonly height: number;
  readonly width: number;
  /** 1 on the nucleus. */
  readonly mask: Uint8Array;
  /** Distance to the nearest pixel outside, px; 0 outside. */
  readonly depth: Float32Array;
  /** 1 on the nucleus and half the margin, fading to 0 at the end of its glow. */
  readonly weight: Float32Array;
  /** `weight` x grey value above the background, noise and all; Infinity where the camera was saturated. */
  readonly light: Float32Array;
  /** The same, lightly blurred. */
  readonly smooth: Float32Array;
  readonly area: number;
  /** Median height of the nucleus over its background, grey values. */
  readonly core: number;
  /** Grey value of the background around it. */
  readonly background: number;
  /** Width of the margin, px. */
  readonly margin: number;
  /** Variance of what a light blur takes away from that background, grey values squared. */
  readonly noise: number;
}

/** Where nuclei are cut from. */
export interface CutSource {
  /** Labels -1 wherever the image has no value. */
  readonly labels: LabelImage;
  /** height x width grey values. */
  readonly data: Float32Array;
  /** height x width, the image lightly blurred. */
  readonly smooth: Float32Array;
  /** The grey value at which the image is saturated; that of its brightest pixel. */
  readonly high: number;
  /** Width of the soft edge around a nucleus, px. Nothing else may lie in it. */
  readonly margin: number;
  /**
   * Largest width of its glow, px, at least the margin: it is cut out as far as nothing else lies in it.
   * Beyond, in a ring as wide as the margin, the background is measured.
   */
  readonly glow: number;
}

/** The ring must show at least this share of sure background, or its level would be that of a corner. */
const minRing = 0.25;

/**
 * Cuts out one nucleus.
 *
 * @param box of the label, from `boundingBoxes`: y0, x0, y1, x1
 * @returns undefined unless it is in one piece and alone: within the margin nothing but sure background, and
 *   that inside the image
 */
export function cutOut(
  source: CutSource,
  label: number,
  box: readonly [number, number, number, number],
): Cutout | undefined {
  const {
    labels: { height, width, data: labels },
    margin,
    glow,
  } = source;
  const pad = Math.ceil(glow + margin);
  const [top, left] = [Math.max(0, box[0] - pad), Math.max(0, box[1] - pad)];
  const [h, w] = [Math.min(height, box[2] + pad) - top, Math.min(width, box[3] + pad) - left];
  const pixels = new Int32Array(h * w);
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) pixels[y * w + x] = (top + y) * width + left + x;
  const mask = Uint8Array.from(pixels, (i) => (labels[i] === label ? 1 : 0));
  const away = distanceTransform(
    mask.map((m) => 1 - m),
    h,
    w,
  );
  let reach = Math.min(glow, box[0], box[1], height - box[2], width - box[3]);
  for (let p = 0; p < pixels.length; p++)
    if (mask[p] === 0 && labels[pixels[p]!] !== 0 && away[p]! < reach) reach = away[p]!;
  if (reach < margin || components(mask, h, w, 4).count !== 1) return undefined;
  const ring: number[] = [];
  let around = 0;
  for (let p = 0; p < pixels.length; p++) {
    if (away[p]! < reach || away[p]! > reach + margin) continue;
    around++;
    if (labels[pixels[p]!] === 0) ring.push(pixels[p]!);
  }
  if (ring.length === 0 || ring.length < minRing * around) return undefined;
  return lift(source, { height: h, width: w, mask, away, reach, pixels, ring });
}

interface Window {
  readonly height: number;
  readonly width: number;
  readonly mask: Uint8Array;
  readonly away: Float32Array;
  readonly reach: number;
  readonly pixels: Int32Array;
  readonly ring: readonly number[];
}

function lift(
  { data, smooth: blurred, high, margin }: CutSource,
  { height, width, mask, away, reach, pixels, ring }: Window,
): Cutout {
  const background = middleMean(ring.map((i) => data[i]!));
  const noise = middleMean(ring.map((i) => (data[i]! - blurred[i]!) ** 2)) / middleOfSquares;
  const [weight, light, smooth] = [
    new Float32Array(pixels.length),
    new Float32Array(pixels.length),
    new Float32Array(pixels.length),
  ];
  const heights: number[] = [];
  for (let p = 0; p < pixels.length; p++) {
    if (away[p]! >= reach) continue;
    const value = data[pixels[p]!]!;
    const share = fade(away[p]!, margin / 2, reach);
    weight[p] = share;
    light[p] = mask[p] === 1 && value >= high ? Infinity : share * (value - background);
    smooth[p] = share * (blurred[pixels[p]!]! - background);
    if (mask[p] === 1) heights.push(value - background);
  }
  const depth = distanceTransform(mask, height, width);
  return {
    height,
    width,
    mask,
    depth,
    weight,
    light,
    smooth,
    area: heights.length,
    core: median(heights),
    background,
    margin,
    noise,
  };
}

/**
 * Mean of the middle half: as little moved by a few objects as the median, but not bound to whole grey
 * values.
 */
export function middleMean(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const [from, to] = [Math.floor(sorted.length / 4), Math.ceil((3 * sorted.length) / 4)];
  return sorted.subarray(from, to).reduce((sum, value) => sum + value, 0) / (to - from);
}

/** The middle mean of squares of normal numbers of variance 1. */
const middleOfSquares = 0.536;

/** 1 as far as a blurred edge, then a half cosine down to 0, which shows no step. */
const fade = (away: number, edge: number, reach: number): number =>
  away <= edge ? 1 : halfCosine((away - edge) / (reach - edge));

/** From 1 at 0 down to 0 at 1, level at both. */
export const halfCosine = (t: number): number => 0.5 + 0.5 * Math.cos(Math.PI * t);

/**
 * A cutout as one of its eight mirror images and quarter turns, which move pixels onto pixels and hence blur
 * nothing.
 *
 * @param turn 0..7: bit 0 mirrors upside down, bit 1 left to right, bit 2 changes rows for columns
 */
export function turned(cutout: Cutout, turn: number): Cutout {
  const { height, width } = cutout;
  const transposed = (turn & 4) !== 0;
  const [h, w] = transposed ? [width, height] : [height, width];
  const empty = (): Float32Array => new Float32Array(h * w);
  const out = {
    mask: new Uint8Array(h * w),
    depth: empty(),
    weight: empty(),
    light: empty(),
    smooth: empty(),
  };
  for (let i = 0; i < h; i++) {
    for (let j = 0; j < w; j++) {
      const [y, x] = transposed ? [j, i] : [i, j];
      const from = ((turn & 1) !== 0 ? height - 1 - y : y) * width + ((turn & 2) !== 0 ? width - 1 - x : x);
      const to = i * w + j;
      out.mask[to] = cutout.mask[from]!;
      out.depth[to] = cutout.depth[from]!;
      out.weight[to] = cutout.weight[from]!;
      out.light[to] = cutout.light[from]!;
      out.smooth[to] = cutout.smooth[from]!;
    }
  }
  return { ...cutout, height: h, width: w, ...out };
}
