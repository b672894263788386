/** Simulated scenes and files for bad images: everything is seeded. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SampleData, StoredPlane } from "../../src/core/image.js";
import { labelImage, type LabelImage } from "../../src/core/labels.js";
import { random, type Random } from "../../src/core/random.js";
import { encodeTiff } from "../../src/io/tiff/encode.js";
import { simulatePresets, type SimulateOptions } from "../../src/simulate/scene.js";
import { simulate, type SimulatedMovie } from "../../src/simulate/simulate.js";

/** Edge of most images, px. */
export const edge = 192;

/** Some 40 easy nuclei of 20 px, unless told otherwise. */
export const scene = (options: Partial<SimulateOptions> = {}): SimulatedMovie =>
  simulate({
    ...simulatePresets.easy,
    height: edge,
    width: edge,
    frames: 1,
    diameter: 20,
    coverage: 0.3,
    seed: 7,
    ...options,
  });

let usual: { readonly grey: Float64Array; readonly labels: LabelImage } | undefined;

/** The usual scene: grey values 0..255 and true labels. */
export function usualScene(): { readonly grey: Float64Array; readonly labels: LabelImage } {
  if (usual === undefined) {
    const movie = scene();
    usual = { grey: Float64Array.from(movie.image(0).data), labels: movie.labels(0) };
  }
  return usual;
}

/** A plane of one sample a pixel. */
export const grey = (data: SampleData, width = edge): StoredPlane => ({
  height: data.length / width,
  width,
  samples: 1,
  data,
});

/** Values of every pixel, cut to 0..255. */
export const bytesOf = (value: (i: number) => number, length = edge * edge): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => Math.min(255, Math.max(0, Math.round(value(i)))));

/** Writes a TIFF file of these planes as frames. */
export const writeTiff = (folder: string, name: string, ...planes: readonly StoredPlane[]): void =>
  writeFileSync(join(folder, name), encodeTiff(planes));

/** Writes one plane as `a.tif`. */
export const single =
  (plane: () => StoredPlane) =>
  (folder: string): void =>
    writeTiff(folder, "a.tif", plane());

/** Writes the usual scene with its grey values changed, as `a.tif`. */
export const changed =
  (pack: (value: Float64Array, rng: Random) => SampleData) =>
  (folder: string): Record<string, LabelImage> => {
    const { grey: value, labels } = usualScene();
    writeTiff(folder, "a.tif", grey(pack(value, random(11))));
    return { a: labels };
  };

/** The same for one value at a time. */
export const perPixel = (
  value: (v: number, y: number, x: number, rng: Random) => number,
): ReturnType<typeof changed> =>
  changed((values, rng) => bytesOf((i) => value(values[i]!, Math.floor(i / edge), i % edge, rng)));

/** Writes a simulated scene of its own as `a.tif`. */
export const simulated =
  (options: Partial<SimulateOptions>) =>
  (folder: string): Record<string, LabelImage> => {
    const movie = scene(options);
    const { height, width, data } = movie.image(0);
    writeTiff(folder, "a.tif", { height, width, samples: 1, data });
    return { a: movie.labels(0) };
  };

/** Discs of a radius about centres, on a noisy background. */
export function discImage(
  size: readonly [height: number, width: number],
  centres: readonly (readonly [y: number, x: number])[],
  radius: number,
): { readonly data: Uint8Array; readonly labels: LabelImage } {
  const [height, width] = size;
  const rng = random(5);
  const labels = new Int32Array(height * width);
  centres.forEach(([cy, cx], k) => {
    for (let y = Math.max(0, Math.ceil(cy - radius)); y <= Math.min(height - 1, cy + radius); y++)
      for (let x = Math.max(0, Math.ceil(cx - radius)); x <= Math.min(width - 1, cx + radius); x++)
        if (Math.hypot(y - cy, x - cx) <= radius) labels[y * width + x] = k + 1;
  });
  const data = bytesOf((i) => (labels[i] === 0 ? 20 : 150) + rng.normal(0, 4), labels.length);
  return { data, labels: labelImage(height, width, labels) };
}

/** Writes discs as `a.tif`. */
export const discs =
  (...args: Parameters<typeof discImage>) =>
  (folder: string): Record<string, LabelImage> => {
    const { data, labels } = discImage(...args);
    writeTiff(folder, "a.tif", grey(data, args[0][1]));
    return { a: labels };
  };

/** Frames t0, t1, ... of a simulated movie of four, each changed. */
export const movieOf =
  (change: (frame: Uint8Array, t: number) => StoredPlane) =>
  (folder: string): Record<string, LabelImage> => {
    const movie = scene({ frames: 4 });
    const truth: Record<string, LabelImage> = {};
    for (let t = 0; t < 4; t++) {
      writeTiff(folder, `t${t}.tif`, change(movie.image(t).data as Uint8Array, t));
      truth[`t${t}`] = movie.labels(t);
    }
    return truth;
  };

/** A folder within the folder, whose name is part of the case. */
export const within =
  (name: string, make: (folder: string) => void) =>
  (folder: string): void => {
    mkdirSync(join(folder, name), { recursive: true });
    make(join(folder, name));
  };
