/** Pixel types of CZI files, and how the pixels of a subblock are packed. */
import { UnsupportedFormat } from "../../core/errors.js";
import type { SampleData } from "../../core/image.js";

/** How pixels are stored. */
export interface PixelType {
  /** As Karyon names it, such as "uint16". */
  readonly type: "uint8" | "uint16" | "uint32" | "float32" | "float64";
  /** Values of a pixel: 1 grey, 3 blue, green, red, 4 these and alpha. */
  readonly samples: 1 | 3 | 4;
  /** Bytes of a value. */
  readonly bytes: 1 | 2 | 4 | 8;
}

const grey = (type: PixelType["type"], bytes: PixelType["bytes"]): PixelType => ({ type, samples: 1, bytes });
const colour = (type: PixelType["type"], bytes: PixelType["bytes"]): PixelType => ({
  type,
  samples: 3,
  bytes,
});

/** By the number in the file: Gray8, Gray16, Gray32Float, Bgr24, Bgr48, Bgr96Float, Bgra32, Gray32, Gray64Float. */
const pixelTypes: Readonly<Record<number, PixelType>> = {
  0: grey("uint8", 1),
  1: grey("uint16", 2),
  2: grey("float32", 4),
  3: colour("uint8", 1),
  4: colour("uint16", 2),
  8: colour("float32", 4),
  9: { type: "uint8", samples: 4, bytes: 1 },
  12: grey("uint32", 4),
  13: grey("float64", 8),
};

/** @throws UnsupportedFormat for complex numbers and types unknown */
export function pixelTypeOf(code: number, where: string): PixelType {
  const known = Object.hasOwn(pixelTypes, code) ? pixelTypes[code] : undefined;
  if (known !== undefined) return known;
  const what = code === 10 || code === 11 ? "pixels of complex numbers" : `pixel type ${code}`;
  throw new UnsupportedFormat(where, what, "in ZEN, export the image as OME-TIFF");
}

/** By the number in the file. */
export const packing = { none: 0, jpeg: 1, lzw: 2, jpegXr: 4, zstd: 5, zstdHeader: 6 } as const;

const packingNames: Readonly<Record<number, string>> = {
  [packing.none]: "none",
  [packing.jpeg]: "JPEG",
  [packing.lzw]: "LZW",
  [packing.zstd]: "zstd",
  [packing.zstdHeader]: "zstd",
};

/** The name of a compression that is read. @throws UnsupportedFormat for all else */
export function packingName(code: number, where: string): string {
  const known = Object.hasOwn(packingNames, code) ? packingNames[code] : undefined;
  if (known !== undefined) return known;
  if (code === packing.jpegXr) throw new UnsupportedFormat(where, "JPEG-XR compression", otherPacking);
  const camera = code >= 100 && code < 1000 ? "the packing of a camera" : "compression";
  throw new UnsupportedFormat(where, `${camera} ${code}`, otherPacking);
}

/** True for a compression that is read. */
export const isReadPacking = (code: number): boolean => Object.hasOwn(packingNames, code);

const otherPacking = "in ZEN, save or convert the image uncompressed or with Zstd compression";

/** Zeros of a type. @param length values, not pixels */
export function allocate({ type }: PixelType, length: number): SampleData {
  if (type === "uint8") return new Uint8Array(length);
  if (type === "uint16") return new Uint16Array(length);
  if (type === "uint32") return new Uint32Array(length);
  return type === "float32" ? new Float32Array(length) : new Float64Array(length);
}

/** Exchanges the first and the third of each pixel's values, in place: from blue, green, red to red, green, blue. */
export function swapRedAndBlue(data: SampleData, samples: number): void {
  for (let i = 0; i + 2 < data.length; i += samples) {
    const blue = data[i]!;
    data[i] = data[i + 2]!;
    data[i + 2] = blue;
  }
}
