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
export interface TreeLimits {
  /** Area of a disk of the expected diameter, px. */
  readonly area: number;
  /** Least mean height of a region over the background, in units of `height`. */
  readonly minHeight: number;
}

/** Moments of a region up to the second, in px; enough to compare it with an ellipse, and additive. */
export interface Moments {
  readonly area: number;
  readonly y: number;
  readonly x: number;
  readonly yy: number;
  readonly xx: number;
  readonly xy: number;
}

/**
 * Area / area of the ellipse with equal second moments: 1 for an ellipse, 0.9 for two equal disks that touch,
 * 0..1.
 */
export function ellipseFill({ area, y, x, yy, xx, xy }: Moments): number {
  // 1/12 is the second moment of a square pixel about its centre: without it a one-pixel line would have no
  // extent.
  const varianceY = yy / area - (y / area) ** 2 + 1 / 12;
  const varianceX = xx / area - (x / area) ** 2 + 1 / 12;
  const covariance = xy / area - (y * x) / area ** 2;
  return Math.min(
    1,
    area / (4 * Math.PI * Math.sqrt(Math.max(1e-9, varianceY * varianceX - covariance ** 2))),
  );
}

/** Areas, in units of the expected one, outside which a region is not looked at. */
const leastArea = 0.08;
const mostArea = 10;

const ramp = (value: number, low: number, high: number): number =>
  Math.min(1, Math.max(0, (value - low) / (high - low)));

/**
 * Quality of a region as a nucleus, 0..1; 0 is impossible. `level` is its lowest height, `mean` its mean
 * height.
 */
export function regionQuality(
  fill: number,
  area: number,
  level: number,
  mean: number,
  limits: TreeLimits,
): number {
  if (mean < limits.minHeight || area < leastArea * limits.area || area > mostArea * limits.area) return 0;
  const size = Math.exp(-0.5 * (Math.log(area / limits.area) / 1.2) ** 2);
  const shape = 0.05 + 0.95 * ramp(fill, 0.84, 0.97);
  // A region whose lowest level is close to its mean is a blob of texture inside a nucleus, not a nucleus on
  // background.
  const prominence = 0.05 + 0.95 * ramp(1 - level / mean, 0.02, 0.35);
  return size * shape * prominence;
}

/**
 * Labels the disjoint regions of best mean quality; 4-connected.
 *
 * @param levels height x width, quantised heights 0..255; level 0 is no object
 * @param heightOf the height over the background that each level stands for, 256 values, ascending
 * @returns 0 outside, 1..n
 */
export function selectRegions(
  levels: Uint8Array,
  heightOf: Float64Array,
  height: number,
  width: number,
  limits: TreeLimits,
): Int32Array {
  const { nodeOf, parent, level } = componentTree(levels, height, width);
  const chosen = chooseRegions(
    measureNodes(levels, heightOf, nodeOf, parent.length, height, width),
    parent,
    level,
    heightOf,
    limits,
  );
  const labelOf = new Int32Array(parent.length);
  let count = 0;
  // Parents have smaller numbers, so that a node inside a chosen region finds its parent's label.
  for (let node = 0; node < labelOf.length; node++) {
    const above = parent[node]! < 0 ? 0 : labelOf[parent[node]!]!;
    labelOf[node] = above > 0 ? above : chosen[node] === 1 ? ++count : 0;
  }
  const labels = new Int32Array(levels.length);
  for (let p = 0; p < labels.length; p++) if (nodeOf[p]! >= 0) labels[p] = labelOf[nodeOf[p]!]!;
  return labels;
}

/** Numbers per node in `measureNodes`: area, sums of y, x, y², x², yx, and of the heights. */
const sumsPerNode = 7;

/** Sums over the pixels that belong to each node itself, not to those above it; nodes x SUMS. */
function measureNodes(
  levels: Uint8Array,
  heightOf: Float64Array,
  nodeOf: Int32Array,
  nodes: number,
  height: number,
  width: number,
): Float64Array {
  const sums = new Float64Array(sumsPerNode * nodes);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      if (nodeOf[p]! < 0) continue;
      const at = sumsPerNode * nodeOf[p]!;
      sums[at]!++;
      sums[at + 1]! += y;
      sums[at + 2]! += x;
      sums[at + 3]! += y * y;
      sums[at + 4]! += x * x;
      sums[at + 5]! += y * x;
      sums[at + 6]! += heightOf[levels[p]!]!;
    }
  }
  return sums;
}

/**
 * From the leaves down: 1 for a region that is at least as good as the best choice among the regions above
 * it. `sums` is accumulated.
 */
function chooseRegions(
  sums: Float64Array,
  parent: Int32Array,
  level: Uint8Array,
  heightOf: Float64Array,
  limits: TreeLimits,
): Uint8Array {
  const chosen = new Uint8Array(parent.length);
  const weight = new Float64Array(parent.length);
  const value = new Float64Array(parent.length);
  for (let node = parent.length - 1; node >= 0; node--) {
    const at = sumsPerNode * node;
    const area = sums[at]!;
    const mean = sums[at + 6]! / area;
    if (mean >= limits.minHeight && area >= leastArea * limits.area && area <= mostArea * limits.area) {
      const fill = ellipseFill({
        area,
        y: sums[at + 1]!,
        x: sums[at + 2]!,
        yy: sums[at + 3]!,
        xx: sums[at + 4]!,
        xy: sums[at + 5]!,
      });
      const quality = regionQuality(fill, area, heightOf[level[node]!]!, mean, limits);
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
    for (let k = 0; k < sumsPerNode; k++) sums[sumsPerNode * below + k]! += sums[at + k]!;
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
function componentTree(image: Uint8Array, height: number, width: number): ComponentTree {
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
    for (let side = 0; side < 4; side++) {
      const neighbour = side === 0 ? p - stride : side === 1 ? p - 1 : side === 2 ? p + 1 : p + stride;
      if (root[neighbour]! < 0) continue;
      const top = topOf(root, neighbour);
      if (top === p) continue;
      root[top] = p;
      above[top] = p;
    }
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
