import type { Image } from "../core/image.js";
import { counted } from "./inputs.js";

/** A sentence on the pixels without a finite number, which every stage leaves out; none where there are no such pixels. */
export function missingWarnings({ data }: Image): string[] {
  if (!(data instanceof Float32Array)) return [];
  let missing = 0;
  for (const value of data) if (!Number.isFinite(value)) missing++;
  return missing === 0 ? [] : [`${counted(missing, "pixel")} of ${data.length} ${missing === 1 ? "has" : "have"} no value (NaN or infinite) and ${missing === 1 ? "is" : "are"} left out.`];
}
