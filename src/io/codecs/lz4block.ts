/**
 * Decompresses an LZ4 block into its place.
 *
 * @param input the block alone
 * @param output filled exactly
 * @throws Error when the block is damaged or gives more or fewer bytes
 * Source: LZ4 Block Format Description (Y. Collet).
 */
export function lz4BlockInto(input: Uint8Array, output: Uint8Array): void {
  const damaged = (): Error => new Error("the LZ4 data are damaged");
  const [inputLength, outputLength] = [input.length, output.length];
  let [from, to] = [0, 0];
  while (from < inputLength) {
    const token = input[from++]!;
    let literals = token >> 4;
    if (literals === 15) {
      for (let more = 255; more === 255; literals += more) {
        if (from >= inputLength) throw damaged();
        more = input[from++]!;
      }
    }
    if (from + literals > inputLength || to + literals > outputLength) throw damaged();
    if (literals > longCopy) {
      output.set(input.subarray(from, from + literals), to);
      from += literals;
      to += literals;
    } else for (const end = to + literals; to < end;) output[to++] = input[from++]!;
    // The last sequence has literals alone.
    if (from === inputLength) break;
    if (from + 2 > inputLength) throw damaged();
    const distance = input[from]! | (input[from + 1]! << 8);
    from += 2;
    let length = (token & 15) + 4;
    if (length === 19) {
      for (let more = 255; more === 255; length += more) {
        if (from >= inputLength) throw damaged();
        more = input[from++]!;
      }
    }
    const end = to + length;
    if (distance === 0 || distance > to || end > outputLength) throw damaged();
    if (distance === 1) {
      output.fill(output[to - 1]!, to, end);
      to = end;
    } else if (length > longCopy && distance >= length) {
      output.copyWithin(to, to - distance, to - distance + length);
      to = end;
    } // Byte by byte: the copy may overlap what it is made of.
    else for (let i = to - distance; to < end;) output[to++] = output[i++]!;
  }
  if (to !== outputLength) throw damaged();
}

/** Copies of more bytes are worth a call. */
const longCopy = 64;
