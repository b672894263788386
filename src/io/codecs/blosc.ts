/**
 * Blosc 1 buffers, whose structure is checked before they are unpacked: those of LZ4 here, in three quarters of
 * the time, others by numcodecs' WebAssembly.
 */
import Blosc from "numcodecs/blosc";
import { lz4BlockInto } from "./lz4block.js";
import type { Numcodec } from "./numcodec.js";

const headerLength = 16;
/** Flags of the header: the data are stored as they are; their blocks are not split by bytes of a value. */
const [storedFlag, unsplitFlag] = [0x02, 0x10];
/** Bytes, or bits, of equal weight stand together. */
const [shuffledFlag, bitShuffledFlag] = [0x01, 0x04];
/** In the upper three bits of the flags. */
const lz4Format = 1;
/** Blocks of more values a byte are never split. */
const [mostSplits, smallestSplit] = [16, 128];

/**
 * Decompresses a buffer of any of Blosc's codecs.
 *
 * @param maximum bytes that may come out; looked at before anything is allocated
 * @throws Error when the data is corrupt or gives more than `maximum` bytes
 * Source: C-Blosc 1.21, README_CHUNK_FORMAT.rst.
 */
export async function bloscDecode(bytes: Uint8Array, maximum: number): Promise<Uint8Array> {
  const header = checkedHeader(bytes, maximum);
  const { length, flags } = header;
  if (length === 0) return new Uint8Array(0);
  if ((flags & storedFlag) !== 0) return bytes.slice(headerLength, headerLength + length);
  if (flags >> 5 === lz4Format && (flags & bitShuffledFlag) === 0) return lz4Blocks(bytes, header);
  const codec = (Blosc as unknown as Numcodec).fromConfig({ id: "blosc" });
  const out = await Promise.resolve(codec.decode(bytes)).catch(() => undefined);
  if (out?.length !== length) throw new Error("the Blosc data are damaged");
  return out;
}

/** Compresses with zstd, bytes of equal weight together. @param level 0 (none) to 9 (small) */
export const bloscEncode = async (bytes: Uint8Array, level = 5): Promise<Uint8Array> =>
  (Blosc as unknown as Numcodec).fromConfig({ id: "blosc", ...bloscConfig(level) }).encode(bytes);

/** What metadata say of the data of `bloscEncode`. */
export const bloscConfig = (
  level = 5,
): { readonly cname: "zstd"; readonly clevel: number; readonly shuffle: 1; readonly blocksize: 0 } => ({
  cname: "zstd",
  clevel: level,
  shuffle: 1,
  blocksize: 0,
});

interface Header {
  readonly flags: number;
  /** Bytes of a value. */
  readonly typeSize: number;
  /** Bytes that come out. */
  readonly length: number;
  readonly blockSize: number;
  /** Bytes of the buffer. */
  readonly packed: number;
}

/** The header, once it and all places within the buffer make sense. */
function checkedHeader(bytes: Uint8Array, maximum: number): Header {
  if (bytes.length < headerLength) throw new Error("the data ends early");
  const view = viewOf(bytes);
  const [version, flags, typeSize] = [bytes[0]!, bytes[2]!, bytes[3]!];
  const [length, blockSize, packed] = [4, 8, 12].map((at) => view.getUint32(at, true)) as [
    number,
    number,
    number,
  ];
  const header = { flags, typeSize, length, blockSize, packed };
  if (length > maximum) throw new Error(`more than ${maximum} bytes`);
  if (version !== 2) throw new Error(`Blosc data of version ${version}`);
  if (packed > bytes.length) throw new Error("the data ends early");
  const damaged = new Error("the header of the Blosc data is damaged");
  if (typeSize === 0 || packed < headerLength) throw damaged;
  if ((flags & storedFlag) !== 0) {
    if (packed < headerLength + length) throw damaged;
    return header;
  }
  if (length === 0) return header;
  if (blockSize === 0 || blockSize > length) throw damaged;
  checkBlocks(view, header);
  return header;
}

/** Each block lies behind the table of their places, and each stream of it within the buffer. */
function checkBlocks(view: DataView, header: Header): void {
  const { length, blockSize, packed } = header;
  const damaged = new Error("a block of the Blosc data does not fit into it");
  const blocks = Math.ceil(length / blockSize);
  const tableEnd = headerLength + 4 * blocks;
  if (tableEnd > packed) throw damaged;
  for (let block = 0; block < blocks; block++) {
    let at = view.getUint32(headerLength + 4 * block, true);
    for (let stream = streamsOf(header, block); stream > 0; stream--) {
      if (at < tableEnd || at + 4 > packed) throw damaged;
      const size = view.getInt32(at, true);
      if (size <= 0 || at + 4 + size > packed) throw damaged;
      at += 4 + size;
    }
  }
}

/** Streams of a block: one, or one for each byte of a value. */
function streamsOf({ flags, typeSize, length, blockSize }: Header, block: number): number {
  const isSplit =
    (flags & unsplitFlag) === 0 &&
    length - block * blockSize >= blockSize &&
    typeSize <= mostSplits &&
    blockSize / typeSize >= smallestSplit;
  return isSplit ? typeSize : 1;
}

/** Unpacks a buffer of LZ4 whose header was checked. */
function lz4Blocks(bytes: Uint8Array, header: Header): Uint8Array {
  const { flags, typeSize, length, blockSize } = header;
  const view = viewOf(bytes);
  const out = new Uint8Array(length);
  const shuffled = (flags & shuffledFlag) !== 0 && typeSize > 1;
  const room = shuffled ? new Uint8Array(blockSize) : out;
  for (let block = 0; block * blockSize < length; block++) {
    const place = out.subarray(block * blockSize, (block + 1) * blockSize);
    const target = shuffled ? room.subarray(0, place.length) : place;
    const streams = streamsOf(header, block);
    const streamLength = Math.floor(place.length / streams);
    if (streamLength * streams !== place.length) throw new Error("the Blosc data are damaged");
    let at = view.getUint32(headerLength + 4 * block, true);
    for (let stream = 0; stream < streams; stream++) {
      const size = view.getInt32(at, true);
      const packed = bytes.subarray(at + 4, at + 4 + size);
      const part = target.subarray(stream * streamLength, (stream + 1) * streamLength);
      // What does not shrink is stored as it is.
      if (size === streamLength) part.set(packed);
      else lz4BlockInto(packed, part);
      at += 4 + size;
    }
    if (shuffled) unshuffle(target, place, typeSize);
  }
  return out;
}

/** Puts the bytes of each value together; bytes behind the last whole value stay where they are. */
function unshuffle(from: Uint8Array, to: Uint8Array, size: number): void {
  const count = Math.floor(from.length / size);
  if (size === 2 && to.byteOffset % 2 === 0) {
    const values = new Uint16Array(to.buffer, to.byteOffset, count);
    for (let i = 0; i < count; i++) values[i] = from[i]! | (from[count + i]! << 8);
  } else
    for (let k = 0; k < size; k++)
      for (let [i, at] = [k * count, k]; i < (k + 1) * count; i++, at += size) to[at] = from[i]!;
  to.set(from.subarray(count * size), count * size);
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
