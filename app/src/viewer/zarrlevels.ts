/** What an OME-Zarr 0.4 image says of its levels; read once. */
import type { Size } from "../../../src/core/size.js";

/** Types of values that the server sends. */
export type ZarrType = "<u1" | "<u2" | "<f4" | "<i4";

/** The levels of an image. */
export interface ZarrLevels {
  /** Finest first. */
  readonly levels: readonly Size[];
  /** Names of their folders. */
  readonly paths: readonly string[];
  /** Edge of a chunk, px. */
  readonly tile: number;
  readonly type: ZarrType;
  /** Whether chunks are deflated (zlib). */
  readonly isDeflated: boolean;
}

interface ZarrArray {
  readonly shape: readonly number[];
  readonly chunks: readonly number[];
  readonly dtype: string;
  readonly compressor: { readonly id: string } | null;
}
interface ZarrAttributes {
  readonly multiscales?: readonly { readonly datasets: readonly { readonly path: string }[] }[];
}

const read = async <T>(url: string): Promise<T | undefined> => {
  const answer = await fetch(url);
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw new Error(`The image could not be read: the server answered ${answer.status}.`);
  return (await answer.json()) as T;
};

const types: readonly string[] = ["<u1", "|u1", "<u2", "<f4", "<i4"];

/**
 * Reads what there is to know of an image.
 *
 * @param url of the image's folder, without a slash at its end
 * @param query behind each address, such as `?v=3`, or ""
 * @returns undefined where the server has no such image
 * @throws Error when it does not answer, or has an image of a type that the page does not know
 */
export async function readZarrLevels(url: string, query = ""): Promise<ZarrLevels | undefined> {
  const attributes = await read<ZarrAttributes>(`${url}/.zattrs${query}`);
  if (attributes === undefined) return undefined;
  const paths = attributes.multiscales?.[0]?.datasets.map(({ path }) => path) ?? [];
  const arrays = await Promise.all(paths.map((path) => read<ZarrArray>(`${url}/${path}/.zarray${query}`)));
  const first = arrays[0];
  const tile = first?.chunks.at(-1);
  if (first === undefined || tile === undefined || !types.includes(first.dtype))
    throw new Error(`The image has values of a type that the page does not show: ${String(first?.dtype)}.`);
  return {
    levels: arrays.map((array) => ({ height: array!.shape.at(-2)!, width: array!.shape.at(-1)! })),
    paths,
    tile,
    type: (first.dtype === "|u1" ? "<u1" : first.dtype) as ZarrType,
    isDeflated: first.compressor?.id === "zlib",
  };
}

/** The bytes of a chunk, inflated where they are deflated. @throws Error, AbortError */
export async function readChunk(url: string, isDeflated: boolean, signal: AbortSignal): Promise<ArrayBuffer> {
  const answer = await fetch(url, { signal });
  if (!answer.ok)
    throw new Error(`A part of the image could not be read: the server answered ${answer.status}.`);
  if (!isDeflated || answer.body === null) return answer.arrayBuffer();
  return new Response(answer.body.pipeThrough(new DecompressionStream("deflate"))).arrayBuffer();
}

/** The values of a chunk. @throws Error when there are too few */
export function chunkValues(
  bytes: ArrayBuffer,
  type: ZarrType,
  tile: number,
): Uint8Array | Uint16Array | Float32Array | Int32Array {
  const width = type === "<u1" ? 1 : type === "<u2" ? 2 : 4;
  if (bytes.byteLength !== tile * tile * width) throw new Error("A part of the image is cut off.");
  if (type === "<u1") return new Uint8Array(bytes);
  if (type === "<u2") return new Uint16Array(bytes);
  return type === "<f4" ? new Float32Array(bytes) : new Int32Array(bytes);
}
