/** How much memory a segmentation may take, and what that means for the parts it works in. */
import { totalmem } from "node:os";
import { isLarge } from "../../annotate/views.js";
import type { ModelConfig } from "../../model/modelconfig.js";
import { type PartSizes, partsFor } from "../../segment/tilesize.js";
import { bytesOf, type Config } from "../config/options.js";

/** Unless told otherwise, half of the machine's memory, at most this: more does not make it faster. */
const maxByDefault = 4e9;

/**
 * Bytes that a segmentation may take. By default from what the machine has, not from what is free at the
 * moment: the parts, and with them the last bits of the network's sums, are then the same in every run on it.
 */
export function memoryLimit({ segment }: Pick<Config, "segment">): number {
  if (segment.memory !== undefined) return bytesOf(segment.memory)!;
  // 0 where there is no limit, and some systems name a limit above what there is.
  const allowed = process.constrainedMemory?.() ?? 0;
  return Math.min(maxByDefault, (allowed > 0 ? Math.min(allowed, totalmem()) : totalmem()) / 2);
}

interface Size {
  readonly height: number;
  readonly width: number;
}

/**
 * An image in memory takes with its labels and its overlay so many bytes a pixel, also while the next image
 * is worked on,
 */
const wholeBytes = 30;
/** and at most this share of the limit. */
const maxHeld = 1 / 4;

const heldBy = ({ height, width }: Size): number => wholeBytes * height * width;

/** Whether an image is segmented without ever being in memory as a whole. */
export const isStreamed = (size: Size, limit: number): boolean =>
  isLarge(size) || heldBy(size) > maxHeld * limit;

/** Tile and band for an image. @throws InvalidInput when the memory does not suffice */
export function partsOf(
  size: Size,
  scale: number,
  model: ModelConfig,
  config: Pick<Config, "segment">,
): PartSizes {
  const limit = memoryLimit(config);
  return partsFor({
    limit,
    ...size,
    scale,
    config: model,
    held: isStreamed(size, limit) ? 0 : heldBy(size),
    tile: config.segment.tile,
  });
}
