/**
 * How large the parts may be in which an image is segmented, for a given amount of memory.
 *
 * What the process needs at most is, in this model:
 *
 *   base + network x tile² + the larger of (row x width x tile) and (band x width x rows of a band)
 *
 * base: Node, the runtime, the model and the tables, 220 MB. network: the runtime keeps what the network
 * needed for the largest tile. Per pixel, 4 bytes x 4.6 layers of as many channels as the widest one holds,
 * either at full resolution (filters) or on the grid (features). That is for a runtime that plans its memory:
 * measured, bytes a pixel at 1024 px, 541 (model 589) for 32 filters and grid 2, 543 (589) for 16 filters, 863
 * (883) for 48, 2015 (2355) for grid 1. Ours plans none (`createPredictor`): 301, 326, 503 and 1239. But it
 * takes memory in powers of two: 458 a pixel at 1600 px. What is left pays for what the model does not know,
 * such as freed memory that is in pieces.
 * row: the rows of a row of tiles as they are stored, as floats, and where they are rescaled before and after
 * the blur; the candidates found there. band: grey values, labels and filters of the rows that are outlined
 * at once, 45 bytes a pixel, and as much again that waits to be collected.
 *
 * A tenth of the limit is left free: memory that was given back is not at once found again.
 */
import { InvalidInput } from "../core/errors.js";
import { mirroredBorder, type ModelConfig, receptiveMargin, sizeMultiple } from "../model/modelconfig.js";

/** The parts in which an image is segmented. */
export interface PartSizes {
  /** Edge of the tiles, px of the network's input. */
  readonly tile: number;
  /** Rows of a band, px of the image. */
  readonly band: number;
}

/** What the memory of a segmentation depends on, and its limit. */
export interface MemoryNeeds {
  /** Most that the process may take, bytes. */
  readonly limit: number;
  /** Of the image, px. */
  readonly height: number;
  readonly width: number;
  /** px of the network's input per px of the image. */
  readonly scale: number;
  readonly config: ModelConfig;
  /** Bytes that something else holds at the same time, such as the image and its labels as a whole. */
  readonly held?: number | undefined;
  /** The tile, where it is given: it is kept, even if it takes more than the limit. */
  readonly tile?: number | undefined;
}

/** Bytes. */
const megabyte = 1e6;
/** Node, the runtime, the model and the tables, bytes (see above). */
const base = 220 * megabyte;
/** Bytes for each pixel of a band: 45 that are in use, and as many that wait to be collected (see above). */
const bandBytes = 90;
/** Share of the limit that is left free (see above). */
const free = 0.1;
/** Largest band, rows: larger ones save no time. */
const maxRows = 2048;
/** Largest tile, px: larger ones save no time. */
const maxTile = 4096;
/** Smallest band, rows: little more than its margins. */
const minRows = 128;
/** Rows above and below the core of a band, for nuclei of some 40 px. */
const bandMargin = 56;

/** Bytes that the network takes for each pixel of a tile. */
export const networkBytes = ({ filters, features, grid }: ModelConfig): number =>
  4 * 4.6 * Math.max(filters, features / grid ** 2);

/** What the process takes with these parts, in bytes. */
export function memoryOf(
  { tile, band }: PartSizes,
  { height, width, scale, config, held = 0 }: Omit<MemoryNeeds, "limit">,
): number {
  const multiple = sizeMultiple(config);
  const padded = (length: number): number =>
    Math.ceil(Math.max(1, length * scale) / multiple) * multiple + 2 * mirroredBorder(config);
  const [rows, columns] = [Math.min(tile, padded(height)), Math.min(tile, padded(width))];
  const rowBytes = 12 * (1 + (scale === 1 ? 0 : 1 / scale ** 2));
  return (
    base +
    held +
    networkBytes(config) * rows * columns +
    Math.max(rowBytes * width * scale * rows, bandBytes * width * Math.min(height, band))
  );
}

/** A thread with nothing to do yet, bytes. */
const threadBytes = 60 * megabyte;

/**
 * How many images may be outlined in other threads while one is predicted with these parts. Their bands lie in
 * those threads.
 *
 * @param each bytes that one more image takes with its labels and its candidates
 */
export function roomForOutlines(parts: PartSizes, needs: MemoryNeeds, each: number): number {
  const { limit, height, width } = needs;
  const predicting = memoryOf({ ...parts, band: 0 }, needs);
  const outlining = threadBytes + each + bandBytes * width * Math.min(height, parts.band);
  return Math.max(0, ((1 - free) * limit - predicting) / outlining);
}

/**
 * Of all parts that fit, those that take the least time: each tile and each band is worked on with its
 * margins, and the network takes about three times as long for a pixel as all that is done with it in a band.
 *
 * @throws InvalidInput when not even the smallest parts fit, unless the tile is given
 */
export function partsFor(needs: MemoryNeeds): PartSizes {
  const allowed = (1 - free) * needs.limit;
  const multiple = sizeMultiple(needs.config);
  const margin = Math.ceil(receptiveMargin(needs.config) / multiple) * multiple;
  let best: PartSizes | undefined;
  let minimum = Infinity;
  for (const tile of needs.tile === undefined ? steps(4 * margin, maxTile, 4 * multiple) : [needs.tile]) {
    for (const band of steps(minRows, maxRows, minRows / 2)) {
      if (memoryOf({ tile, band }, needs) > allowed) break;
      const time =
        3 *
          overhead(tile, margin, needs.height * needs.scale) *
          overhead(tile, margin, needs.width * needs.scale) +
        overhead(band, bandMargin, needs.height);
      if (time < minimum) [best, minimum] = [{ tile, band }, time];
    }
  }
  if (best !== undefined) return best;
  const smallest = { tile: needs.tile ?? 4 * margin, band: minRows };
  if (needs.tile !== undefined) return smallest;
  const required = Math.ceil(memoryOf(smallest, needs) / (1 - free) / megabyte);
  throw new InvalidInput(
    "memory",
    `at least ${required} MB for this model and an image of ${needs.height} x ${needs.width} px`,
    `${Math.floor(needs.limit / megabyte)} MB`,
  );
}

/** From the first, which may be above the last. */
const steps = (first: number, last: number, step: number): number[] =>
  Array.from({ length: Math.max(1, Math.floor((last - first) / step) + 1) }, (_, i) => first + i * step);

/** How often a pixel is worked on, along one axis, in parts of that length with margins on both sides. */
const overhead = (part: number, margin: number, length: number): number =>
  part >= length ? 1 : part / Math.max(1, part - 2 * margin);
