import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInput } from "../../core/errors.js";
import type { SampleData, StoredPlane } from "../../core/image.js";
import { memorySource } from "../bytes.js";
import { stackOf } from "./axes.js";
import { encodeTiff, encodeTiffParts, type TiffWriteOptions } from "./encode.js";
import { openTiff } from "./open.js";

const arrays = [
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
] as const;
const plane = (data: SampleData, height: number, width: number, samples = 1): StoredPlane => ({
  height,
  width,
  samples,
  data,
});

describe("encodeTiff", () => {
  it("gives back every type, number of samples and size, compressed or not, classic or BigTIFF", async () => {
    const cases = fc.record({
      type: fc.integer({ min: 0, max: arrays.length - 1 }),
      height: fc.integer({ min: 1, max: 9 }),
      width: fc.integer({ min: 1, max: 9 }),
      samples: fc.integer({ min: 1, max: 4 }),
      pages: fc.integer({ min: 1, max: 3 }),
      seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
      compression: fc.constantFrom("deflate" as const, "none" as const),
      bigTiff: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ type, height, width, samples, pages, seed, ...options }) => {
        const planes = Array.from({ length: pages }, (_, page) => {
          const data = new arrays[type]!(height * width * samples);
          for (let i = 0; i < data.length; i++)
            data[i] = Math.imul(seed + page, 2654435761 + i * 40503) / (type === 6 ? 1024 : 1);
          return plane(data, height, width, samples);
        });
        const tiff = await openTiff(memorySource(encodeTiff(planes, options)), "made.tif");
        expect(tiff.planes.length).toBe(pages);
        for (const [i, expected] of planes.entries()) expect(await tiff.read(i)).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  it("cuts large planes into strips", async () => {
    const large = plane(
      Float32Array.from({ length: 700 * 600 }, (_, i) => Math.sin(i)),
      700,
      600,
    );
    const tiff = await openTiff(memorySource(encodeTiff([large])), "large.tif");
    expect(await tiff.read(0)).toEqual(large);
  });

  it("keeps axes, pixel size and frame interval as ImageJ does", async () => {
    const planes = Array.from({ length: 6 }, (_, i) => plane(Uint16Array.of(i, 2 * i), 1, 2));
    const options: TiffWriteOptions = {
      imagej: { channels: 2, frames: 3 },
      pixelSize: 0.325,
      frameInterval: 600,
    };
    const tiff = await openTiff(memorySource(encodeTiff(planes, options)), "stack.tif");
    expect(tiff.metadata.description).toBe(
      "ImageJ=1.54f\nimages=6\nchannels=2\nframes=3\nhyperstack=true\nunit=micron\nfinterval=600\ntunit=sec\nloop=false\n",
    );
    const stack = stackOf(tiff, "stack.tif");
    const { frames, channels, slices, pixelSize, frameInterval } = stack;
    expect({ frames, channels, slices, pixelSize, frameInterval }).toEqual({
      frames: 3,
      channels: 2,
      slices: 1,
      pixelSize: 0.325,
      frameInterval: 600,
    });
    expect((await tiff.read(stack.at(2, 1, 0)!.plane)).data[0]).toBe(5);
  });

  it("gives the same bytes for the same planes, whole or in pieces", () => {
    const planes = [plane(Int32Array.of(1, -1, 70000, 0), 2, 2), plane(Int32Array.of(0, 0, 0, 3), 2, 2)];
    const pieces = [...encodeTiffParts(planes, 2)].flatMap((piece) => [...piece]);
    expect(pieces).toEqual([...encodeTiff(planes)]);
  });

  it.each([
    ["no planes", [], {}],
    ["doubles", [plane(Float64Array.of(1), 1, 1)], {}],
    ["five samples", [plane(new Uint8Array(5), 1, 1, 5)], {}],
    ["a size that is not the data's", [plane(new Uint8Array(5), 2, 2)], {}],
    ["axes that are not the planes'", [plane(new Uint8Array(4), 2, 2)], { imagej: { frames: 2 } }],
    ["a pixel size of 0", [plane(new Uint8Array(4), 2, 2)], { pixelSize: 0 }],
  ])("refuses %s", (_, planes, options) => {
    expect(() => encodeTiff(planes, options)).toThrow(InvalidInput);
  });
});
