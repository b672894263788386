import { CorruptFile } from "../../core/errors.js";

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** True for bytes that begin as a PNG file does. */
export const isPng = (bytes: Uint8Array): boolean => signature.every((byte, i) => bytes[i] === byte);

/** What the header of a PNG file says. */
export interface PngHeader {
  readonly height: number;
  readonly width: number;
  /** Values per pixel: 1 grey or palette index, 2 with alpha, 3 RGB, 4 RGBA. */
  readonly samples: number;
  readonly bits: number;
  readonly palette: boolean;
  readonly interlaced: boolean;
}

/** Length of the signature and the header chunk. */
export const pngHeaderLength = 33;

/**
 * Reads what the first 33 bytes of a PNG file say.
 *
 * @throws CorruptFile when they are no PNG header
 */
export function pngHeader(bytes: Uint8Array, where: string): PngHeader {
  if (!isPng(bytes)) throw new CorruptFile(where, 0, "this is not a PNG file");
  if (bytes.length < pngHeaderLength)
    throw new CorruptFile(where, bytes.length, "the PNG file ends within its header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height, bits, colour] = [view.getUint32(16), view.getUint32(20), bytes[24]!, bytes[25]!];
  const samples = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[colour];
  if (width === 0 || height === 0 || samples === undefined || ![1, 2, 4, 8, 16].includes(bits)) {
    throw new CorruptFile(
      where,
      16,
      `the PNG header says ${width} x ${height} pixels of ${bits} bits in colour type ${colour}`,
    );
  }
  return { height, width, samples, bits, palette: colour === 3, interlaced: bytes[28] !== 0 };
}
