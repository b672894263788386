/** How often values occur. */

/** Counts in bins of equal width. */
export interface Bins {
  readonly low: number;
  readonly high: number;
  readonly counts: Uint32Array;
}

/** Counts finite values between their ends. @param count of bins, at least 1 */
export function binsOf(values: ArrayLike<number>, count: number, ends?: readonly [number, number]): Bins {
  let [low, high] = ends ?? [Infinity, -Infinity];
  if (ends === undefined)
    for (let index = 0; index < values.length; index++) {
      const value = values[index]!;
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  if (low > high) [low, high] = [0, 1];
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const counts = new Uint32Array(count);
  const scale = count / (high - low);
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (value >= low && value <= high) counts[Math.min(count - 1, Math.floor((value - low) * scale))]!++;
  }
  return { low, high, counts };
}
