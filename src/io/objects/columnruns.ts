/**
 * Masks as COCO packs them: runs of background and object in turn, column by column, as numbers or as text.
 *
 * Source: cocodataset/cocoapi, common/maskApi.c (`rleToString`, `rleFrString`).
 */
import { CorruptFile } from "../../core/errors.js";
import type { ColumnRuns } from "./drawnobjects.js";

/** Characters have five bits of a number, the lowest first, and one that says that more follow. */
const [firstCharacter, fiveBits, more, sign] = [48, 31, 32, 16] as const;

/** Characters of a number at most: those of 60 bits. */
const mostCharacters = 12;

/**
 * The runs that a text packs: from the fourth on it has the difference to the length two before.
 *
 * @param where name of the file, for messages
 * @throws CorruptFile
 */
export function runsOfText(text: string, where: string): number[] {
  const lengths: number[] = [];
  for (let at = 0; at < text.length;) {
    let [value, scale, bits] = [0, 1, more as number];
    const from = at;
    while ((bits & more) !== 0) {
      bits = text.charCodeAt(at++) - firstCharacter;
      if (!(bits >= 0 && bits < 64) || at - from > mostCharacters)
        throw new CorruptFile(where, 0, "the runs of a mask are damaged");
      value += (bits & fiveBits) * scale;
      scale *= 32;
    }
    if ((bits & sign) !== 0) value -= scale;
    lengths.push(value + (lengths.length > 2 ? lengths.at(-2)! : 0));
  }
  return lengths;
}

/** The text that packs runs. @param lengths whole numbers from 0 to 2^31 - 1 */
export function textOfRuns(lengths: ArrayLike<number>): string {
  let text = "";
  for (let i = 0; i < lengths.length; i++) {
    let value = lengths[i]! - (i > 2 ? lengths[i - 2]! : 0);
    for (let goesOn = true; goesOn;) {
      const bits = value & fiveBits;
      value >>= 5;
      goesOn = (bits & sign) !== 0 ? value !== -1 : value !== 0;
      text += String.fromCharCode(firstCharacter + bits + (goesOn ? more : 0));
    }
  }
  return text;
}

/**
 * Runs that fit into an image of that size.
 *
 * @param where name of the file, for messages
 * @throws CorruptFile
 */
export function checkedRuns(
  lengths: readonly unknown[],
  { height, width }: { readonly height: number; readonly width: number },
  where: string,
): ColumnRuns {
  let sum = 0;
  for (const length of lengths) {
    if (!Number.isSafeInteger(length) || (length as number) < 0 || (sum += length as number) > height * width)
      throw new CorruptFile(where, 0, "the runs of a mask do not fit into its image");
  }
  return { height, width, lengths: Float64Array.from(lengths as readonly number[]) };
}
