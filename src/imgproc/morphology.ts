import { distanceTransform } from "./distance.js";

/** Binary morphology. Masks are height x width, 0 or not; results 0 or 1. What lies beyond the image never decides. */

/**
 * 1 where all of the 3x3 neighbourhood inside the image is set.
 *
 * Source: equals skimage.morphology.erosion with a 3x3 footprint.
 */
export function erode3x3(mask: Uint8Array, height: number, width: number): Uint8Array {
  return bytesOf(erodeBits(bitsAbove(mask, height, width, 0), height, width), height, width);
}

/**
 * 1 where any of the 3x3 neighbourhood is set.
 *
 * Source: equals skimage.morphology.dilation with a 3x3 footprint.
 */
export function dilate3x3(mask: Uint8Array, height: number, width: number): Uint8Array {
  return bytesOf(dilateBits(bitsAbove(mask, height, width, 0), height, width), height, width);
}

/**
 * Dilation, then erosion, of what exceeds `above`: closes gaps of up to two pixels. Thirty-two pixels at a time, one a bit.
 *
 * @param data height x width: a mask, or grey values with their threshold `above`
 */
export function closing3x3(data: Uint8Array, height: number, width: number, above = 0): Uint8Array {
  return bytesOf(erodeBits(dilateBits(bitsAbove(data, height, width, above), height, width), height, width), height, width);
}

// A row of bits takes ceil(width / 32) words, column x being bit x % 32; bits beyond the width are 0. Four bytes make one word of 32 bits, the first being
// the lowest (little-endian, as is every platform this runs on).

/** 1 for each value that exceeds `above`. */
function bitsAbove(data: Uint8Array, height: number, width: number, above: number): Int32Array {
  const stride = Math.ceil(width / 32);
  const out = new Int32Array(stride * height);
  const row = new Uint8Array(32 * stride);
  const words = new Int32Array(row.buffer);
  // The highest bit of a byte's sum with this says whether its lower seven bits exceed those of `above`.
  const add = Math.imul(0x01010101, 127 - (above & 127));
  const low = above < 128;
  for (let y = 0, at = 0; y < height; y++) {
    row.set(data.subarray(y * width, (y + 1) * width));
    for (let word = 0; word < words.length; word += 8, at++) {
      let bits = 0;
      for (let k = 7; k >= 0; k--) {
        const four = words[word + k]!;
        const sum = (four & 0x7f7f7f7f) + add;
        const set = ((low ? sum | four : sum & four) >>> 7) & 0x01010101;
        // Four bytes of 0 or 1 to four bits: every product but these falls beside the highest four bits.
        bits = (bits << 4) | (Math.imul(set, 0x10204080) >>> 28);
      }
      out[at] = bits;
    }
  }
  return out;
}

function bytesOf(bits: Int32Array, height: number, width: number): Uint8Array {
  const stride = Math.ceil(width / 32);
  const out = new Uint8Array(height * width);
  const row = new Uint8Array(32 * stride);
  const words = new Int32Array(row.buffer);
  for (let y = 0, at = 0; y < height; y++) {
    for (let word = 0; word < words.length; word += 8, at++) {
      const own = bits[at]!;
      for (let k = 0; k < 8; k++) words[word + k] = fourBytes[(own >>> (4 * k)) & 15]!;
    }
    out.set(row.subarray(0, width), y * width);
  }
  return out;
}

/** Four bits as four bytes. */
const fourBytes = Int32Array.from({ length: 16 }, (_, bits) => (bits & 1) | ((bits & 2) << 7) | ((bits & 4) << 14) | ((bits & 8) << 21));

function dilateBits(bits: Int32Array, height: number, width: number): Int32Array {
  const stride = Math.ceil(width / 32);
  const rows = new Int32Array(bits.length);
  const tail = tailOf(width);
  for (let y = 0, at = 0; y < height; y++) {
    let before = 0;
    for (let word = 0; word < stride; word++, at++) {
      const own = bits[at]!;
      const after = word + 1 < stride ? bits[at + 1]! : 0;
      rows[at] = own | (own << 1) | (before >>> 31) | (own >>> 1) | (after << 31);
      before = own;
    }
    rows[at - 1]! &= tail;
  }
  const out = rows.slice();
  for (let i = stride; i < out.length; i++) {
    out[i]! |= rows[i - stride]!;
    out[i - stride]! |= rows[i]!;
  }
  return out;
}

const erodeBits = (bits: Int32Array, height: number, width: number): Int32Array => invertedBits(dilateBits(invertedBits(bits, height, width), height, width), height, width);

function invertedBits(bits: Int32Array, height: number, width: number): Int32Array {
  const stride = Math.ceil(width / 32);
  const tail = tailOf(width);
  const out = bits.map((word) => ~word);
  for (let last = stride - 1; last < out.length; last += stride) out[last]! &= tail;
  return out;
}

/** The bits of the last word of a row that are pixels. */
const tailOf = (width: number): number => (width % 32 === 0 ? -1 : (1 << (width % 32)) - 1);

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
