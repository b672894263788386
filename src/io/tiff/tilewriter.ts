/** One plane as tiles, with smaller copies of it, from bands of rows. */
import { deflate } from "#platform";
import { zstdEncode } from "../codecs/zstd.js";
import { type Band, halved } from "../image/halving.js";
import { type PlaneSource, type WrittenSamples, writtenArrays } from "../image/planesource.js";
import { littleEndian } from "./write.js";

/** How tiles are compressed. */
export type TileCompression = "deflate" | "zstd" | "none";

/** Sizes of planes and tiles, px. */
export interface TileLayout {
  readonly tile: number;
  /** Sizes of a plane and its copies, the full one first. */
  readonly sizes: readonly { readonly height: number; readonly width: number }[];
  readonly packing: TileCompression;
}

/** Where the tiles of a plane, or of a copy of it, are. */
export interface PlaneTiles {
  readonly height: number;
  readonly width: number;
  readonly offsets: readonly number[];
  readonly lengths: readonly number[];
}

/** Takes a plane from the top. A call must be awaited before the next. */
export interface TileWriter {
  /** The next `tile` rows, or those that are left. */
  readonly band: (data: WrittenSamples) => Promise<void>;
  /** Where the tiles are, level by level, once all rows were given. */
  readonly levels: () => readonly PlaneTiles[];
}

interface Level {
  readonly height: number;
  readonly width: number;
  readonly offsets: number[];
  readonly lengths: number[];
  /** Rows of halves that wait until they fill a row of tiles. */
  readonly waiting: WrittenSamples;
  rows: number;
  /** Rows of the level that came so far. */
  y: number;
}

/** Of the deflate: labels are runs of one value, and gain little from more (see `tiledTiffWriter`). */
const levelOf = (isLabels: boolean): number => (isLabels ? 3 : 6);

/**
 * @param put writes bytes behind all others and returns their place
 */
export function tileWriter(
  { type, isLabels = false }: Pick<PlaneSource, "type" | "isLabels">,
  { tile, sizes, packing }: TileLayout,
  put: (bytes: Uint8Array) => Promise<number>,
): TileWriter {
  const Samples = writtenArrays[type];
  const levels = sizes.map(({ height, width }, i): Level => ({
    height,
    width,
    offsets: [],
    lengths: [],
    waiting: new Samples(i === 0 ? 0 : Math.min(tile, height) * width),
    rows: 0,
    y: 0,
  }));
  const packed = async (data: WrittenSamples): Promise<Uint8Array> => {
    const bytes = littleEndian(data);
    if (packing === "none") return bytes;
    return packing === "zstd" ? zstdEncode(bytes) : deflate(bytes, levelOf(isLabels));
  };
  const write = async (place: number, band: Band): Promise<void> => {
    const level = levels[place]!;
    for (let x = 0; x < band.width; x += tile) {
      const bytes = await packed(tileOf(band, x, tile, new Samples(tile * tile)));
      level.offsets.push(await put(bytes));
      level.lengths.push(bytes.length);
    }
    level.y += band.height;
    const next = levels[place + 1];
    if (next === undefined) return;
    const small = halved(band, type, isLabels);
    next.waiting.set(small.data, next.rows * next.width);
    next.rows += small.height;
    if (next.rows < tile && next.y + next.rows < next.height) return;
    const { width, rows } = next;
    next.rows = 0;
    await write(place + 1, { data: next.waiting.subarray(0, rows * width), height: rows, width });
  };
  return {
    band: (data) => {
      const { width } = sizes[0]!;
      return write(0, { data, height: data.length / width, width });
    },
    levels: () => levels,
  };
}

/** The tile of a band that begins at a column, filled up with zeros. */
function tileOf({ data, height, width }: Band, x: number, tile: number, out: WrittenSamples): WrittenSamples {
  const columns = Math.min(tile, width - x);
  for (let y = 0; y < height; y++) out.set(data.subarray(y * width + x, y * width + x + columns), y * tile);
  return out;
}
