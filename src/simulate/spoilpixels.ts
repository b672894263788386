/** Single mistakes of a segmentation, made in the pixels of one label image. */
import type { LabelImage } from "../core/labels.js";

/** Labels that are changed in place. */
export interface Editable {
  readonly height: number;
  readonly width: number;
  readonly data: Int32Array;
}

/** Rows and columns of a rectangle, px: `y1` and `x1` lie outside of it. */
export interface Box {
  readonly y0: number;
  readonly x0: number;
  readonly y1: number;
  readonly x1: number;
}

/** Two nuclei touch when at most so many px of background lie between them. */
export const touchingGap = 2;

/**
 * Two labels with background of 2 px between them have pixels 3 px apart. Of the pixels between, those join
 * them that are this near to both, px²: enough for a piece that is connected along edges.
 */
const bridgeReach = 5;

/** Pairs of labels that touch, `[smaller, larger]`, in the order of the labels. */
export function touchingPairs({ height, width, data, count }: LabelImage): [number, number][] {
  const reach = touchingGap + 1;
  const found = new Set<number>();
  const visit = (label: number, y: number, x: number): void => {
    for (let dy = 0; dy <= reach; dy++) {
      if (y + dy >= height) return;
      for (let dx = dy === 0 ? 1 : -reach; dx <= reach; dx++) {
        if (dy * dy + dx * dx > reach * reach || x + dx < 0 || x + dx >= width) continue;
        const other = data[(y + dy) * width + x + dx]!;
        if (other > 0 && other !== label)
          found.add(Math.min(label, other) * (count + 1) + Math.max(label, other));
      }
    }
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const label = data[y * width + x]!;
      if (label > 0 && isRim({ height, width, data }, y, x)) visit(label, y, x);
    }
  }
  return [...found]
    .sort((a, b) => a - b)
    .map((key) => [Math.floor(key / (count + 1)), key % (count + 1)] as [number, number]);
}

/** Whether a neighbour along an edge has another label. The border of the image is no rim. */
function isRim({ height, width, data }: Editable, y: number, x: number): boolean {
  const at = y * width + x;
  const label = data[at];
  return (
    (x > 0 && data[at - 1] !== label) ||
    (x < width - 1 && data[at + 1] !== label) ||
    (y > 0 && data[at - width] !== label) ||
    (y < height - 1 && data[at + width] !== label)
  );
}

/** Gives the pixels of `from` the label `to`, and bridges the background between the two. */
export function mergeLabels(image: Editable, from: number, to: number, box: Box): void {
  const { width, data } = image;
  const bridge: number[] = [];
  const near = (label: number, y: number, x: number): boolean => {
    for (let dy = -2; dy <= 2; dy++)
      for (let dx = -2; dx <= 2; dx++)
        if (dy * dy + dx * dx <= bridgeReach && labelAt(image, y + dy, x + dx) === label) return true;
    return false;
  };
  for (let y = box.y0; y < box.y1; y++)
    for (let x = box.x0; x < box.x1; x++)
      if (data[y * width + x] === 0 && near(from, y, x) && near(to, y, x)) bridge.push(y * width + x);
  relabel(image, box, (label) => (label === from ? to : label));
  for (const at of bridge) data[at] = to;
}

const labelAt = ({ height, width, data }: Editable, y: number, x: number): number =>
  y < 0 || x < 0 || y >= height || x >= width ? 0 : data[y * width + x]!;

/** Changes the labels of a rectangle by their value and place. */
export function relabel(
  { width, data }: Editable,
  { y0, x0, y1, x1 }: Box,
  next: (label: number, y: number, x: number) => number,
): void {
  for (let y = y0; y < y1; y++)
    for (let x = x0; x < x1; x++) data[y * width + x] = next(data[y * width + x]!, y, x);
}

/** A line: the points where (p - centre) . normal is 0. `angle` is that of the normal, from x towards y. */
export interface Line {
  readonly y: number;
  readonly x: number;
  readonly angle: number;
}

/** Positive on the side to which the normal of a line points, px. */
export const sideOf = ({ y, x, angle }: Line, atY: number, atX: number): number =>
  (atY - y) * Math.sin(angle) + (atX - x) * Math.cos(angle);

/** Takes `depth` px off the rim of a label, on the positive side of a line or, without one, all around. */
export function erode(
  image: Editable,
  label: number,
  box: Box,
  { depth, side }: { readonly depth: number; readonly side: Line | undefined },
): void {
  for (let step = 0; step < depth; step++) {
    const rim: number[] = [];
    for (let y = box.y0; y < box.y1; y++) {
      for (let x = box.x0; x < box.x1; x++) {
        const at = y * image.width + x;
        const isOn = image.data[at] === label && (side === undefined || sideOf(side, y, x) > 0);
        if (isOn && isRim(image, y, x)) rim.push(at);
      }
    }
    for (const at of rim) image.data[at] = 0;
  }
}

/** The pixels of a disc within the image, as places in its data. */
export function discPixels({ height, width }: Editable, y: number, x: number, radius: number): number[] {
  const out: number[] = [];
  for (let r = Math.max(0, Math.ceil(y - radius)); r <= Math.min(height - 1, y + radius); r++)
    for (let c = Math.max(0, Math.ceil(x - radius)); c <= Math.min(width - 1, x + radius); c++)
      if ((r - y) ** 2 + (c - x) ** 2 <= radius * radius) out.push(r * width + c);
  return out;
}
