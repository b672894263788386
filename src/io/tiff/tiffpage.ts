import { CorruptFile, UnsupportedFormat } from "../../core/errors.js";
import { bytesOf, numberOf, numbersOf, type Directory, type TiffBytes } from "./directory.js";
import type { SampleType } from "./sampletypes.js";
import {
  compression as codecs,
  compressionNames,
  fillOrder,
  photometric as colours,
  planarConfiguration,
  predictor as predictors,
  sampleFormat,
  subfileType,
  tag,
} from "./tags.js";

/** What a page holds, as far as its directory tells without reading the pixels. */
export interface PlaneInfo {
  readonly height: number;
  readonly width: number;
  /** Values per pixel. */
  readonly samples: number;
  readonly type: SampleType;
  /** Bits per sample in the file. */
  readonly bits: number;
  /** "none", "LZW", "deflate", "PackBits", "JPEG", "zstd", or another program's, which is not read. */
  readonly compression: string;
  /** How the samples are meant, once decoded; "other" covers CMYK and the like. */
  readonly colour: "grey" | "whiteIsZero" | "rgb" | "palette" | "other";
  /** A reduced copy of another page (thumbnail, pyramid level). */
  readonly reduced: boolean;
  /** Smaller copies of the page that the file names. */
  readonly copies: number;
}

/** A page with all that is needed to read its pixels. */
export interface Page {
  readonly info: PlaneInfo;
  readonly directory: Directory;
  readonly codec: number;
  readonly predictor: number;
  /** FillOrder 2: the bits of each byte are reversed. */
  readonly reversedBits: boolean;
  /** PlanarConfiguration 2: one grid of segments per sample. */
  readonly planar: boolean;
  readonly tiled: boolean;
  /** Size of a strip or tile, px. */
  readonly segmentHeight: number;
  readonly segmentWidth: number;
  /** Tables that JPEG data leave out. */
  readonly jpegTables: Uint8Array | undefined;
  /** JPEG data are luminance and two colours, which become RGB. */
  readonly ycc: boolean;
  /** Set for a plane of an ImageJ stack that has one directory only: its first byte. */
  readonly contiguousAt?: number | undefined;
  /** Why the pixels cannot be read. */
  readonly unsupported: UnsupportedFormat | undefined;
}

/** 2 GiB: what one typed array may hold everywhere. */
const maxSegmentBytes = 2 ** 31 - 1;

/**
 * Reads what a directory says of its page.
 *
 * @throws CorruptFile when the fields contradict each other or the format
 */
export async function readPage(file: TiffBytes, directory: Directory): Promise<Page> {
  const number = (name: number, fallback: number): Promise<number> =>
    numberOf(file, directory, name, fallback);
  const corrupt = (what: string): CorruptFile => new CorruptFile(file.where, directory.offset, what);
  const [width, height, samples] = [
    await number(tag.imageWidth, 0),
    await number(tag.imageLength, 0),
    await number(tag.samplesPerPixel, 1),
  ];
  if (!(width >= 1 && height >= 1 && samples >= 1))
    throw corrupt(`a page says it is ${height} x ${width} pixels of ${samples} values`);
  const bits = await number(tag.bitsPerSample, 1);
  const format = await number(tag.sampleFormat, sampleFormat.uint);
  const codec = await number(tag.compression, codecs.none);
  const tiled = directory.fields.has(tag.tileWidth) || directory.fields.has(tag.tileOffsets);
  const segmentWidth = tiled ? await number(tag.tileWidth, 0) : width;
  const segmentHeight = tiled
    ? await number(tag.tileLength, 0)
    : Math.min(height, await number(tag.rowsPerStrip, height));
  if (!(segmentWidth >= 1 && segmentHeight >= 1))
    throw corrupt(`a page says its pieces are ${segmentHeight} x ${segmentWidth} pixels`);
  const type = typeOf(format, bits);
  const predictor = await number(tag.predictor, predictors.none);
  const reduced = ((await number(tag.newSubfileType, 0)) & (subfileType.reduced | subfileType.mask)) !== 0;
  const photometric = await number(tag.photometric, samples >= 3 ? colours.rgb : colours.blackIsZero);
  const ycc = photometric === colours.ycc && codec === codecs.jpeg;
  const compression = compressionNames[codec] ?? `number ${codec}`;
  const info: PlaneInfo = {
    height,
    width,
    samples,
    type: type ?? "uint8",
    bits,
    compression,
    colour: ycc ? "rgb" : colourOf(photometric),
    reduced,
    copies: reduced ? 0 : (directory.fields.get(tag.subIfds)?.count ?? 0),
  };
  const page = {
    info,
    directory,
    codec,
    predictor,
    tiled,
    segmentHeight,
    segmentWidth,
    ycc,
    jpegTables: codec === codecs.jpeg ? await jpegTablesOf(file, directory) : undefined,
    reversedBits: (await number(tag.fillOrder, fillOrder.highFirst)) === fillOrder.lowFirst,
    planar:
      samples > 1 &&
      (await number(tag.planarConfiguration, planarConfiguration.chunky)) === planarConfiguration.planar,
  };
  const mixed = await hasMixedBits(file, directory, bits);
  return { ...page, unsupported: unsupportedOf(file.where, page, type !== undefined, format, mixed) };
}

/** Tables of this many bytes hold all that a stream can name. */
const mostTableBytes = 1 << 16;

async function jpegTablesOf(file: TiffBytes, directory: Directory): Promise<Uint8Array | undefined> {
  const field = directory.fields.get(tag.jpegTables);
  if (field !== undefined && field.count > mostTableBytes)
    throw new CorruptFile(file.where, directory.offset, `the JPEG tables have ${field.count} bytes`);
  return bytesOf(file, directory, tag.jpegTables);
}

async function hasMixedBits(file: TiffBytes, directory: Directory, bits: number): Promise<boolean> {
  const field = directory.fields.get(tag.bitsPerSample);
  // A list longer than any pixel is damage; reading it would only cost memory.
  if (field === undefined || field.count > 4096) return field !== undefined;
  return (await numbersOf(file, directory, tag.bitsPerSample))!.some((value) => value !== bits);
}

function unsupportedOf(
  where: string,
  page: Omit<Page, "unsupported">,
  typeKnown: boolean,
  format: number,
  mixed: boolean,
): UnsupportedFormat | undefined {
  const { info, codec, predictor } = page;
  const problem = (feature: string, next: string): UnsupportedFormat =>
    new UnsupportedFormat(where, feature, next);
  if (!Object.values<number>(codecs).includes(codec)) {
    return problem(
      `TIFF compression ${info.compression}`,
      "save it uncompressed or with deflate (zip) or LZW compression",
    );
  }
  if (!typeKnown)
    return problem(
      `a pixel type of ${info.bits} bits (TIFF sample format ${format})`,
      "save it as 8 or 16-bit integers or 32-bit floats",
    );
  if (mixed) return problem("a different number of bits in each sample", "save it as 8 or 16-bit grey");
  if (info.colour === "other")
    return problem("a colour space other than grey, RGB and palette", "save it as grey or RGB");
  const wholeBytes = info.bits % 8 === 0;
  const isFloat = info.type === "float32" || info.type === "float64" || info.type === "float16";
  const fits: Readonly<Record<number, boolean>> = {
    [predictors.none]: true,
    [predictors.difference]: wholeBytes,
    [predictors.float]: isFloat,
  };
  if (fits[predictor] !== true) {
    return problem(
      `TIFF predictor ${predictor} with ${info.bits}-bit ${info.type}`,
      "save it without predictor",
    );
  }
  if (codec === codecs.jpeg) {
    const samples = page.planar ? 1 : info.samples;
    if (info.bits !== 8) return problem(`${info.bits}-bit JPEG`, "save it with deflate (zip) compression");
    if (samples !== 1 && samples !== 3)
      return problem(`JPEG of ${samples} values per pixel`, "save it with deflate (zip) compression");
    if (predictor !== predictors.none || (page.ycc && page.planar))
      return problem("this kind of JPEG in TIFF", "save it with deflate (zip) compression");
  }
  // Rows of a strip without compression are read by themselves.
  const whole = codec !== codecs.none || page.tiled;
  const bytes = (page.segmentHeight * page.segmentWidth * info.samples * info.bits) / 8;
  if (whole && bytes > maxSegmentBytes) {
    return problem(
      `pixels packed in pieces of ${(bytes / 2 ** 30).toFixed(1)} GiB`,
      "save it in tiles or strips of less than 2 GiB",
    );
  }
  return undefined;
}

const types: Readonly<Record<number, Readonly<Record<number, SampleType>>>> = {
  [sampleFormat.uint]: { 8: "uint8", 16: "uint16", 32: "uint32", 64: "uint64" },
  [sampleFormat.int]: { 8: "int8", 16: "int16", 32: "int32", 64: "int64" },
  [sampleFormat.float]: { 16: "float16", 32: "float32", 64: "float64" },
  [sampleFormat.undefined]: { 8: "uint8", 16: "uint16", 32: "uint32", 64: "uint64" },
};

function typeOf(format: number, bits: number): SampleType | undefined {
  const packed = format === sampleFormat.uint && bits >= 1 && bits < 16 && bits !== 8;
  if (packed) return bits < 8 ? "uint8" : "uint16";
  return types[format]?.[bits];
}

function colourOf(photometric: number): PlaneInfo["colour"] {
  switch (photometric) {
    case colours.whiteIsZero:
      return "whiteIsZero";
    case colours.rgb:
      return "rgb";
    case colours.palette:
      return "palette";
    case colours.blackIsZero:
    case colours.colourFilterArray:
    case colours.logL:
    case colours.linearRaw:
      return "grey";
    default:
      return "other";
  }
}
