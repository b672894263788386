/** Rows of candidates in the order in which they are looked at. */

/** Most rows that are sorted as single numbers, and the factor that leaves room for a row. */
const rowLimit = 2 ** 22;
/** The bits of infinity: those of all numbers from 0 on, but for it and NaN, are below, and in their order. */
const infinityBits = 0x7f800000;

/**
 * Rows from `first` on by descending score; equal scores by ascending rank.
 *
 * Numbers from 0 on are in the order of their bits: where the ranks ascend with the rows, a score and its row
 * are one number, and numbers sort several times faster than rows are compared.
 *
 * @param ranks one a row; default: the row
 */
export function scoreOrder(scores: Float32Array, first = 0, ranks?: Float64Array): Int32Array {
  const count = scores.length - first;
  const bits = new Uint32Array(scores.buffer, scores.byteOffset, scores.length);
  const keys = count <= rowLimit && ascends(ranks, first) ? keysOf(bits, first) : undefined;
  if (keys === undefined)
    return Int32Array.from({ length: count }, (_, i) => first + i).sort(
      (a, b) => scores[b]! - scores[a]! || (ranks === undefined ? a - b : ranks[a]! - ranks[b]!),
    );
  keys.sort();
  const rows = new Int32Array(count);
  for (let i = 0; i < count; i++) rows[i] = first + (keys[i]! - Math.floor(keys[i]! / rowLimit) * rowLimit);
  return rows;
}

/** Whether each rank is above the one before. */
function ascends(ranks: Float64Array | undefined, first: number): boolean {
  if (ranks === undefined) return true;
  for (let row = first + 1; row < ranks.length; row++) if (!(ranks[row]! > ranks[row - 1]!)) return false;
  return true;
}

/** One number a row, the smaller for the higher score; undefined where a score is below 0 or not finite. */
function keysOf(bits: Uint32Array, first: number): Float64Array | undefined {
  const keys = new Float64Array(bits.length - first);
  for (let i = 0; i < keys.length; i++) {
    const score = bits[first + i]!;
    if (score >= infinityBits) return undefined;
    keys[i] = (infinityBits - score) * rowLimit + i;
  }
  return keys;
}
