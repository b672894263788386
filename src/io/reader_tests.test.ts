import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { describe, expect } from "vitest";
import { inputOf } from "../../test/madezarr.js";
import { itWithShared, sharedData } from "../../test/shared.js";
import { CorruptFile } from "../core/errors.js";
import type { StoredPlane } from "../core/image.js";
import { memorySource } from "./bytes.js";
import { openAs } from "./formats/fileformat.js";
import { imageFormats } from "./formats/imageformats.js";
import { decodePng } from "./png/png.js";
import { openTiff } from "./tiff/open.js";

const folder = "reader_tests";
const itWithFiles = itWithShared(folder);

/** The files of the manifest that can be read, and what is special in each. */
const sound: readonly (readonly [name: string, note: string])[] = [
  ["made/u16_uncompressed_le.tif", "little endian, one strip"],
  ["made/u16_uncompressed_be.tif", "big endian"],
  ["made/u16_multistrip.tif", "16 rows per strip"],
  ["made/u16_tiled_deflate.tif", "64x64 tiles, Adobe deflate; size is not a multiple of the tile"],
  ["made/u16_bigtiff.tif", "BigTIFF (magic 43)"],
  ["made/u8_miniswhite.tif", "PhotometricInterpretation 0: stored values listed; display is inverted"],
  ["made/f32.tif", "32-bit float in 0..1"],
  ["made/f32_nan_negative.tif", "float with NaN block and a negative pixel"],
  ["made/i16_negative.tif", "signed 16-bit with negative values"],
  ["made/u32_labels.tif", "32-bit labels above 65535"],
  ["made/rgb8.tif", "8-bit RGB, interleaved"],
  ["made/u16_multipage_6.tif", "6 plain pages, no axis metadata"],
  [
    "made/imagej_hyperstack_t4_c2_u16.tif",
    "ImageJ hyperstack, 2 channels x 4 frames, finterval 600 s, pixel 0.325 um",
  ],
  ["made/ome_t3_u16.ome.tif", "OME-TIFF, PhysicalSize 0.325 um, TimeIncrement 600 s"],
  ["made/ome_tiled_pyramid_u8.ome.tif", "OME-TIFF single level, tiled"],
  ["made/u16_lzw.tif", "LZW"],
  ["made/u16_deflate_predictor2.tif", "Adobe deflate with horizontal predictor"],
  ["made/u16_lzw_predictor2.tif", "LZW with horizontal predictor"],
  ["made/u8_packbits.tif", "PackBits"],
  ["made/u1_mask.tif", "1 bit per pixel (stored packed); values 0/1"],
  ["made/u8_palette.tif", "palette colour; index values listed"],
  ["made/u16.png", "16-bit grey PNG"],
  ["made/rgba_grey.png", "RGBA PNG whose R=G=B (as in the original DSB files)"],
  ["fake_tracks/FakeTracks.tif", "ImageJ stack, big endian"],
  ["ome/multi_channel_deflate.ome.tif", "OME-TIFF 3 channels int8"],
  ["ome/multi_channel_be.ome.tif", "OME-TIFF 3 channels int8"],
];
const damaged = ["made/truncated.tif", "made/not_a_tiff.tif"];

interface Entry {
  readonly shape?: number[];
  readonly axes?: string;
  readonly dtype?: string;
  readonly min?: number;
  readonly max?: number;
  readonly sum?: number;
  readonly first_row_head?: number[];
  readonly note: string;
}
const readManifest = (): Record<string, Entry> =>
  JSON.parse(readFileSync(sharedData(folder, "manifest.json"), "utf8")) as Record<string, Entry>;

async function planesOf(name: string): Promise<StoredPlane[]> {
  const bytes = new Uint8Array(readFileSync(sharedData(folder, name)));
  if (name.endsWith(".png")) return [decodePng(bytes, name).plane];
  const tiff = await openTiff(memorySource(bytes), name);
  return Promise.all(tiff.planes.map((_, i) => tiff.read(i)));
}

describe("files of many programs, against what their makers say", () => {
  itWithFiles("are all of the manifest", () => {
    const entries = Object.entries(readManifest());
    expect(
      entries.filter(([, { shape }]) => shape !== undefined).map(([name, { note }]) => [name, note]),
    ).toEqual(sound);
    expect(entries.filter(([, { shape }]) => shape === undefined).map(([name]) => name)).toEqual(damaged);
  });

  for (const [name, note] of sound) {
    itWithFiles(`${name}: ${note}`, async () => {
      const entry = readManifest()[name]!;
      const planes = await planesOf(name);
      const { height, width, samples, data } = planes[0]!;
      const outer = entry
        .shape!.filter((_, i) => !"YXS".includes(entry.axes![i]!))
        .reduce((a, b) => a * b, 1);
      expect(planes.length).toBe(outer);
      const size = (axis: string): number => entry.shape![entry.axes!.indexOf(axis)] ?? 1;
      expect([height, width, samples]).toEqual([size("Y"), size("X"), size("S")]);
      expect(data.constructor.name.toLowerCase()).toBe(`${entry.dtype!}array`);
      let [min, max, sum] = [Infinity, -Infinity, 0];
      for (const plane of planes) {
        for (const value of plane.data) {
          if (Number.isNaN(value)) continue;
          min = Math.min(min, value);
          max = Math.max(max, value);
          sum += value;
        }
      }
      expect([min, max]).toEqual([entry.min, entry.max]);
      // Sums of integers are exact; numpy adds 32-bit floats pairwise.
      expect(Math.abs(sum - entry.sum!)).toBeLessThanOrEqual(
        entry.dtype === "float32" ? Math.abs(entry.sum!) * 1e-6 : 0,
      );
      expect([...data.subarray(0, 8)]).toEqual(entry.first_row_head);
    });
  }

  itWithFiles.each(damaged)("%s fails with one clear sentence", async (name) => {
    const failure = await planesOf(name).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(CorruptFile);
    const { message } = failure as CorruptFile;
    expect(message).toContain(name);
    expect(message).toMatch(/^[^\n]+\.$/);
    expect(message).toMatch(/cut off|not a TIFF/);
  });
});

/** The files of a folder of the data by their keys. */
const hierarchy = (...names: readonly string[]): Record<string, Uint8Array> => {
  const root = sharedData(folder, ...names);
  return Object.fromEntries(
    readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((name) => statSync(join(root, name)).isFile())
      .map((name) => [name.split(sep).join("/"), new Uint8Array(readFileSync(join(root, name)))]),
  );
};

const sumOf = (data: ArrayLike<number>): number => Array.from(data).reduce((sum, value) => sum + value, 0);

describe("hierarchies of other programs", () => {
  itWithFiles("are the same image in OME-Zarr 0.4 and 0.5, of SpatialData", async () => {
    const planes = await Promise.all(
      ["blobs_image_v04.ome.zarr", "blobs_image_v05.ome.zarr"].map(async (name) => {
        const set = await openAs(imageFormats, inputOf(hierarchy("ome", "ome_zarr", name), name));
        const image = await set.open(0);
        expect(image).toMatchObject({
          channels: 3,
          frames: 1,
          slices: 1,
          height: 12,
          width: 12,
          type: "float64",
        });
        expect(image.channelNames).toEqual(["0", "1", "2"]);
        const read = await Promise.all(
          [0, 1, 2].map((channel) => image.read({ frame: 0, channel, slice: 0 })),
        );
        return read.map(({ plane }) => plane.data);
      }),
    );
    for (const [older, newer] of planes[0]!.map((data, channel) => [data, planes[1]![channel]!] as const)) {
      expect(older).toEqual(newer);
      expect(older.every((value) => value >= 0 && value <= 1)).toBe(true);
      expect(sumOf(older)).toBeGreaterThan(1);
    }
  });

  itWithFiles("of Bio-Formats have the planes of the TIFF file that they were made from", async () => {
    const set = await openAs(imageFormats, inputOf(hierarchy("ome", "bioformats_zarr", "data.zarr")));
    expect(set.series).toEqual([{ name: "" }]);
    const image = await set.open(0);
    expect(image).toMatchObject({ channels: 3, frames: 1, slices: 1, type: "int8", notices: [] });
    expect(image.levels).toEqual([
      { height: 167, width: 439 },
      { height: 83, width: 219 },
    ]);
    const planes = await planesOf("ome/multi_channel_be.ome.tif");
    for (const [channel, plane] of planes.entries())
      expect((await image.read({ frame: 0, channel, slice: 0 })).plane).toEqual(plane);
    const { sum } = readManifest()["ome/multi_channel_be.ome.tif"]!;
    expect(planes.reduce((total, { data }) => total + sumOf(data), 0)).toBe(sum);
  });
});
