/** From the bytes of a strip or tile to its samples. */
import { inflateAside, swapBytes } from "#platform";
import { CorruptFile, UnsupportedFormat, messageOf } from "../../core/errors.js";
import type { SampleData } from "../../core/image.js";
import { jpegDecode } from "../codecs/jpeg.js";
import { zstdDecode } from "../codecs/zstd.js";
import { undoDifference, undoFloatPredictor } from "./differencing.js";
import type { TiffBytes } from "./directory.js";
import { decodeLzw, isOldLzw } from "./lzw.js";
import { decodePackBits } from "./packbits.js";
import { allocate, isStoredAs, reverseBits, samplesOf, unpackBits } from "./sampletypes.js";
import { compression, predictor } from "./tags.js";
import type { Page } from "./tiffpage.js";

/**
 * A strip or tile, or rows of a strip: where its bytes are, and which part of which sample of the plane it
 * fills.
 */
export interface Segment {
  readonly offset: number;
  readonly length: number;
  readonly y: number;
  readonly x: number;
  /** Rows that are stored: the last strip ends with the plane, a tile does not. */
  readonly rows: number;
  /** First sample, for planar files. */
  readonly sample: number;
}

/** Bytes of `rows` rows of a segment without compression. */
export function rawBytes(page: Page, rows: number): number {
  return rows * Math.ceil((page.segmentWidth * (page.planar ? 1 : page.info.samples) * page.info.bits) / 8);
}

/**
 * How many bytes one compressed byte can give at most. LZW: 3,838 strings of up to as many bytes, in 12 bits
 * each. JPEG: a bit for a block of a component, four times as large where colours are stored at half the
 * size. Zstd: a block of 128 kB in four bytes.
 */
export const maxGain: Readonly<Record<number, number>> = {
  [compression.none]: 1,
  [compression.packBits]: 64,
  [compression.lzw]: 1500,
  [compression.deflate]: 1032,
  [compression.oldDeflate]: 1032,
  [compression.jpeg]: 2048,
  [compression.zstd]: 32768,
};

/**
 * Samples of a segment: its rows x segmentWidth x samples of its grid.
 *
 * @param packed its bytes in the file, not changed
 * @param own where the samples belong, of the page's type; used where they need no change of type
 * @returns `own`, or an array of its own
 * @throws CorruptFile, UnsupportedFormat
 */
export async function decodeSegment(
  file: TiffBytes,
  page: Page,
  segment: Segment,
  packed: Uint8Array,
  own?: SampleData,
): Promise<SampleData> {
  const { type, bits } = page.info;
  const samples = page.planar ? 1 : page.info.samples;
  const size = rawBytes(page, segment.rows);
  const shape = { rows: segment.rows, width: page.segmentWidth, samples };
  const out = own !== undefined && bits % 8 === 0 && isStoredAs(type, own) ? own : undefined;
  const target = out === undefined ? new Uint8Array(size) : bytesOf(out);
  const input = page.reversedBits ? reverseBits(packed) : packed;
  if (page.predictor === predictor.float) {
    const bytes = new Uint8Array(size);
    await decompress(file, page, segment, input, bytes);
    undoFloatPredictor(bytes, target, shape, bits / 8);
    return out ?? samplesOf(type, target);
  }
  await decompress(file, page, segment, input, target);
  if (bits % 8 !== 0) {
    const unpacked = allocate(type, segment.rows * page.segmentWidth * samples);
    unpackBits(target, segment.rows, page.segmentWidth * samples, bits, unpacked);
    return unpacked;
  }
  if (!file.littleEndian) swapBytes(target, bits / 8);
  if (page.predictor === predictor.difference)
    undoDifference(integersOf(target, bits), segment.rows, page.segmentWidth, samples);
  return out ?? samplesOf(type, target);
}

const bytesOf = ({ buffer, byteOffset, byteLength }: SampleData): Uint8Array<ArrayBuffer> =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

/** The bytes as unsigned integers of their size, for arithmetic modulo 2^bits. */
function integersOf(bytes: Uint8Array<ArrayBuffer>, bits: number): SampleData {
  if (bits === 8) return bytes;
  const length = bytes.length / (bits / 8);
  return bits === 16
    ? new Uint16Array(bytes.buffer, bytes.byteOffset, length)
    : bits === 32
      ? new Uint32Array(bytes.buffer, bytes.byteOffset, length)
      : new Float64Array(bytes.buffer, bytes.byteOffset, length);
}

/** Fills `out` exactly. */
async function decompress(
  file: TiffBytes,
  page: Page,
  segment: Segment,
  packed: Uint8Array,
  out: Uint8Array,
): Promise<void> {
  const written = await decompressed(file, page, segment, packed, out);
  if (written < out.length) {
    throw new CorruptFile(
      file.where,
      segment.offset,
      `the ${page.info.compression} data gives ${written} of ${out.length} bytes of pixels`,
    );
  }
}

/** Writes what the data gives, at most to the end of `out`; returns how many bytes. */
async function decompressed(
  file: TiffBytes,
  page: Page,
  segment: Segment,
  packed: Uint8Array,
  out: Uint8Array,
): Promise<number> {
  const put = (bytes: Uint8Array): number => {
    out.set(bytes.length > out.length ? bytes.subarray(0, out.length) : bytes);
    return Math.min(bytes.length, out.length);
  };
  switch (page.codec) {
    case compression.lzw:
      if (isOldLzw(packed))
        throw new UnsupportedFormat(
          file.where,
          "LZW compression from before 1991",
          "save it again with any current program",
        );
      return decodeLzw(packed, out);
    case compression.packBits:
      return decodePackBits(packed, out);
    case compression.none:
      return put(packed);
    case compression.jpeg:
      return put(
        jpegDecode(packed, {
          where: file.where,
          offset: segment.offset,
          tables: page.jpegTables,
          samples: page.planar ? 1 : page.info.samples,
          width: page.segmentWidth,
          rows: segment.rows,
          mostRows: page.segmentHeight,
          ycc: page.ycc,
        }),
      );
    default: {
      const name = page.codec === compression.zstd ? "zstd" : "deflate";
      try {
        const maximum = maxInflated(out.length);
        return put(
          name === "zstd"
            ? await zstdDecode(packed, maximum)
            : await inflateAside(packed, maximum, out.length),
        );
      } catch (error) {
        throw new CorruptFile(
          file.where,
          segment.offset,
          `the ${name} data is damaged (${messageOf(error)})`,
        );
      }
    }
  }
}

/** What the platform's inflate takes as a limit, in bytes: 4 GiB less one, on Node 20. */
const largestLimit = 2 ** 32 - 1;

/**
 * Bytes that the data of a segment may give. Some writers fill up the last strip: more than is needed, but
 * not a gigabyte out of a kilobyte.
 *
 * @param size bytes of its pixels, below 2^31
 */
export const maxInflated = (size: number): number => Math.min(4 * size + 65536, largestLimit);
