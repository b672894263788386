import type { Random } from "../core/random.js";
import { gaussian } from "../imgproc/gaussian.js";

/** How patches are varied. Every range is drawn from uniformly, once a patch. */
export interface AugmentOptions {
  /** Mirror images and quarter turns: all eight, equally often. */
  readonly flips: boolean;
  /** Turn by any angle; border pixels of labels move by up to half a px. */
  readonly rotation: boolean;
  /** Enlarge by a factor within this range. */
  readonly scale: readonly [low: number, high: number];
  /** Multiply the grey values by a factor within this range. */
  readonly gain: readonly [low: number, high: number];
  /** Add up to this much, up or down, in units of the normalised range. */
  readonly offset: number;
  /** Blur with a sigma of up to this many px; 0 for none. */
  readonly blur: number;
  /** Add normal noise with a standard deviation of up to this, in units of the normalised range. */
  readonly noise: number;
}

/**
 * Blur, free rotation and scale are off: images of one microscope vary little in them, and resampled labels
 * lose half a pixel of outline.
 */
export const defaultAugmentOptions: AugmentOptions = {
  flips: true,
  rotation: false,
  scale: [1, 1],
  gain: [0.6, 1.6],
  offset: 0.1,
  blur: 0,
  noise: 0.05,
};

/**
 * From offsets to the centre of the patch to offsets to a point of the image: dy = yy * i + yx * j, dx = xy *
 * i + xx * j.
 */
export interface PatchTransform {
  readonly yy: number;
  readonly yx: number;
  readonly xy: number;
  readonly xx: number;
  /** True when pixels fall on pixels, so that nothing is interpolated. */
  readonly exact: boolean;
  /** Enlargement. */
  readonly scale: number;
}

/** The patch as it is. */
export const identity: PatchTransform = { yy: 1, yx: 0, xy: 0, xx: 1, exact: true, scale: 1 };

/** Draws flips, a rotation and an enlargement. */
export function drawTransform(options: AugmentOptions, rng: Random): PatchTransform {
  const turns = options.flips ? rng.integer(4) : 0;
  const mirror = options.flips && rng.next() < 0.5 ? -1 : 1;
  // From a table: the cosine of a quarter turn is not exactly 0.
  let cosine = [1, 0, -1, 0][turns]!;
  let sine = [0, 1, 0, -1][turns]!;
  const scale = rng.uniform(options.scale[0], options.scale[1]);
  if (options.rotation) {
    const angle = rng.uniform(0, 2 * Math.PI);
    [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  }
  return {
    yy: cosine / scale,
    yx: (-sine * mirror) / scale,
    xy: sine / scale,
    xx: (cosine * mirror) / scale,
    exact: scale === 1 && !options.rotation,
    scale,
  };
}

/**
 * Varies the grey values of a patch: blur, then gain and offset, then noise, as light passes optics before a
 * camera.
 *
 * @param patch side x side normalised grey values
 * @returns a new array, or `patch` itself, changed
 */
export function varyIntensity(
  patch: Float32Array,
  side: number,
  options: AugmentOptions,
  rng: Random,
): Float32Array {
  const sigma = rng.uniform(0, options.blur);
  const gain = rng.uniform(options.gain[0], options.gain[1]);
  const offset = rng.uniform(-options.offset, options.offset);
  const noise = rng.uniform(0, options.noise);
  const out = sigma > 0 ? gaussian(patch, side, side, sigma) : patch;
  for (let i = 0; i < out.length; i++) out[i] = out[i]! * gain + offset;
  if (noise > 0) for (let i = 0; i < out.length; i++) out[i] = out[i]! + rng.normal(0, noise);
  return out;
}
