import type { Image } from "../core/image.js";
import { percentiles } from "../imgproc/percentile.js";

/**
 * Grey values as float32, where those that are not finite become the image's 10th percentile, that is, background.
 *
 * @returns undefined if the image has no pixel with a number
 */
export function cleanPixels({ data }: Image): Float32Array | undefined {
  const out = new Float32Array(data);
  if (!(data instanceof Float32Array)) return out.length === 0 ? undefined : out;
  for (let i = 0; i < out.length; i++) if (!Number.isFinite(out[i]!)) out[i] = NaN;
  const [background] = percentiles(out, [10]) as [number];
  if (Number.isNaN(background)) return undefined;
  for (let i = 0; i < out.length; i++) if (Number.isNaN(out[i]!)) out[i] = background;
  return out;
}

export const isConstant = (data: Float32Array): boolean => data.every((value) => value === data[0]);
