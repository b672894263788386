import type { LabelImage } from "../core/labels.js";
import type { Nuclei } from "../core/nuclei.js";
import { nearestLabels, withinReach } from "../imgproc/grow.js";
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
  const sums = sumAlongOutlines(labels, smoothed, background, Math.max(1.5, 0.1 * diameter));
  const sigma = Math.max(0.5, 0.025 * diameter);
  const residual = noise / (2 * Math.sqrt(Math.PI) * sigma);
  const ellipse = ellipseDifference(labels, nuclei);
  for (let i = 0; i < nuclei.count; i++) {
    const s = sums[i + 1]!;
    const intensity = s.height / s.pixels;
    const coreHeight = s.core > 0 ? s.coreHeight / s.core : intensity;
    out.diameter[i] = equivalentDiameter(out.area[i]!);
    out.intensity[i] = intensity;
    out.signalToNoise[i] = intensity / Math.max(leastOf(intensity), residual);
    out.ellipseResidual[i] = ellipse[i]! / out.area[i]!;
    const variance = s.core > 1 ? s.coreSquares / s.core - coreHeight ** 2 : 0;
    out.texture[i] = Math.sqrt(Math.max(0, variance)) / Math.max(coreHeight, leastOf(coreHeight));
    out.edgeContrast[i] = s.outer > 0 ? (s.innerHeight / s.inner - s.outerHeight / s.outer) / intensity : NaN;
    out.sharpness[i] = s.outline > 0 ? ((s.gradient / s.outline) * out.diameter[i]!) / intensity : NaN;
    out.contact[i] = s.outline > 0 ? s.contacts / s.outline : 0;
    out.dip[i] = s.contacts > 0 ? 1 - s.contactHeight / s.contacts / coreHeight : 1;
  }
  return out;
}

/** What stands for no noise, and for no height, below an object of that height: grey values may be tiny. */
const leastOf = (height: number): number => 1e-9 * (Math.min(1, Math.abs(height)) || 1);

/** Sums over the pixels of one object, or along its outline; `...Height` are sums of heights, grey values. */
interface Sums {
  pixels: number;
  height: number;
  core: number;
  coreHeight: number;
  coreSquares: number;
  inner: number;
  innerHeight: number;
  outer: number;
  outerHeight: number;
  outline: number;
  gradient: number;
  contacts: number;
  contactHeight: number;
}

const noSums = (): Sums => ({
  pixels: 0,
  height: 0,
  core: 0,
  coreHeight: 0,
  coreSquares: 0,
  inner: 0,
  innerHeight: 0,
  outer: 0,
  outerHeight: 0,
  outline: 0,
  gradient: 0,
  contacts: 0,
  contactHeight: 0,
});

/**
 * Sums per label (entry 0 unused). The core lies deeper than `shell` px, the outer shell from 0.3 to 1.5
 * `shell` px outside.
 */
function sumAlongOutlines(
  labels: LabelImage,
  smoothed: Float32Array,
  background: Float32Array,
  shell: number,
): Sums[] {
  const { height, width, data, count } = labels;
  const sums = Array.from({ length: count + 1 }, noSums);
  const edge = edgeOf(labels);
  // 0 deeper than the shell: what is no interior is no farther.
  const shallow = withinReach(edge, height, width, shell);
  const { labels: near, squared: away } = nearestLabels(labels, 1.5 * shell);
  const gap = (0.3 * shell) ** 2;
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const label = near[p]!;
      if (label <= 0) continue;
      const s = sums[label]!;
      const h = smoothed[p]! - background[p]!;
      if (data[p] !== label) {
        if (away[p]! > gap) {
          s.outer++;
          s.outerHeight += h;
        }
        continue;
      }
      s.pixels++;
      s.height += h;
      if (shallow[p] === 0) {
        s.core++;
        s.coreHeight += h;
        s.coreSquares += h * h;
      } else if (edge[p] === 0) {
        s.inner++;
        s.innerHeight += h;
      }
      if (edge[p] === 0) continue;
      const dy =
        smoothed[Math.min(height - 1, y + 1) * width + x]! - smoothed[Math.max(0, y - 1) * width + x]!;
      const dx = smoothed[p + (x < width - 1 ? 1 : 0)]! - smoothed[p - (x > 0 ? 1 : 0)]!;
      s.outline++;
      s.gradient += 0.5 * Math.hypot(dy, dx);
      if (!touchesOther(labels, label, y, x)) continue;
      s.contacts++;
      s.contactHeight += h;
    }
  }
  return sums;
}

/**
 * 0 for the pixels of an object whose four neighbours belong to it too, 1 elsewhere; what lies outside the
 * image counts as the object.
 */
function edgeOf({ height, width, data }: LabelImage): Uint8Array {
  const edge = new Uint8Array(data.length);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const label = data[p]!;
      if (
        label === 0 ||
        (x > 0 && data[p - 1] !== label) ||
        (x < width - 1 && data[p + 1] !== label) ||
        (y > 0 && data[p - width] !== label) ||
        (y < height - 1 && data[p + width] !== label)
      )
        edge[p] = 1;
    }
  }
  return edge;
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
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const i = data[p]! - 1;
      if (i < 0) continue;
      const [dy, dx] = [y - cy[i]!, x - cx[i]!];
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
 * NaN of nothing.
 */
export function typicalOf(all: readonly ObjectFeatures[]): Typical {
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
  const use = good.length > 0 ? good : rows;
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
