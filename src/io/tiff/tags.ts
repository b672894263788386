/**
 * Numbers of the TIFF format, by the names of its specification.
 *
 * Source: Adobe, TIFF Revision 6.0 (1992); Adobe PageMaker 6.0 TIFF Technical Notes (deflate, predictor 3);
 * the BigTIFF proposal of libtiff for magic number 43 and the 8-byte types; DRAFT TIFF Technical Note 2 (JPEG);
 * libtiff for 50000 (zstd).
 */

/** What follows the byte order in the header: the version of the format. */
export const magic = { tiff: 42, bigTiff: 43 } as const;

/** Fields of a directory. */
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
  subIfds: 330,
  extraSamples: 338,
  sampleFormat: 339,
  jpegTables: 347,
  /** MetaMorph: as many values as there are planes. */
  metaMorphPlanes: 33629,
  /** Zeiss LSM: sizes and calibration. */
  zeissLsm: 34412,
  /** ImageJ: lengths and values of labels, overlays and the like. */
  imagejLengths: 50838,
  imagejValues: 50839,
} as const;

/** Types of the values of a field. */
export const fieldType = {
  byte: 1,
  ascii: 2,
  short: 3,
  long: 4,
  rational: 5,
  sbyte: 6,
  undefined: 7,
  sshort: 8,
  slong: 9,
  srational: 10,
  float: 11,
  double: 12,
  ifd: 13,
  long8: 16,
  slong8: 17,
  ifd8: 18,
} as const;

/** Bytes per value of each field type; none for numbers that are no type. */
export const fieldSize: Readonly<Record<number, number>> = {
  [fieldType.byte]: 1,
  [fieldType.ascii]: 1,
  [fieldType.short]: 2,
  [fieldType.long]: 4,
  [fieldType.rational]: 8,
  [fieldType.sbyte]: 1,
  [fieldType.undefined]: 1,
  [fieldType.sshort]: 2,
  [fieldType.slong]: 4,
  [fieldType.srational]: 8,
  [fieldType.float]: 4,
  [fieldType.double]: 8,
  [fieldType.ifd]: 4,
  [fieldType.long8]: 8,
  [fieldType.slong8]: 8,
  [fieldType.ifd8]: 8,
};

/** Values of `tag.compression` that are read. */
export const compression = {
  none: 1,
  lzw: 5,
  jpeg: 7,
  deflate: 8,
  packBits: 32773,
  oldDeflate: 32946,
  zstd: 50000,
} as const;

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

/** Values of `tag.photometric`: how samples are meant. */
export const photometric = {
  whiteIsZero: 0,
  blackIsZero: 1,
  rgb: 2,
  palette: 3,
  /** Luminance and two colours; read as RGB from JPEG. */
  ycc: 6,
  /** A camera's colour filter array: one grey plane. */
  colourFilterArray: 32803,
  logL: 32844,
  linearRaw: 34892,
} as const;

/** Values of `tag.sampleFormat`; libtiff and tifffile take "undefined" for unsigned. */
export const sampleFormat = { uint: 1, int: 2, float: 3, undefined: 4 } as const;

/** Values of `tag.predictor`: what was done to the samples before they were compressed. */
export const predictor = { none: 1, difference: 2, float: 3 } as const;

/** Values of `tag.planarConfiguration`: samples of a pixel together, or a grid of segments for each. */
export const planarConfiguration = { chunky: 1, planar: 2 } as const;

/** Values of `tag.fillOrder`: which bit of a byte comes first. */
export const fillOrder = { highFirst: 1, lowFirst: 2 } as const;

/** Values of `tag.resolutionUnit`. */
export const resolutionUnit = { none: 1, inch: 2, centimetre: 3 } as const;

/** Bits of `tag.newSubfileType`. */
export const subfileType = { reduced: 1, mask: 4 } as const;

/** Values of `tag.extraSamples`: an alpha that colours are not multiplied with. */
export const extraSamples = { unassociatedAlpha: 2 } as const;
