/** Rows that a file holds as they are in memory, but for the order of their bytes: they are read to their place. */
import { swapBytes } from "#platform";
import type { SampleData, Window } from "../../core/image.js";
import { readRangeInto, type TiffBytes } from "./directory.js";
import type { Segment } from "./decodesegment.js";
import { isStoredAs } from "./sampletypes.js";
import { compression, predictor } from "./tags.js";
import type { Page } from "./tiffpage.js";

/** Whether whole rows of a page are the same in the file and in `data`. */
export const isPlain = (page: Page, window: Window, data: SampleData): boolean =>
  page.codec === compression.none &&
  page.predictor === predictor.none &&
  !page.tiled &&
  !page.planar &&
  !page.reversedBits &&
  page.info.bits % 8 === 0 &&
  isStoredAs(page.info.type, data) &&
  window.x === 0 &&
  window.width === page.info.width;

/**
 * Reads rows of a plain page into a window.
 *
 * @param pieces rows of strips that lie within the window, with the bytes of these rows alone
 * @throws CorruptFile when the file ends before
 */
export async function readPlainRows(
  file: TiffBytes,
  page: Page,
  pieces: readonly Segment[],
  window: Window,
  data: SampleData,
): Promise<void> {
  const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  const rowBytes = bytes.length / window.height;
  for (const { offset, y, rows } of joined(pieces)) {
    const from = (y - window.y) * rowBytes;
    await readRangeInto(file, offset, bytes.subarray(from, from + rows * rowBytes), "the pixels");
  }
  if (!file.littleEndian) swapBytes(bytes, page.info.bits / 8);
}

interface Piece {
  readonly offset: number;
  readonly length: number;
  readonly y: number;
  readonly rows: number;
}

/** Pieces that follow each other in the file and in the image as one. */
function joined(pieces: readonly Segment[]): readonly Piece[] {
  const list: Piece[] = [];
  for (const piece of pieces) {
    const last = list.at(-1);
    const follows =
      last !== undefined && piece.offset === last.offset + last.length && piece.y === last.y + last.rows;
    if (follows)
      list[list.length - 1] = {
        ...last,
        length: last.length + piece.length,
        rows: last.rows + piece.rows,
      };
    else list.push(piece);
  }
  return list;
}
