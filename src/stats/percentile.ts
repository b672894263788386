import type { PixelData } from "../core/image.js";

/** Numbers that order statistics are taken of. */
export type Values = PixelData | Float64Array | Int32Array | readonly number[];

/**
 * Percentiles with linear interpolation between order statistics, NaN left out.
 *
 * @param qs percentages, 0..100, in any order
 * @returns one value per entry of `qs`; NaN when there is no value Source: numpy.nanpercentile (method
 *   "linear"). Interpolates in double precision whatever the type of the data; numpy rounds the result for
 *   float32 data to float32.
 */
export function percentiles(data: Values, qs: readonly number[]): number[] {
  if (data instanceof Uint8Array || data instanceof Uint16Array) return percentilesOfIntegers(data, qs);
  const values = withoutNaN(data);
  const order = qs.map((_, i) => i).sort((a, b) => qs[a]! - qs[b]!);
  const out = new Array<number>(qs.length).fill(NaN);
  if (values.length === 0) return out;
  // Ascending, so that each selection works in what lies right of the last.
  let from = 0;
  for (const i of order) {
    const position = (qs[i]! / 100) * (values.length - 1);
    const index = Math.floor(position);
    const low = select(values, index, from, values.length - 1);
    const high = position > index ? smallestFrom(values, index + 1) : low;
    out[i] = interpolate(low, high, position - index);
    from = index;
  }
  return out;
}

/** The median, NaN left out; the mean of the two middle values when their number is even; NaN of nothing. */
export function median(values: Values): number {
  return percentiles(values, [50])[0]!;
}

/**
 * The value that sorting `values[left..right]` would put at `index`. Reorders that range: nothing greater
 * stays left of `index`, nothing smaller right of it. Linear time on average, without recursion or
 * allocation. No NaN.
 *
 * Source: Hoare 1961 (FIND), the pivot the median of three.
 */
export function select(
  values: Float64Array | Float32Array,
  index: number,
  left = 0,
  right = values.length - 1,
): number {
  while (right > left) {
    const middle = (left + right) >>> 1;
    const a = values[left]!;
    const b = values[middle]!;
    const c = values[right]!;
    const pivot = a < b ? (b < c ? b : a < c ? c : a) : a < c ? a : b < c ? c : b;
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const held = values[i]!;
      values[i++] = values[j]!;
      values[j--] = held;
    }
    if (index <= j) right = j;
    else if (index >= i) left = i;
    else break;
  }
  return values[index]!;
}

/** Median of `values[0..count)`, which it reorders: for callers with a scratch buffer. */
export function medianInPlace(values: Float64Array | Float32Array, count: number): number {
  if (count === 0) return NaN;
  const upper = count >>> 1;
  const high = select(values, upper, 0, count - 1);
  if (count % 2 === 1) return high;
  let low = values[0]!;
  for (let i = 1; i < upper; i++) if (values[i]! > low) low = values[i]!;
  return (low + high) / 2;
}

function smallestFrom(values: Float64Array, from: number): number {
  let smallest = values[from]!;
  for (let i = from + 1; i < values.length; i++) if (values[i]! < smallest) smallest = values[i]!;
  return smallest;
}

/** From the nearer end, as numpy does, so that the last bit agrees. */
function interpolate(low: number, high: number, t: number): number {
  if (low === high) return low;
  return t >= 0.5 ? high - (high - low) * (1 - t) : low + (high - low) * t;
}

function withoutNaN(data: Values): Float64Array {
  const values = new Float64Array(data.length);
  let count = 0;
  for (let i = 0; i < data.length; i++) if (!Number.isNaN(data[i]!)) values[count++] = data[i]!;
  return values.subarray(0, count);
}

function percentilesOfIntegers(data: Uint8Array | Uint16Array, qs: readonly number[]): number[] {
  // Two counts: the next value, so often equal, need not wait for the last.
  const counts = new Uint32Array(data instanceof Uint8Array ? 256 : 65536);
  const others = new Uint32Array(counts.length);
  const even = data.length & ~1;
  for (let i = 0; i < even; i += 2) {
    counts[data[i]!]!++;
    others[data[i + 1]!]!++;
  }
  if (even < data.length) counts[data[even]!]!++;
  for (let value = 0; value < counts.length; value++) counts[value]! += others[value]!;
  return percentilesOfRanks(qs, data.length, (rank) => rankIn(counts, rank).value);
}

/** @param valueAt the value at a rank, from 0, of `count` values in ascending order */
function percentilesOfRanks(
  qs: readonly number[],
  count: number,
  valueAt: (rank: number) => number,
): number[] {
  return qs.map((q) => {
    if (count === 0) return NaN;
    const position = (q / 100) * (count - 1);
    const index = Math.floor(position);
    const low = valueAt(index);
    return interpolate(low, position > index ? valueAt(index + 1) : low, position - index);
  });
}

/**
 * The value at a rank among values of which `counts` says how often each occurs, and how many are smaller
 * than it.
 */
function rankIn(counts: Float64Array | Uint32Array, rank: number): { value: number; below: number } {
  let value = 0;
  let below = 0;
  for (; below + counts[value]! <= rank; value++) below += counts[value]!;
  return { value, below };
}

/**
 * `percentiles` of values that come in parts, to the bit, in memory that does not depend on their number.
 *
 * Integers are counted once. Floats are sorted by their bits, which have the order of the values: the first
 * time by the upper 16, the second time by the lower 16 among those that share the upper ones with a rank
 * that is asked for.
 *
 * @param parts gives all values, part by part, each time it is called (once for integers, twice for floats);
 *   all parts are of one type
 */
export async function percentilesOfParts(
  parts: () => AsyncIterable<PixelData>,
  qs: readonly number[],
): Promise<number[]> {
  const upper = new Float64Array(65536);
  let count = 0;
  let floats = false;
  for await (const data of parts()) {
    floats = data instanceof Float32Array;
    if (!(data instanceof Float32Array)) {
      for (let i = 0; i < data.length; i++) upper[data[i]!]!++;
      count += data.length;
      continue;
    }
    const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
    for (let i = 0; i < data.length; i++) {
      if (data[i] !== data[i]) continue;
      upper[sortable(bits[i]!) >>> 16]!++;
      count++;
    }
  }
  if (!floats) return percentilesOfRanks(qs, count, (rank) => rankIn(upper, rank).value);
  const places = new Map<number, Float64Array>();
  percentilesOfRanks(qs, count, (rank) => {
    const { value } = rankIn(upper, rank);
    if (!places.has(value)) places.set(value, new Float64Array(65536));
    return 0;
  });
  if (places.size === 0) return qs.map(() => NaN);
  for await (const data of parts()) {
    const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
    for (let i = 0; i < data.length; i++) {
      if (data[i] !== data[i]) continue;
      const key = sortable(bits[i]!);
      const lower = places.get(key >>> 16);
      if (lower !== undefined) lower[key & 0xffff]!++;
    }
  }
  return percentilesOfRanks(qs, count, (rank) => {
    const { value, below } = rankIn(upper, rank);
    return valueOfSortable(((value << 16) | rankIn(places.get(value)!, rank - below).value) >>> 0);
  });
}

/** The bits of a float32 as a number that ascends with its value; both zeros are one. */
const sortable = (bits: number): number =>
  bits === 0x80000000 ? 0x80000000 : bits >>> 31 === 1 ? ~bits >>> 0 : (bits | 0x80000000) >>> 0;

function valueOfSortable(key: number): number {
  const bits = key >>> 31 === 1 ? key & 0x7fffffff : ~key;
  return new Float32Array(Uint32Array.of(bits).buffer)[0]!;
}
