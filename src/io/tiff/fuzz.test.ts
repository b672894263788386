import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isKaryonError } from "../../core/errors.js";
import { memorySource } from "../bytes.js";
import { decodePng } from "../png/png.js";
import { stackOf } from "./axes.js";
import { openTiff } from "./open.js";

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`../../../fixtures/io/${name}`, import.meta.url))));

async function readAll(bytes: Uint8Array): Promise<void> {
  const tiff = await openTiff(memorySource(bytes), "damaged.tif");
  stackOf(tiff, "damaged.tif");
  for (let i = 0; i < Math.min(tiff.planes.length, 8); i++) {
    const { height, width, samples, data } = await tiff.read(i);
    expect(data.length).toBe(height * width * samples);
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

describe("damaged files end in an error that says so, or are read", () => {
  const tiffs = [
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
  ];
  it.each(tiffs)("%s", async (name) => {
    const original = fixture(name);
    await expect(readAll(original)).resolves.toBeUndefined();
    await fc.assert(
      fc.asyncProperty(damage, async (how) => survives(readAll, damaged(original, how))),
      { numRuns: 150, seed: 5 },
    );
  });

  it.each(["grey16.png", "palette4.png", "grey16_interlaced.png"])("%s", async (name) => {
    const original = fixture(name);
    const read = (bytes: Uint8Array): void => void decodePng(bytes, name);
    await fc.assert(
      fc.asyncProperty(damage, async (how) => survives(read, damaged(original, how))),
      { numRuns: 150, seed: 6 },
    );
  });

  it("a circle of pages ends", async () => {
    const bytes = fixture("pages.tif").slice();
    const view = new DataView(bytes.buffer);
    const first = view.getUint32(4, true);
    const next = first + 2 + 12 * view.getUint16(first, true);
    view.setUint32(next, first, true);
    const tiff = await openTiff(memorySource(bytes), "circle.tif");
    expect(tiff.planes.length).toBe(1);
    expect(tiff.damage?.message).toMatch(/circle/);
  });

  it("a file cut after some pages gives these pages, and says what is wrong", async () => {
    const bytes = fixture("pages.tif");
    // The last page: directory, then its pixels.
    const tail = await openTiff(memorySource(bytes.subarray(0, bytes.length - 100)), "cut.tif");
    expect(tail.planes.length).toBe(6);
    await expect(tail.read(5)).rejects.toThrow(/cut\.tif: the pixels extend to byte .*cut off or damaged/);
    const tiff = await openTiff(memorySource(bytes.subarray(0, bytes.length - 2500)), "cut.tif");
    expect(tiff.planes.length).toBe(5);
    expect(tiff.damage?.message).toMatch(/cut\.tif: the file ends at byte .*cut off or damaged/);
  });

  it("a small file cannot ask for much memory", async () => {
    const bytes = fixture("u8_packbits_strips.tif").slice();
    const view = new DataView(bytes.buffer);
    const first = view.getUint32(4, true);
    for (let i = 0; i < view.getUint16(first, true); i++) {
      const at = first + 2 + 12 * i;
      if ([256, 257].includes(view.getUint16(at, true))) {
        view.setUint16(at + 2, 4, true);
        view.setUint32(at + 8, 60000, true);
      }
    }
    await expect(openTiff(memorySource(bytes), "bomb.tif").then((tiff) => tiff.read(0))).rejects.toThrow(
      /bomb\.tif: .*(pieces|too few|not supported)/,
    );
  });
});
