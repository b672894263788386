import type { Random } from "../core/random.js";
import { gaussian } from "../imgproc/gaussian.js";
import { downsampleMean, resizeBilinear } from "../imgproc/resize.js";
import { fieldAt, type Field } from "./fields.js";
import type { SimulateOptions } from "./scene.js";

/**
 * From emitted light to grey values: uneven light, blur, haze, clearing, noise, conversion. `light` is used
 * up.
 *
 * @param top row of the whole image at which this part of it begins
 */
export function photograph(
  light: Float32Array,
  illumination: Field,
  rng: Random,
  options: SimulateOptions,
  top = 0,
): Uint8Array | Uint16Array {
  const { height, width } = options;
  const background = lit(light, illumination, options, top);
  const sharp = options.blur > 0 ? gaussian(light, height, width, options.blur) : light;
  const glow = options.haze > 0 ? wideBlur(sharp, height, width, 0.5 * options.diameter) : sharp;
  const around = options.clearing > 0 ? wideBlur(sharp, height, width, 0.5 * options.diameter) : sharp;
  const { haze, clearing, readNoise, shotNoise } = options;
  const out = options.bits === 8 ? new Uint8Array(sharp.length) : new Uint16Array(sharp.length);
  const [gain, offset, highest] = options.bits === 8 ? [1, 0, 255] : [40, 2000, 65535];
  for (let i = 0; i < sharp.length; i++) {
    const signal = (1 - haze) * sharp[i]! + haze * glow[i]! + background[i]!;
    // Light is counted before it is subtracted: clearing does not take noise away.
    const noise = Math.sqrt(readNoise * readNoise + shotNoise * signal) * rng.normal();
    const grey = signal - clearing * around[i]! + noise;
    out[i] = Math.min(highest, Math.max(0, Math.round(offset + gain * grey)));
  }
  return out;
}

/** Multiplies the light by the illumination, in place, and returns the lit background. */
function lit(light: Float32Array, illumination: Field, options: SimulateOptions, top: number): Float32Array {
  const { height, width, unevenness } = options;
  const background = new Float32Array(light.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const factor =
        unevenness === 0 ? 1 : 1 - (unevenness * (1 + Math.tanh(fieldAt(illumination, y + top, x)))) / 2;
      light[i] = light[i]! * factor;
      background[i] = options.background * factor;
    }
  }
  return background;
}

/** A blur so wide that it may be computed on a picture shrunk to about 3 px per standard deviation. */
function wideBlur(data: Float32Array, height: number, width: number, sigma: number): Float32Array {
  const factor = Math.max(1, Math.floor(sigma / 3));
  const small = downsampleMean(data, height, width, factor);
  const blurred = gaussian(small.data, small.height, small.width, sigma / factor);
  return resizeBilinear({ ...small, data: blurred }, { height, width });
}
