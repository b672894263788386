import type { Statistics } from "../analyse/analyse.js";
import type { Image, StoredPlane } from "../core/image.js";
import type { Nuclei } from "../core/nuclei.js";
import { type Canvas, drawLine, drawRing, type Stroke } from "./canvas.js";
import { black, speedColour, white } from "./colours.js";
import { backdrop, wholeImage } from "./overlay.js";
import { placeIn, type View } from "./view.js";

/** How tracks are drawn over an image. */
export interface TrackOverlayOptions {
  readonly view?: View | undefined;
  readonly contrast?: { readonly low: number; readonly high: number } | undefined;
  /** Speeds drawn fully blue and fully red; default `speedRange`. */
  readonly range?: SpeedRange | undefined;
  /** Draw only tracks that have been seen by this frame, and only up to it. Default the whole movie. */
  readonly untilFrame?: number | undefined;
}

/** Speeds at the ends of the colours, in the unit of the statistics. */
export interface SpeedRange {
  readonly low: number;
  readonly high: number;
}

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
    const [from, to] = [steps.from[i]!, steps.to[i]!];
    drawLine(canvas, place(nuclei.y[from]!, nuclei.x[from]!), place(nuclei.y[to]!, nuclei.x[to]!), {
      colour: speedColour((branches.meanSpeed[steps.branch[i]!]! - low) / (high - low)),
      thickness,
    });
  }
  const style: DivisionStyle = {
    radius: Math.max(3, Math.min(6, 5 * view.scale)),
    line: { colour: white, thickness: 1, opacity: 0.8 },
    rim: { colour: black, thickness: 3 },
    ring: { colour: white, thickness: 1.4 },
  };
  for (let i = 0; i < statistics.divisions.count; i++) {
    if (statistics.divisions.daughterFrame[i]! <= until) drawDivision(canvas, view, statistics, i, style);
  }
  return canvas;
}

/** Lines to the daughters, and a ring at the mother over its dark rim. */
export interface DivisionStyle {
  /** Of the ring, px of the canvas. */
  readonly radius: number;
  readonly line: Stroke;
  readonly rim: Stroke;
  readonly ring: Stroke;
}

/** Marks a division. @param index in the table of divisions */
export function drawDivision(
  canvas: Canvas,
  view: View,
  { divisions, branches, units: { perPixel } }: Statistics,
  index: number,
  { radius, line, rim, ring }: DivisionStyle,
): void {
  const place = placeIn(view);
  const mother = place(divisions.y[index]! / perPixel, divisions.x[index]! / perPixel);
  for (const daughter of [divisions.daughter1[index]!, divisions.daughter2[index]!]) {
    const [y, x] = [branches.startY[daughter - 1]!, branches.startX[daughter - 1]!];
    drawLine(canvas, mother, place(y / perPixel, x / perPixel), line);
  }
  drawRing(canvas, mother, radius, rim);
  drawRing(canvas, mother, radius, ring);
}
