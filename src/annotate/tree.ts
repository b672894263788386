/**
 * Candidates without a global threshold. All connected regions of an image above all grey levels form a tree (each region lies inside one
 * of the next lower level). A nucleus is a region of that tree which looks like one: an ellipse of plausible size whose edge lies at about
 * half of its height, whatever that height is; so dim and bright nuclei are found alike, and two that touch are two branches. The set of
 * disjoint regions with the best mean quality is found exactly, from the leaves down: a region stands if it is at least as good as the
 * best choice among the regions above it, weighted by area.
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

/** Area / area of the ellipse with equal second moments: 1 for an ellipse, 0.9 for two equal disks that touch, 0..1. */
export function ellipseFill({ area, y, x, yy, xx, xy }: Moments): number {
  // 1/12 is the second moment of a square pixel about its centre: without it a one-pixel line would have no extent.
  const varianceY = yy / area - (y / area) ** 2 + 1 / 12;
  const varianceX = xx / area - (x / area) ** 2 + 1 / 12;
  const covariance = xy / area - (y * x) / area ** 2;
  return Math.min(1, area / (4 * Math.PI * Math.sqrt(Math.max(1e-9, varianceY * varianceX - covariance ** 2))));
}

const ramp = (value: number, low: number, high: number): number => Math.min(1, Math.max(0, (value - low) / (high - low)));

/** Quality of a region as a nucleus, 0..1; 0 is impossible. `level` is its lowest height, `mean` its mean height. */
export function regionQuality(fill: number, area: number, level: number, mean: number, limits: TreeLimits): number {
  if (mean < limits.minHeight || area < 0.08 * limits.area || area > 10 * limits.area) return 0;
  const size = Math.exp(-0.5 * (Math.log(area / limits.area) / 1.2) ** 2);
  const shape = 0.05 + 0.95 * ramp(fill, 0.84, 0.97);
  // A region whose lowest level is close to its mean is a blob of texture inside a nucleus, not a nucleus on background.
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
export function selectRegions(levels: Uint8Array, heightOf: Float64Array, height: number, width: number, limits: TreeLimits): Int32Array {
  const order = sortByLevel(levels);
  const parent = componentTree(levels, order, height, width);
  const n = levels.length;
  const area = new Float64Array(n).fill(1);
  const column = (): Float64Array => new Float64Array(n);
  const [sy, sx, syy, sxx, sxy, sum] = [column(), column(), column(), column(), column(), column()] as const;
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      sy[p] = y;
      sx[p] = x;
      syy[p] = y * y;
      sxx[p] = x * x;
      sxy[p] = y * x;
      sum[p] = heightOf[levels[p]!]!;
    }
  }
  const chosen = new Uint8Array(n);
  const weight = new Float64Array(n);
  const value = new Float64Array(n);
  for (let i = n - 1; i >= 0; i--) {
    const p = order[i]!;
    const q = parent[p]!;
    const level = levels[p]!;
    if (level === 0) break;
    if (levels[q] !== level || q === p) {
      const a = area[p]!;
      const fill = ellipseFill({ area: a, y: sy[p]!, x: sx[p]!, yy: syy[p]!, xx: sxx[p]!, xy: sxy[p]! });
      const quality = regionQuality(fill, a, heightOf[level]!, sum[p]! / a, limits);
      const inner = weight[p]! > 0 ? value[p]! / weight[p]! : 0;
      if (quality > 0 && quality >= inner) {
        chosen[p] = 1;
        weight[p] = a;
        value[p] = a * quality;
      }
      if (q !== p) {
        weight[q]! += weight[p]!;
        value[q]! += value[p]!;
      }
    }
    if (q === p) continue;
    area[q]! += area[p]!;
    sy[q]! += sy[p]!;
    sx[q]! += sx[p]!;
    syy[q]! += syy[p]!;
    sxx[q]! += sxx[p]!;
    sxy[q]! += sxy[p]!;
    sum[q]! += sum[p]!;
  }
  return labelChosen(levels, order, parent, chosen);
}

/** From the root upwards: a pixel has its parent's label, or a new one where a chosen region begins. */
function labelChosen(levels: Uint8Array, order: Int32Array, parent: Int32Array, chosen: Uint8Array): Int32Array {
  const labels = new Int32Array(levels.length);
  let count = 0;
  for (let i = 0; i < order.length; i++) {
    const p = order[i]!;
    const above = parent[p] === p ? 0 : labels[parent[p]!]!;
    labels[p] = above > 0 ? above : chosen[p] === 1 ? ++count : 0;
  }
  return labels;
}

/** Pixel indices by ascending level, then index. */
function sortByLevel(levels: Uint8Array): Int32Array {
  const start = new Int32Array(257);
  for (let p = 0; p < levels.length; p++) start[levels[p]! + 1]!++;
  for (let l = 0; l < 256; l++) start[l + 1]! += start[l]!;
  const order = new Int32Array(levels.length);
  for (let p = 0; p < levels.length; p++) order[start[levels[p]!]!++] = p;
  return order;
}

/** Parent of every pixel: the representative of its region, or of the next lower region if it is a representative itself; root: itself. */
function componentTree(levels: Uint8Array, order: Int32Array, height: number, width: number): Int32Array {
  const parent = new Int32Array(levels.length);
  const root = new Int32Array(levels.length).fill(-1);
  const find = (p: number): number => {
    let top = p;
    while (root[top] !== top) top = root[top]!;
    for (let at = p; at !== top; ) {
      const next = root[at]!;
      root[at] = top;
      at = next;
    }
    return top;
  };
  const join = (p: number, neighbour: number): void => {
    if (root[neighbour]! < 0) return;
    const top = find(neighbour);
    if (top === p) return;
    root[top] = p;
    parent[top] = p;
  };
  for (let i = order.length - 1; i >= 0; i--) {
    const p = order[i]!;
    parent[p] = p;
    root[p] = p;
    const x = p % width;
    if (p >= width) join(p, p - width);
    if (x > 0) join(p, p - 1);
    if (x < width - 1) join(p, p + 1);
    if (p < (height - 1) * width) join(p, p + width);
  }
  for (let i = 0; i < order.length; i++) {
    const p = order[i]!;
    const q = parent[p]!;
    if (levels[parent[q]!] === levels[q]) parent[p] = parent[q]!;
  }
  return parent;
}
