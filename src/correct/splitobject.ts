/**
 * Splitting objects by a drawn line.
 *
 * The line has no width: it runs between pixels, and two neighbours are apart where it passes between them. So
 * no pixel is lost, and a line that ends within an object cuts nothing, as there is a way round its end.
 */
import { type Crossings, crossingsIn, isApart, pixelsAlong } from "./cutline.js";
import {
  type Box,
  boxWithin,
  type LabelWindow,
  type Outcome,
  patchesOf,
  type Point,
  type Refusal,
  type Sketch,
  sketchOf,
} from "./labelwindow.js";

/** How objects are split. */
export interface Splitting {
  /**
   * The only object that is split, into parts of 4 px or more. Without it, every object that the line crosses
   * is, if each part has a tenth of its area, too: a line that shaves a neighbour leaves it whole.
   */
  readonly label?: number | undefined;
  /** The next free label: the smaller parts get it and those after it, in the order of their first pixels. */
  readonly newLabel: number;
}

/** Least area of a part, px. */
const leastArea = 4;
/** Least area of a part of an object that was not named, as a share of the object. */
const leastShare = 0.1;

/**
 * Splits objects by a line that enters and leaves them. The largest part keeps the label, the first of equally
 * large ones. What is too small for a part stays with the part across the line. Other objects never change.
 *
 * @param line two points or more; neighbours are joined by straight lines
 */
export function split(window: LabelWindow, line: readonly Point[], options: Splitting): Outcome {
  const all = pixelsAlong(window, line);
  const labels = options.label === undefined ? [...all.keys()] : [options.label];
  const boxes = labels.map((label) => boxAround(window, all.get(label) ?? [], label));
  const box = unionOf(boxes);
  if (box === undefined) return { why: `The line does not cross ${nameOf(options.label)}.` };
  const sketch = sketchOf(window, box);
  let { newLabel } = options;
  let refusal: Refusal | undefined;
  labels.forEach((label, i) => {
    const share = options.label === undefined ? leastShare : 0;
    const cut = splitOne(window, line, boxes[i]!, { label, newLabel, share }, sketch);
    if (typeof cut === "number") newLabel += cut;
    else refusal ??= cut;
  });
  return patchesOf(window, sketch) ?? refusal!;
}

const nameOf = (label: number | undefined): string => (label === undefined ? "an object" : `object ${label}`);

interface OneSplit {
  readonly label: number;
  readonly newLabel: number;
  /** Least area of a part as a share of what is cut. */
  readonly share: number;
}

/** Splits one object in the sketch. @returns the number of parts with a new label */
function splitOne(
  window: LabelWindow,
  line: readonly Point[],
  box: Box,
  { label, newLabel, share }: OneSplit,
  sketch: Sketch,
): number | Refusal {
  if (labelAt(window, line[0]!) === label || labelAt(window, line.at(-1)!) === label)
    return { why: `The line must enter object ${label} and leave it, but it has an end within.` };
  const parts = partsOf(sketchOf(window, box), crossingsIn(window, box, line), label);
  if (parts.contacts.size === 0) return { why: `The line does not pass through all of object ${label}.` };
  const labels = labelsOfParts(parts, share, { label, newLabel });
  // Beside the label itself, and the 0 of what is no part.
  const added = new Set(labels).size - 2;
  if (added === 0)
    return { why: `A part of object ${label} would be too small: ${leastArea} px and more are needed.` };
  const width = box.right - box.left;
  for (let i = 0; i < parts.data.length; i++) {
    if (parts.data[i] === 0) continue;
    const row = Math.floor(i / width) + box.top - sketch.box.top;
    const column = (i % width) + box.left - sketch.box.left;
    sketch.after[row * sketch.width + column] = labels[parts.data[i]!]!;
  }
  return added;
}

function labelAt({ y, x, height, width, data }: LabelWindow, point: Point): number {
  const [row, column] = [Math.round(point.y) - y, Math.round(point.x) - x];
  return row < 0 || column < 0 || row >= height || column >= width ? 0 : data[row * width + column]!;
}

/** The parts into which a line cuts an object. */
interface Parts {
  /** Of the box: 0, or the number of the part, from 1 in the order of their first pixels. */
  readonly data: Int32Array;
  /** Pixels by part; entry 0 is not used. */
  readonly sizes: readonly number[];
  /** How many pairs of neighbours the line sets apart, by pair of parts: smaller * (parts + 1) + larger. */
  readonly contacts: ReadonlyMap<number, number>;
}

/** Floods what the line leaves connected, over edges and corners. */
function partsOf({ width, after }: Sketch, crossings: Crossings, label: number): Parts {
  const data = new Int32Array(after.length);
  const sizes = [0];
  const apart: number[] = [];
  const stack = new Int32Array(after.length);
  for (let start = 0; start < after.length; start++) {
    if (after[start] !== label || data[start] !== 0) continue;
    const part = sizes.length;
    let [depth, size] = [1, 0];
    data[start] = part;
    stack[0] = start;
    while (depth > 0) {
      const at = stack[--depth]!;
      size++;
      depth = reached({ width, after }, crossings, { data, stack, apart }, at, depth);
    }
    sizes.push(size);
  }
  return { data, sizes, contacts: contactsOf(data, apart, sizes.length) };
}

/** What a flood has found so far. */
interface Flood {
  /** The part of each pixel, or 0. */
  readonly data: Int32Array;
  /** Pixels whose neighbours are still to be looked at. */
  readonly stack: Int32Array;
  /** Pairs of neighbours on different sides of the line. */
  readonly apart: number[];
}

/** Takes the neighbours of a pixel into its part. @returns how many pixels wait on the stack */
function reached(
  { width, after }: Pick<Sketch, "width" | "after">,
  crossings: Crossings,
  { data, stack, apart }: Flood,
  at: number,
  depth: number,
): number {
  const [label, part, column] = [after[at]!, data[at]!, at % width];
  const [first, last] = [column === 0 ? 0 : -1, column === width - 1 ? 0 : 1];
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = first; dx <= last; dx++) {
      const next = at + dy * width + dx;
      // The pixel itself, too, is in its part already.
      if (after[next] !== label || data[next] === part) continue;
      if (isApart(crossings, at, dy, dx)) apart.push(at, next);
      else if (data[next] === 0) {
        data[next] = part;
        stack[depth++] = next;
      }
    }
  }
  return depth;
}

function contactsOf(data: Int32Array, apart: readonly number[], base: number): Map<number, number> {
  const contacts = new Map<number, number>();
  for (let i = 0; i < apart.length; i += 2) {
    const [p, q] = [data[apart[i]!]!, data[apart[i + 1]!]!];
    if (p < q) contacts.set(p * base + q, (contacts.get(p * base + q) ?? 0) + 1);
  }
  return contacts;
}

/** The label of each part; entry 0 is 0. */
function labelsOfParts(
  { sizes, contacts }: Parts,
  share: number,
  { label, newLabel }: Pick<OneSplit, "label" | "newLabel">,
): number[] {
  const base = sizes.length;
  const labels = sizes.map((_, part) => (part === 0 ? 0 : label));
  const beside = sizes.map((): { readonly part: number; readonly count: number }[] => []);
  for (const [pair, count] of contacts) {
    const [p, q] = [Math.floor(pair / base), pair % base];
    beside[p]!.push({ part: q, count });
    beside[q]!.push({ part: p, count });
  }
  const area = sizes.reduce((sum, size, part) => sum + (beside[part]!.length > 0 ? size : 0), 0);
  const least = Math.max(leastArea, share * area);
  const isLarge = (part: number): boolean => beside[part]!.length > 0 && sizes[part]! >= least;
  const large = sizes.map((_, part) => part).filter(isLarge);
  if (large.length < 2) return labels;
  const largest = large.reduce((a, b) => (sizes[b]! > sizes[a]! ? b : a));
  let next = newLabel;
  for (const part of large) if (part !== largest) labels[part] = next++;
  for (let part = 1; part < base; part++) {
    if (isLarge(part)) continue;
    const hosts = beside[part]!.filter((other) => isLarge(other.part));
    hosts.sort((a, b) => b.count - a.count || a.part - b.part);
    if (hosts.length > 0) labels[part] = labels[hosts[0]!.part]!;
  }
  return labels;
}

/**
 * The box around the pieces of an object that hold some of its pixels: it grows until no pixel of the object is
 * next to it. Undefined without pixels.
 */
function boxAround(
  { width, ...window }: LabelWindow,
  seeds: readonly number[],
  label: number,
): Box | undefined {
  if (seeds.length === 0) return undefined;
  let [top, left, bottom, right] = [Infinity, Infinity, -1, -1];
  for (const at of seeds) {
    const [row, column] = [Math.floor(at / width), at % width];
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row + 1)];
    [left, right] = [Math.min(left, column), Math.max(right, column + 1)];
  }
  const isIn = (strip: Box): boolean => {
    const within = boxWithin({ width, ...window }, strip);
    if (within === undefined) return false;
    for (let row = within.top; row < within.bottom; row++)
      for (let column = within.left; column < within.right; column++)
        if (window.data[row * width + column] === label) return true;
    return false;
  };
  for (let area = 0; area !== (bottom - top) * (right - left);) {
    area = (bottom - top) * (right - left);
    if (isIn({ top: top - 1, bottom: top, left: left - 1, right: right + 1 })) top--;
    if (isIn({ top: bottom, bottom: bottom + 1, left: left - 1, right: right + 1 })) bottom++;
    if (isIn({ top: top - 1, bottom: bottom + 1, left: left - 1, right: left })) left--;
    if (isIn({ top: top - 1, bottom: bottom + 1, left: right, right: right + 1 })) right++;
  }
  return { top, left, bottom, right };
}

function unionOf(boxes: readonly (Box | undefined)[]): Box | undefined {
  const present = boxes.filter((box) => box !== undefined);
  if (present.length === 0) return undefined;
  return {
    top: Math.min(...present.map(({ top }) => top)),
    left: Math.min(...present.map(({ left }) => left)),
    bottom: Math.max(...present.map(({ bottom }) => bottom)),
    right: Math.max(...present.map(({ right }) => right)),
  };
}
