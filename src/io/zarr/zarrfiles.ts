/** Chunks and shards of an OME-Zarr that is written. */
import { bloscEncode } from "../codecs/blosc.js";
import { crc32cAppended } from "../codecs/crc32c.js";
import { zstdEncode } from "../codecs/zstd.js";
import { concatBytes } from "../bytes.js";
import type { Band as Rows } from "../image/halving.js";
import { type ArrayPlan, type OmeZarrVersion, type ZarrFile, zstdLevel } from "./zarrdocuments.js";

/** A band of rows of a plane of an array: as many as a file has, or those that are left. */
export interface Band extends Rows {
  /** Of t, c and z. */
  readonly plane: readonly number[];
  /** From 0. */
  readonly number: number;
}

/** The files of a band, from left to right; those of zeros alone are left out, as zarr-python does. */
export async function* bandFiles(
  folder: string,
  version: OmeZarrVersion,
  plan: ArrayPlan,
  band: Band,
): AsyncGenerator<ZarrFile> {
  const [height, width] = (plan.shardShape ?? plan.chunkShape).slice(-2) as [number, number];
  for (let column = 0; column * width < band.width; column++) {
    const corner = { y: 0, x: column * width };
    const bytes =
      plan.shardShape === undefined
        ? await encoded(chunkBytes(band, corner, { height, width }), version)
        : await shardBytes(band, corner, plan);
    if (bytes === undefined) continue;
    const place = [...band.plane, band.number, column].join("/");
    yield { path: `${folder}/${version === "0.5" ? `c/${place}` : place}`, bytes };
  }
}

interface Corner {
  readonly y: number;
  readonly x: number;
}

/** A part of a band, padded with zeros, as bytes; undefined when all of it is zero. */
function chunkBytes(
  { data, height, width }: Rows,
  { y, x }: Corner,
  size: { readonly height: number; readonly width: number },
): Uint8Array | undefined {
  const columns = Math.min(size.width, width - x);
  const out = new (data.constructor as Uint16ArrayConstructor)(size.height * size.width);
  for (let row = 0; row < size.height && y + row < height; row++) {
    const from = (y + row) * width + x;
    out.set(data.subarray(from, from + columns), row * size.width);
  }
  // NaN and -0 are no zeros of the file.
  const bytes = new Uint8Array(out.buffer);
  return bytes.some((byte) => byte !== 0) ? bytes : undefined;
}

const encoded = async (
  bytes: Uint8Array | undefined,
  version: OmeZarrVersion,
): Promise<Uint8Array | undefined> => {
  if (bytes === undefined) return undefined;
  return version === "0.5" ? zstdEncode(bytes, zstdLevel) : bloscEncode(bytes);
};

/** Chunks behind each other, then the table of their places; undefined when all are zero. */
async function shardBytes(band: Rows, { x }: Corner, plan: ArrayPlan): Promise<Uint8Array | undefined> {
  const [height, width] = plan.chunkShape.slice(-2) as [number, number];
  const [shardHeight, shardWidth] = plan.shardShape!.slice(-2) as [number, number];
  const [rows, columns] = [shardHeight / height, shardWidth / width];
  const missing = 2n ** 64n - 1n;
  const table = new BigUint64Array(2 * rows * columns).fill(missing);
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (let i = 0; i < rows * columns; i++) {
    const corner = { y: Math.floor(i / columns) * height, x: x + (i % columns) * width };
    if (corner.y >= band.height || corner.x >= band.width) continue;
    const bytes = await encoded(chunkBytes(band, corner, { height, width }), "0.5");
    if (bytes === undefined) continue;
    table[2 * i] = BigInt(at);
    table[2 * i + 1] = BigInt(bytes.length);
    chunks.push(bytes);
    at += bytes.length;
  }
  if (chunks.length === 0) return undefined;
  return concatBytes([...chunks, crc32cAppended(new Uint8Array(table.buffer))]);
}
