/** Axes of a plot on a canvas. */
import { axisOf, type Axis } from "../../../src/plot/axis.js";
import { styleColour } from "./chartcolours.js";
import type { PlotBox } from "./scatterpoints.js";

/** Name and unit of what an axis shows. */
export const axisLabel = (title: string, unit: string): string =>
  unit === "" ? title : `${title} [${unit}]`;

/** Ticks in at least so many px. */
const tickDistance = { x: 80, y: 40 } as const;

/** Axes around the values, with as many ticks as there is room for. */
export function plotAxes(
  box: PlotBox,
  x: { readonly values: Float64Array; readonly label: string },
  y: { readonly values: Float64Array; readonly label: string },
): { readonly x: Axis; readonly y: Axis } {
  return {
    x: axisOf(x.values, { label: x.label }, Math.max(2, Math.floor(box.width / tickDistance.x))),
    y: axisOf(y.values, { label: y.label }, Math.max(2, Math.floor(box.height / tickDistance.y))),
  };
}

/** Draws both axes, their ticks and names. */
export function drawAxes(
  context: CanvasRenderingContext2D,
  box: PlotBox,
  axes: { readonly x: Axis; readonly y?: Axis | undefined },
): void {
  const bottom = box.top + box.height;
  context.font = "11px system-ui, sans-serif";
  context.strokeStyle = styleColour("line");
  context.fillStyle = styleColour("quiet");
  context.lineWidth = 1;
  context.strokeRect(box.left + 0.5, box.top + 0.5, box.width - 1, box.height - 1);
  context.textAlign = "center";
  context.textBaseline = "top";
  axes.x.ticks.forEach((tick, index) => {
    const x = Math.round(box.left + axes.x.position(tick) * box.width) + 0.5;
    line(context, x, bottom, x, bottom + 4);
    context.fillText(axes.x.tickLabels[index]!, x, bottom + 6);
  });
  context.fillText(axes.x.label, box.left + box.width / 2, bottom + 20);
  if (axes.y === undefined) return;
  const { y } = axes;
  context.textAlign = "right";
  context.textBaseline = "middle";
  y.ticks.forEach((tick, index) => {
    const at = Math.round(bottom - y.position(tick) * box.height) + 0.5;
    line(context, box.left - 4, at, box.left, at);
    context.fillText(y.tickLabels[index]!, box.left - 6, at);
  });
  context.save();
  context.translate(10, box.top + box.height / 2);
  context.rotate(-Math.PI / 2);
  context.textAlign = "center";
  context.fillText(y.label, 0, 0);
  context.restore();
}

function line(context: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}
