import type { LabelImage } from "../core/labels.js";
import type { Nuclei } from "../core/nuclei.js";
import { nearestLabels, type NearestLabels, withinReach } from "../imgproc/grow.js";
import { measure, equivalentDiameter } from "../imgproc/regions.js";
import { median } from "../stats/percentile.js";
import { emptyFeatures, type ObjectFeatures } from "./types.js";

/** What the features are measured by. */
export interface FeatureOptions {
  /** Expected diameter of a nucleus, px: the width of the shells along the outline depends on it. */
  readonly diameter: number;
  /** Noise of the image before smoothing, grey values. */
  readonly noise: number;
  readonly frame: number;
}

/**
 * Features of every candidate.
 *
 * @param labels 1..count, all present
 * @param smoothed, background height x width, as for `ownContours`
 */
export function measureCandidates(
  labels: LabelImage,
  smoothed: Float32Array,
  background: Float32Array,
  options: FeatureOptions,
): ObjectFeatures {
  const { diameter, noise, frame } = options;
  const nuclei = measure(labels, { frame });
  const out = {
    ...emptyFeatures(nuclei.count, frame),
    y: nuclei.y,
    x: nuclei.x,
    area: nuclei.area,
    solidity: nuclei.solidity,
    eccentricity: nuclei.eccentricity,
    touchesEdge: nuclei.touchesEdge,
  };
  const s = sumAlongOutlines(labels, smoothed, background, Math.max(1.5, 0.1 * diameter));
  // What detection smooths by: a large nucleus is sure where each of its pixels is not.
  const sigma = Math.max(0.5, 0.05 * diameter);
  const residual = noise / (2 * Math.sqrt(Math.PI) * sigma);
  const ellipse = ellipseDifference(labels, nuclei);
  for (let i = 0, k = 1; i < nuclei.count; i++, k++) {
    const intensity = s.height[k]! / s.pixels[k]!;
    const coreHeight = s.core[k]! > 0 ? s.coreHeight[k]! / s.core[k]! : intensity;
    out.diameter[i] = equivalentDiameter(out.area[i]!);
    out.intensity[i] = intensity;
    out.signalToNoise[i] = intensity / Math.max(leastOf(intensity), residual);
    out.ellipseResidual[i] = ellipse[i]! / out.area[i]!;
    const variance = s.core[k]! > 1 ? s.coreSquares[k]! / s.core[k]! - coreHeight ** 2 : 0;
    out.texture[i] = Math.sqrt(Math.max(0, variance)) / Math.max(coreHeight, leastOf(coreHeight));
    const shells = s.innerHeight[k]! / s.inner[k]! - s.outerHeight[k]! / s.outer[k]!;
    out.edgeContrast[i] = s.outer[k]! > 0 ? shells / intensity : NaN;
    const slope = s.gradient[k]! / s.outline[k]!;
    out.sharpness[i] = s.outline[k]! > 0 ? (slope * out.diameter[i]!) / intensity : NaN;
    out.contact[i] = s.outline[k]! > 0 ? s.contacts[k]! / s.outline[k]! : 0;
    out.dip[i] = s.contacts[k]! > 0 ? 1 - s.contactHeight[k]! / s.contacts[k]! / coreHeight : 1;
  }
  return out;
}

/** What stands for no noise, and for no height, below an object of that height: grey values may be tiny. */
const leastOf = (height: number): number => 1e-9 * (Math.min(1, Math.abs(height)) || 1);

/** What is summed of each object, or along its outline; `...Height` are sums of heights, grey values. */
const sumNames = [
  "pixels",
  "height",
  "core",
  "coreHeight",
  "coreSquares",
  "inner",
  "innerHeight",
  "outer",
  "outerHeight",
  "outline",
  "gradient",
  "contacts",
  "contactHeight",
] as const;

/** One entry a label; entry 0 is unused. */
type Sums = Readonly<Record<(typeof sumNames)[number], Float64Array>>;

/** What the sums are taken of, height x width each. */
interface Shells {
  readonly labels: LabelImage;
  readonly smoothed: Float32Array;
  readonly background: Float32Array;
  /** See `edgeOf`. */
  readonly edge: Uint8Array;
  /** 0 deeper than the shell. */
  readonly shallow: Uint8Array;
  readonly near: NearestLabels;
  /** Squared distance beyond which the outer shell begins, px². */
  readonly gap: number;
}

/**
 * Sums per label. The core lies deeper than `shell` px, the outer shell from 0.3 to 1.5 `shell` px outside.
 */
function sumAlongOutlines(
  labels: LabelImage,
  smoothed: Float32Array,
  background: Float32Array,
  shell: number,
): Sums {
  const { height, width, count } = labels;
  const sums = Object.fromEntries(sumNames.map((name) => [name, new Float64Array(count + 1)])) as Sums;
  const edge = edgeOf(labels);
  const shells: Shells = {
    labels,
    smoothed,
    background,
    edge,
    // What is no interior is no farther.
    shallow: withinReach(edge, height, width, shell),
    near: nearestLabels(labels, 1.5 * shell),
    gap: (0.3 * shell) ** 2,
  };
  for (let y = 0; y < height; y++) {
    sumInside(shells, y, sums);
    sumOutside(shells, y, sums);
    sumOutlines(shells, y, sums);
  }
  return sums;
}

/** Adds the pixels of the objects in one row, run by run. */
function sumInside({ labels, smoothed, background, edge, shallow }: Shells, y: number, sums: Sums): void {
  const { width, data } = labels;
  const { pixels, height, core, coreHeight, coreSquares, inner, innerHeight } = sums;
  for (let p = y * width, end = p + width; p < end;) {
    const label = data[p]!;
    if (label <= 0) {
      p++;
      continue;
    }
    const from = p;
    let [deep, ring] = [0, 0];
    let sum = height[label]!;
    let deepSum = coreHeight[label]!;
    let squares = coreSquares[label]!;
    let ringSum = innerHeight[label]!;
    for (; p < end && data[p] === label; p++) {
      const h = smoothed[p]! - background[p]!;
      sum += h;
      if (shallow[p] === 0) {
        deep++;
        deepSum += h;
        squares += h * h;
      } else if (edge[p] === 0) {
        ring++;
        ringSum += h;
      }
    }
    pixels[label]! += p - from;
    height[label] = sum;
    core[label]! += deep;
    coreHeight[label] = deepSum;
    coreSquares[label] = squares;
    inner[label]! += ring;
    innerHeight[label] = ringSum;
  }
}

/** Adds the pixels of one row in the outer shells. */
function sumOutside({ labels, smoothed, background, near, gap }: Shells, y: number, sums: Sums): void {
  const { width } = labels;
  const { labels: nearest, squared } = near;
  const { outer, outerHeight } = sums;
  for (let p = y * width, end = p + width; p < end; p++) {
    // The squared distance is 0 on labels, too.
    if (!(squared[p]! > gap)) continue;
    const label = nearest[p]!;
    outer[label]!++;
    outerHeight[label]! += smoothed[p]! - background[p]!;
  }
}

/** Adds the pixels of one row on the outlines. */
function sumOutlines({ labels, smoothed, background, edge }: Shells, y: number, sums: Sums): void {
  const { height, width, data } = labels;
  const { outline, gradient, contacts, contactHeight } = sums;
  const above = Math.max(0, y - 1) * width;
  const below = Math.min(height - 1, y + 1) * width;
  for (let x = 0, p = y * width; x < width; x++, p++) {
    const label = data[p]!;
    if (label <= 0 || edge[p] === 0) continue;
    const dy = smoothed[below + x]! - smoothed[above + x]!;
    const dx = smoothed[p + (x < width - 1 ? 1 : 0)]! - smoothed[p - (x > 0 ? 1 : 0)]!;
    outline[label]!++;
    gradient[label]! += 0.5 * Math.hypot(dy, dx);
    if (!touchesOther(labels, label, y, x)) continue;
    contacts[label]!++;
    contactHeight[label]! += smoothed[p]! - background[p]!;
  }
}

/**
 * 0 for the pixels of an object whose four neighbours belong to it too, 1 elsewhere; what lies outside the
 * image counts as the object.
 */
function edgeOf({ height, width, data }: LabelImage): Uint8Array {
  const edge = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    markEdges(data, edge, {
      row,
      width,
      above: y > 0 ? row - width : row,
      below: y < height - 1 ? row + width : row,
    });
  }
  return edge;
}

/** Where the pixels of a row, and those above and below them, begin; at the border those of the row itself. */
interface RowPlaces {
  readonly row: number;
  readonly width: number;
  readonly above: number;
  readonly below: number;
}

function markEdges(data: Int32Array, edge: Uint8Array, { row, width, above, below }: RowPlaces): void {
  let before = data[row]!;
  let label = before;
  for (let x = 0; x < width; x++) {
    const after = x < width - 1 ? data[row + x + 1]! : label;
    if (
      label === 0 ||
      before !== label ||
      after !== label ||
      data[above + x] !== label ||
      data[below + x] !== label
    )
      edge[row + x] = 1;
    before = label;
    label = after;
  }
}

/** Whether a pixel of another label lies within two steps along an axis. */
function touchesOther({ height, width, data }: LabelImage, label: number, y: number, x: number): boolean {
  const p = y * width + x;
  for (let step = 1; step <= 2; step++) {
    if (x >= step && isOther(data[p - step]!, label)) return true;
    if (x + step < width && isOther(data[p + step]!, label)) return true;
    if (y >= step && isOther(data[p - step * width]!, label)) return true;
    if (y + step < height && isOther(data[p + step * width]!, label)) return true;
  }
  return false;
}

const isOther = (value: number, label: number): boolean => value > 0 && value !== label;

/**
 * Pixels of each object outside its ellipse, plus the ellipse's area not covered by the object (both by pixel
 * count).
 */
function ellipseDifference(
  { data, height, width }: LabelImage,
  { y: cy, x: cx, majorAxis: major, minorAxis: minor, orientation: angle }: Nuclei,
): Float64Array {
  const out = new Float64Array(cy.length);
  const covered = new Float64Array(cy.length);
  const [cos, sin] = [angle.map(Math.cos), angle.map(Math.sin)];
  // Moments without the pixels' own extent make the axes of small objects too short: 4 sqrt(m + 1/12).
  const a = major.map((length) => 2 * Math.sqrt((length / 4) ** 2 + 1 / 12));
  const b = minor.map((length) => 2 * Math.sqrt((length / 4) ** 2 + 1 / 12));
  // Well within the circle in the ellipse nothing need be divided.
  const near = a.map((length, i) => 0.999 * Math.min(length, b[i]!) ** 2);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const i = data[p]! - 1;
      if (i < 0) continue;
      const dy = y - cy[i]!;
      const dx = x - cx[i]!;
      if (dy * dy + dx * dx < near[i]!) {
        covered[i]!++;
        continue;
      }
      const u = (dx * cos[i]! + dy * sin[i]!) / a[i]!;
      const v = (dy * cos[i]! - dx * sin[i]!) / b[i]!;
      if (u * u + v * v > 1) out[i]!++;
      else covered[i]!++;
    }
  }
  for (let i = 0; i < out.length; i++) out[i]! += Math.max(0, Math.PI * a[i]! * b[i]! - covered[i]!);
  return out;
}

/** Medians over the candidates of an acquisition that look most like nuclei. */
export interface Typical {
  readonly area: number;
  readonly intensity: number;
  readonly solidity: number;
  readonly ellipseResidual: number;
  readonly edgeContrast: number;
  readonly texture: number;
}

/**
 * What is usual in most images, for acquisitions of few nuclei. Chosen by hand; no measurement is on record.
 */
const prior = { solidity: 0.955, ellipseResidual: 0.09, edgeContrast: 0.68, texture: 0.13 } as const;
/**
 * Nuclei that the prior counts for beside those of the acquisition. Chosen by hand; no measurement is on
 * record.
 */
const priorCount = 10;

/**
 * Noise is frequent but dim, debris bright but small: so "dim" is measured against the median that area times
 * intensity weights. Of what is not dim, only smooth candidates inside the image count, unless there is none.
 */
function goodOnes(
  all: readonly ObjectFeatures[],
): { readonly objects: ObjectFeatures; readonly i: number }[] {
  const rows = all.flatMap((objects) => Array.from({ length: objects.count }, (_, i) => ({ objects, i })));
  const intensities = rows.map(({ objects, i }) => objects.intensity[i]!);
  const bright =
    0.25 *
    weightedMedian(
      intensities,
      rows.map(({ objects, i }, k) => objects.area[i]! * Math.max(0, intensities[k]!)),
    );
  const good = rows.filter(
    ({ objects: o, i }) =>
      o.touchesEdge[i] === 0 &&
      o.solidity[i]! >= 0.9 &&
      o.ellipseResidual[i]! <= 0.15 &&
      o.intensity[i]! > bright,
  );
  return good.length > 0 ? good : rows;
}

/** What is typical of the candidates, see `goodOnes`; NaN of nothing. */
export function typicalOf(all: readonly ObjectFeatures[]): Typical {
  const use = goodOnes(all);
  const of = (key: keyof Typical): number => median(use.map(({ objects, i }) => objects[key][i]!));
  const withPrior = (key: keyof typeof prior): number =>
    (use.length * of(key) + priorCount * prior[key]) / (use.length + priorCount);
  return {
    area: of("area"),
    intensity: of("intensity"),
    solidity: withPrior("solidity"),
    ellipseResidual: withPrior("ellipseResidual"),
    edgeContrast: withPrior("edgeContrast"),
    texture: withPrior("texture"),
  };
}

/** Nuclei of an image that all others of its acquisition count for beside it. */
const usualCount = 10;

/**
 * What is typical of one image among others: what is usual counts as so many of its candidates, in the logarithm. An
 * image of many nuclei is judged by itself: images that were taken alike may still show cells of other sizes.
 */
export function typicalWithin(objects: ObjectFeatures, usual: Typical): Typical {
  const use = goodOnes([objects]);
  const blended = (key: keyof Typical): number => {
    const own = median(use.map(({ i }) => objects[key][i]!));
    if (!(own > 0) || !(usual[key] > 0)) return usual[key];
    const logarithm = use.length * Math.log(own) + usualCount * Math.log(usual[key]);
    return Math.exp(logarithm / (use.length + usualCount));
  };
  return {
    area: blended("area"),
    intensity: blended("intensity"),
    solidity: blended("solidity"),
    ellipseResidual: blended("ellipseResidual"),
    edgeContrast: blended("edgeContrast"),
    texture: blended("texture"),
  };
}

/** The smallest value at which the weights of it and all smaller ones make up half; NaN of nothing. */
export function weightedMedian(values: ArrayLike<number>, weights: ArrayLike<number>): number {
  const order = Array.from({ length: values.length }, (_, i) => i).sort(
    (a, b) => values[a]! - values[b]! || a - b,
  );
  const half = order.reduce((sum, i) => sum + weights[i]!, 0) / 2;
  let sum = 0;
  for (const i of order) if ((sum += weights[i]!) >= half) return values[i]!;
  return NaN;
}
