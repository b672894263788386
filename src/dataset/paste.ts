import { distanceTransform } from "../imgproc/distance.js";
import { gaussian } from "../imgproc/gaussian.js";
import { halfCosine, middleMean, type Cutout } from "./cutout.js";

/** An image under composition; `paste` changes it. */
export interface Scene {
  readonly height: number;
  readonly width: number;
  /** height x width grey values, not rounded; NaN where there is none. */
  readonly grey: Float32Array;
  /** height x width; -1 also where there is no grey value. */
  readonly labels: Int32Array;
  /** Pixels by label; entry 0 is not used. */
  readonly areas: number[];
  /** Median height over the background by label, grey values; NaN where it is not known. */
  readonly cores: number[];
  /** Range of the grey values: what is composed stays within. */
  readonly low: number;
  readonly high: number;
  /** Standard deviation of the light blur that divides signal and noise, px. */
  readonly sigma: number;
}

/**
 * Where a cutout lies: its window's top left pixel in the scene. Its mask lies inside the scene and off its
 * border.
 */
export interface Place {
  readonly top: number;
  readonly left: number;
}

/** What a nucleus that is pasted may do to others. */
export interface PasteOptions {
  /** A nucleus may lose at most this share of its pixels to another. */
  readonly largestLoss: number;
  /** Fewest pairs of neighbouring pixels of a contact; 0 for a nucleus by itself. */
  readonly contact: number;
}

/**
 * Unless the place is darker than this share of the nucleus above its own background, something is there that
 * nobody labelled.
 */
const darkest = 0.25;

/**
 * Pastes a cutout as a new label, `areas.length`, or leaves the scene as it is.
 *
 * A pixel within two outlines goes to the nucleus that it lies deeper in, px from its outline; to the one
 * that was there when both are equal. The boundary so is the middle of the overlap, where two cells that
 * press against each other meet. (Comparing grey values instead would give the rim of every dim nucleus to
 * its bright neighbour.)
 *
 * @returns false where something is there already, a nucleus would lose too much or fall into pieces, or the
 *   contact is too short
 */
export function paste(scene: Scene, cutout: Cutout, place: Place, options: PasteOptions): boolean {
  const under = pixelsUnder(scene, cutout, place);
  const level = levelOf(scene, cutout, under);
  if (!(level - cutout.background <= darkest * cutout.core)) return false;
  const depth = depthUnder(scene, cutout, under);
  const label = scene.areas.length;
  const claimed = new Map<number, number>();
  under.forEach((i, p) => {
    if (cutout.mask[p] === 1 && cutout.depth[p]! > depth[p]!) claimed.set(i, scene.labels[i]!);
  });
  for (const i of claimed.keys()) scene.labels[i] = label;
  if (!sound(scene, cutout, label, claimed, options)) {
    for (const [i, before] of claimed) scene.labels[i] = before;
    return false;
  }
  const met = new Set<number>();
  for (const before of claimed.values()) {
    if (before <= 0) continue;
    scene.areas[before]!--;
    met.add(before);
  }
  scene.areas.push(claimed.size);
  scene.cores.push(cutout.core);
  const cores = [...met].map((other) => scene.cores[other]!).filter((core) => core > 0);
  addLight(scene, cutout, place, {
    under,
    level,
    core: Math.max(...cores, cores.length === 0 ? cutout.core : 0),
    depth,
  });
  return true;
}

/** Pixels of the scene under those of the window; -1 beyond the image. */
function pixelsUnder({ height, width }: Scene, cutout: Cutout, { top, left }: Place): Int32Array {
  const out = new Int32Array(cutout.height * cutout.width).fill(-1);
  for (let y = Math.max(0, -top); y < cutout.height && top + y < height; y++) {
    for (let x = Math.max(0, -left); x < cutout.width && left + x < width; x++)
      out[y * cutout.width + x] = (top + y) * width + left + x;
  }
  return out;
}

/** Grey value of the sure background under the nucleus; NaN where there is none. */
function levelOf({ grey, labels }: Scene, { mask }: Cutout, under: Int32Array): number {
  const values: number[] = [];
  for (let p = 0; p < mask.length; p++)
    if (mask[p] === 1 && labels[under[p]!] === 0) values.push(grey[under[p]!]!);
  return values.length === 0 ? NaN : middleMean(values);
}

/**
 * Of the nuclei under the window, each by itself: distance to the nearest pixel outside, px, as far as the
 * window shows it; 0 on background.
 */
function depthUnder({ labels }: Scene, { height, width, weight }: Cutout, under: Int32Array): Float32Array {
  const out = new Float32Array(under.length);
  const present = new Set<number>();
  for (let p = 0; p < under.length; p++)
    if (weight[p]! > 0 && under[p]! >= 0 && labels[under[p]!]! > 0) present.add(labels[under[p]!]!);
  for (const label of present) {
    const nucleus = Uint8Array.from(under, (i) => (i < 0 || labels[i] === label ? 1 : 0));
    const depth = distanceTransform(nucleus, height, width);
    for (let p = 0; p < out.length; p++)
      if (under[p]! >= 0 && labels[under[p]!] === label) out[p] = depth[p]!;
  }
  return out;
}

/**
 * True where the contact is long enough, and all nuclei are in one piece and have lost little.
 *
 * @param claimed what was there before, by pixel
 */
function sound(
  { labels, areas, width }: Scene,
  cutout: Cutout,
  label: number,
  claimed: ReadonlyMap<number, number>,
  { largestLoss, contact }: PasteOptions,
): boolean {
  if (claimed.size < (1 - largestLoss) * cutout.area) return false;
  const losses = new Map<number, number>();
  const touched = new Map<number, number>();
  let pairs = 0;
  for (const [i, before] of claimed) {
    if (before > 0) losses.set(before, (losses.get(before) ?? 0) + 1);
    for (const next of [i - width, i - 1, i + 1, i + width]) {
      const other = labels[next]!;
      if (other <= 0 || other === label) continue;
      pairs++;
      touched.set(other, next);
    }
  }
  if (pairs < contact) return false;
  if (pieceSize(labels, width, claimed.keys().next().value!) !== claimed.size) return false;
  for (const [other, loss] of losses) {
    // A nucleus that lost pixels and does not touch was swallowed.
    const at = touched.get(other);
    if (
      at === undefined ||
      loss > largestLoss * areas[other]! ||
      pieceSize(labels, width, at) !== areas[other]! - loss
    )
      return false;
  }
  return true;
}

/** Pixels (4-connected) of the piece of a label around pixel `start`. */
function pieceSize(labels: Int32Array, width: number, start: number): number {
  const label = labels[start]!;
  const seen = new Set([start]);
  for (const i of seen) {
    const x = i % width;
    if (i >= width && labels[i - width] === label) seen.add(i - width);
    if (x > 0 && labels[i - 1] === label) seen.add(i - 1);
    if (x < width - 1 && labels[i + 1] === label) seen.add(i + 1);
    if (i + width < labels.length && labels[i + width] === label) seen.add(i + width);
  }
  return seen.size;
}

interface Meeting {
  /** Pixels of the scene under the window, see `pixelsUnder`. */
  readonly under: Int32Array;
  /** Grey value of the background of the place. */
  readonly level: number;
  /** Height over it of the nuclei that were there, grey values. */
  readonly core: number;
  /** Of the nuclei that were there, see `depthUnder`. */
  readonly depth: Float32Array;
}

/**
 * Adds the light of a cutout.
 *
 * - Light adds: in the blurred edges between two nuclei the sum is what a microscope sees.
 * - Where outlines overlap it is not, as touching nuclei lie side by side: beyond the boundary between them
 * each fades out, and the sum is scaled down to the height of the nucleus whose side it is, or to what each
 * gives by itself where that is more. By scaling, texture and noise stay.
 * - Noise does not add: the camera's is there once. As far as the cutout brings its own, that of the place is
 * taken back, so that the variance stays; what is more than the noise of background, texture and edges, is
 * kept.
 */
function addLight(
  { height: rows, width, grey, low, high, sigma }: Scene,
  cutout: Cutout,
  { top, left }: Place,
  { under, level, core, depth }: Meeting,
): void {
  const pad = Math.ceil(8 * sigma);
  const [y0, x0] = [Math.max(0, top - pad), Math.max(0, left - pad)];
  const [h, w] = [
    Math.min(rows, top + cutout.height + pad) - y0,
    Math.min(width, left + cutout.width + pad) - x0,
  ];
  const crop = new Float32Array(h * w);
  for (let y = 0; y < h; y++)
    crop.set(grey.subarray((y0 + y) * width + x0, (y0 + y) * width + x0 + w), y * w);
  const smooth = gaussian(crop, h, w, sigma);
  const variance = gaussian(
    crop.map((value, p) => (value - smooth[p]!) ** 2),
    h,
    w,
    2 * sigma,
  );
  for (let p = 0; p < under.length; p++) {
    const [i, weight] = [under[p]!, cutout.weight[p]!];
    if (i < 0 || weight === 0 || Number.isNaN(grey[i]!)) continue;
    const here = (Math.floor(i / width) - y0) * w + (i % width) - x0;
    const side = depth[p]! - cutout.depth[p]!;
    const stays = shareBehind(-side, cutout.margin);
    const comes = shareBehind(side, cutout.margin);
    const below = stays * (smooth[here]! - level);
    const added = comes * cutout.smooth[p]!;
    const height =
      core + (cutout.core - core) * halfCosine(Math.min(1, Math.max(0, 0.5 + side / cutout.margin)));
    const limit = Math.max(below, added, height);
    const gain = below + added > limit ? limit / (below + added) : 1;
    const replaced =
      cutout.noise > 0 ? Math.min(1, ((comes * weight) ** 2 * cutout.noise) / variance[here]!) : 0;
    const noise = stays * Math.sqrt(1 - replaced) * (crop[here]! - smooth[here]!);
    // What is saturated stays so where the nucleus is all there is.
    const light = cutout.light[p] === Infinity && comes < 1 ? added : comes * cutout.light[p]!;
    grey[i] = Math.min(high, Math.max(low, level + gain * (below + noise + light)));
  }
}

/**
 * Share of a nucleus's light that is left so many px beyond the boundary to another: all of it on the first,
 * or the outline would show as a step.
 */
const shareBehind = (distance: number, margin: number): number =>
  distance <= 1 ? 1 : halfCosine(Math.min(1, (distance - 1) / (2 * margin)));
