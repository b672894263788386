/**
 * Grey PNG images of 8 or 16 bits, as cameras and ImageJ write them, with the platform's inflate: a frame of
 * 2048 x 2048 px in a quarter of the time of fast-png, which inflates in JavaScript. All else, and everything
 * that is not as it should be, is left to fast-png and its messages.
 */
import { crc32, inflate } from "#platform";
import { concatBytes } from "../bytes.js";
import type { PngHeader } from "./pngheader.js";

/**
 * @param bytes of a PNG file with this header
 * @returns height x width samples; undefined for other kinds of PNG and damaged files
 */
export function decodeGreyPng(
  bytes: Uint8Array,
  { height, width, samples, bits, palette, interlaced }: PngHeader,
): Uint8Array | Uint16Array | undefined {
  if (samples !== 1 || palette || interlaced || bits < 8) return undefined;
  const packed = dataOf(bytes);
  if (packed === undefined) return undefined;
  const stride = width * (bits / 8);
  let raw: Uint8Array;
  try {
    raw = inflate(packed, height * (stride + 1));
  } catch {
    return undefined;
  }
  if (raw.length !== height * (stride + 1)) return undefined;
  const out = new Uint8Array(height * stride);
  let above = new Uint8Array(stride);
  for (let y = 0, from = 0; y < height; y++, from += stride + 1) {
    const row = out.subarray(y * stride, (y + 1) * stride);
    if (!unfilter(raw[from]!, raw.subarray(from + 1, from + 1 + stride), above, row, bits / 8))
      return undefined;
    above = row;
  }
  return bits === 8 ? out : swapped(out);
}

/**
 * The compressed data of all IDAT chunks; undefined where a chunk or its checksum is wrong, or one is unknown
 * and not ancillary.
 */
function dataOf(bytes: Uint8Array): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [];
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    if (at + 12 + length > bytes.length) return undefined;
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)) return undefined;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === "IEND") return concatBytes(parts);
    if (type === "IDAT") parts.push(bytes.subarray(at + 8, at + 8 + length));
    else if (type !== "IHDR" && /^[A-Z]/.test(type)) return undefined;
    at += 12 + length;
  }
  return undefined;
}

/**
 * Undoes the filter of one row: differences to the pixel on the left, the one above, or both.
 *
 * @param above the row above, zeros for the first
 * @param step bytes per pixel
 * @returns false for an unknown filter
 */
function unfilter(
  filter: number,
  values: Uint8Array,
  above: Uint8Array,
  out: Uint8Array,
  step: number,
): boolean {
  // One loop a filter: the first pixel, which has none on its left, would cost a question at every byte.
  if (filter === 0) out.set(values);
  else if (filter === 1) {
    out.set(values.subarray(0, step));
    for (let i = step; i < out.length; i++) out[i] = values[i]! + out[i - step]!;
  } else if (filter === 2) {
    for (let i = 0; i < out.length; i++) out[i] = values[i]! + above[i]!;
  } else if (filter === 3) {
    for (let i = 0; i < step; i++) out[i] = values[i]! + (above[i]! >> 1);
    for (let i = step; i < out.length; i++) out[i] = values[i]! + ((out[i - step]! + above[i]!) >> 1);
  } else if (filter === 4) {
    for (let i = 0; i < step; i++) out[i] = values[i]! + above[i]!;
    for (let i = step; i < out.length; i++)
      out[i] = values[i]! + paeth(out[i - step]!, above[i]!, above[i - step]!);
  } else return false;
  return true;
}

/** Of left, above and upper left the one nearest to left + above - upper left, in this order. */
function paeth(left: number, up: number, corner: number): number {
  const toLeft = Math.abs(up - corner);
  const toUp = Math.abs(left - corner);
  const toCorner = Math.abs(left + up - 2 * corner);
  return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
}

function swapped(bytes: Uint8Array): Uint16Array {
  const out = new Uint16Array(bytes.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = (bytes[2 * i]! << 8) | bytes[2 * i + 1]!;
  return out;
}
