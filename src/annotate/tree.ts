/**
 * Candidates without a global threshold. All connected regions of an image above all grey levels form a tree
 * (each region lies inside one of the next lower level). A nucleus is a region of that tree which looks like
 * one: an ellipse of plausible size whose edge lies at about half of its height, whatever that height is; so
 * dim and bright nuclei are found alike, and two that touch are two branches. The set of disjoint regions
 * with the best mean quality is found exactly, from the leaves down: a region stands if it is at least as
 * good as the best choice among the regions above it, weighted by area.
 *
 * Source: Berger et al. 2007, ICIP, "Effective component tree computation" (the tree); the choice is ours.
 */
import type { Plane } from "../core/size.js";
import { addPixel, ellipseFill, heightSumAt, momentsAt, sumsPerRegion } from "./moments.js";

/** What a region must reach to be looked at. */
export interface TreeLimits {
  /** Area of a disk of the expected diameter, px. */
  readonly area: number;
  /** Least mean height of a region over the background, in units of `height`. */
  readonly minHeight: number;
}

/**
 * Area, in units of the expected one, below which a region is not looked at. Chosen by hand; no measurement
 * is on record.
 */
const minArea = 0.08;
/**
 * Area, in units of the expected one, above which a region is not looked at. Chosen by hand; no measurement
 * is on record.
 */
const maxArea = 10;
/**
 * Standard deviation of the logarithm of the area at which the quality of the size falls. Chosen by hand; no
 * measurement is on record.
 */
const sizeSpread = 1.2;
/**
 * Ellipse fill from which and up to which the quality of the shape rises. The lower end lies below the 0.9 of
 * two equal disks that touch; both ends were chosen by hand; no measurement is on record.
 */
const fillRamp = [0.84, 0.97] as const;
/**
 * 1 - lowest level / mean height from which and up to which the prominence rises. A region whose lowest level
 * is close to its mean is a blob of texture inside a nucleus. Chosen by hand; no measurement is on record.
 */
const prominenceRamp = [0.02, 0.35] as const;
/** Quality at the lower end of a ramp: no region is impossible by shape or prominence alone. */
const rampFloor = 0.05;

/** `rampFloor` up to the lower end, 1 from the upper end on, a line between them. */
const ramp = (value: number, [low, high]: readonly [number, number]): number =>
  rampFloor + (1 - rampFloor) * Math.min(1, Math.max(0, (value - low) / (high - low)));

/** A region of the tree. */
export interface Region {
  /** See `ellipseFill`. */
  readonly fill: number;
  /** px. */
  readonly area: number;
  /** Its lowest height. */
  readonly level: number;
  /** Its mean height. */
  readonly mean: number;
}

/** Quality of a region as a nucleus, 0..1; 0 is impossible. */
export function regionQuality({ fill, area, level, mean }: Region, limits: TreeLimits): number {
  if (isImpossible(area, mean, limits)) return 0;
  const size = Math.exp(-0.5 * (Math.log(area / limits.area) / sizeSpread) ** 2);
  const shape = ramp(fill, fillRamp);
  const prominence = ramp(1 - level / mean, prominenceRamp);
  return size * shape * prominence;
}

const isImpossible = (area: number, mean: number, limits: TreeLimits): boolean =>
  !(mean >= limits.minHeight && area >= minArea * limits.area && area <= maxArea * limits.area);

/**
 * Labels the disjoint regions of best mean quality; 4-connected.
 *
 * @param levels height x width, quantised heights 0..255; level 0 is no object
 * @param heightOf the height over the background that each level stands for, 256 values, ascending
 * @returns 0 outside, 1..n
 */
export function selectRegions(
  levels: Plane<Uint8Array>,
  heightOf: Float64Array,
  limits: TreeLimits,
): Int32Array {
  const tree = componentTree(levels);
  const { nodeOf, parent } = tree;
  const chosen = chooseRegions(measureNodes(levels, heightOf, tree), heightOf, tree, limits);
  const labelOf = new Int32Array(parent.length);
  let count = 0;
  // Parents have smaller numbers, so that a node inside a chosen region finds its parent's label.
  for (let node = 0; node < labelOf.length; node++) {
    const above = parent[node]! < 0 ? 0 : labelOf[parent[node]!]!;
    labelOf[node] = above > 0 ? above : chosen[node] === 1 ? ++count : 0;
  }
  const labels = new Int32Array(levels.data.length);
  for (let p = 0; p < labels.length; p++) if (nodeOf[p]! >= 0) labels[p] = labelOf[nodeOf[p]!]!;
  return labels;
}

/** Sums over the pixels that belong to each node itself, not to those above it; nodes x `sumsPerRegion`. */
function measureNodes(
  { height, width, data: levels }: Plane<Uint8Array>,
  heightOf: Float64Array,
  { nodeOf, parent }: ComponentTree,
): Float64Array {
  const sums = new Float64Array(sumsPerRegion * parent.length);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++)
      if (nodeOf[p]! >= 0) addPixel(sums, nodeOf[p]!, y, x, heightOf[levels[p]!]!);
  }
  return sums;
}

/**
 * From the leaves down: 1 for a region that is at least as good as the best choice among the regions above
 * it. `sums` is accumulated.
 */
function chooseRegions(
  sums: Float64Array,
  heightOf: Float64Array,
  { parent, level }: ComponentTree,
  limits: TreeLimits,
): Uint8Array {
  const chosen = new Uint8Array(parent.length);
  const weight = new Float64Array(parent.length);
  const value = new Float64Array(parent.length);
  for (let node = parent.length - 1; node >= 0; node--) {
    const at = sumsPerRegion * node;
    const area = sums[at]!;
    const mean = heightSumAt(sums, node) / area;
    if (!isImpossible(area, mean, limits)) {
      const fill = ellipseFill(momentsAt(sums, node));
      const quality = regionQuality({ fill, area, level: heightOf[level[node]!]!, mean }, limits);
      if (quality > 0 && quality * weight[node]! >= value[node]!) {
        chosen[node] = 1;
        weight[node] = area;
        value[node] = area * quality;
      }
    }
    const below = parent[node]!;
    if (below < 0) continue;
    weight[below]! += weight[node]!;
    value[below]! += value[node]!;
    for (let k = 0; k < sumsPerRegion; k++) sums[sumsPerRegion * below + k]! += sums[at + k]!;
  }
  return chosen;
}

interface ComponentTree {
  /** Node of each pixel; -1 at level 0. */
  readonly nodeOf: Int32Array;
  /** Node of the next lower region, which has a smaller number; -1 for a root. */
  readonly parent: Int32Array;
  /** Level of each node. */
  readonly level: Uint8Array;
}

/** All 4-connected regions above level 0, one node each, numbered by level, then first pixel. */
function componentTree({ height, width, data: image }: Plane<Uint8Array>): ComponentTree {
  // A frame of one pixel at level 0 spares the tests for the border.
  const stride = width + 2;
  const levels = new Uint8Array(stride * (height + 2));
  for (let y = 0; y < height; y++)
    levels.set(image.subarray(y * width, (y + 1) * width), (y + 1) * stride + 1);
  const order = sortByLevel(levels);
  const above = new Int32Array(levels.length);
  const root = new Int32Array(levels.length).fill(-1);
  for (let i = order.length - 1; i >= 0; i--) {
    const p = order[i]!;
    above[p] = p;
    root[p] = p;
    if (root[p - stride]! >= 0) join(root, above, p - stride, p);
    if (root[p - 1]! >= 0) join(root, above, p - 1, p);
    if (root[p + 1]! >= 0) join(root, above, p + 1, p);
    if (root[p + stride]! >= 0) join(root, above, p + stride, p);
  }
  // The array of the roots becomes that of the nodes.
  const framed = root.fill(-1);
  const parent = new Int32Array(order.length);
  const level = new Uint8Array(order.length);
  let nodes = 0;
  // A pixel hangs below the one that joined it last: of its own level, the same node; of a lower one, the
  // node of the next lower region.
  for (let i = 0; i < order.length; i++) {
    const p = order[i]!;
    const q = above[p]!;
    if (q !== p && levels[q] === levels[p]) {
      framed[p] = framed[q]!;
      continue;
    }
    parent[nodes] = q === p ? -1 : framed[q]!;
    level[nodes] = levels[p]!;
    framed[p] = nodes++;
  }
  const nodeOf = new Int32Array(height * width);
  for (let y = 0; y < height; y++)
    nodeOf.set(framed.subarray((y + 1) * stride + 1, (y + 1) * stride + 1 + width), y * width);
  return { nodeOf, parent: parent.slice(0, nodes), level: level.slice(0, nodes) };
}

/** Hangs the tree of a neighbour below a pixel that is a root. */
function join(root: Int32Array, above: Int32Array, neighbour: number, pixel: number): void {
  const top = topOf(root, neighbour);
  root[top] = pixel;
  if (top !== pixel) above[top] = pixel;
}

/** The root of a pixel's tree so far; the way there is shortened by halves. */
function topOf(root: Int32Array, pixel: number): number {
  let p = pixel;
  while (root[p] !== p) {
    root[p] = root[root[p]!]!;
    p = root[p]!;
  }
  return p;
}

/** Indices of the pixels above level 0, by ascending level, then index. */
function sortByLevel(levels: Uint8Array): Int32Array {
  const start = new Int32Array(257);
  for (let p = 0; p < levels.length; p++) start[levels[p]! + 1]!++;
  start[1] = 0;
  for (let l = 1; l < 256; l++) start[l + 1]! += start[l]!;
  const order = new Int32Array(start[256]!);
  for (let p = 0; p < levels.length; p++) if (levels[p]! > 0) order[start[levels[p]!]!++] = p;
  return order;
}
