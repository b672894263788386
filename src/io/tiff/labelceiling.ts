/**
 * Which type of samples holds the labels of a file for ImageJ, which has no integers beyond 16 bits.
 *
 * Up to 65535 they are 16-bit integers. Beyond, and below 0, they are 32-bit floats, which hold each integer
 * up to 2^24; a larger one is refused, since it would become its neighbour. Nothing is ever wrapped.
 */
import { InvalidInput } from "../../core/errors.js";

/** The largest label that an integer of ImageJ holds. */
export const largestShort = 65535;

/** All integers up to this are 32-bit floats, too. */
export const largestExactFloat = 2 ** 24;

/** The type that labels are written as, and what to tell of it. */
export interface LabelCeiling {
  readonly type: "uint16" | "float32";
  /** A sentence without full stop; undefined when there is nothing to tell. */
  readonly notice: string | undefined;
}

/**
 * The type for labels of a range.
 *
 * @param least smallest label, below 0 for "unknown"
 * @param most largest label
 * @throws InvalidInput when there is none
 */
export function labelCeiling(least: number, most: number): LabelCeiling {
  if (least >= 0 && most <= largestShort) return { type: "uint16", notice: undefined };
  const furthest = Math.max(most, -least);
  if (furthest > largestExactFloat)
    throw new InvalidInput(
      "labels for ImageJ",
      `values up to ${largestExactFloat}, which its 32-bit floats hold exactly`,
      String(most > -least ? most : least),
      "number the labels from 1 again, or write OME-TIFF or OME-Zarr",
    );
  const why = most > largestShort ? `go up to ${most}` : `go down to ${least}`;
  return {
    type: "float32",
    notice: `The labels ${why}, which ImageJ has no integers for: they are written as 32-bit floats`,
  };
}
