/**
 * The masks of Cellpose's `_seg.npy`, a pickled dictionary.
 *
 * Source: MouseLand/cellpose, cellpose/io.py (`masks_flows_to_seg`).
 */
import { CorruptFile, UnsupportedFormat } from "../../core/errors.js";
import type { NumpyArray } from "./numpyarray.js";
import { readPickle } from "./pickle.js";
import { isKind, type Pickled } from "./pickledvalues.js";

/**
 * The masks of a `_seg.npy` file.
 *
 * @param header of the file; its array is one of objects
 * @param where name of the file, for messages
 * @throws CorruptFile
 * @throws UnsupportedFormat for a pickle that holds no masks, or more than plain data
 */
export async function readSegMasks(header: NumpyArray, where: string): Promise<NumpyArray> {
  const masks = masksOf(await readPickle(header.bytes, header.at, where));
  if (masks === undefined)
    throw new UnsupportedFormat(where, "a pickle without masks", "save the masks as a label image");
  const { type, data, shape, isFortran } = masks;
  if (type === undefined || !isKind(data as Pickled, "bytes"))
    throw new UnsupportedFormat(where, "masks that are no numbers", "save the masks as a label image");
  const { bytes, at, length } = data as Extract<typeof data, { readonly kind: "bytes" }>;
  const values = shape.reduce((product, side) => product * side, 1);
  const size = Number(/\d+$/.exec(type.code)?.[0] ?? 1);
  if (!(values * size <= length))
    throw new CorruptFile(where, at, `masks of ${shape.join(" x ")} values in ${length} bytes`);
  return { type: type.code, isBigEndian: type.isBigEndian, isFortran, shape, bytes, at };
}

/** The array under "masks", of a dictionary or of an array that holds one. */
function masksOf(value: Pickled): Extract<Pickled, { readonly kind: "array" }> | undefined {
  const held = isKind(value, "array") && Array.isArray(value.data) ? (value.data[0] as Pickled) : value;
  const masks = held instanceof Map ? held.get("masks") : undefined;
  return isKind(masks, "array") ? masks : undefined;
}
