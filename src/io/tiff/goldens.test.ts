import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { crc32 } from "#platform";
import { UnsupportedFormat } from "../../core/errors.js";
import type { SampleData } from "../../core/image.js";
import { memorySource } from "../bytes.js";
import { cropPlane } from "../image/crop.js";
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
/** What another decoder makes of it. */
interface Lossy {
  readonly note: string;
  readonly height: number;
  readonly width: number;
  readonly samples: number;
  readonly colour: string;
  /** Base64. */
  readonly pixels: string;
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
  readonly lossy: Record<string, Lossy>;
  /** Checksums by plane and level. */
  readonly copies: Record<string, number[][]>;
  /** Checksums of planes by the name of the image. */
  readonly series: Record<string, number[]>;
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

describe("JPEG in TIFF, as libjpeg decodes it", () => {
  // Decoders round the transform and the colours differently, by a grey value or two; colours at half the size
  // are smoothed by libjpeg and repeated here, which in a file where they change slowly is one or two more.
  for (const [name, golden] of Object.entries(manifest.lossy)) {
    it(`${name}: ${golden.note}`, async () => {
      const tiff = await open(name);
      expect(tiff.planes).toMatchObject([{ compression: "JPEG", colour: golden.colour, type: "uint8" }]);
      const { height, width, samples, data } = await tiff.read(0);
      expect([height, width, samples]).toEqual([golden.height, golden.width, golden.samples]);
      const expected = Buffer.from(golden.pixels, "base64");
      const differences = expected.map((value, i) => Math.abs(value - data[i]!));
      const mean = differences.reduce((a, b) => a + b, 0) / differences.length;
      expect(mean).toBeLessThan(1);
      expect(Math.max(...differences)).toBeLessThanOrEqual(5);
    });
  }
});

describe("smaller copies", () => {
  for (const [name, planes] of Object.entries(manifest.copies)) {
    it(`${name}: are the levels of each plane, and no planes`, async () => {
      const tiff = await open(name);
      expect(tiff.planes.length).toBe(planes.length);
      for (const [plane, levels] of planes.entries()) {
        expect((await tiff.levels(plane)).length).toBe(levels.length);
        for (const [level, expected] of levels.entries()) {
          const { data, ...size } = await tiff.read(plane, level);
          expect(checksum(data)).toBe(expected);
          const window = { y: size.height >> 1, x: 3, height: 2, width: 5 };
          const part = await tiff.readWindow(plane, window, level);
          expect(part).toEqual(cropPlane({ ...size, data }, window, name));
        }
        await expect(tiff.read(plane, levels.length)).rejects.toThrow(/expected a level from 0 to/);
      }
    });
  }
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
