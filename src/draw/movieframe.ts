/**
 * Frames of a movie of tracks: each nucleus draws a tail over the image, blue where it was slow, red where it
 * was fast.
 */
import type { Statistics } from "../analyse/analyse.js";
import type { Image } from "../core/image.js";
import type { Nuclei } from "../core/nuclei.js";
import { type Canvas, drawLine, drawRing, fillBox } from "./canvas.js";
import { type Rgb, speedColour } from "./colours.js";
import { backdrop } from "./overlay.js";
import { drawLabelledScaleBar } from "./scalebar.js";
import { capitalHeight, drawText, textWidth } from "./text.js";
import { percentileRange, type SpeedRange } from "./trackoverlay.js";
import type { View } from "./view.js";

export interface MovieOptions {
  readonly view: View;
  /** Grey values drawn black and white, for all frames alike. */
  readonly contrast: { readonly low: number; readonly high: number };
  /** Length of the tails, frames. Default 10. */
  readonly tail?: number | undefined;
  /** µm per px of the image; without it there is no scale bar. */
  readonly pixelSize?: number | undefined;
}

/** Draws a frame. @param t from 0 */
export type FrameDrawer = (image: Image, t: number) => Canvas;

/** How long a division stays marked, frames. */
const markedFrames = 3;
const white: Rgb = [255, 255, 255];
const black: Rgb = [0, 0, 0];

/**
 * Prepares the drawing of a movie's frames: the image darkened, the steps of the last `tail` frames in the
 * colour of their speed and fading with their age, white rings and lines at divisions, time, scale bar and
 * the colours' scale.
 *
 * @param nuclei rows that `statistics` was made from, their places in px of the images
 */
export function movieDrawer(nuclei: Nuclei, statistics: Statistics, options: MovieOptions): FrameDrawer {
  const { view, contrast, tail = 10 } = options;
  const { steps } = statistics;
  const range = percentileRange(steps.speed);
  const byFrame = stepsByFrame(statistics);
  const thickness = Math.max(1.8, Math.min(3, 2.6 * view.scale));
  const place = (y: number, x: number): [number, number] => [
    (y + 0.5 - view.y) * view.scale - 0.5,
    (x + 0.5 - view.x) * view.scale - 0.5,
  ];
  return (image, t) => {
    const canvas = backdrop(image, view, contrast, 0.6);
    for (let frame = Math.max(0, t - tail + 1); frame <= t; frame++) {
      const opacity = 1 - (0.7 * (t - frame)) / tail;
      for (const i of byFrame[frame] ?? []) {
        const [from, to] = [steps.from[i]!, steps.to[i]!];
        const colour = speedColour((steps.speed[i]! - range.low) / (range.high - range.low));
        drawLine(
          canvas,
          ...place(nuclei.y[from]!, nuclei.x[from]!),
          ...place(nuclei.y[to]!, nuclei.x[to]!),
          colour,
          thickness,
          opacity,
        );
      }
    }
    drawDivisions(canvas, statistics, t, place, view.scale);
    label(canvas, statistics, range, t, options);
    return canvas;
  };
}

function stepsByFrame({ steps, summary }: Statistics): number[][] {
  const byFrame: number[][] = Array.from({ length: summary.frames }, () => []);
  for (let i = 0; i < steps.count; i++) byFrame[steps.frame[i]!]!.push(i);
  return byFrame;
}

function drawDivisions(
  canvas: Canvas,
  { divisions, branches, units }: Statistics,
  t: number,
  place: (y: number, x: number) => [number, number],
  scale: number,
): void {
  const radius = Math.max(4, Math.min(9, 9 * scale));
  for (let i = 0; i < divisions.count; i++) {
    const age = t - divisions.daughterFrame[i]!;
    if (age < 0 || age >= markedFrames) continue;
    const mother = place(divisions.y[i]! / units.perPixel, divisions.x[i]! / units.perPixel);
    for (const daughter of [divisions.daughter1[i]!, divisions.daughter2[i]!]) {
      drawLine(
        canvas,
        ...mother,
        ...place(
          branches.startY[daughter - 1]! / units.perPixel,
          branches.startX[daughter - 1]! / units.perPixel,
        ),
        white,
        1.2,
        0.9,
      );
    }
    drawRing(canvas, ...mother, radius, black, 3.4);
    drawRing(canvas, ...mother, radius, white, 1.6);
  }
}

/** Time above left, the colours' scale below left, the scale bar below right. */
function label(
  canvas: Canvas,
  { units }: Statistics,
  { low, high }: SpeedRange,
  t: number,
  { view, pixelSize }: MovieOptions,
): void {
  const scale = Math.max(1, Math.round(canvas.width / 420));
  const style = { colour: white, scale, halo: true };
  const margin = 6 * scale;
  drawText(canvas, margin, margin, timeStamp(t, units.time === "min" ? units.perFrame : undefined), style);
  if (pixelSize !== undefined) drawLabelledScaleBar(canvas, view, pixelSize, scale);
  const [length, thickness] = [Math.min(70 * scale, Math.floor(canvas.width / 4)), 5 * scale];
  const text = `${short(low)} - ${short(high)} ${units.speed}`;
  // Where the picture is too narrow for both, the scale bar is worth more.
  if (margin + textWidth(text, scale) > canvas.width * 0.7) return;
  const top = canvas.height - margin - capitalHeight(scale);
  const barTop = top - 3 * scale - thickness;
  fillBox(canvas, barTop - 1, margin - 1, thickness + 2, length + 2, black);
  for (let x = 0; x < length; x++)
    fillBox(canvas, barTop, margin + x, thickness, 1, speedColour(x / (length - 1)));
  drawText(canvas, top, margin, text, style);
}

const short = (value: number): string => String(Number(value.toPrecision(2)));

/** "frame 12", or where the interval is known "1 h 20 min". @param interval min */
export function timeStamp(t: number, interval: number | undefined): string {
  if (interval === undefined) return `frame ${t}`;
  const minutes = t * interval;
  if (interval < 1)
    return `${Math.floor(minutes)} min ${String(Math.round((minutes % 1) * 60) % 60).padStart(2, "0")} s`;
  const whole = Math.round(minutes);
  return whole < 60
    ? `${whole} min`
    : `${Math.floor(whole / 60)} h ${String(whole % 60).padStart(2, "0")} min`;
}
