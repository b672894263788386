/**
 * PackBits: a signed byte n, then n + 1 bytes as they are (n >= 0) or one byte 1 - n times (n < 0); -128 is
 * skipped.
 *
 * @returns bytes written to `output`; fewer than it holds when the input ends early
 * Source: TIFF Revision 6.0, section 9.
 */
export function decodePackBits(input: Uint8Array, output: Uint8Array): number {
  let to = 0;
  for (let from = 0; from < input.length && to < output.length;) {
    const n = (input[from++]! << 24) >> 24;
    if (n >= 0) {
      const end = Math.min(from + n + 1, input.length, from + output.length - to);
      output.set(input.subarray(from, end), to);
      to += end - from;
      from = end;
    } else if (n > -128 && from < input.length) {
      const end = Math.min(to + 1 - n, output.length);
      output.fill(input[from++]!, to, end);
      to = end;
    }
  }
  return to;
}
