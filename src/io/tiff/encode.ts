import { deflate } from "#platform";
import { InvalidInput } from "../../core/errors.js";
import type { StoredPlane } from "../../core/image.js";
import { concatBytes } from "../bytes.js";
import { describeStack, type StackDescription } from "./imagej.js";
import { compression, extraSamples, fieldType, photometric, planarConfiguration, tag } from "./tags.js";
import {
  directoryBytes,
  encodeDirectory,
  even,
  type Field,
  formatOf,
  header,
  littleEndian,
  resolutionOf,
} from "./write.js";

/** How planes are written. */
export interface TiffWriteOptions {
  /** Default "deflate". */
  readonly compression?: "deflate" | "none" | undefined;
  /**
   * Effort of the compression, 1 to 9. Default 6; 3 takes a quarter of the time for labels and gives files a
   * third larger.
   */
  readonly level?: number | undefined;
  /** µm per pixel; with it, or a frame interval, an ImageJ description is written. */
  readonly pixelSize?: number | undefined;
  /** Seconds between frames. */
  readonly frameInterval?: number | undefined;
  /** What the planes are, as ImageJ hyperstack: channel fastest, then slice, then frame. Default: frames. */
  readonly imagej?: StackDescription | undefined;
  /** 8-byte offsets. Default: when the file might pass 4 GB without compression. */
  readonly bigTiff?: boolean | undefined;
}

/**
 * Encodes planes as a little-endian TIFF file, one page each.
 *
 * @param planes 8, 16 or 32-bit integers or 32-bit floats, 1 to 4 samples (1 grey, 3 RGB, 4 RGBA), sizes may
 *   differ
 * @throws InvalidInput for planes that cannot be written
 */
export const encodeTiff = (planes: readonly StoredPlane[], options: TiffWriteOptions = {}): Uint8Array =>
  concatBytes(encodeTiffParts(planes, planes.length, options));

/**
 * Encodes planes one by one, so that a file may be larger than memory; the pieces in order are the file.
 *
 * @param count number of planes that `planes` will give
 * @throws InvalidInput for planes that cannot be written, or another number of them
 */
export function* encodeTiffParts(
  planes: Iterable<StoredPlane>,
  count: number,
  options: TiffWriteOptions = {},
): Generator<Uint8Array> {
  if (count < 1) throw new InvalidInput("TIFF planes", "at least one", "none");
  let offset = 0;
  let big = options.bigTiff ?? false;
  let page = 0;
  for (const plane of planes) {
    checkPlane(plane, count, page);
    if (page === 0) {
      big = options.bigTiff ?? count * (plane.data.byteLength + 4096) > 0xf0000000;
      offset = big ? 16 : 8;
      yield header(big);
    }
    const fields = fieldsOf(plane, page === 0 ? descriptionOf(count, options) : "", options);
    const piece = encodePage(plane, fields, { offset, big, last: page === count - 1 }, options);
    offset += piece.length;
    if (!big && offset > 0xffffffff)
      throw new InvalidInput("TIFF planes", "at most 4 GB without BigTIFF", `${offset} bytes`, "set bigTiff");
    page++;
    yield piece;
  }
  if (page !== count) throw new InvalidInput("TIFF planes", String(count), String(page));
}

function checkPlane({ height, width, samples, data }: StoredPlane, count: number, page: number): void {
  const name = `TIFF plane ${page + 1}`;
  if (page >= count) throw new InvalidInput("TIFF planes", String(count), "more");
  if (!(height >= 1 && width >= 1))
    throw new InvalidInput(name, "at least one pixel", `${height} x ${width}`);
  if (samples < 1 || samples > 4) throw new InvalidInput(name, "1 to 4 samples per pixel", String(samples));
  if (data.length !== height * width * samples)
    throw new InvalidInput(name, `${height} x ${width} x ${samples} values`, String(data.length));
  if (data instanceof Float64Array)
    throw new InvalidInput(name, "integers of at most 32 bits or 32-bit floats", "64-bit floats");
}

function descriptionOf(count: number, options: TiffWriteOptions): string {
  if (options.imagej === undefined && options.pixelSize === undefined && options.frameInterval === undefined)
    return "";
  return describeStack(count, options.imagej ?? { frames: count }, options.pixelSize, options.frameInterval);
}

/** The fields of a page, but for the places of its strips. */
function fieldsOf(plane: StoredPlane, description: string, options: TiffWriteOptions): Field[] {
  const { samples, data } = plane;
  const { ascii, short, long } = fieldType;
  const each = (value: number): number[] => new Array<number>(samples).fill(value);
  const fields: Field[] = [
    { tag: tag.imageWidth, type: long, values: [plane.width] },
    { tag: tag.imageLength, type: long, values: [plane.height] },
    { tag: tag.bitsPerSample, type: short, values: each(data.BYTES_PER_ELEMENT * 8) },
    {
      tag: tag.compression,
      type: short,
      values: [options.compression === "none" ? compression.none : compression.deflate],
    },
    { tag: tag.photometric, type: short, values: [samples < 3 ? photometric.blackIsZero : photometric.rgb] },
    { tag: tag.samplesPerPixel, type: short, values: [samples] },
    { tag: tag.planarConfiguration, type: short, values: [planarConfiguration.chunky] },
    { tag: tag.software, type: ascii, values: "Karyon" },
    { tag: tag.sampleFormat, type: short, values: each(formatOf(data)) },
  ];
  if (description !== "") fields.push({ tag: tag.imageDescription, type: ascii, values: description });
  if (samples === 2 || samples === 4)
    fields.push({ tag: tag.extraSamples, type: short, values: [extraSamples.unassociatedAlpha] });
  return [...fields, ...resolutionOf(options.pixelSize)];
}

/** Where a page will be. */
interface PagePlace {
  /** Byte of the file at which it begins. */
  readonly offset: number;
  /** 8-byte offsets. */
  readonly big: boolean;
  /** True for the last page of the file. */
  readonly last: boolean;
}

/** One page: its directory, the values that do not fit into it, its strips. The next page follows at once. */
function encodePage(
  plane: StoredPlane,
  fields: readonly Field[],
  { offset, big, last }: PagePlace,
  options: TiffWriteOptions,
): Uint8Array {
  const { strips, rows } = stripsOf(plane, options);
  const pointer = big ? fieldType.long8 : fieldType.long;
  const places = new Array<number>(strips.length).fill(0);
  const all: Field[] = [
    ...fields,
    { tag: tag.rowsPerStrip, type: fieldType.long, values: [rows] },
    { tag: tag.stripOffsets, type: pointer, values: places },
    { tag: tag.stripByteCounts, type: pointer, values: strips.map((strip) => strip.length) },
  ].sort((a, b) => a.tag - b.tag);
  let at = offset + directoryBytes(all, big);
  strips.forEach((strip, i) => {
    places[i] = at;
    at += even(strip.length);
  });
  const head = encodeDirectory(all, offset, big, last ? 0 : at);
  return concatBytes([
    head,
    ...strips.flatMap((strip) => (strip.length % 2 === 0 ? [strip] : [strip, new Uint8Array(1)])),
  ]);
}

/** Strips of about 512 kB: small enough for readers that want a part, large enough to compress well. */
function stripsOf(
  plane: StoredPlane,
  { compression: packing, level }: TiffWriteOptions,
): { strips: Uint8Array[]; rows: number } {
  const bytes = littleEndian(plane.data);
  const rowBytes = plane.width * plane.samples * plane.data.BYTES_PER_ELEMENT;
  const rows = Math.min(plane.height, Math.max(1, Math.floor(524288 / rowBytes)));
  const strips: Uint8Array[] = [];
  for (let y = 0; y < plane.height; y += rows) {
    const raw = bytes.subarray(y * rowBytes, Math.min(plane.height, y + rows) * rowBytes);
    strips.push(packing === "none" ? raw : deflate(raw, level));
  }
  return { strips, rows };
}
