/** Blosc 1 buffers by numcodecs' WebAssembly, whose structure is checked before it sees them. */
import type { Numcodec } from "./numcodec.js";

/** Loaded with the first data: it is half a megabyte. */
let module: Promise<Numcodec> | undefined;
const loaded = (): Promise<Numcodec> =>
  (module ??= import("numcodecs/blosc").then(({ default: codec }) => codec as unknown as Numcodec));

const headerLength = 16;
/** Flags of the header: the data are stored as they are; their blocks are not split by bytes of a value. */
const [storedFlag, unsplitFlag] = [0x02, 0x10];
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
  const length = checkedLength(bytes, maximum);
  if (length === 0) return new Uint8Array(0);
  const codec = (await loaded()).fromConfig({ id: "blosc" });
  const out = await Promise.resolve(codec.decode(bytes)).catch(() => undefined);
  if (out?.length !== length) throw new Error("the Blosc data are damaged");
  return out;
}

/** Compresses with zstd, bytes of equal weight together. @param level 0 (none) to 9 (small) */
export const bloscEncode = async (bytes: Uint8Array, level = 5): Promise<Uint8Array> =>
  (await loaded()).fromConfig({ id: "blosc", ...bloscConfig(level) }).encode(bytes);

/** What metadata say of the data of `bloscEncode`. */
export const bloscConfig = (
  level = 5,
): { readonly cname: "zstd"; readonly clevel: number; readonly shuffle: 1; readonly blocksize: 0 } => ({
  cname: "zstd",
  clevel: level,
  shuffle: 1,
  blocksize: 0,
});

/** Length of what comes out, once the header and all places within the buffer make sense. */
function checkedLength(bytes: Uint8Array, maximum: number): number {
  if (bytes.length < headerLength) throw new Error("the data ends early");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [version, flags, typeSize] = [bytes[0]!, bytes[2]!, bytes[3]!];
  const [length, blockSize, packed] = [4, 8, 12].map((at) => view.getUint32(at, true)) as [
    number,
    number,
    number,
  ];
  if (length > maximum) throw new Error(`more than ${maximum} bytes`);
  if (version !== 2) throw new Error(`Blosc data of version ${version}`);
  if (packed > bytes.length) throw new Error("the data ends early");
  const damaged = new Error("the header of the Blosc data is damaged");
  if (typeSize === 0 || packed < headerLength) throw damaged;
  if ((flags & storedFlag) !== 0) {
    if (packed < headerLength + length) throw damaged;
    return length;
  }
  if (length === 0) return 0;
  if (blockSize === 0 || blockSize > length) throw damaged;
  checkBlocks(view, { flags, typeSize, length, blockSize, packed });
  return length;
}

interface Header {
  readonly flags: number;
  readonly typeSize: number;
  readonly length: number;
  readonly blockSize: number;
  readonly packed: number;
}

/** Each block lies behind the table of their places, and each stream of it within the buffer. */
function checkBlocks(view: DataView, { flags, typeSize, length, blockSize, packed }: Header): void {
  const damaged = new Error("a block of the Blosc data does not fit into it");
  const blocks = Math.ceil(length / blockSize);
  const tableEnd = headerLength + 4 * blocks;
  if (tableEnd > packed) throw damaged;
  for (let block = 0; block < blocks; block++) {
    const blockLength = Math.min(blockSize, length - block * blockSize);
    const isSplit =
      (flags & unsplitFlag) === 0 &&
      blockLength === blockSize &&
      typeSize <= mostSplits &&
      blockSize / typeSize >= smallestSplit;
    let at = view.getUint32(headerLength + 4 * block, true);
    for (let stream = isSplit ? typeSize : 1; stream > 0; stream--) {
      if (at < tableEnd || at + 4 > packed) throw damaged;
      const size = view.getInt32(at, true);
      if (size <= 0 || at + 4 + size > packed) throw damaged;
      at += 4 + size;
    }
  }
}
