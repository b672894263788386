/** Edits as bytes, for requests. */
import { InvalidInput, isKaryonError } from "../core/errors.js";
import { packValue, unpackValue } from "../core/packing.js";
import { checkEdit } from "./checkedit.js";
import type { Edit } from "./edits.js";

/** An edit as bytes. */
export const packEdit = (edit: Edit): Uint8Array => packValue(edit);

/**
 * The edit that bytes hold, looked at field by field.
 *
 * @throws InvalidInput when they hold none; whether it lies within the frames is for `checkWithin`
 */
export function unpackEdit(bytes: Uint8Array): Edit {
  return checkEdit(unpacked(bytes));
}

function unpacked(bytes: Uint8Array): unknown {
  try {
    return unpackValue(bytes);
  } catch (error) {
    // Bytes that were made to mislead break unpacking in other ways than those of a damaged file.
    if (isKaryonError(error, "CorruptFile") || error instanceof TypeError || error instanceof RangeError)
      throw new InvalidInput("edit", "a packed edit", `${bytes.length} bytes that are none`);
    throw error;
  }
}
