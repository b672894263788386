import { decode, encode, type DecodedPng } from "fast-png";
import { CorruptFile, InvalidInput, UnsupportedFormat, messageOf } from "../../core/errors.js";
import type { StoredPlane } from "../../core/image.js";
import { neededBytes } from "./pngchunks.js";
import { decodeGreyPng } from "./pnggrey.js";
import { type PngHeader, pngHeader } from "./pngheader.js";

export { isPng, type PngHeader, pngHeader, pngHeaderLength } from "./pngheader.js";

/** A decoded PNG file. */
export interface PngImage {
  /** Samples as stored: palette indices stay indices; 1, 2 and 4 bits are unpacked to one byte a value. */
  readonly plane: StoredPlane;
  /** Bits per sample in the file: 1, 2, 4, 8 or 16. */
  readonly bits: number;
  /** Colour of each index, [red, green, blue] or with alpha, 0..255. */
  readonly palette?: readonly (readonly number[])[] | undefined;
}

/**
 * Decodes a PNG file of any colour type to the samples that are stored in it.
 *
 * @param where name of the file, for messages
 * @throws CorruptFile when the bytes contradict the format or their checksums
 * @throws UnsupportedFormat for an interlaced file of less than 8 bits
 */
export function decodePng(bytes: Uint8Array, where: string): PngImage {
  const header = pngHeader(bytes, where);
  checkSize(bytes, header, where);
  const grey = decodeGreyPng(bytes, header);
  if (grey !== undefined)
    return {
      plane: { height: header.height, width: header.width, samples: 1, data: grey },
      bits: header.bits,
    };
  const needed = neededBytes(bytes, header, where);
  let png: DecodedPng;
  try {
    png = decode(needed, { checkCrc: true });
  } catch (error) {
    throw new CorruptFile(where, 0, `the PNG data is damaged (${messageOf(error)})`);
  }
  const { height, width, channels: samples, depth: bits } = png;
  const data = bits < 8 ? unpack(png.data, height, width, bits) : samplesOf(png);
  if (data.length !== height * width * samples) throw new CorruptFile(where, 8, "the PNG data is incomplete");
  return { plane: { height, width, samples, data }, bits, palette: png.palette };
}

/**
 * Refuses a header that promises more pixels than the compressed bytes can hold, before memory is taken for
 * them.
 */
function checkSize(bytes: Uint8Array, header: PngHeader, where: string): void {
  const { height, width, samples, bits, interlaced } = header;
  const maximum = bytes.length * maxDeflateGain + 1024;
  if ((height * width * samples * bits) / 8 > maximum) {
    throw new CorruptFile(
      where,
      16,
      `the PNG header says ${width} x ${height} pixels, more than ${bytes.length} bytes can hold`,
    );
  }
  // fast-png 8 takes packed interlaced rows for bytes, and gives wrong pixels.
  if (interlaced && bits < 8)
    throw new UnsupportedFormat(where, `an interlaced PNG of ${bits} bits`, "save it without interlacing");
  if (height * width > 2 ** 29)
    throw new UnsupportedFormat(where, `a PNG of ${width} x ${height} pixels`, "cut it into tiles");
}

/** Deflate cannot do better than 258 bytes for 2 bits. */
const maxDeflateGain = 1032;

const samplesOf = (png: DecodedPng): Uint8Array | Uint16Array =>
  png.data instanceof Uint8ClampedArray
    ? new Uint8Array(png.data.buffer, png.data.byteOffset, png.data.length)
    : png.data;

/** Rows of packed 1, 2 or 4-bit values, each row beginning at a byte, to one byte a value. */
function unpack(packed: ArrayLike<number>, height: number, width: number, bits: number): Uint8Array {
  const rowBytes = Math.ceil((width * bits) / 8);
  if (packed.length < rowBytes * height) return new Uint8Array(0);
  const out = new Uint8Array(height * width);
  const mask = (1 << bits) - 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * bits;
      out[y * width + x] = (packed[y * rowBytes + (bit >> 3)]! >> (8 - bits - (bit & 7))) & mask;
    }
  }
  return out;
}

/**
 * Encodes 8 or 16-bit samples: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.
 *
 * @throws InvalidInput for other types or numbers of samples
 */
export function encodePng(plane: StoredPlane): Uint8Array {
  const { height, width, samples, data } = plane;
  if (!(data instanceof Uint8Array || data instanceof Uint16Array)) {
    throw new InvalidInput(
      "PNG samples",
      "8 or 16-bit unsigned integers",
      data.constructor.name,
      "write a TIFF instead",
    );
  }
  if (samples < 1 || samples > 4) throw new InvalidInput("PNG samples per pixel", "1 to 4", String(samples));
  if (data.length !== height * width * samples) {
    throw new InvalidInput("PNG samples", `${height} x ${width} x ${samples} values`, String(data.length));
  }
  return encode({ width, height, data, channels: samples, depth: data instanceof Uint8Array ? 8 : 16 });
}

/**
 * Encodes 8-bit palette indices.
 *
 * @param palette red, green, blue of 1 to 256 colours, 0..255, one after another
 * @throws InvalidInput for a palette of another size
 */
export function encodeIndexedPng(
  height: number,
  width: number,
  indices: Uint8Array,
  palette: Uint8Array,
): Uint8Array {
  if (palette.length === 0 || palette.length % 3 !== 0 || palette.length > 768)
    throw new InvalidInput(
      "PNG palette",
      "3 values for each of 1 to 256 colours",
      `${palette.length} values`,
    );
  const colours = Array.from(
    { length: palette.length / 3 },
    (_, i) => [palette[3 * i]!, palette[3 * i + 1]!, palette[3 * i + 2]!] as [number, number, number],
  );
  return encode({ width, height, data: indices, channels: 1, depth: 8, palette: colours });
}
