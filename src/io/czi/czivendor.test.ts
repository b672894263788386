import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hasSharedData, itWithShared, sharedData } from "../../../test/shared.js";
import type { OpenedImage } from "../formats/imageformat.js";
import { cziOf } from "../../../test/czifile.js";

const folder = ["reader_tests", "vendor"] as const;
const itWithFiles = itWithShared(...folder);

const files = [
  "CD_s_1_t_3_c_2_z_5.czi",
  "made_zstd0_u8.czi",
  "made_zstd1_u16.czi",
  "mosaic_test.czi",
  "s_1_t_1_c_1_z_1.czi",
  "tiles_time_z.czi",
] as const;

interface Expected {
  readonly libczi: {
    readonly bounding_box: Readonly<Record<string, readonly [number, number]>>;
    readonly planes: Readonly<
      Record<
        string,
        { readonly shape: number[]; readonly dtype: string; min: number; max: number; sum: number }
      >
    >;
    readonly metres_per_pixel: Readonly<Record<string, string>>;
  };
}

const read = (name: string): Uint8Array => new Uint8Array(readFileSync(sharedData(...folder, name)));
const expectedOf = (name: string): Expected["libczi"] =>
  (JSON.parse(new TextDecoder().decode(read("expected.json"))) as Record<string, Expected>)[name]!.libczi;

async function openVendor(name: (typeof files)[number]): Promise<OpenedImage> {
  const set = await cziOf(read(name));
  expect(set.series.length).toBe(1);
  return set.open(0);
}

describe("files of ZEN, against libCZI", () => {
  it("are there, or are named as skipped", () => {
    expect(hasSharedData(...folder) ? files.length : 6).toBe(6);
  });

  for (const name of files) {
    itWithFiles(`${name}: sizes, and the sum, least and greatest value of every plane`, async () => {
      const expected = expectedOf(name);
      const image = await openVendor(name);
      const extent = (axis: string): number => {
        const [from, to] = expected.bounding_box[axis] ?? [0, 1];
        return to - from;
      };
      expect([image.width, image.height, image.frames, image.channels, image.slices]).toEqual(
        ["X", "Y", "T", "C", "Z"].map(extent),
      );
      const found: Record<string, unknown> = {};
      for (let frame = 0; frame < image.frames; frame++)
        for (let channel = 0; channel < image.channels; channel++)
          for (let slice = 0; slice < image.slices; slice++) {
            const { plane } = await image.read({ frame, channel, slice });
            let [min, max, sum] = [Infinity, -Infinity, 0];
            for (const value of plane.data) {
              min = Math.min(min, value);
              max = Math.max(max, value);
              sum += value;
            }
            const shape = [plane.height, plane.width, plane.samples];
            found[`T${frame} C${channel} Z${slice}`] = { shape, dtype: image.type, min, max, sum };
          }
      expect(found).toEqual(expected.planes);
      expect(image.pixelSize).toBeCloseTo(Number(expected.metres_per_pixel["X"]) * 1e6, 8);
      const z = expected.metres_per_pixel["Z"];
      if (z !== undefined) expect(image.sliceSpacing).toBeCloseTo(Number(z) * 1e6, 8);
    });
  }

  itWithFiles("say times, names, bits and places", async () => {
    const movie = await openVendor("CD_s_1_t_3_c_2_z_5.czi");
    expect(movie.frameTimes).toEqual([0, 59.9784306, 119.9908631]);
    expect(movie.frameInterval).toBeCloseTo(59.9954, 3);
    expect(movie.channelNames).toEqual(["LED555", "LED470"]);
    expect(movie.bits).toBe(14);
    expect(movie.compression).toBe("none");
    const mosaic = await openVendor("mosaic_test.czi");
    expect(mosaic.position).toEqual({ y: 35091.215, x: 59892.178 });
    expect(mosaic.notices).toEqual([]);
    const tiles = await openVendor("tiles_time_z.czi");
    expect(tiles.frameInterval).toBeCloseTo(6.0459, 3);
    expect(tiles.channelNames).toEqual(["Ch1", "T PMT"]);
    expect((await openVendor("made_zstd1_u16.czi")).compression).toBe("zstd");
  });
});
