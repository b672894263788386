/** `.npy` files of numpy. Source: numpy.lib.format, versions 1.0 to 3.0. */
import { CorruptFile, UnsupportedFormat } from "../../core/errors.js";
import type { ByteSource } from "../bytes.js";
import type { NumpyArray } from "./numpyarray.js";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Bytes of a header at most; numpy itself refuses more than 10,000. */
const longestHeader = 2 ** 16;

/** True for the first bytes of a `.npy` file. */
export const isNpy = (head: Uint8Array): boolean => magic.every((byte, i) => head[i] === byte);

/**
 * Reads the header of a `.npy` file. An array of objects has the type "O", and a pickle where others have
 * values.
 *
 * @param where name of the file, for messages
 * @throws CorruptFile, UnsupportedFormat
 */
export async function readNpyHeader(bytes: ByteSource, where: string): Promise<NumpyArray> {
  const head = await bytes.read(0, Math.min(12, bytes.size));
  const version = head[6];
  if (!isNpy(head) || head.length < 12)
    throw new CorruptFile(where, 0, "the header of the numpy file is damaged");
  if (version !== 1 && version !== 2 && version !== 3)
    throw new UnsupportedFormat(where, `version ${version} of numpy's format`, "save it again");
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const from = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > longestHeader || from + length > bytes.size)
    throw new CorruptFile(where, 8, "the header of the numpy file is longer than it may be");
  const text = new TextDecoder().decode(await bytes.read(from, length));
  return { ...described(text, where), bytes, at: from + length };
}

/** The header is a dictionary of Python with these three keys. */
function described(text: string, where: string): Omit<NumpyArray, "bytes" | "at"> {
  const type = /'descr'\s*:\s*'([<>|=]?)([A-Za-z]\d*)'/.exec(text);
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([\d,\sL]*)\)/.exec(text)?.[1];
  if (/'descr'\s*:\s*\[/.test(text))
    throw new UnsupportedFormat(where, "a numpy array of records", "save the labels as integers");
  if (type === null || order === undefined || shape === undefined)
    throw new CorruptFile(where, 10, "the header of the numpy file is damaged");
  return {
    type: type[2]!,
    isBigEndian: type[1] === ">",
    isFortran: order === "True",
    shape: (shape.match(/\d+/g) ?? []).map(Number),
  };
}
