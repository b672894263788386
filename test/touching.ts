/** Scenes of nuclei that are alone, for what composes touching ones of them. */
import type { Image, PixelData } from "../src/core/image.js";
import { labelImage, type LabelImage } from "../src/core/labels.js";
import type { Random } from "../src/core/random.js";
import { gaussian } from "../src/imgproc/gaussian.js";

export interface SceneOptions {
  /** px, of a circle of about the area of a nucleus. */
  readonly diameter: number;
  readonly nuclei: number;
  readonly type: "uint8" | "uint16" | "float32";
  /** Standard deviation of the noise, grey values of the 8-bit image. */
  readonly noise: number;
}

export interface Scene {
  readonly image: Image;
  readonly labels: LabelImage;
}

const maximum = { uint8: 255, uint16: 65535, float32: Infinity } as const;
const factor = { uint8: 1, uint16: 100, float32: 0.01 } as const;

/**
 * Blurred ellipses of different brightness and texture on an even, noisy background, each alone, in a field
 * with room for as many again.
 */
export function lonelyNuclei({ diameter, nuclei, type, noise }: SceneOptions, rng: Random): Scene {
  const side = Math.ceil(Math.sqrt(nuclei * 6)) * diameter;
  const data = new Int32Array(side * side);
  const light = new Float32Array(side * side);
  const centres: [number, number][] = [];
  for (let attempt = 0; attempt < 200 && centres.length < nuclei; attempt++) {
    const [cy, cx] = [rng.uniform(diameter, side - diameter), rng.uniform(diameter, side - diameter)];
    if (centres.some(([y, x]) => Math.hypot(y - cy, x - cx) < 1.9 * diameter)) continue;
    centres.push([cy, cx]);
    const [stretch, angle, brightness] = [rng.uniform(1, 1.4), rng.uniform(0, Math.PI), rng.uniform(60, 150)];
    for (let i = 0; i < data.length; i++) {
      const [dy, dx] = [Math.floor(i / side) - cy, (i % side) - cx];
      const along = (dx * Math.cos(angle) + dy * Math.sin(angle)) / (0.5 * diameter * Math.sqrt(stretch));
      const across = (dy * Math.cos(angle) - dx * Math.sin(angle)) / ((0.5 * diameter) / Math.sqrt(stretch));
      if (along ** 2 + across ** 2 > 1) continue;
      data[i] = centres.length;
      light[i] = brightness * rng.uniform(0.8, 1.2);
    }
  }
  const blurred = gaussian(light, side, side, 1);
  const grey = Float32Array.from(blurred, (value) =>
    Math.min(maximum[type], Math.max(0, factor[type] * (20 + value + rng.normal(0, noise)))),
  );
  const pixels: PixelData =
    type === "float32"
      ? grey
      : type === "uint8"
        ? Uint8Array.from(grey, Math.round)
        : Uint16Array.from(grey, Math.round);
  return { image: { height: side, width: side, data: pixels }, labels: labelImage(side, side, data) };
}

/** Pairs of labels with a common edge of pixels, as "smaller larger". */
export function touchingPairs({ width, data }: LabelImage): Set<string> {
  const pairs = new Set<string>();
  for (let i = 0; i < data.length; i++) {
    for (const j of [(i + 1) % width === 0 ? -1 : i + 1, i + width]) {
      const [a, b] = [data[i]!, data[j] ?? 0];
      if (a > 0 && b > 0 && a !== b) pairs.add(`${Math.min(a, b)} ${Math.max(a, b)}`);
    }
  }
  return pairs;
}
