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
  const mask = new Uint8Array(data.length);
  const outside = new Uint8Array(data.length);
  // What is nearest becomes what a pixel is in the ring of.
  const ringLabels = near.labels;
  for (let p = 0; p < data.length; p++) {
    if (data[p]! > 0) {
      mask[p] = 1;
      ringLabels[p] = 0;
    } else if (ringLabels[p]! > 0 && near.squared[p]! <= minimum) ringLabels[p] = 0;
    else outside[p] = 1;
  }
  return {
    objects: groupsOf(data, count),
    rings: groupsOf(ringLabels, count),
    background: placesOf(withinReach(mask, height, columns, far), 0),
    // Seldom asked for.
    get outside() {
      return placesOf(outside, 1);
    },
  };
}

/** Indices of the pixels that hold a value. */
function placesOf(data: Uint8Array, value: number): Int32Array {
  let count = 0;
  for (let p = 0; p < data.length; p++) if (data[p] === value) count++;
  const pixels = new Int32Array(count);
  for (let p = 0, at = 0; at < count; p++) if (data[p] === value) pixels[at++] = p;
  return pixels;
}

function groupsOf(labels: Int32Array, count: number): PixelGroups {
  const first = new Int32Array(count + 1);
  for (let p = 0; p < labels.length; p++) if (labels[p]! > 0) first[labels[p]!]!++;
  for (let k = 0; k < count; k++) first[k + 1]! += first[k]!;
  const next = first.slice(0, count);
  const pixels = new Int32Array(first[count]!);
  for (let p = 0; p < labels.length; p++) {
    const label = labels[p]!;
    if (label > 0) pixels[next[label - 1]!++] = p;
  }
  return { first, pixels };
}
