import { bitsAbove, bytesOf, tailOf, type Bits } from "./bits.js";
import { distanceTransform } from "./distance.js";

/**
 * Binary morphology. Masks are height x width, 0 or not; results 0 or 1. What lies beyond the image never
 * decides.
 */

/**
 * 1 where all of the 3x3 neighbourhood inside the image is set.
 *
 * Source: equals skimage.morphology.erosion with a 3x3 footprint.
 */
export function erode3x3(mask: Uint8Array, height: number, width: number): Uint8Array {
  return bytesOf(erodeBits(bitsAbove(mask, height, width)));
}

/**
 * 1 where any of the 3x3 neighbourhood is set.
 *
 * Source: equals skimage.morphology.dilation with a 3x3 footprint.
 */
export function dilate3x3(mask: Uint8Array, height: number, width: number): Uint8Array {
  return bytesOf(dilateBits(bitsAbove(mask, height, width)));
}

/** Dilation, then erosion: closes gaps of up to two pixels. */
export const closing3x3 = (mask: Bits): Bits => erodeBits(dilateBits(mask));

function dilateBits({ height, width, words: bits }: Bits): Bits {
  const stride = Math.ceil(width / 32);
  const rows = new Int32Array(bits.length);
  const tail = tailOf(width);
  for (let y = 0, at = 0; y < height; y++) {
    let before = 0;
    for (let word = 0; word < stride; word++, at++) {
      const here = bits[at]!;
      const after = word + 1 < stride ? bits[at + 1]! : 0;
      rows[at] = here | (here << 1) | (before >>> 31) | (here >>> 1) | (after << 31);
      before = here;
    }
    rows[at - 1]! &= tail;
  }
  const out = rows.slice();
  for (let i = stride; i < out.length; i++) {
    out[i]! |= rows[i - stride]!;
    out[i - stride]! |= rows[i]!;
  }
  return { height, width, words: out };
}

const erodeBits = (bits: Bits): Bits => invertedBits(dilateBits(invertedBits(bits)));

function invertedBits({ height, width, words }: Bits): Bits {
  const stride = Math.ceil(width / 32);
  const tail = tailOf(width);
  const out = new Int32Array(words.length);
  for (let i = 0; i < out.length; i++) out[i] = ~words[i]!;
  for (let last = stride - 1; last < out.length; last += stride) out[last]! &= tail;
  return { height, width, words: out };
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
