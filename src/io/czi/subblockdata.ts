/** The pixels of a subblock: where they are, and how they are unpacked. */
import { CorruptFile, UnsupportedFormat, messageOf } from "../../core/errors.js";
import { zstdDecode } from "../codecs/zstd.js";
import { decodeLzw } from "../tiff/lzw.js";
import { decodeJpeg } from "./czijpeg.js";
import { packing, type PixelType } from "./czisamples.js";
import {
  type CziBytes,
  nameAt,
  offsetAt,
  readBytes,
  segmentHeaderLength,
  segmentName,
  viewOf,
} from "./czisegment.js";
import { subBlockFixedLength } from "./subblockdirectory.js";
import { entryLength } from "./subblocktable.js";

/** Where the parts of a subblock are. */
export interface SubBlockPlace {
  readonly metadataAt: number;
  readonly metadataLength: number;
  readonly dataAt: number;
  readonly dataLength: number;
}

/** The least bytes of a subblock's data before its metadata: shorter entries are padded. */
const leastFixedLength = 256;

/**
 * Reads the header of a subblock.
 *
 * @param at where its segment begins
 * @throws CorruptFile
 */
export async function subBlockPlace(file: CziBytes, at: number): Promise<SubBlockPlace> {
  const fixed = segmentHeaderLength + subBlockFixedLength;
  const bytes = await readBytes(file, at, fixed + 32, "a subblock");
  const view = viewOf(bytes);
  const entry = entryLength(view, fixed);
  if (nameAt(bytes, 0) !== segmentName.subBlock || !Number.isFinite(entry))
    throw new CorruptFile(file.where, at, "the directory says a subblock is here, but none is");
  const metadataLength = view.getInt32(32, true);
  const dataLength = offsetAt(view, 40);
  const metadataAt = at + segmentHeaderLength + Math.max(leastFixedLength, subBlockFixedLength + entry);
  const dataAt = metadataAt + metadataLength;
  if (!(metadataLength >= 0 && dataAt + dataLength <= file.source.size))
    throw new CorruptFile(
      file.where,
      at,
      "the pixels of a subblock should extend beyond the end of the file, which is cut off or damaged",
    );
  return { metadataAt, metadataLength, dataAt, dataLength };
}

/** A packed subblock and what it must give. */
export interface PackedSubBlock {
  readonly compression: number;
  readonly pixelType: PixelType;
  readonly width: number;
  readonly height: number;
}

/** 2 GiB: what one typed array may hold everywhere. */
const maxBytes = 2 ** 31 - 1;

/**
 * Unpacks a subblock that is compressed. Zeiss's own reader fills a subblock that gives too few bytes with
 * zeros, and cuts off what is too much.
 *
 * @returns bytes of its pixels, row-major, colours in the order blue, green, red; they may be too few
 * @throws CorruptFile, UnsupportedFormat
 */
export async function unpackSubBlock(file: CziBytes, at: number, block: PackedSubBlock): Promise<Uint8Array> {
  const { width, height, pixelType } = block;
  const expected = width * height * pixelType.samples * pixelType.bytes;
  if (expected > maxBytes)
    throw new UnsupportedFormat(
      file.where,
      `a compressed tile of ${height} x ${width} pixels`,
      "in ZEN, save the image in smaller tiles",
    );
  const { dataAt, dataLength } = await subBlockPlace(file, at);
  const packed = await readBytes(file, dataAt, dataLength, "the pixels of a subblock");
  try {
    return await unpack(packed, block, expected, file.where);
  } catch (error) {
    if (error instanceof UnsupportedFormat) throw error;
    throw new CorruptFile(file.where, dataAt, `the pixels cannot be unpacked (${reasonOf(error)})`);
  }
}

const reasonOf = (error: unknown): string => messageOf(error).replace(/[\s\p{Cc}]+/gu, " ");

/** Bytes that zstd data may give: more than expected, which are cut off, but not many more. */
const mostOf = (expected: number): number => 2 * expected + 2 ** 16;

function unpack(
  packed: Uint8Array,
  block: PackedSubBlock,
  expected: number,
  where: string,
): Uint8Array | Promise<Uint8Array> {
  switch (block.compression) {
    case packing.zstd:
      return zstdDecode(packed, mostOf(expected));
    case packing.zstdHeader:
      return unpackZstdWithHeader(packed, block.pixelType, expected);
    case packing.lzw: {
      const out = new Uint8Array(expected);
      return out.subarray(0, decodeLzw(packed, out));
    }
    default:
      return decodeJpeg(packed, block, where);
  }
}

/**
 * Zstd after a header: its length, then chunks of which one is known, 1, whose lowest bit says that all low
 * bytes of 16-bit values stand before all high ones.
 */
async function unpackZstdWithHeader(
  packed: Uint8Array,
  { bytes }: PixelType,
  expected: number,
): Promise<Uint8Array> {
  const length = packed[0] ?? 0;
  const known = length === 1 || (length === 3 && packed.length >= 3 && packed[1] === 1);
  if (!known) throw new Error("the header of its zstd data is of no known kind");
  const split = length === 3 && (packed[2]! & 1) === 1;
  if (split && bytes !== 2)
    throw new Error("its bytes are split as those of 16-bit values, which it has not");
  const data = await zstdDecode(packed.subarray(length), mostOf(expected));
  return split ? joinLowAndHigh(data) : data;
}

function joinLowAndHigh(data: Uint8Array): Uint8Array {
  const half = data.length >> 1;
  const out = new Uint16Array(half);
  for (let i = 0; i < half; i++) out[i] = data[i]! | (data[half + i]! << 8);
  return new Uint8Array(out.buffer);
}
