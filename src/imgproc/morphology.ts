import { distanceTransform } from "./distance.js";

/** Binary morphology. Masks are height x width, 0 or not; results 0 or 1. What lies beyond the image never decides. */

/**
 * 1 where all of the 3x3 neighbourhood inside the image is set.
 *
 * Source: equals skimage.morphology.erosion with a 3x3 footprint.
 */
export function erode3x3(mask: Uint8Array, height: number, width: number): Uint8Array {
  return inverted(dilate3x3(inverted(mask), height, width));
}

/**
 * 1 where any of the 3x3 neighbourhood is set.
 *
 * Source: equals skimage.morphology.dilation with a 3x3 footprint.
 */
export function dilate3x3(mask: Uint8Array, height: number, width: number): Uint8Array {
  const rows = new Uint8Array(mask.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (mask[i] !== 0 || (x > 0 && mask[i - 1] !== 0) || (x + 1 < width && mask[i + 1] !== 0)) rows[i] = 1;
    }
  }
  const out = rows.slice();
  for (let i = width; i < out.length; i++) {
    out[i]! |= rows[i - width]!;
    out[i - width]! |= rows[i]!;
  }
  return out;
}

/** Dilation, then erosion: closes gaps of up to two pixels. */
export function closing3x3(mask: Uint8Array, height: number, width: number): Uint8Array {
  return erode3x3(dilate3x3(mask, height, width), height, width);
}

/** 1 within `radius` px (at most) of a set pixel; the mask itself when radius is 0. */
export function dilateDisk(mask: Uint8Array, height: number, width: number, radius: number): Uint8Array {
  // An empty mask has no nearest pixel; the distance then stands for infinity and must not be compared.
  if (mask.every((value) => value === 0)) return new Uint8Array(mask.length);
  const distance = distanceTransform(inverted(mask), height, width);
  const out = new Uint8Array(mask.length);
  for (let i = 0; i < out.length; i++) if (distance[i]! <= radius) out[i] = 1;
  return out;
}

/** 1 where every pixel of the image within `radius` px is set. */
export function erodeDisk(mask: Uint8Array, height: number, width: number, radius: number): Uint8Array {
  return inverted(dilateDisk(inverted(mask), height, width, radius));
}

function inverted(mask: Uint8Array): Uint8Array {
  const out = new Uint8Array(mask.length);
  for (let i = 0; i < out.length; i++) if (mask[i] === 0) out[i] = 1;
  return out;
}
