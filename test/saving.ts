/** Small images for tests, saved as TIFF or PNG by their names. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SampleData, StoredPlane } from "../src/core/image.js";
import { encodePng } from "../src/io/png/png.js";
import { encodeTiff, type TiffWriteOptions } from "../src/io/tiff/encode.js";

/** A plane of that width, px; its height follows. */
export const planeOf = (data: SampleData, width: number, samples = 1): StoredPlane => ({
  height: data.length / width / samples,
  width,
  samples,
  data,
});

/** Two rows of one value. */
export const greyPlane = (value: number, width = 3): StoredPlane =>
  planeOf(new Uint8Array(2 * width).fill(value), width);

/** Writes an image into a folder. @returns its path */
export function saveImage(
  folder: string,
  name: string,
  planes: readonly StoredPlane[],
  options?: TiffWriteOptions,
): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, name.endsWith(".png") ? encodePng(planes[0]!) : encodeTiff(planes, options));
  return path;
}
