import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { crc32 } from "#platform";
import { UnsupportedFormat } from "../../core/errors.js";
import type { SampleData } from "../../core/image.js";
import { memorySource } from "../bytes.js";
import { decodePng } from "../png/png.js";
import { stackOf } from "./axes.js";
import { openTiff, type TiffFile } from "./open.js";

interface Golden {
  readonly note: string;
  readonly planes: number;
  readonly height: number;
  readonly width: number;
  readonly samples: number;
  readonly type: string;
  readonly first: number[];
  readonly crc32: number[];
  readonly colour?: string;
  readonly palette200?: number[];
  readonly frames?: number;
  readonly channels?: number;
  readonly slices?: number;
  readonly pixelSize?: number;
  readonly frameInterval?: number;
  readonly crcOf?: Record<string, number>;
}
interface PngGolden {
  readonly note: string;
  readonly height: number;
  readonly width: number;
  readonly samples: number;
  readonly type: string;
  readonly crc32: number;
  readonly bits?: number;
  readonly palette?: number[][];
}
interface Manifest {
  readonly tiff: Record<string, Golden>;
  readonly unsupported: Record<string, string>;
  readonly png: Record<string, PngGolden>;
}

const read = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`../../../fixtures/io/${name}`, import.meta.url))));
const manifest = JSON.parse(new TextDecoder().decode(read("manifest.json"))) as Manifest;
const open = (name: string): Promise<TiffFile> => openTiff(memorySource(read(name)), name);
const checksum = (data: SampleData): number =>
  crc32(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));

describe("TIFF files written by tifffile and by hand", () => {
  for (const [name, golden] of Object.entries(manifest.tiff)) {
    it(`${name}: ${golden.note}`, async () => {
      const tiff = await open(name);
      expect(tiff.damage).toBeUndefined();
      expect(tiff.planes.length).toBe(golden.planes);
      const planes = await Promise.all(tiff.planes.map((_, i) => tiff.read(i)));
      for (const { height, width, samples, data } of planes) {
        expect([height, width, samples]).toEqual([golden.height, golden.width, golden.samples]);
        expect(data.constructor.name.toLowerCase()).toBe(`${golden.type}array`);
      }
      expect(planes.map(({ data }) => data[0])).toEqual(golden.first);
      expect(planes.map(({ data }) => checksum(data))).toEqual(golden.crc32);
      expect(tiff.planes[0]!.colour).toBe(golden.colour ?? "grey");
      if (golden.palette200 !== undefined) expect((await tiff.palette(0))![200]).toEqual(golden.palette200);
    });
  }

  for (const [name, golden] of Object.entries(manifest.tiff).filter(
    ([, { frames }]) => frames !== undefined,
  )) {
    it(`${name}: axes and calibration`, async () => {
      const tiff = await open(name);
      const stack = stackOf(tiff, name);
      const { frames, channels, slices, pixelSize, frameInterval } = stack;
      expect({ frames, channels, slices, pixelSize, frameInterval }).toEqual({
        frames: golden.frames,
        channels: golden.channels ?? 1,
        slices: golden.slices ?? 1,
        pixelSize: golden.pixelSize,
        frameInterval: golden.frameInterval,
      });
      for (const [place, expected] of Object.entries(golden.crcOf ?? {})) {
        const [t, c, z] = /t(\d+)c(\d+)z(\d+)/.exec(place)!.slice(1).map(Number);
        expect(checksum((await tiff.read(stack.at(t!, c!, z!)!.plane)).data)).toBe(expected);
      }
    });
  }

  it.each(Object.entries(manifest.unsupported))(
    "%s is refused, naming %s and the way out",
    async (name, feature) => {
      const failure = await open(name)
        .then((tiff) => tiff.read(0))
        .catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(UnsupportedFormat);
      expect((failure as UnsupportedFormat).message).toContain(feature);
      expect((failure as UnsupportedFormat).message).toMatch(/not supported; save it .*\.$/);
    },
  );
});

describe("PNG files written by Pillow and by hand", () => {
  for (const [name, golden] of Object.entries(manifest.png)) {
    it(`${name}: ${golden.note}`, () => {
      const { plane, bits, palette } = decodePng(read(name), name);
      expect([plane.height, plane.width, plane.samples]).toEqual([
        golden.height,
        golden.width,
        golden.samples,
      ]);
      expect(plane.data.constructor.name.toLowerCase()).toBe(`${golden.type}array`);
      expect(checksum(plane.data)).toBe(golden.crc32);
      if (golden.palette !== undefined) {
        expect(bits).toBe(golden.bits);
        expect(palette!.map((colour) => colour.slice(0, 3))).toEqual(
          golden.palette.slice(0, palette!.length),
        );
      }
    });
  }
});
