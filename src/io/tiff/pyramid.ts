/**
 * Smaller copies of pages: in directories that the page names (SubIFDs), or in pages that follow it in the
 * chain and say that they are reduced.
 *
 * Source: Adobe PageMaker 6.0 TIFF Technical Note 1 (SubIFDs); OME-TIFF 6.0 sub-resolutions; TIFF 6.0
 * (NewSubfileType).
 */
import { CorruptFile } from "../../core/errors.js";
import { directoryAt, numbersOf, type TiffBytes } from "./directory.js";
import { tag } from "./tags.js";
import { readPage, type Page, type PlaneInfo } from "./tiffpage.js";

/** A page in full resolution, and the reduced pages that follow it in the chain. */
export interface PageWithCopies {
  readonly page: Page;
  readonly following: readonly Page[];
}

/** More copies than any image has: each has half the size of the one before. */
const mostCopies = 32;

/**
 * The pages of a chain in full resolution, each with the copies behind it. Where all pages say that they are
 * reduced, they are the image.
 *
 * A page of a Zeiss, Leica or Aperio slide scanner is followed by pictures of the label and of the whole
 * slide, too: these are no copies, by their shape.
 */
export function groupCopies(pages: readonly Page[], description: string): PageWithCopies[] {
  if (description.startsWith("Aperio")) return aperioPages(pages);
  if (pages.every(({ info }) => info.reduced)) return pages.map((page) => ({ page, following: [] }));
  const groups: { page: Page; following: Page[] }[] = [];
  for (const page of pages) {
    if (!page.info.reduced) groups.push({ page, following: [] });
    else groups.at(-1)?.following.push(page);
  }
  return groups.map(({ page, following }) => withCopies(page, following));
}

/** Aperio's scanner does not mark copies as reduced. They are tiled, and its other pictures are not. */
function aperioPages(pages: readonly Page[]): PageWithCopies[] {
  const [first, ...others] = pages;
  return [
    withCopies(
      first!,
      others.filter(({ tiled }) => tiled),
    ),
  ];
}

function withCopies(page: Page, others: readonly Page[]): PageWithCopies {
  const following = copiesOf(page.info, others);
  const copies = page.info.copies > 0 ? page.info.copies : following.length;
  return { page: { ...page, info: { ...page.info, copies } }, following };
}

/** Those of some pages that are copies of one, each smaller than the one before. */
function copiesOf(full: PlaneInfo, pages: readonly Page[]): Page[] {
  const copies: Page[] = [];
  let last = full;
  for (const page of pages) {
    if (!isCopy(full, last, page.info)) continue;
    copies.push(page);
    last = page.info;
  }
  return copies.slice(0, mostCopies);
}

/** Whether a page is a copy: smaller than the last, of the same shape to a pixel or so, of the same samples. */
function isCopy(
  full: PlaneInfo,
  last: PlaneInfo,
  { height, width, samples, type, colour }: PlaneInfo,
): boolean {
  if (height > last.height || width > last.width || height * width === last.height * last.width) return false;
  if (samples !== full.samples || type !== full.type || colour !== full.colour) return false;
  // By the longer side; sizes are rounded up or down, level by level.
  const factor = full.height > full.width ? full.height / height : full.width / width;
  const near = (a: number, b: number): boolean => Math.abs(a - b) < 2 + 0.01 * b;
  return near(full.height / factor, height) && near(full.width / factor, width);
}

/**
 * The copies of a page, largest first.
 *
 * @throws CorruptFile when the directories that it names cannot be read
 */
export async function readCopies(
  file: TiffBytes,
  { page, following }: PageWithCopies,
): Promise<readonly Page[]> {
  const field = page.directory.fields.get(tag.subIfds);
  if (field === undefined || page.contiguousAt !== undefined) return following;
  if (field.count > mostCopies)
    throw new CorruptFile(file.where, page.directory.offset, `a page names ${field.count} smaller copies`);
  const offsets = (await numbersOf(file, page.directory, tag.subIfds))!;
  const pages: Page[] = [];
  for (const offset of offsets) pages.push(await readPage(file, await directoryAt(file, offset)));
  return copiesOf(page.info, pages);
}
