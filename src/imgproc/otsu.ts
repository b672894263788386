import { InvalidInput } from "../core/errors.js";
import type { PixelData } from "../core/image.js";

/** Counts of the values 0..255 of an 8-bit image. */
export function histogram8(data: Uint8Array): Float64Array {
  // Four tables in turn: equal neighbours, which images are full of, would wait for each other's count. Four
  // pixels a word.
  const tables = new Uint32Array(4 * 256);
  const words =
    data.byteOffset % 4 === 0
      ? new Int32Array(data.buffer, data.byteOffset, data.length >> 2)
      : new Int32Array(0);
  for (let i = 0; i < words.length; i++) {
    const four = words[i]!;
    tables[four & 255]!++;
    tables[256 + ((four >>> 8) & 255)]!++;
    tables[512 + ((four >>> 16) & 255)]!++;
    tables[768 + (four >>> 24)]!++;
  }
  for (let i = 4 * words.length; i < data.length; i++) tables[data[i]!]!++;
  return Float64Array.from(
    { length: 256 },
    (_, value) => tables[value]! + tables[256 + value]! + tables[512 + value]! + tables[768 + value]!,
  );
}

/**
 * Counts of the values in `bins` equal bins from `low` to `high`, both included; values outside and NaN are
 * not counted.
 *
 * @param bins number of bins, at least 1
 * @throws InvalidInput unless low < high Source: equals numpy.histogram, which also decides values next to a
 *   bin edge by comparing them with the edge.
 */
export function histogramOf(
  data: PixelData | Float64Array,
  bins: number,
  low: number,
  high: number,
): Float64Array {
  if (!(low < high)) throw new InvalidInput("histogram range", "low < high", `${low}..${high}`);
  const counts = new Float64Array(bins);
  const edge = (bin: number): number => low + ((high - low) / bins) * bin;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (!(value >= low && value <= high)) continue;
    let bin = Math.min(Math.floor(((value - low) / (high - low)) * bins), bins - 1);
    // The division may round across an edge.
    if (value < edge(bin)) bin--;
    else if (bin < bins - 1 && value >= edge(bin + 1)) bin++;
    counts[bin]!++;
  }
  return counts;
}

/**
 * Otsu's threshold of a histogram: the bin that maximises the variance between the two classes "at most this
 * bin" and "above it". Ties go to the lowest bin, as in OpenCV. A histogram with one filled bin gives that
 * bin: nothing lies above it.
 *
 * @param counts values per bin, at least one of them positive
 * @returns index of the last bin of the lower class
 * @throws InvalidInput when the histogram is empty
 * Source: Otsu 1979, IEEE Trans. SMC 9:62, equation 18, in the mean form of OpenCV's getThreshVal_Otsu.
 */
export function otsuThreshold(counts: Float64Array): number {
  let total = 0;
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    total += counts[i]!;
    sum += i * counts[i]!;
  }
  if (total === 0) throw new InvalidInput("histogram", "at least one value", "none");
  const mean = sum / total;
  let below = 0;
  let meanBelow = 0;
  let best = -1;
  let threshold = 0;
  for (let i = 0; i < counts.length; i++) {
    const p = counts[i]! / total;
    meanBelow *= below;
    below += p;
    // A class that is (nearly) empty has no mean; the same bound as OpenCV's, so that thresholds are equal.
    if (Math.min(below, 1 - below) < fltEpsilon || Math.max(below, 1 - below) > 1 - fltEpsilon) {
      if (below > 0) meanBelow = (meanBelow + i * p) / below;
      if (best < 0 && below > 1 - fltEpsilon) threshold = i;
      if (below > 1 - fltEpsilon) break;
      continue;
    }
    meanBelow = (meanBelow + i * p) / below;
    const meanAbove = (mean - below * meanBelow) / (1 - below);
    const variance = below * (1 - below) * (meanBelow - meanAbove) ** 2;
    if (variance > best) {
      best = variance;
      threshold = i;
    }
  }
  return threshold;
}

/** C's FLT_EPSILON, which OpenCV's Otsu uses. */
const fltEpsilon = 2 ** -23;
