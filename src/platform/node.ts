/**
 * Everything L0 to L2 need from the machine: compression and the ONNX runtime. Reached as `#platform`
 * (package.json "imports"), so that a browser build can put another file in its place. Files, folders and
 * threads are touched in L3 and L4 only.
 */
import { availableParallelism } from "node:os";
import { deflateSync, inflateSync, crc32 as zlibCrc32 } from "node:zlib";

export * as ort from "onnxruntime-node";

/**
 * zlib format (RFC 1950).
 *
 * @throws Error when the data is corrupt, ends early or gives more than `most` bytes.
 */
export const inflate = (bytes: Uint8Array, maximum = 2 ** 32 - 1): Uint8Array =>
  inflateSync(bytes, { maxOutputLength: maximum });
export const deflate = (bytes: Uint8Array, level = 6): Uint8Array => deflateSync(bytes, { level });
export const crc32 = (bytes: Uint8Array): number => zlibCrc32(bytes);
export const cores = (): number => availableParallelism();
