import type { Image, PixelData } from "./image.js";
import { counted } from "./wording.js";

/** Pixels without a finite number. */
export function countMissing(data: PixelData): number {
  if (!(data instanceof Float32Array)) return 0;
  let missing = 0;
  for (const value of data) if (!Number.isFinite(value)) missing++;
  return missing;
}

/**
 * A sentence on the pixels without a finite number, which every stage leaves out; none where there are no
 * such pixels.
 */
export const missingWarnings = ({ data }: Image): string[] => missingText(countMissing(data), data.length);

/** The same for an image whose pixels were counted. */
export const missingText = (missing: number, pixels: number): string[] =>
  missing === 0
    ? []
    : [
        `${counted(missing, "pixel")} of ${pixels} ${missing === 1 ? "has" : "have"} no value (NaN ` +
          `or infinite) and ${missing === 1 ? "is" : "are"} left out.`,
      ];
