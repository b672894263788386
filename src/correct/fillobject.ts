/** Filling holes. */
import { boxOfLabels } from "./labelboxes.js";
import { fillHoles } from "../imgproc/components.js";
import { floodPiece, type FramedPixels } from "../imgproc/pieces.js";
import { type LabelWindow, type Outcome, patchesOf, type Point, sketchOf } from "./labelwindow.js";

/**
 * Fills at a place. On an object: all its holes. On background: the region around the place, if one object alone
 * encloses it. Only background and unknown pixels are filled; holes end where their pixels share no edge.
 */
export function fill(window: LabelWindow, { y, x }: Point): Outcome {
  const [row, column] = [Math.round(y) - window.y, Math.round(x) - window.x];
  if (row < 0 || column < 0 || row >= window.height || column >= window.width)
    return { why: "The place lies outside of the image." };
  const label = window.data[row * window.width + column]!;
  return label > 0 ? fillObject(window, label) : fillRegion(window, row, column);
}

function fillObject(window: LabelWindow, label: number): Outcome {
  const box = boxOfLabels(window, [label])!;
  const sketch = sketchOf(window, box);
  const { after, width } = sketch;
  const own = Uint8Array.from(after, (value) => (value === label ? 1 : 0));
  const filled = fillHoles(own, box.bottom - box.top, width);
  for (let i = 0; i < after.length; i++) if (filled[i] === 1 && after[i]! <= 0) after[i] = label;
  return patchesOf(window, sketch) ?? { why: `Object ${label} has no hole.` };
}

/** States of pixels while a region is sought. */
const [isObject, isFree, isRegion] = [0, 1, 2];

function fillRegion(window: LabelWindow, row: number, column: number): Outcome {
  const { height, width } = window;
  const framed = freePixels(window);
  const { state, stride } = framed;
  floodPiece(framed, (row + 1) * stride + column + 1, isFree, isRegion);
  const around = new Set<number>();
  const sketch = sketchOf(window, { top: 0, left: 0, bottom: height, right: width });
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y + 1) * stride + x + 1;
      if (state[at] !== isRegion) continue;
      if (y === 0 || x === 0 || y === height - 1 || x === width - 1) return notEnclosed;
      for (const next of [at - stride, at - 1, at + 1, at + stride])
        if (state[next] === isObject) around.add(labelAtFramed(window, next));
      if (around.size > 1) return { why: "Several objects enclose this region." };
    }
  }
  const [label] = around;
  if (label === undefined) return notEnclosed;
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++)
      if (state[(y + 1) * stride + x + 1] === isRegion) sketch.after[i] = label;
  return patchesOf(window, sketch) ?? notEnclosed;
}

const notEnclosed = { why: "No object encloses this region." } as const;

function freePixels({ height, width, data }: LabelWindow): FramedPixels {
  const stride = width + 2;
  const state = new Uint8Array(stride * (height + 2));
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) state[(y + 1) * stride + x + 1] = data[i]! > 0 ? isObject : isFree;
  return { state, stack: new Int32Array(state.length), rows: height, stride };
}

function labelAtFramed({ width, data }: LabelWindow, at: number): number {
  const stride = width + 2;
  return data[(Math.floor(at / stride) - 1) * width + (at % stride) - 1]!;
}
