/**
 * TIFF's LZW: most significant bit first, codes of 9 to 12 bits that widen one code early.
 *
 * There is no table of strings: each string the code stands for was written to the output already, as the
 * previous string and the byte after it, so that a code is a place in the output and a length.
 *
 * @param input compressed bytes
 * @param output filled with what the code gives, at most to its end
 * @returns bytes written; fewer than `output` holds when the code ends or breaks early
 * Source: TIFF Revision 6.0, section 13; "early change" as written by every TIFF library.
 */
export function decodeLzw(input: Uint8Array, output: Uint8Array): number {
  const starts = new Int32Array(4096);
  const lengths = new Int32Array(4096);
  const inputLength = input.length;
  const outputLength = output.length;
  let bits = 0;
  let held = 0;
  let width = 9;
  let next = firstFree;
  let previousStart = -1;
  let previousLength = 0;
  let to = 0;
  for (let from = 0; to < outputLength;) {
    while (held < width) {
      if (from >= inputLength) return to;
      bits = ((bits << 8) | input[from++]!) & 0xffffff;
      held += 8;
    }
    held -= width;
    const code = (bits >>> held) & ((1 << width) - 1);
    if (code === endCode) return to;
    if (code === clearCode) {
      width = 9;
      next = firstFree;
      previousStart = -1;
      continue;
    }
    // The string that this code completes: the previous one and one byte, which the copy below is about to
    // write after it.
    if (previousStart >= 0 && next < 4096) {
      starts[next] = previousStart;
      lengths[next] = previousLength + 1;
      next++;
      if (next + 1 >= 1 << width && width < 12) width++;
    }
    previousStart = to;
    if (code < clearCode) {
      output[to++] = code;
      previousLength = 1;
      continue;
    }
    if (code >= next) return to;
    const start = starts[code]!;
    const length = lengths[code]!;
    const end = Math.min(to + length, outputLength);
    // Byte by byte: the string may overlap its own copy.
    for (let i = start; to < end;) output[to++] = output[i++]!;
    previousLength = length;
  }
  return to;
}

/** LZW of libtiff before 1991: least significant bit first. Its first code, 256 in 9 bits, shows. */
export const isOldLzw = (input: Uint8Array): boolean =>
  input.length > 1 && input[0] === 0 && (input[1]! & 1) === 1;

const clearCode = 256;
const endCode = 257;
const firstFree = 258;
