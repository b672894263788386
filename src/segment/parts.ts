/**
 * Into what parts an image is cut, so that its segmentation stays below a given amount of memory.
 *
 * The tiles depend on the memory, and the network sums in another order for tiles of another size. So two
 * amounts of memory may give values that differ in their last bits, and where such a value lies at a
 * threshold, another candidate. All other steps give the same bytes whatever the parts.
 */
import type { Size } from "../core/size.js";
import { isLarge } from "../annotate/views.js";
import type { ModelConfig } from "../model/modelconfig.js";
import { type MemoryNeeds, type PartSizes, partsFor, roomForOutlines } from "./tilesize.js";

/** What decides how large the parts of an image are. */
export interface PartOptions {
  /** Bytes that the process may take. Labels may differ in the last bits of sums between two amounts. */
  readonly memory: number;
  /** Edge of the tiles, px of the network's input, whatever the memory allows. Default: as large as that allows. */
  readonly tile?: number | undefined;
}

/** Bytes, unless told otherwise. More does not make the segmentation faster. */
export const defaultMemory = 4e9;

/**
 * Bytes a pixel that an image in memory takes with its labels and its overlay, also while the next image is
 * worked on.
 */
const wholeBytes = 30;

/** Largest share of the memory that images may take which are held as a whole. */
const maxHeld = 1 / 4;

const heldBy = ({ height, width }: Size): number => wholeBytes * height * width;

/** Whether an image is segmented without ever being in memory as a whole. @param memory bytes */
export const isStreamed = (size: Size, memory: number): boolean =>
  isLarge(size) || heldBy(size) > maxHeld * memory;

/**
 * Tile and band for an image.
 *
 * @param scale px of the network's input per px of the image
 * @throws InvalidInput when the memory does not suffice
 */
export const partsOf = (
  size: Size,
  scale: number,
  config: ModelConfig,
  { memory, tile }: PartOptions,
): PartSizes => partsFor(needsOf(size, scale, config, { memory, tile }));

const needsOf = (
  { height, width }: Size,
  scale: number,
  config: ModelConfig,
  { memory, tile }: PartOptions,
): MemoryNeeds => ({
  limit: memory,
  height,
  width,
  scale,
  config,
  held: isStreamed({ height, width }, memory) ? 0 : heldBy({ height, width }),
  tile,
});

/**
 * In how many other threads images of this size may be outlined while the next is predicted, with the parts
 * that it has anyway; 0 where that takes too much memory.
 *
 * @param scale px of the network's input per px of the image
 * @throws InvalidInput when not even one image has enough memory
 */
export function outlinersFor(size: Size, scale: number, config: ModelConfig, options: PartOptions): number {
  if (isStreamed(size, options.memory)) return 0;
  const needs = needsOf(size, scale, config, options);
  return Math.floor(roomForOutlines(partsFor(needs), needs, heldBy(size)));
}
