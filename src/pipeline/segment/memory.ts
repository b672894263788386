/** How much memory a segmentation may take. */
import { totalmem } from "node:os";
import { defaultMemory } from "../../segment/parts.js";
import { bytesOf, type Config } from "../config/options.js";

/**
 * Bytes that a segmentation may take: as configured, else half of the machine's memory, at most 4 GB. It
 * follows what the machine has, not what is free at the moment: the tiles, and with them the last bits of the
 * network's sums, are then the same in every run on that machine. On another machine, or with another
 * `segment.memory`, labels may differ in those bits.
 */
export function memoryLimit({ segment }: Pick<Config, "segment">): number {
  if (segment.memory !== undefined) return bytesOf(segment.memory)!;
  // 0 where there is no limit, and some systems name a limit above what there is.
  const allowed = process.constrainedMemory?.() ?? 0;
  return Math.min(defaultMemory, (allowed > 0 ? Math.min(allowed, totalmem()) : totalmem()) / 2);
}
