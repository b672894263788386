import type { Batch } from "../core/batch.js";
import { InvalidInput } from "../core/errors.js";
import { random, type Random } from "../core/random.js";
import { starDistancesInto } from "../starconvex/distances.js";
import {
  drawTransform,
  identity,
  varyIntensity,
  type AugmentOptions,
  type PatchTransform,
} from "./augment.js";
import { pixelOfNumber } from "./pickedpixels.js";
import { patchWeight, type PreparedSample, probabilityAt } from "./samples.js";

/** What batches are drawn like. */
export interface BatchOptions {
  /** Edge of a patch, px: a multiple of the grid. */
  readonly patch: number;
  /** Patches in a batch. */
  readonly batch: number;
  readonly rays: number;
  readonly grid: number;
  readonly augment: AugmentOptions | "none";
  readonly seed: number;
  /**
   * Share of the patches that are centred, as far as the image's border lets them, on a pixel of an object;
   * the others lie anywhere.
   */
  readonly foregroundFraction: number;
}

/**
 * Draws training batches.
 *
 * - The batch of a step depends on the seed and the step alone, not on which batches were drawn before.
 * - Images are drawn in proportion to their weight, by default the square root of their number of objects:
 * between "by image", where an image with three nuclei counts as much as one with a thousand, and "by
 * nucleus", where it is hardly ever seen.
 * - Patches lie within their image. An image smaller than a patch is mirrored at its border; what lies beyond
 * the border is masked.
 * - Rays end at the border of the patch, as in StarDist: what lies beyond cannot be seen, and asking for it
 * costs outline precision (docs/decisions/0004). Probabilities are those of the whole objects.
 *
 * @throws InvalidInput when there is no sample, or the patch is not a multiple of the grid
 */
export function batchProvider(
  samples: readonly PreparedSample[],
  options: BatchOptions,
): (step: number) => Batch {
  const { patch, batch, rays, grid } = options;
  if (samples.length === 0) throw new InvalidInput("samples", "at least one", "none");
  if (!Number.isInteger(patch) || patch < grid || patch % grid !== 0)
    throw new InvalidInput("patch", `a multiple of ${grid} px`, String(patch));
  const cumulative = cumulativeWeights(samples);
  const root = random(options.seed);
  const cells = (patch / grid) ** 2;
  return (step) => {
    const rng = root.fork(step);
    const out: Batch = {
      image: new Float32Array(batch * patch * patch),
      probability: new Float32Array(batch * cells),
      mask: new Float32Array(batch * cells),
      distances: new Float32Array(batch * rays * cells),
    };
    for (let n = 0; n < batch; n++) {
      const patchRng = rng.fork(n);
      fillPatch(out, n, drawSample(samples, cumulative, patchRng), options, patchRng);
    }
    return out;
  };
}

function cumulativeWeights(samples: readonly PreparedSample[]): Float64Array {
  let sum = 0;
  return Float64Array.from(samples, (sample) => (sum += patchWeight(sample)));
}

function drawSample(
  samples: readonly PreparedSample[],
  cumulative: Float64Array,
  rng: Random,
): PreparedSample {
  const at = rng.uniform(0, cumulative[cumulative.length - 1]!);
  const index = cumulative.findIndex((sum) => at < sum);
  return samples[Math.max(0, index)]!;
}

/** Fills patch `n` of the batch with a place of the sample. */
function fillPatch(
  batch: Batch,
  n: number,
  sample: PreparedSample,
  options: BatchOptions,
  rng: Random,
): void {
  const [top, left] = drawPlace(sample, options, rng);
  const transform = options.augment === "none" ? identity : drawTransform(options.augment, rng);
  const middle = (options.patch - 1) / 2;
  const place: Place = { ...transform, y: top + middle, x: left + middle };
  fillTargets(batch, n, sample, place, options);
  const side = options.patch;
  const image = imagePatch(sample, place, side);
  batch.image.set(
    options.augment === "none" ? image : varyIntensity(image, side, options.augment, rng),
    n * side * side,
  );
}

/** Top left corner of a patch, px; negative where the image is smaller than the patch. */
function drawPlace(
  { height, width, labels, centres }: PreparedSample,
  { patch, foregroundFraction }: BatchOptions,
  rng: Random,
): [number, number] {
  const onObject = rng.next() < foregroundFraction && centres.count > 0;
  const pixel = onObject ? pixelOfNumber(labels, centres, rng.integer(centres.count)) : 0;
  const along = (length: number, requested: number): number => {
    if (length <= patch) return Math.floor((length - patch) / 2);
    return onObject
      ? Math.min(length - patch, Math.max(0, requested - (patch >> 1)))
      : rng.integer(length - patch + 1);
  };
  return [along(height, Math.floor(pixel / width)), along(width, pixel % width)];
}

/** Where a patch lies: its centre shows the point (y, x) of the image. */
interface Place extends PatchTransform {
  readonly y: number;
  readonly x: number;
}

function imagePatch({ data, height, width }: PreparedSample, place: Place, side: number): Float32Array {
  const out = new Float32Array(side * side);
  const middle = (side - 1) / 2;
  for (let i = 0; i < side; i++) {
    for (let j = 0; j < side; j++) {
      const y = place.y + place.yy * (i - middle) + place.yx * (j - middle);
      const x = place.x + place.xy * (i - middle) + place.xx * (j - middle);
      const [top, left] = [Math.floor(y), Math.floor(x)];
      const [row, column] = [mirrored(top, height) * width, mirrored(left, width)];
      if (place.exact) {
        out[i * side + j] = data[row + column]!;
        continue;
      }
      const [below, right] = [mirrored(top + 1, height) * width, mirrored(left + 1, width)];
      const [ty, tx] = [y - top, x - left];
      const upper = data[row + column]! * (1 - tx) + data[row + right]! * tx;
      const lower = data[below + column]! * (1 - tx) + data[below + right]! * tx;
      out[i * side + j] = upper * (1 - ty) + lower * ty;
    }
  }
  return out;
}

/** Index into an axis that goes on as its mirror image, the border pixel not doubled, as far as needed. */
function mirrored(i: number, length: number): number {
  if (i >= 0 && i < length) return i;
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const j = ((i % period) + period) % period;
  return j < length ? j : period - j;
}

/** Computes all targets of patch `n`. */
function fillTargets(
  batch: Batch,
  n: number,
  sample: PreparedSample,
  place: Place,
  options: BatchOptions,
): void {
  const { patch, rays, grid } = options;
  const pixels = sourcePixels(sample, place, patch);
  const labels = new Int32Array(patch * patch);
  // Beyond the image nobody knows; to a ray, the image ends there.
  for (let p = 0; p < pixels.length; p++) labels[p] = pixels[p]! < 0 ? -1 : sample.labels.data[pixels[p]!]!;
  const cells = patch / grid;
  const first = n * cells * cells;
  for (let i = 0; i < cells; i++) {
    for (let j = 0; j < cells; j++) {
      const p = i * grid * patch + j * grid;
      batch.mask[first + i * cells + j] = labels[p]! < 0 ? 0 : 1;
      batch.probability[first + i * cells + j] = pixels[p]! < 0 ? 0 : probabilityAt(sample, pixels[p]!);
    }
  }
  const image = { height: patch, width: patch, data: labels, count: sample.labels.count };
  const window = { rays, grid, y: 0, x: 0, rows: cells, columns: cells };
  starDistancesInto(batch.distances, first * rays, image, window);
}

/**
 * For each pixel of a square around the place the nearest pixel of the image, as a flat index; -1 beyond the
 * image.
 */
function sourcePixels({ height, width }: PreparedSample, place: Place, side: number): Int32Array {
  const out = new Int32Array(side * side);
  const middle = (side - 1) / 2;
  for (let i = 0; i < side; i++) {
    for (let j = 0; j < side; j++) {
      const y = Math.floor(place.y + place.yy * (i - middle) + place.yx * (j - middle) + 0.5);
      const x = Math.floor(place.x + place.xy * (i - middle) + place.xx * (j - middle) + 0.5);
      out[i * side + j] = y >= 0 && y < height && x >= 0 && x < width ? y * width + x : -1;
    }
  }
  return out;
}
