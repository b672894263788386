import type { Statistics } from "../analyse/analyse.js";
import type { Image, StoredPlane } from "../core/image.js";
import type { Nuclei } from "../core/nuclei.js";
import { drawLine, drawRing, type Canvas } from "./canvas.js";
import { speedColour, type Rgb } from "./colours.js";
import { backdrop, wholeImage } from "./overlay.js";
import type { View } from "./view.js";

export interface TrackOverlayOptions {
  readonly view?: View | undefined;
  readonly contrast?: { readonly low: number; readonly high: number } | undefined;
  /** Speeds drawn fully blue and fully red; default `speedRange`. */
  readonly range?: SpeedRange | undefined;
  /** Draw only tracks that have been seen by this frame, and only up to it. Default the whole movie. */
  readonly untilFrame?: number | undefined;
}

export interface SpeedRange {
  readonly low: number;
  readonly high: number;
}

const white: Rgb = [255, 255, 255];
const black: Rgb = [0, 0, 0];

/** 5th and 95th percentile of the mean speeds of the branches. */
export const speedRange = ({ branches }: Statistics): SpeedRange => percentileRange(branches.meanSpeed);

/** 5th and 95th percentile, so that one outlier does not turn all others blue. NaN is left out. */
export function percentileRange(values: Float64Array): SpeedRange {
  const speeds = values.filter((speed) => !Number.isNaN(speed)).sort();
  if (speeds.length === 0) return { low: 0, high: 1 };
  const at = (fraction: number): number => speeds[Math.round(fraction * (speeds.length - 1))]!;
  const [low, high] = [at(0.05), at(0.95)];
  return { low, high: high > low ? high : low + (Math.abs(low) || 1) };
}

/**
 * Every branch's path over a darkened image, in the colour of its mean speed from blue (slow) to red (fast),
 * as in figure 7A of Englbrecht et al. 2021. Thin white lines lead from mothers to daughters, white rings
 * mark divisions.
 *
 * @returns RGB, drawn height x width x 3
 */
export function trackOverlay(
  image: Image,
  nuclei: Nuclei,
  statistics: Statistics,
  options: TrackOverlayOptions = {},
): StoredPlane {
  const view = options.view ?? wholeImage(image);
  const canvas = backdrop(image, view, options.contrast, 0.6);
  const { low, high } = options.range ?? speedRange(statistics);
  const until = options.untilFrame ?? Infinity;
  const thickness = Math.max(1.2, Math.min(2.5, 2 * view.scale));
  const place = placeIn(view);
  const { steps, branches } = statistics;
  for (let i = 0; i < steps.count; i++) {
    if (steps.frame[i]! > until) continue;
    const colour = speedColour((branches.meanSpeed[steps.branch[i]!]! - low) / (high - low));
    line(canvas, place, nuclei, steps.from[i]!, steps.to[i]!, colour, thickness);
  }
  drawDivisions(canvas, place, statistics, until, view.scale);
  return canvas;
}

type Place = (y: number, x: number) => [y: number, x: number];

/** From px of the image to px of the canvas, both counted from the centre of the top left pixel. */
const placeIn =
  (view: View): Place =>
  (y, x) => [(y + 0.5 - view.y) * view.scale - 0.5, (x + 0.5 - view.x) * view.scale - 0.5];

function line(
  canvas: Canvas,
  place: Place,
  nuclei: Nuclei,
  from: number,
  to: number,
  colour: Rgb,
  thickness: number,
): void {
  const [y0, x0] = place(nuclei.y[from]!, nuclei.x[from]!);
  const [y1, x1] = place(nuclei.y[to]!, nuclei.x[to]!);
  drawLine(canvas, y0, x0, y1, x1, colour, thickness);
}

function drawDivisions(
  canvas: Canvas,
  place: Place,
  { divisions, branches, units }: Statistics,
  until: number,
  scale: number,
): void {
  const radius = Math.max(3, Math.min(6, 5 * scale));
  for (let i = 0; i < divisions.count; i++) {
    if (divisions.daughterFrame[i]! > until) continue;
    const [y, x] = place(divisions.y[i]! / units.perPixel, divisions.x[i]! / units.perPixel);
    for (const daughter of [divisions.daughter1[i]!, divisions.daughter2[i]!]) {
      const [y1, x1] = place(
        branches.startY[daughter - 1]! / units.perPixel,
        branches.startX[daughter - 1]! / units.perPixel,
      );
      drawLine(canvas, y, x, y1, x1, white, 1, 0.8);
    }
    drawRing(canvas, y, x, radius, black, 3);
    drawRing(canvas, y, x, radius, white, 1.4);
  }
}
