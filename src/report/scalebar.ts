import type { Canvas } from "./canvas.js";
import type { View } from "./view.js";

/** Draws a white bar with a dark rim into the lower right corner. @returns its length in µm, a round number near a fifth of the width */
export function drawScaleBar(canvas: Canvas, view: View, pixelSize: number): number {
  const rough = (view.width * pixelSize) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const micrometres = power * ([5, 2, 1].find((factor) => factor * power <= rough) ?? 1);
  const length = Math.max(1, Math.round((micrometres / pixelSize) * view.scale));
  const thickness = Math.max(3, Math.round(canvas.width / 180));
  const margin = 3 * thickness;
  const [top, left] = [canvas.height - margin - thickness, canvas.width - margin - length];
  fillBox(canvas, top - 2, left - 2, thickness + 4, length + 4, 0);
  fillBox(canvas, top, left, thickness, length, 255);
  return Number(micrometres.toPrecision(1));
}

function fillBox(canvas: Canvas, top: number, left: number, height: number, width: number, value: number): void {
  for (let y = Math.max(0, top); y < Math.min(canvas.height, top + height); y++) {
    const [from, to] = [Math.max(0, left), Math.min(canvas.width, left + width)];
    canvas.data.fill(value, 3 * (y * canvas.width + from), 3 * (y * canvas.width + to));
  }
}
