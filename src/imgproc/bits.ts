/** Masks of one bit a pixel, thirty-two pixels at a time. */

export interface Bits {
  readonly height: number;
  readonly width: number;
  /** A row takes ceil(width / 32), column x being bit x % 32; bits beyond the width are 0. */
  readonly words: Int32Array;
}

// Four bytes make one word of 32 bits, the first being the lowest (little-endian, as is every platform this
// runs on).

/** 1 for each value that exceeds `above`. */
export function bitsAbove(data: Uint8Array, height: number, width: number, above = 0): Bits {
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
  return { height, width, words: out };
}

/** 0 or 1 for each bit. */
export function bytesOf({ height, width, words: bits }: Bits): Uint8Array {
  const stride = Math.ceil(width / 32);
  const out = new Uint8Array(height * width);
  const row = new Uint8Array(32 * stride);
  const words = new Int32Array(row.buffer);
  for (let y = 0, at = 0; y < height; y++) {
    for (let word = 0; word < words.length; word += 8, at++) {
      const word32 = bits[at]!;
      for (let k = 0; k < 8; k++) words[word + k] = fourBytes[(word32 >>> (4 * k)) & 15]!;
    }
    out.set(row.subarray(0, width), y * width);
  }
  return out;
}

/** Four bits as four bytes. */
const fourBytes = Int32Array.from(
  { length: 16 },
  (_, bits) => (bits & 1) | ((bits & 2) << 7) | ((bits & 4) << 14) | ((bits & 8) << 21),
);

/** The bits of the last word of a row that are pixels. */
export const tailOf = (width: number): number => (width % 32 === 0 ? -1 : (1 << (width % 32)) - 1);
