import { parseImageJ } from "./imagej.js";
import { parseShaped } from "./shaped.js";

/**
 * How many planes a TIFF description promises, in the formats that may keep them behind a single directory; 0
 * when it does not say.
 */
export function planesOfDescription(description: string): number {
  const imagej = parseImageJ(description);
  if (imagej !== undefined) return imagej.images;
  return parseShaped(description)?.planes ?? 0;
}
