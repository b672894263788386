/** Arrays as numpy stores them: format 1.0 of numpy.lib.format, C order, little-endian. */
import type { Tensor } from "../core/tensor.js";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];
/** Magic, version and the length of the header. */
const prefix = magic.length + 2;
/** The data begins at a multiple of this, so that it can be mapped into memory. */
const alignment = 64;

/**
 * The bytes of a `.npy` file of float32.
 *
 * Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function encodeNpy({ shape, data }: Tensor): Uint8Array {
  // A Python tuple: of one element with a comma behind it.
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${tuple}), }`;
  const begin = Math.ceil((prefix + header.length + 1) / alignment) * alignment;
  const out = new Uint8Array(begin + data.byteLength);
  out.set(magic);
  new DataView(out.buffer).setUint16(magic.length, begin - prefix, true);
  out.set(new TextEncoder().encode(`${header.padEnd(begin - prefix - 1)}\n`), prefix);
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), begin);
  return out;
}
