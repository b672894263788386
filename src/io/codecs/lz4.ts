/** LZ4 blocks as numcodecs frames them, with a bound on what comes out. */
import type { Numcodec } from "./numcodec.js";

/** Loaded with the first data, as all codecs of WebAssembly. */
let module: Promise<Numcodec> | undefined;
const loaded = (): Promise<Numcodec> =>
  (module ??= import("numcodecs/lz4").then(({ default: codec }) => codec as unknown as Numcodec));

const headerLength = 4;

/**
 * Decompresses a block behind its length (little-endian, 32 bits).
 *
 * @param maximum bytes that may come out; looked at before anything is allocated
 * @throws Error when the data is corrupt or gives more than `maximum` bytes
 */
export async function lz4Decode(bytes: Uint8Array, maximum: number): Promise<Uint8Array> {
  if (bytes.length < headerLength) throw new Error("the data ends early");
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
  if (length > maximum) throw new Error(`more than ${maximum} bytes`);
  const codec = (await loaded()).fromConfig({ id: "lz4" });
  const out = await Promise.resolve(codec.decode(bytes)).catch(() => undefined);
  if (out?.length !== length) throw new Error("the LZ4 data are damaged");
  return out;
}
