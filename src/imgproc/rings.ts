import type { LabelImage } from "../core/labels.js";
import { nearestLabels, withinReach } from "./grow.js";

/**
 * Pixels by label: those of label k are `pixels[first[k - 1]..first[k])`, as indices into the image,
 * ascending.
 */
export interface PixelGroups {
  /** Length count + 1. */
  readonly first: Int32Array;
  readonly pixels: Int32Array;
}

/** Where rings lie. */
export interface RingOptions {
  /** Pixels at most this far from any object belong to no ring: blur and the outline's own error, px. */
  readonly gap: number;
  /** Width of a ring, px. */
  readonly width: number;
  /** Pixels farther than this from every object are background, px. */
  readonly far: number;
}

/** The objects of a label image, the rings around them, and what lies far from all of them. */
export interface Rings {
  readonly objects: PixelGroups;
  readonly rings: PixelGroups;
  /** Pixels farther than `far` from every object. */
  readonly background: Int32Array;
  /** Pixels outside of all objects and gaps: the rings and all beyond. */
  readonly outside: Int32Array;
}

/**
 * Rings: the pixels more than `gap` and at most `gap + width` from an object, each given to the object that
 * is nearest, the smallest label where several are equally near. So no ring holds a pixel of another object
 * or of another's gap, and no pixel is in two rings; where objects are crowded their rings are parts of
 * rings, or empty. -1 counts as background.
 */
export function ringsOf(labels: LabelImage, { gap, width, far }: RingOptions): Rings {
  const { height, width: columns, data, count } = labels;
  const near = nearestLabels(labels, gap + width);
  const minimum = gap * gap + 1e-9;
  const inGap = (p: number): boolean => near.labels[p]! > 0 && near.squared[p]! <= minimum;
  const close = withinReach(
    Uint8Array.from(data, (label) => (label > 0 ? 1 : 0)),
    height,
    columns,
    far,
  );
  return {
    objects: groupsOf(data.length, count, (p) => data[p]!),
    rings: groupsOf(data.length, count, (p) => (data[p]! > 0 || inGap(p) ? 0 : near.labels[p]!)),
    background: where(data.length, (p) => close[p] === 0),
    outside: where(data.length, (p) => data[p]! <= 0 && !inGap(p)),
  };
}

function where(length: number, holds: (pixel: number) => boolean): Int32Array {
  let count = 0;
  for (let p = 0; p < length; p++) if (holds(p)) count++;
  const pixels = new Int32Array(count);
  let at = 0;
  for (let p = 0; p < length; p++) if (holds(p)) pixels[at++] = p;
  return pixels;
}

function groupsOf(length: number, count: number, labelAt: (pixel: number) => number): PixelGroups {
  const first = new Int32Array(count + 1);
  for (let p = 0; p < length; p++) {
    const label = labelAt(p);
    if (label > 0) first[label]!++;
  }
  for (let k = 0; k < count; k++) first[k + 1]! += first[k]!;
  const next = first.slice(0, count);
  const pixels = new Int32Array(first[count]!);
  for (let p = 0; p < length; p++) {
    const label = labelAt(p);
    if (label > 0) pixels[next[label - 1]!++] = p;
  }
  return { first, pixels };
}
