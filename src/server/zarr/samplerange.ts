/** Which values of an image are shown from black to white. */
import type { PixelData } from "../../core/image.js";

/** Values of an image. */
export interface SampleRange {
  /** All but one in a thousand are above the one and below the other. */
  readonly low: number;
  readonly high: number;
  readonly least: number;
  readonly most: number;
}

/** Values that are looked at. */
const mostLooked = 2 ** 18;

/** Looks at evenly spread values; NaN does not count, and where there is nothing else all is 0. */
export function percentilesOf(data: PixelData): SampleRange {
  const step = Math.max(1, Math.floor(data.length / mostLooked));
  const looked = new Float32Array(Math.ceil(data.length / step));
  let count = 0;
  for (let i = 0; i < data.length; i += step) if (Number.isFinite(data[i])) looked[count++] = data[i]!;
  const sorted = looked.subarray(0, count).sort();
  const at = (share: number): number => sorted[Math.round(share * (count - 1))] ?? 0;
  return { low: at(0.001), high: at(0.999), least: at(0), most: at(1) };
}
