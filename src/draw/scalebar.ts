import { type Canvas, fillBox } from "./canvas.js";
import { black, white } from "./colours.js";
import { capitalHeight, drawText, textWidth } from "./text.js";
import type { View } from "./view.js";

/**
 * Draws a white bar with a dark rim into the lower right corner.
 *
 * @returns its length in µm, a round number near a fifth of the width
 */
export function drawScaleBar(canvas: Canvas, view: View, pixelSize: number): number {
  const micrometres = roundLength((view.width * pixelSize) / 5);
  const length = Math.max(1, Math.round((micrometres / pixelSize) * view.scale));
  const thickness = barThickness(canvas);
  const margin = 3 * thickness;
  const [top, left] = [canvas.height - margin - thickness, canvas.width - margin - length];
  const bar = { top, left, height: thickness, width: length };
  fillBox(canvas, { top: top - 2, left: left - 2, height: thickness + 4, width: length + 4 }, black);
  fillBox(canvas, bar, white);
  return micrometres;
}

/** The same with its length above it, in the pixel font at `scale`. */
export function drawLabelledScaleBar(canvas: Canvas, view: View, pixelSize: number, scale: number): void {
  const micrometres = drawScaleBar(canvas, view, pixelSize);
  const thickness = barThickness(canvas);
  const text = `${micrometres} µm`;
  drawText(
    canvas,
    canvas.height - 4 * thickness - 4 * scale - capitalHeight(scale),
    canvas.width - 3 * thickness - textWidth(text, scale),
    text,
    { colour: white, scale, halo: true },
  );
}

const barThickness = ({ width }: Canvas): number => Math.max(3, Math.round(width / 180));

/** The largest of ..., 1, 2, 5, 10, 20, ... that is not above `maximum`. */
export function roundLength(maximum: number): number {
  const power = 10 ** Math.floor(Math.log10(maximum));
  return Number((power * ([5, 2, 1].find((factor) => factor * power <= maximum) ?? 1)).toPrecision(1));
}
