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
  const counts = new Int32Array(256);
  for (let y = 0; y < height; y++) {
    const first = Math.max(0, reach - y);
    const last = Math.min(2 * reach, height - 1 - y + reach);
    counts.fill(0);
    let total = 0;
    let middle = 0;
    /** Of values below `middle`. */
    let below = 0;
    for (let row = first; row <= last; row++) {
      const start = (y + row - reach) * width;
      const end = start + Math.min(width, spans[row]!);
      for (let p = start; p < end; p++) counts[data[p]!]!++;
      total += end - start;
    }
    for (let x = 0; x < width; x++) {
      for (let row = first; row <= last; row++) {
        const start = (y + row - reach) * width;
        const entering = x + spans[row]!;
        const leaving = x - spans[row]! - 1;
        if (entering < width) {
          const value = data[start + entering]!;
          counts[value]!++;
          total++;
          if (value < middle) below++;
        }
        if (leaving >= 0) {
          const value = data[start + leaving]!;
          counts[value]!--;
          total--;
          if (value < middle) below--;
        }
      }
      const half = total >> 1;
      while (below + counts[middle]! <= half) below += counts[middle++]!;
      while (below > half) below -= counts[--middle]!;
      out[y * width + x] = middle;
    }
  }
  return out;
}
