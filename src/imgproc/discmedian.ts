import type { Plane } from "../core/size.js";

/**
 * The median over a disc about each pixel; what lies beyond the image does not count. Of an even number of
 * values, the upper of the two in the middle.
 *
 * Source: Huang et al. 1979, IEEE TASSP 27:13 (a histogram that moves along a row).
 *
 * @param plane height x width, 0..255
 * @param radius px; pixels whose centre is no farther belong to the disc
 */
export function discMedian({ height, width, data }: Plane<Uint8Array>, radius: number): Uint8Array {
  const reach = Math.floor(radius);
  const spans = Array.from({ length: 2 * reach + 1 }, (_, row) =>
    Math.floor(Math.sqrt(radius * radius - (row - reach) ** 2)),
  );
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    const histogram = { counts: new Int32Array(256), total: 0, middle: 0, below: 0 };
    const first = Math.max(0, reach - y);
    const last = Math.min(2 * reach, height - 1 - y + reach);
    for (let row = first; row <= last; row++) {
      const start = (y + row - reach) * width;
      for (let x = 0; x < Math.min(width, spans[row]!); x++) count(histogram, data[start + x]!, 1);
    }
    for (let x = 0; x < width; x++) {
      for (let row = first; row <= last; row++) {
        const start = (y + row - reach) * width;
        const entering = x + spans[row]!;
        const leaving = x - spans[row]! - 1;
        if (entering < width) count(histogram, data[start + entering]!, 1);
        if (leaving >= 0) count(histogram, data[start + leaving]!, -1);
      }
      out[y * width + x] = medianOf(histogram);
    }
  }
  return out;
}

/** The values of a disc. */
interface Histogram {
  readonly counts: Int32Array;
  total: number;
  /** The median when it was last looked for. */
  middle: number;
  /** Number of values below `middle`. */
  below: number;
}

function count(histogram: Histogram, value: number, by: 1 | -1): void {
  histogram.counts[value]! += by;
  histogram.total += by;
  if (value < histogram.middle) histogram.below += by;
}

function medianOf(histogram: Histogram): number {
  const { counts, total } = histogram;
  const half = total >> 1;
  while (histogram.below + counts[histogram.middle]! <= half) histogram.below += counts[histogram.middle++]!;
  while (histogram.below > half) histogram.below -= counts[--histogram.middle]!;
  return histogram.middle;
}
