/** The renderer of a view on its canvas. */
import { cpuRenderer } from "../../../../src/viewer/compositor.js";
import type { Renderer } from "../../../../src/viewer/scene.js";

/** Draws on the CPU and puts the picture on a canvas. */
export function canvasRenderer(canvas: HTMLCanvasElement): Renderer {
  const context = canvas.getContext("2d", { alpha: false })!;
  return cpuRenderer(({ data, height, width }) => {
    if (canvas.height !== height) canvas.height = height;
    if (canvas.width !== width) canvas.width = width;
    context.putImageData(new ImageData(data, width, height), 0, 0);
  });
}
