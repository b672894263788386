/** Files of the fixtures with damage of all kinds, for the readers. */
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { isKaryonError } from "../src/core/errors.js";
import { memorySource } from "../src/io/bytes.js";
import { decodePng } from "../src/io/png/png.js";
import { stacksOf } from "../src/io/tiff/axes.js";
import { openTiff } from "../src/io/tiff/open.js";

/** The bytes of a file of `fixtures/io`. */
export const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`../fixtures/io/${name}`, import.meta.url))));

/** TIFF files of many kinds that are damaged. */
export const tiffsToDamage = [
  "u16_be_tiles_lzw_p2.tif",
  "f32_deflate_p3.tif",
  "u8_packbits_strips.tif",
  "u16_bigtiff_be_tiles.tif",
  "imagej_single_ifd.tif",
  "xytzc.ome.tif",
  "rgb8_planar_tiles.tif",
  "u8_palette.tif",
  "u12_packed.tif",
  "shaped_tcyx.tif",
  "zstd_p2_be_tiles.tif",
  "planar_zstd_strips.tif",
  "jpeg_tables_grey.tif",
  "jpeg_tables_ycc.tif",
  "jpeg_planar.tif",
  "subifds.ome.tif",
  "slide.svs",
  "images.ome.tif",
  "times.ome.tif",
  "imagej_labels.tif",
];
/** PNG files that are damaged. */
export const pngsToDamage = ["grey16.png", "palette4.png", "grey16_interlaced.png"];

/** Reads all levels of a TIFF file, or of its first eight planes. */
export async function readTiff(bytes: Uint8Array): Promise<void> {
  const tiff = await openTiff(memorySource(bytes), "damaged.tif");
  stacksOf(tiff, "damaged.tif");
  for (let i = 0; i < Math.min(tiff.planes.length, 8); i++) {
    const levels = await tiff.levels(i);
    for (let level = 0; level < levels.length; level++) {
      const { height, width, samples, data } = await tiff.read(i, level);
      expect(data.length).toBe(height * width * samples);
      expect([height, width]).toEqual([levels[level]!.height, levels[level]!.width]);
    }
    await tiff.palette(i);
  }
}

/** Runs `read` on damaged bytes: it may succeed, or throw what a user understands. */
async function survives(read: (bytes: Uint8Array) => Promise<void> | void, bytes: Uint8Array): Promise<void> {
  try {
    await read(bytes);
  } catch (error) {
    if (!isKaryonError(error)) throw error;
    expect(error.message).toMatch(/^[^\n]+\.$/);
  }
}

const damage = fc.record({
  flips: fc.array(
    fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), value: fc.integer({ min: 0, max: 255 }) }),
    { maxLength: 4 },
  ),
  // Most of what decides is in the directory, which these files have in their first or last bytes.
  head: fc.array(
    fc.record({ at: fc.integer({ min: 0, max: 300 }), value: fc.integer({ min: 0, max: 255 }) }),
    { maxLength: 3 },
  ),
  fromEnd: fc.boolean(),
  keep: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.boolean(),
});

function damaged(
  original: Uint8Array,
  { flips, head, fromEnd, keep, cut }: typeof damage extends fc.Arbitrary<infer T> ? T : never,
): Uint8Array {
  const bytes = original.slice(0, cut ? Math.floor(keep * original.length) : original.length);
  for (const { at, value } of flips) bytes[Math.floor(at * (bytes.length - 1))] = value;
  for (const { at, value } of head)
    if (at < bytes.length) bytes[fromEnd ? bytes.length - 1 - at : at] = value;
  return bytes;
}

/** How many cases, and from which seed; without one the seed is random, and fast-check prints it when a case fails. */
export interface FuzzOptions {
  readonly numRuns: number;
  readonly seed?: number;
}

/** Expects that a damaged TIFF file is read, or refused by one sentence. */
export async function fuzzTiff(name: string, options: FuzzOptions): Promise<void> {
  const original = fixture(name);
  await expect(readTiff(original)).resolves.toBeUndefined();
  await fc.assert(
    fc.asyncProperty(damage, async (how) => survives(readTiff, damaged(original, how))),
    options,
  );
}

/** Expects the same of a PNG file. */
export async function fuzzPng(name: string, options: FuzzOptions): Promise<void> {
  const original = fixture(name);
  const read = (bytes: Uint8Array): void => void decodePng(bytes, name);
  await fc.assert(
    fc.asyncProperty(damage, async (how) => survives(read, damaged(original, how))),
    options,
  );
}
