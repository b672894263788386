import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differing } from "../../../test/planes.js";
import {
  madePlane,
  madeSource,
  type MadeSource,
  memorySink,
  planeNumber,
} from "../../../test/writtenplanes.js";
import { InvalidInput } from "../../core/errors.js";
import { type ByteSink, memorySource } from "../bytes.js";
import { type ByteInput, openAs } from "../formats/fileformat.js";
import type { OpenedImage } from "../formats/imageformat.js";
import { tiffImages } from "../formats/tiffimage.js";
import { halved } from "../image/halving.js";
import type { WrittenSamples } from "../image/planesource.js";
import { type OmeTiffOptions, writeOmeTiff } from "./omewriter.js";
import { openTiff } from "./open.js";

async function written(made: MadeSource, options: OmeTiffOptions = {}): Promise<Uint8Array> {
  const sink = memorySink();
  await writeOmeTiff(sink, madeSource(made), options);
  return sink.bytes();
}

async function opened(bytes: Uint8Array): Promise<OpenedImage> {
  const input: ByteInput = {
    from: "bytes",
    where: "made.ome.tif",
    name: "made.ome.tif",
    bytes: memorySource(bytes),
    sibling: () => Promise.reject(new InvalidInput("sibling", "none", "one")),
  };
  return (await openAs([tiffImages], input)).open(0);
}

const small: MadeSource = { height: 40, width: 35, frames: 2, channels: 3, slices: 2, type: "uint16" };

describe("writeOmeTiff", () => {
  it("writes what is read again: any axes, size, type, tile and compression, and each level", async () => {
    const cases = fc.record({
      height: fc.integer({ min: 1, max: 70 }),
      width: fc.integer({ min: 1, max: 70 }),
      frames: fc.integer({ min: 1, max: 3 }),
      channels: fc.integer({ min: 1, max: 3 }),
      slices: fc.integer({ min: 1, max: 3 }),
      type: fc.constantFrom("uint8", "uint16", "uint32", "int32", "float32"),
      labels: fc.boolean(),
      tile: fc.constantFrom(16, 32),
      compression: fc.constantFrom("deflate", "zstd", "none"),
      bigTiff: fc.constantFrom<"auto" | true>("auto", true),
    } as const);
    await fc.assert(
      fc.asyncProperty(cases, async ({ tile, compression, bigTiff, labels, ...axes }) => {
        const isLabels = labels && axes.type !== "float32";
        const made: MadeSource = { ...axes, isLabels };
        const bytes = await written(made, { tile, compression, bigTiff });
        expect(bytes[2]).toBe(bigTiff === true ? 43 : 42);
        const image = await opened(bytes);
        const { frames, channels, slices, type } = axes;
        expect(image).toMatchObject({ format: "OME-TIFF", frames, channels, slices, type, compression });
        const place = { frame: frames - 1, channel: channels >> 1, slice: slices - 1 };
        let band = {
          data: madePlane(made, planeNumber(made, place)),
          height: axes.height,
          width: axes.width,
        };
        for (const [level, size] of image.levels.entries()) {
          const { plane } = await image.read({ ...place, level });
          expect([plane.height, plane.width]).toEqual([size.height, size.width]);
          expect(differing(plane.data, band.data)).toBe(0);
          if (level + 1 < image.levels.length)
            expect(Math.max(size.height, size.width)).toBeGreaterThan(tile);
          band = halved(band, type, isLabels);
        }
        const last = image.levels.at(-1)!;
        expect(Math.max(last.height, last.width)).toBeLessThanOrEqual(tile);
      }),
      { numRuns: 60 },
    );
  });

  it("keeps calibration, times and names, whatever characters they hold", async () => {
    const made: MadeSource = {
      ...small,
      pixelSize: 0.325,
      sliceSpacing: 1.5,
      frameInterval: 600,
      frameTimes: [0, 600.25],
      channelNames: ['DAPI <"1">', "", "Größe & 細胞"],
    };
    const bytes = await written(made, { tile: 16, name: "Position\u00001" });
    const image = await opened(bytes);
    expect(image).toMatchObject({
      pixelSize: 0.325,
      sliceSpacing: 1.5,
      frameInterval: 600,
      frameTimes: [0, 600.25],
      channelNames: made.channelNames,
    });
    const { description } = (await openTiff(memorySource(bytes), "made.tif")).metadata;
    expect(description).toMatch(/^[\n\x20-\x7e]*$/);
    expect(description).toContain('Name="Position?1"');
    expect(description).not.toMatch(/UUID/);
  });

  it("gives the same bytes for the same image, and no levels where none are wanted", async () => {
    const bytes = await written(small, { tile: 16 });
    expect(Buffer.compare(bytes, await written(small, { tile: 16 }))).toBe(0);
    const flat = await written(small, { tile: 16, pyramid: false });
    expect((await opened(flat)).levels).toHaveLength(1);
    expect(flat.length).toBeLessThan(bytes.length);
  });

  it("reads a row of tiles at a time, in the order of the file", async () => {
    const asked: string[] = [];
    const source = madeSource({ ...small, frames: 1, slices: 1, channels: 2 });
    const done: number[] = [];
    await writeOmeTiff(
      memorySink(),
      {
        ...source,
        read: (window, place) => {
          asked.push(`${place.channel}:${window.y}+${window.height}`);
          return source.read(window, place);
        },
      },
      { tile: 16, onProgress: (progress) => done.push(progress.done / progress.total) },
    );
    expect(asked).toEqual(["0:0+16", "0:16+16", "0:32+8", "1:0+16", "1:16+16", "1:32+8"]);
    expect(done.at(-1)).toBe(1);
  });

  it("becomes BigTIFF where it could pass 4 GB, before the first byte", async () => {
    const firstTile = async (frames: number): Promise<number> => {
      const places: number[] = [];
      const stop = new Error("enough");
      const sink: ByteSink = {
        write: (position) => (places.push(position), Promise.reject(stop)),
      };
      const source = madeSource({ ...small, height: 512, width: 512, frames, value: () => 0 });
      await expect(writeOmeTiff(sink, source, { tile: 512 })).rejects.toBe(stop);
      return places[0]!;
    };
    expect(await firstTile(1000)).toBe(8);
    expect(await firstTile(1500)).toBe(16);
  });

  it("has no header before it is finished, and stops when told", async () => {
    const sink = memorySink();
    const control = new AbortController();
    const options = { tile: 16, signal: control.signal, onProgress: () => control.abort() };
    await expect(writeOmeTiff(sink, madeSource(small), options)).rejects.toThrow(/stopped before it ended/);
    await expect(openTiff(memorySource(sink.bytes()), "half.tif")).rejects.toThrow(/not a TIFF/);
  });

  it.each([
    ["a height of 0", { height: 0 }, {}],
    ["a pixel size of 0", { pixelSize: 0 }, {}],
    ["names of other channels", { channelNames: ["a"] }, {}],
    ["times of other frames", { frameTimes: [0] }, {}],
    ["labels that are floats", { type: "float32", isLabels: true }, {}],
    ["a tile of 100", {}, { tile: 100 }],
    ["another compression", {}, { compression: "lzw" }],
  ] as const)("refuses %s", async (_, change, options) => {
    const source = madeSource({ ...small, ...change });
    await expect(writeOmeTiff(memorySink(), source, options as OmeTiffOptions)).rejects.toThrow(InvalidInput);
  });

  it("refuses a source that gives other values than it says", async () => {
    const source = madeSource(small);
    const wrong = (data: WrittenSamples): Promise<void> =>
      writeOmeTiff(memorySink(), { ...source, read: () => Promise.resolve(data) }, { tile: 16 });
    await expect(wrong(new Uint8Array(16 * 35))).rejects.toThrow(/16 x 35 values of uint16/);
    await expect(wrong(new Uint16Array(3))).rejects.toThrow(/received 3 of Uint16Array/);
  });
});
