/** Stacks with one directory, whose planes stand one after the other behind its pixels. */
import { numberOf, numbersOf, type TiffBytes } from "./directory.js";
import { parseImageJ } from "./imagej.js";
import { parseShaped } from "./shaped.js";
import { compression, tag } from "./tags.js";
import type { Page } from "./tiffpage.js";

/** Where the planes of such a stack are. */
export interface StackExtent {
  /** Byte of the file at which the first begins. */
  readonly start: number;
  /** Bytes of a plane. */
  readonly size: number;
  readonly count: number;
}

/**
 * The planes behind a page which is the only one of its file: those that ImageJ's or tifffile's description
 * promises, or a MetaMorph stack has.
 *
 * @returns undefined where there is one only
 */
export async function stackExtentOf(
  file: TiffBytes,
  page: Page,
  description: string,
): Promise<StackExtent | undefined> {
  const { height, width, samples, bits } = page.info;
  if (page.codec !== compression.none || page.tiled || page.planar || bits % 8 !== 0) return undefined;
  const metaMorph = page.directory.fields.get(tag.metaMorphPlanes)?.count ?? 0;
  const promised = planesOfDescription(description);
  const count = metaMorph > 1 ? metaMorph : promised;
  if (count <= 1) return undefined;
  const size = height * width * samples * (bits / 8);
  const start = await numberOf(file, page.directory, tag.stripOffsets, 0);
  if (metaMorph > 1 && !(await areContiguous(file, page))) return undefined;
  // At most one plane beyond the end, so that a cut-off stack says so when its end is read.
  const fitting = Math.floor((file.source.size - start) / size);
  return fitting < 2 ? undefined : { start, size, count: Math.min(count, fitting + 1) };
}

/** How many planes a description promises; 0 when it does not say. */
function planesOfDescription(description: string): number {
  const imagej = parseImageJ(description);
  if (imagej !== undefined) return imagej.images;
  return parseShaped(description)?.planes ?? 0;
}

/** True when the strips of a page follow each other without a gap. */
async function areContiguous(file: TiffBytes, { directory }: Page): Promise<boolean> {
  if ((directory.fields.get(tag.stripOffsets)?.count ?? 0) * 4 > file.source.size) return false;
  const offsets = (await numbersOf(file, directory, tag.stripOffsets)) ?? [];
  const lengths = (await numbersOf(file, directory, tag.stripByteCounts)) ?? [];
  return offsets.every((offset, i) => i === 0 || offset === offsets[i - 1]! + lengths[i - 1]!);
}
