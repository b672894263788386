/** JPEG within CZI files, by jpeg-js, once the header has told that the image is what it should be. */
import jpeg from "jpeg-js";
import type { PixelType } from "./czisamples.js";
import { UnsupportedFormat } from "../../core/errors.js";

/** What the header of a JPEG image says. */
interface JpegFrame {
  /** Which of the processes of JPEG: 0 baseline, 1 extended, 2 progressive, others rare. */
  readonly process: number;
  readonly bits: number;
  readonly height: number;
  readonly width: number;
  readonly components: number;
}

/** What the image must be. */
export interface JpegSize {
  readonly width: number;
  readonly height: number;
  readonly pixelType: PixelType;
}

/**
 * Decodes a grey or a colour image of 8 bits.
 *
 * @returns bytes, row-major; colours in the order blue, green, red, as CZI has them
 * @throws Error when the image is corrupt or of another size
 * @throws UnsupportedFormat
 */
export function decodeJpeg(
  bytes: Uint8Array,
  { width, height, pixelType }: JpegSize,
  where: string,
): Uint8Array {
  const frame = jpegFrame(bytes);
  if (frame.process > 2 || frame.bits !== 8)
    throw new UnsupportedFormat(
      where,
      `JPEG of ${frame.bits} bits by process ${frame.process}`,
      "in ZEN, save or convert the image uncompressed or with Zstd compression",
    );
  const { samples } = pixelType;
  if (frame.width !== width || frame.height !== height || frame.components !== samples || samples === 4)
    throw new Error(`JPEG of ${frame.height} x ${frame.width} pixels, ${frame.components} values each`);
  const { data } = jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
    maxResolutionInMP: 2 ** 31 / 1e6,
    // Coefficients, components and colours are in memory together.
    maxMemoryUsageInMB: 64 + (32 * width * height) / 1e6,
  });
  return samples === 1 ? everyThird(data) : blueFirst(data);
}

function everyThird(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.floor(data.length / 3));
  for (let i = 0; i < out.length; i++) out[i] = data[3 * i]!;
  return out;
}

function blueFirst(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length);
  for (let i = 0; i + 2 < data.length; i += 3) {
    out[i] = data[i + 2]!;
    out[i + 1] = data[i + 1]!;
    out[i + 2] = data[i]!;
  }
  return out;
}

/** Finds the frame header among the markers. Source: ITU-T T.81, annex B. @throws Error */
function jpegFrame(bytes: Uint8Array): JpegFrame {
  const two = (at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  if (two(0) !== 0xffd8) throw new Error("this is no JPEG image");
  for (let at = 2; at + 9 < bytes.length; at += 2 + two(at + 2)) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++;
    const marker = two(at);
    if (marker < 0xffc0 || marker === 0xffda) break;
    const isFrame = marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
    if (isFrame)
      return {
        process: marker - 0xffc0,
        bits: bytes[at + 4]!,
        height: two(at + 5),
        width: two(at + 7),
        components: bytes[at + 9]!,
      };
  }
  throw new Error("the JPEG image has no frame");
}
