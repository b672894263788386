/** Selects what a drag encircles. */
import { labelsByCentroid, labelsByPixels } from "../../../src/viewer/picking.js";
import { labelLayer } from "../state/display.js";
import { frame } from "../state/place.js";
import { numbers } from "../state/tables.js";
import { rowsByLabel, tableOfLayer } from "./layertable.js";
import { selectObjects } from "./selecting.js";
import type { DrawOverlay, ViewEngine } from "./viewengine.js";
import type { PointerTool } from "./viewpointer.js";

/** The tool and what it draws over the image. */
export interface Lasso {
  readonly tool: PointerTool;
  readonly draw: DrawOverlay;
}

/** Makes a lasso for a view. */
export function lassoTool(engine: () => ViewEngine | undefined): Lasso {
  let shape: number[] = [];
  return {
    tool: {
      cursor: "crosshair",
      down: ({ y, x }, { button }) => {
        if (button !== 0) return false;
        shape = [y, x];
        return true;
      },
      move: ({ y, x }, { buttons }) => {
        if (shape.length > 0 && (buttons & 1) === 1) shape.push(y, x);
      },
      up: (_, event) => {
        const labels = labelsIn(shape, engine());
        shape = [];
        selectObjects(labels, event.shiftKey || event.ctrlKey || event.metaKey);
      },
      cancel: () => {
        shape = [];
      },
    },
    draw: (context, toScreen) => {
      if (shape.length < 4) return;
      context.beginPath();
      for (let i = 0; i < shape.length; i += 2) {
        const [y, x] = toScreen({ y: shape[i]!, x: shape[i + 1]! });
        context.lineTo(x, y);
      }
      context.closePath();
      context.fillStyle = "rgb(255 255 255 / 0.12)";
      context.fill();
      context.lineWidth = 3;
      context.strokeStyle = "rgb(0 0 0 / 0.6)";
      context.stroke();
      context.lineWidth = 1;
      context.setLineDash([5, 4]);
      context.strokeStyle = "white";
      context.stroke();
    },
  };
}

/** Objects whose middle lies in the shape; where no table tells the middles, those that it touches. */
function labelsIn(shape: readonly number[], engine: ViewEngine | undefined): number[] {
  const plane = engine?.shown()?.scene.labels.at(-1)?.plane;
  // A click encircles nothing, but means what is under it.
  const point = shape.length < 6 ? shape.slice(0, 2) : undefined;
  if (point !== undefined && plane !== undefined) {
    const [y = 0, x = 0] = point;
    return Array.from(
      labelsByPixels([y - 0.6, x - 0.6, y - 0.6, x + 0.6, y + 0.6, x + 0.6, y + 0.6, x - 0.6], plane),
    );
  }
  const layer = labelLayer.peek();
  const table = tableOfLayer(layer);
  if (table === undefined || numbers(table, "y").length === 0)
    return plane === undefined ? [] : Array.from(labelsByPixels(shape, plane));
  const rows = rowsByLabel(table, layer, frame.peek());
  const placesOf = (key: string): Float64Array => {
    const values = numbers(table, key);
    return Float64Array.from(rows, (row) => (row < 0 ? NaN : values[row]!));
  };
  return Array.from(labelsByCentroid(shape, { y: placesOf("y"), x: placesOf("x") }));
}
