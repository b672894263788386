/**
 * Zstandard (RFC 8878), with a bound on what comes out: by Node where it can, else by numcodecs' WebAssembly.
 */
import { zstdAside } from "#platform";
import { messageOf } from "../../core/errors.js";
import type { Numcodec } from "./numcodec.js";

/** Loaded with the first data: it is three quarters of a megabyte. */
let module: Promise<Numcodec> | undefined;
const loaded = (): Promise<Numcodec> =>
  (module ??= import("numcodecs/zstd").then(({ default: codec }) => codec as unknown as Numcodec));

/** A block holds at most so many bytes (RFC 8878, 3.1.1.2.4). */
const largestBlock = 2 ** 17;

/**
 * Decompresses data of one or several frames.
 *
 * @param maximum bytes that may come out; looked at before anything is allocated
 * @throws Error when the data is corrupt, ends early or gives more than `maximum` bytes
 */
export async function zstdDecode(bytes: Uint8Array, maximum: number): Promise<Uint8Array> {
  // Frames of unknown length are counted in whole blocks, of which writers that flush often fill a part only.
  const most = framesOf(bytes);
  if (most.known ? most.bytes > maximum : most.bytes > 4 * (maximum + largestBlock))
    throw new Error(`more than ${maximum} bytes`);
  if (zstdAside !== undefined && most.known && most.frames === 1) {
    const out = await zstdAside(bytes, Math.max(1, maximum), most.bytes).catch(() => undefined);
    // What Node refuses, such as a very large window, is for the other to read or to refuse.
    if (out?.length === most.bytes) return out;
  }
  const codec = (await loaded()).fromConfig({ id: "zstd" });
  const out = await Promise.resolve(codec.decode(bytes)).catch((error: unknown) => {
    throw new Error(messageOf(error).replace(/^std::runtime_error,/, ""));
  });
  if (out.length > maximum) throw new Error(`more than ${maximum} bytes`);
  return out;
}

/** Compresses to one frame that tells its length. @param level 1 (fast) to 22 (small) */
export const zstdEncode = async (bytes: Uint8Array, level = 3): Promise<Uint8Array> =>
  (await loaded()).fromConfig({ id: "zstd", level }).encode(bytes);

const frameMagic = 0xfd2fb528;

interface Frames {
  /** Frames, those to be skipped and whatever stands behind the last included. */
  readonly frames: number;
  /** The most bytes that all together can give. */
  readonly bytes: number;
  /** Whether their headers say so. */
  readonly known: boolean;
}

function framesOf(bytes: Uint8Array): Frames {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [total, known, frames, at] = [0, true, 0, 0];
  for (; at + 4 <= bytes.length; frames++) {
    const magic = view.getUint32(at, true);
    if ((magic & 0xfffffff0) >>> 0 === 0x184d2a50) {
      if (at + 8 > bytes.length) throw new Error("the data ends early");
      at += 8 + view.getUint32(at + 4, true);
      continue;
    }
    if (magic !== frameMagic) throw new Error("this is no zstd data");
    const frame = frameSizes(view, at);
    total += frame.content ?? frame.most;
    known &&= frame.content !== undefined;
    at = frame.end;
  }
  return { frames: at < bytes.length ? frames + 1 : frames, bytes: total, known };
}

/** Length of a frame's content where the header says it, the most it can have, and where the frame ends. */
function frameSizes(
  view: DataView,
  start: number,
): { readonly content: number | undefined; readonly most: number; readonly end: number } {
  const early = (needed: number): void => {
    if (needed > view.byteLength) throw new Error("the data ends early");
  };
  early(start + 5);
  const descriptor = view.getUint8(start + 4);
  const oneSegment = (descriptor & 0x20) !== 0;
  const sizeBytes = [oneSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  const sizeAt = start + 5 + (oneSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!;
  early(sizeAt + sizeBytes);
  const content = contentSize(view, sizeAt, sizeBytes);
  let [at, most] = [sizeAt + sizeBytes, 0];
  for (let last = false; !last;) {
    early(at + 3);
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    last = (header & 1) === 1;
    const [type, size] = [(header >> 1) & 3, header >> 3];
    most += type === 2 ? largestBlock : size;
    at += 3 + (type === 1 ? 1 : size);
    early(at);
  }
  return { content, most, end: at + ((descriptor & 4) !== 0 ? 4 : 0) };
}

function contentSize(view: DataView, at: number, bytes: number): number | undefined {
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, true) + 256;
  if (bytes === 4) return view.getUint32(at, true);
  return bytes === 8 ? Number(view.getBigUint64(at, true)) : undefined;
}
