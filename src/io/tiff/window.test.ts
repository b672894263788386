import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deflate } from "#platform";
import { differing } from "../../../test/planes.js";
import { itWithShared, sharedData } from "../../../test/shared.js";
import { InvalidInput, isKaryonError } from "../../core/errors.js";
import type { StoredPlane, Window } from "../../core/image.js";
import { memorySource, type ByteSource } from "../bytes.js";
import { cropPlane } from "../image/crop.js";
import { encodeTiff } from "./encode.js";
import { openTiff, type TiffFile } from "./open.js";
import { fieldType, tag } from "./tags.js";
import { encodeDirectory, header } from "./write.js";

const tiffsIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tiff?$/.test(name))
    .sort();
const fixtures = fileURLToPath(new URL("../../../fixtures/io", import.meta.url));
/** The files of the shared data. */
const shared = [
  "fake_tracks/FakeTracks.tif",
  "made/f32.tif",
  "made/f32_nan_negative.tif",
  "made/i16_negative.tif",
  "made/imagej_hyperstack_t4_c2_u16.tif",
  "made/not_a_tiff.tif",
  "made/ome_t3_u16.ome.tif",
  "made/ome_tiled_pyramid_u8.ome.tif",
  "made/rgb8.tif",
  "made/truncated.tif",
  "made/u16_bigtiff.tif",
  "made/u16_deflate_predictor2.tif",
  "made/u16_lzw.tif",
  "made/u16_lzw_predictor2.tif",
  "made/u16_multipage_6.tif",
  "made/u16_multistrip.tif",
  "made/u16_tiled_deflate.tif",
  "made/u16_uncompressed_be.tif",
  "made/u16_uncompressed_le.tif",
  "made/u1_mask.tif",
  "made/u32_labels.tif",
  "made/u8_miniswhite.tif",
  "made/u8_packbits.tif",
  "made/u8_palette.tif",
  "ome/multi_channel_be.ome.tif",
  "ome/multi_channel_deflate.ome.tif",
  "ome/multifile-Z1.ome.tiff",
  "ome/multifile-Z2.ome.tiff",
  "ome/multifile-Z3.ome.tiff",
  "ome/multifile-Z4.ome.tiff",
  "ome/multifile-Z5.ome.tiff",
];

/** Any window of a plane: corners, single pixels and the whole are frequent. */
const windowsOf = ({
  height,
  width,
}: {
  readonly height: number;
  readonly width: number;
}): fc.Arbitrary<Window> => {
  const range = (size: number): fc.Arbitrary<[number, number]> =>
    fc.oneof(
      fc.constant<[number, number]>([0, size]),
      fc
        .tuple(fc.nat(size - 1), fc.nat(size - 1))
        .map(([a, b]): [number, number] => [Math.min(a, b), Math.abs(a - b) + 1]),
    );
  return fc.tuple(range(height), range(width)).map(([[y, h], [x, w]]) => ({ y, x, height: h, width: w }));
};

async function expectWindows(tiff: TiffFile, plane: number, runs: number): Promise<void> {
  const whole = await tiff.read(plane);
  await fc.assert(
    fc.asyncProperty(windowsOf(whole), async (window) => {
      const { data, ...size } = await tiff.readWindow(plane, window);
      const { data: expected, ...expectedSize } = cropPlane(whole, window, "whole");
      expect([data.constructor, size]).toEqual([expected.constructor, expectedSize]);
      expect(differing(data, expected)).toBe(0);
    }),
    { numRuns: runs },
  );
}

/** Counts the bytes that are read of pixels, which all lie from `start` on. */
function counting(bytes: Uint8Array): ByteSource & { read: ByteSource["read"]; taken: number } {
  const source = memorySource(bytes);
  return {
    size: source.size,
    taken: 0,
    read(offset, length) {
      this.taken += length;
      return source.read(offset, length);
    },
  };
}

/** One deflated strip for the whole plane, as some programs write. */
function oneStrip({ height, width, data }: StoredPlane): Uint8Array {
  const packed = deflate(new Uint8Array(data.buffer));
  const { short, long } = fieldType;
  const fields = [
    { tag: tag.imageWidth, type: long, values: [width] },
    { tag: tag.imageLength, type: long, values: [height] },
    { tag: tag.bitsPerSample, type: short, values: [data.BYTES_PER_ELEMENT * 8] },
    { tag: tag.compression, type: short, values: [8] },
    { tag: tag.photometric, type: short, values: [1] },
    { tag: tag.stripOffsets, type: long, values: [4096] },
    { tag: tag.samplesPerPixel, type: short, values: [1] },
    { tag: tag.rowsPerStrip, type: long, values: [height] },
    { tag: tag.stripByteCounts, type: long, values: [packed.length] },
  ];
  const bytes = new Uint8Array(4096 + packed.length);
  bytes.set(header(false));
  bytes.set(encodeDirectory(fields, 8, false, 0), 8);
  bytes.set(packed, 4096);
  return bytes;
}

const noise = (height: number, width: number): StoredPlane => ({
  height,
  width,
  samples: 1,
  data: Uint16Array.from({ length: height * width }, (_, i) => Math.imul(i + 1, 2654435761) >>> 16),
});

describe("windows of TIFF planes", () => {
  it("has files to read", () => {
    expect(tiffsIn(fixtures).length).toBeGreaterThan(30);
  });
  itWithShared("reader_tests")("has all files of the shared data", () => {
    expect(tiffsIn(sharedData("reader_tests"))).toEqual(shared);
  });

  for (const [test, path] of [
    ...tiffsIn(fixtures).map((name) => [it, join(fixtures, name)] as const),
    ...shared.map((name) => [itWithShared("reader_tests"), sharedData("reader_tests", name)] as const),
  ]) {
    test(`${path.slice(path.lastIndexOf("/") + 1)}: equal the whole plane, cropped`, async () => {
      const bytes = new Uint8Array(readFileSync(path));
      const tiff = await openTiff(memorySource(bytes), path).catch((error: unknown) => error);
      if (isKaryonError(tiff)) return;
      for (const plane of new Set([0, (tiff as TiffFile).planes.length - 1])) {
        const failure: unknown = await (tiff as TiffFile).read(plane).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (failure === undefined) await expectWindows(tiff as TiffFile, plane, 25);
        else
          await expect(
            (tiff as TiffFile).readWindow(plane, { y: 0, x: 0, height: 1, width: 1 }),
          ).rejects.toThrow((failure as Error).constructor);
      }
    });
  }

  it("equal it for strips of any type and size, compressed or not", async () => {
    for (const compression of ["none", "deflate"] as const) {
      await expectWindows(
        await openTiff(memorySource(encodeTiff([noise(700, 500)], { compression })), "strips.tif"),
        0,
        30,
      );
    }
    await expectWindows(await openTiff(memorySource(oneStrip(noise(60, 41))), "strip.tif"), 0, 30);
  });

  it("read no more than their rows where pixels are not compressed", async () => {
    const source = counting(encodeTiff([noise(2000, 1000)], { compression: "none" }));
    const tiff = await openTiff(source, "large.tif");
    source.taken = 0;
    await tiff.readWindow(0, { y: 1000, x: 300, height: 10, width: 20 });
    expect(source.taken).toBeLessThan(10 * 1000 * 2 + 65536);
  });

  it("decode a strip that spans several of them once", async () => {
    const source = counting(oneStrip(noise(2000, 100)));
    const tiff = await openTiff(source, "strip.tif");
    await tiff.readWindow(0, { y: 0, x: 0, height: 500, width: 100 });
    source.taken = 0;
    await tiff.readWindow(0, { y: 500, x: 0, height: 500, width: 100 });
    expect(source.taken).toBeLessThan(65536);
  });

  it.each([
    [-1, 0, 1, 1],
    [0, 0, 0, 1],
    [0, 0, 3, 1],
    [1, 1, 1, 3],
    [0, 0.5, 1, 1],
  ])("are refused beyond the plane: %d, %d, %d x %d", async (y, x, height, width) => {
    const tiff = await openTiff(memorySource(encodeTiff([noise(2, 3)])), "small.tif");
    await expect(tiff.readWindow(0, { y, x, height, width })).rejects.toThrow(InvalidInput);
  });
});
