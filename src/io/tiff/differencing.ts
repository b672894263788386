import type { SampleData } from "../../core/image.js";

/**
 * Undoes predictor 2, in place: each value was replaced by its difference to the value of the same sample one
 * pixel to the left, modulo 2^bits. Floats too, as the integers that their bytes are.
 *
 * @param data rows x width x samples, in the machine's byte order: unsigned integers of 8, 16 or 32 bits, or
 *   any 64 bits
 * Source: TIFF Revision 6.0, section 14.
 */
export function undoDifference(data: SampleData, rows: number, width: number, samples: number): void {
  const rowLength = width * samples;
  if (data.BYTES_PER_ELEMENT === 8) {
    const wide = new BigUint64Array(data.buffer, data.byteOffset, data.length);
    for (let row = 0; row < rows; row++) {
      for (let i = row * rowLength + samples; i < (row + 1) * rowLength; i++)
        wide[i] = wide[i]! + wide[i - samples]!;
    }
    return;
  }
  const mask = [0, 0xff, 0xffff, 0, -1][data.BYTES_PER_ELEMENT]!;
  for (let row = 0; row < rows; row++) {
    const end = (row + 1) * rowLength;
    if (samples === 1) {
      let sum = 0;
      for (let i = row * rowLength; i < end; i++) data[i] = sum = (sum + data[i]!) & mask;
      continue;
    }
    for (let i = row * rowLength + samples; i < end; i++) data[i] = data[i]! + data[i - samples]!;
  }
}

/**
 * Undoes predictor 3 (floats): a row was stored as its values' first (most significant) bytes, then all
 * second bytes, ..., and each byte replaced by its difference to the byte `samples` before. Big-endian
 * whatever the file's byte order.
 *
 * @param bytes rows x (width x samples x size), changed
 * @param out the floats' bytes, little-endian, as many as `bytes`
 * @param size bytes of a float
 * Source: Adobe Photoshop TIFF Technical Note 3 (2005).
 */
export function undoFloatPredictor(
  bytes: Uint8Array,
  out: Uint8Array,
  { rows, width, samples }: { readonly rows: number; readonly width: number; readonly samples: number },
  size: number,
): void {
  const values = width * samples;
  const rowBytes = values * size;
  for (let row = 0; row < rows; row++) {
    const start = row * rowBytes;
    for (let i = start + samples; i < start + rowBytes; i++) bytes[i] = bytes[i]! + bytes[i - samples]!;
    for (let k = 0; k < size; k++) {
      const plane = start + k * values;
      const to = start + size - 1 - k;
      for (let i = 0; i < values; i++) out[to + i * size] = bytes[plane + i]!;
    }
  }
}
