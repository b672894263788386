/** What the screen shows as a picture for a figure: with a scale bar and a legend. */
import type { Size } from "../core/size.js";
import type { Canvas } from "../draw/canvas.js";
import { drawLegend, layoutLegend, type LegendRows } from "../draw/legend.js";
import { drawLabelledScaleBar, drawScaleBar } from "../draw/scalebar.js";
import { compose } from "./compositor.js";
import type { Camera, Scene } from "./scene.js";

/** What is drawn besides the scene. */
export interface ViewPictureOptions {
  /** µm per px of the image; without it there is no scale bar. */
  readonly pixelSize?: number | undefined;
  /** Whether the scale bar has its length above it. Default true. */
  readonly isLabelled?: boolean | undefined;
  /** Below the picture. Default none. */
  readonly legend?: LegendRows | undefined;
}

/**
 * Draws a scene as RGB, ready for `encodePng`.
 *
 * @param size of the drawn scene, px; the strip of the legend is added below
 */
export function viewPicture(
  scene: Scene,
  camera: Camera,
  size: Size,
  { pixelSize, isLabelled = true, legend = [] }: ViewPictureOptions = {},
): Canvas {
  const { height, width } = size;
  const pixels = new Uint32Array(height * width);
  compose(scene, camera, { height, width, data: pixels });
  const scale = Math.max(1, Math.round(width / 420));
  const drawn: Canvas = { height, width, samples: 3, data: rgbOf(pixels) };
  if (pixelSize !== undefined) {
    const seen = { height: height / camera.zoom, width: width / camera.zoom };
    const view = { y: camera.y - seen.height / 2, x: camera.x - seen.width / 2, ...seen, scale: camera.zoom };
    if (isLabelled) drawLabelledScaleBar(drawn, view, pixelSize, scale);
    else drawScaleBar(drawn, view, pixelSize);
  }
  if (legend.length === 0) return drawn;
  const layout = layoutLegend(legend, width, scale);
  const data = new Uint8Array((height + layout.height) * width * 3);
  data.set(drawn.data);
  const whole: Canvas = { height: height + layout.height, width, samples: 3, data };
  drawLegend(whole, height, layout);
  return whole;
}

function rgbOf(pixels: Uint32Array): Uint8Array {
  const data = new Uint8Array(3 * pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    const colour = pixels[i]!;
    data[3 * i] = colour & 255;
    data[3 * i + 1] = (colour >>> 8) & 255;
    data[3 * i + 2] = (colour >>> 16) & 255;
  }
  return data;
}
