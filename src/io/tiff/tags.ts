/**
 * Numbers of the TIFF format.
 *
 * Source: Adobe, TIFF Revision 6.0 (1992); Adobe PageMaker 6.0 TIFF Technical Notes (deflate, predictor 3);
 * the BigTIFF proposal of libtiff for magic number 43 and the 8-byte types.
 */
export const tag = {
  newSubfileType: 254,
  imageWidth: 256,
  imageLength: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  imageDescription: 270,
  stripOffsets: 273,
  orientation: 274,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  xResolution: 282,
  yResolution: 283,
  planarConfiguration: 284,
  resolutionUnit: 296,
  software: 305,
  predictor: 317,
  colorMap: 320,
  tileWidth: 322,
  tileLength: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  extraSamples: 338,
  sampleFormat: 339,
} as const;

export const fieldType = { byte: 1, ascii: 2, short: 3, long: 4, rational: 5, long8: 16 } as const;

/**
 * Bytes per value of each field type: byte ascii short long rational sbyte undefined sshort slong srational
 * float double ifd - - long8 slong8 ifd8.
 */
export const fieldSize: readonly number[] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

export const compression = { none: 1, lzw: 5, deflate: 8, packBits: 32773, oldDeflate: 32946 } as const;

/** What other programs put into `compression`, for messages. */
export const compressionNames: Readonly<Record<number, string>> = {
  1: "none",
  2: "CCITT",
  3: "CCITT G3",
  4: "CCITT G4",
  5: "LZW",
  6: "old JPEG",
  7: "JPEG",
  8: "deflate",
  32773: "PackBits",
  32946: "deflate",
  33003: "JPEG 2000",
  33005: "JPEG 2000",
  34712: "JPEG 2000",
  34887: "LERC",
  34892: "lossy JPEG",
  34925: "LZMA",
  34933: "PNG",
  50000: "zstd",
  50001: "WebP",
  50002: "JPEG XL",
};

export const photometric = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3 } as const;

export const sampleFormat = { uint: 1, int: 2, float: 3 } as const;
