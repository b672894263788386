/** Objects that a file holds as outlines or as runs of pixels, and their way to label images. */
import { UnsupportedFormat } from "../../core/errors.js";
import type { Window } from "../../core/image.js";
import { labelImage, type LabelImage } from "../../core/labels.js";
import { type EdgeRule, fillRings } from "../../geometry/fillrings.js";
import type { Ring } from "../../geometry/outlines.js";
import { assertWithin } from "../image/crop.js";

/** Pixels as runs, column by column: lengths of background and object in turn, background first. */
export interface ColumnRuns {
  readonly height: number;
  readonly width: number;
  /** Their sum is at most height x width. */
  readonly lengths: Float64Array;
}

/** An object of a file. */
export interface DrawnObject {
  /** Plane that it is in, from 0. */
  readonly plane: number;
  /**
   * Closed lines in coordinates of corners (see `outlinesOf`). Those of one part are filled by the even-odd
   * rule; the object is all of its parts.
   */
  readonly parts: readonly (readonly Ring[])[];
  /** Which centres on an edge are inside; see `fillRings`. Default: "right" */
  readonly rule?: EdgeRule | undefined;
  /** Its pixels, where the file holds these instead. */
  readonly runs?: ColumnRuns | undefined;
}

/** A rectangle of coordinates; `right` and `bottom` are beyond it. */
export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The smallest rectangle that holds an object. */
export function boundsOf({ parts, runs }: DrawnObject): Bounds {
  if (runs !== undefined) return boundsOfRuns(runs);
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const rings of parts) {
    for (const ring of rings) {
      for (let i = 0; i < ring.length; i += 2) {
        left = Math.min(left, ring[i]!);
        right = Math.max(right, ring[i]!);
        top = Math.min(top, ring[i + 1]!);
        bottom = Math.max(bottom, ring[i + 1]!);
      }
    }
  }
  return { left, top, right, bottom };
}

function boundsOfRuns({ height, lengths }: ColumnRuns): Bounds {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0, at = 0; i < lengths.length; at += lengths[i]!, i++) {
    if (i % 2 === 0 || lengths[i] === 0) continue;
    const last = at + lengths[i]! - 1;
    const isInColumn = Math.floor(at / height) === Math.floor(last / height);
    left = Math.min(left, Math.floor(at / height));
    right = Math.max(right, Math.floor(last / height) + 1);
    top = isInColumn ? Math.min(top, at % height) : 0;
    bottom = isInColumn ? Math.max(bottom, (last % height) + 1) : height;
  }
  return { left, top, right, bottom };
}

/** Coordinates beyond this are no pixels of an image: 32-bit floats are whole numbers up to it. */
export const largestCoordinate = 2 ** 24;

/** Label images of one plane are read in one piece up to so many pixels: 1 GB. */
const mostPixels = 2 ** 28;
/** Crossings of outlines with rows, for a window: a million nuclei of 60 rows have as many. */
const mostCrossings = 2 ** 27;
/** Crossings of one outline, which are in memory together. */
const mostOfOne = 2 ** 23;
/** Times that the outlines of a window may cover it. */
const mostCovered = 16;

/** Labels that were drawn from objects, and what became of these. */
export interface Drawing {
  readonly labels: LabelImage;
  /** Objects of which another, smaller one took a part. */
  readonly overlapped: number;
  /** Objects that hold no centre of a pixel, or none but those of smaller ones. */
  readonly empty: number;
}

/** The size of a plane: what is known, else the smallest that holds all objects, one pixel at least. */
export function sizeOfAll(objects: readonly DrawnObject[]): {
  readonly height: number;
  readonly width: number;
} {
  let [height, width] = [1, 1];
  for (const object of objects) {
    const { right, bottom } = boundsOf(object);
    if (right > width) width = Math.ceil(right);
    if (bottom > height) height = Math.ceil(bottom);
  }
  return { height, width };
}

/**
 * Draws objects: the first has label 1. A pixel belongs to an object when its centre is inside. Of objects
 * that overlap, the one of fewer pixels has what they share, of equal ones the earlier one.
 *
 * @param where name of the file, for messages
 * @throws InvalidInput when the window is not within the plane
 * @throws UnsupportedFormat when the outlines cover the window more often than images of nuclei do
 */
export function drawObjects(
  objects: readonly DrawnObject[],
  size: { readonly height: number; readonly width: number },
  where: string,
  window: Window = { y: 0, x: 0, ...size },
): Drawing {
  assertWithin(where, size, window);
  const { height, width } = window;
  if (height * width > mostPixels)
    throw new UnsupportedFormat(
      where,
      `a label image of ${height} x ${width} pixels in one piece`,
      "give the size of the image, or smaller outlines",
    );
  const met = objects
    .map((object, i) => ({ label: i + 1, ...movedTo(object, window) }))
    .filter(
      ({ bounds }) => bounds.right > 0 && bounds.bottom > 0 && bounds.left < width && bounds.top < height,
    );
  checkEffort(met, window, where);
  const data = new Int32Array(height * width);
  const sized = met.map((object) => ({ ...object, pixels: fillObject({ height, width, data }, object) }));
  // The small ones last, so that they have what they share with others.
  sized.sort((a, b) => b.pixels - a.pixels || b.label - a.label);
  for (const object of sized) fillObject({ height, width, data }, object);
  return { labels: labelImage(height, width, data), ...fates(sized, data) };
}

interface MovedObject extends DrawnObject {
  readonly label: number;
  readonly bounds: Bounds;
  /** Where the window begins, for runs. */
  readonly from: { readonly y: number; readonly x: number };
}

/** An object in the coordinates of a window. */
function movedTo(object: DrawnObject, { y, x }: Window): Omit<MovedObject, "label"> {
  const { left, top, right, bottom } = boundsOf(object);
  const bounds = { left: left - x, top: top - y, right: right - x, bottom: bottom - y };
  if (x === 0 && y === 0) return { ...object, bounds, from: { y, x } };
  const moved = (ring: Ring): Ring => ring.map((value, i) => value - (i % 2 === 0 ? x : y));
  return { ...object, parts: object.parts.map((rings) => rings.map(moved)), bounds, from: { y, x } };
}

/** Outlines that cross no more rows, and cover no more, than those of images do take seconds at most. */
function checkEffort(objects: readonly MovedObject[], { height, width }: Window, where: string): void {
  let [crossings, covered, most] = [0, 0, 0];
  for (const { parts, bounds, runs } of objects) {
    const rows = Math.min(height, bounds.bottom) - Math.max(0, bounds.top);
    covered += rows * (Math.min(width, bounds.right) - Math.max(0, bounds.left)) * Math.max(1, parts.length);
    let own = runs?.lengths.length ?? 0;
    for (const rings of parts) for (const ring of rings) own += crossedRows(ring, height);
    most = Math.max(most, own);
    crossings += own;
  }
  const bearable = covered <= mostCovered * (height * width + 2 ** 20);
  if (bearable && most <= mostOfOne && crossings <= mostCrossings) return;
  throw new UnsupportedFormat(
    where,
    "a heap of outlines that cover each other many times",
    "check that they are the outlines of nuclei",
  );
}

/** How often a ring crosses the rows of an image, about. */
function crossedRows(ring: Ring, height: number): number {
  let count = 0;
  for (let i = 1, j = ring.length - 1; i < ring.length; j = i, i += 2) {
    const [a, b] = [ring[j]!, ring[i]!].map((y) => Math.min(height, Math.max(0, y))) as [number, number];
    count += Math.abs(a - b);
  }
  return count;
}

/** Gives a label to the pixels of an object; the number of those. */
function fillObject(
  image: { readonly height: number; readonly width: number; readonly data: Int32Array },
  { parts, rule, runs, from, label }: MovedObject,
): number {
  let count = 0;
  // The parts of an object may overlap.
  for (const rings of parts) count += fillRings(image, rings, label, (present) => present !== label, rule);
  return runs === undefined ? count : count + fillRuns(image, runs, from, label);
}

function fillRuns(
  image: { readonly height: number; readonly width: number; readonly data: Int32Array },
  { height, lengths }: ColumnRuns,
  from: { readonly y: number; readonly x: number },
  label: number,
): number {
  let [at, count] = [0, 0];
  for (const [i, length] of lengths.entries()) {
    const end = at + length;
    for (; i % 2 === 1 && at < end; at++) {
      const [y, x] = [(at % height) - from.y, Math.floor(at / height) - from.x];
      if (x >= image.width) return count;
      if (y < 0 || y >= image.height || x < 0) continue;
      image.data[y * image.width + x] = label;
      count++;
    }
    at = end;
  }
  return count;
}

/** What became of objects once all are drawn. */
function fates(
  objects: readonly { readonly label: number; readonly pixels: number }[],
  data: Int32Array,
): Pick<Drawing, "overlapped" | "empty"> {
  const left = new Map(objects.map(({ label }) => [label, 0]));
  for (let i = 0; i < data.length; i++) if (data[i]! > 0) left.set(data[i]!, left.get(data[i]!)! + 1);
  const overlapped = objects.filter(({ label, pixels }) => left.get(label)! < pixels).length;
  return { overlapped, empty: [...left.values()].filter((pixels) => pixels === 0).length };
}
