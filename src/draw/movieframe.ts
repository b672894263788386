/**
 * Frames of a movie of tracks: each nucleus draws a tail over the image, blue where it was slow, red where it
 * was fast.
 */
import type { Statistics } from "../analyse/analyse.js";
import type { Image } from "../core/image.js";
import type { Nuclei } from "../core/nuclei.js";
import { plainNumber } from "../core/wording.js";
import { type Canvas, drawLine, fillBox } from "./canvas.js";
import { black, speedColour, white } from "./colours.js";
import { backdrop } from "./overlay.js";
import { drawLabelledScaleBar } from "./scalebar.js";
import { capitalHeight, drawText, textWidth } from "./text.js";
import { type DivisionStyle, drawDivision, percentileRange, type SpeedRange } from "./trackoverlay.js";
import { placeIn, type View } from "./view.js";

/** How the frames of a movie are drawn. */
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
  const place = placeIn(view);
  return (image, t) => {
    const canvas = backdrop(image, view, contrast, 0.6);
    for (let frame = Math.max(0, t - tail + 1); frame <= t; frame++) {
      const opacity = 1 - (0.7 * (t - frame)) / tail;
      for (const i of byFrame[frame] ?? []) {
        const [from, to] = [steps.from[i]!, steps.to[i]!];
        drawLine(canvas, place(nuclei.y[from]!, nuclei.x[from]!), place(nuclei.y[to]!, nuclei.x[to]!), {
          colour: speedColour((steps.speed[i]! - range.low) / (range.high - range.low)),
          thickness,
          opacity,
        });
      }
    }
    drawDivisions(canvas, statistics, t, view);
    label(canvas, statistics, range, t, options);
    return canvas;
  };
}

function stepsByFrame({ steps, summary }: Statistics): number[][] {
  const byFrame: number[][] = Array.from({ length: summary.frames }, () => []);
  for (let i = 0; i < steps.count; i++) byFrame[steps.frame[i]!]!.push(i);
  return byFrame;
}

/** The divisions of the last frames. */
function drawDivisions(canvas: Canvas, statistics: Statistics, t: number, view: View): void {
  const { divisions } = statistics;
  const style: DivisionStyle = {
    radius: Math.max(4, Math.min(9, 9 * view.scale)),
    line: { colour: white, thickness: 1.2, opacity: 0.9 },
    rim: { colour: black, thickness: 3.4 },
    ring: { colour: white, thickness: 1.6 },
  };
  for (let i = 0; i < divisions.count; i++) {
    const age = t - divisions.daughterFrame[i]!;
    if (age >= 0 && age < markedFrames) drawDivision(canvas, view, statistics, i, style);
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
  const text = `${plainNumber(low, 2)} - ${plainNumber(high, 2)} ${units.speed}`;
  // Where the picture is too narrow for both, the scale bar is worth more.
  if (margin + textWidth(text, scale) > canvas.width * 0.7) return;
  const top = canvas.height - margin - capitalHeight(scale);
  const barTop = top - 3 * scale - thickness;
  fillBox(canvas, { top: barTop - 1, left: margin - 1, height: thickness + 2, width: length + 2 }, black);
  for (let x = 0; x < length; x++) {
    const column = { top: barTop, left: margin + x, height: thickness, width: 1 };
    fillBox(canvas, column, speedColour(x / (length - 1)));
  }
  drawText(canvas, top, margin, text, style);
}

/** "frame 12", or where the interval is known "1 h 20 min". @param interval min */
export function timeStamp(t: number, interval: number | undefined): string {
  if (interval === undefined) return `frame ${t}`;
  const twoDigits = (value: number): string => String(value).padStart(2, "0");
  const minutes = t * interval;
  if (interval < 1) return `${Math.floor(minutes)} min ${twoDigits(Math.round((minutes % 1) * 60) % 60)} s`;
  const whole = Math.round(minutes);
  return whole < 60 ? `${whole} min` : `${Math.floor(whole / 60)} h ${twoDigits(whole % 60)} min`;
}
