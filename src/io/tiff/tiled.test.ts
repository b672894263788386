import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differing } from "../../../test/planes.js";
import { InvalidInput } from "../../core/errors.js";
import { type ByteSink, memorySource } from "../bytes.js";
import { stackOf } from "./axes.js";
import { openTiff } from "./open.js";
import { tiledTiffWriter, type TiledSamples, type TiledTiffOptions } from "./tiled.js";

/** A file in memory, at most `most` bytes. */
function memorySink(most = 1 << 22): ByteSink & { bytes: () => Uint8Array } {
  const held = new Uint8Array(most);
  let end = 0;
  return {
    bytes: () => held.slice(0, end),
    write(position, bytes) {
      held.set(bytes, position);
      end = Math.max(end, position + bytes.length);
      return Promise.resolve();
    },
  };
}

/** @param cuts rows a call, over and over */
async function written(
  options: TiledTiffOptions,
  data: TiledSamples,
  cuts: readonly number[],
): Promise<Uint8Array> {
  const sink = memorySink();
  const writer = tiledTiffWriter(sink, options);
  for (let y = 0, i = 0; y < options.height; i++) {
    const count = Math.min(cuts[i % cuts.length]!, options.height - y);
    await writer.rows(data.subarray(y * options.width, (y + count) * options.width), count);
    y += count;
  }
  await writer.finish();
  return sink.bytes();
}

const arrays = { uint8: Uint8Array, uint16: Uint16Array, int32: Int32Array } as const;
const made = (type: keyof typeof arrays, length: number): TiledSamples => {
  const data = new arrays[type](length);
  for (let i = 0; i < length; i++) data[i] = Math.imul(i + 7, 2654435761) >> (i % 3);
  return data;
};

describe("tiledTiffWriter", () => {
  it("writes what is read again, whatever the size, the type, the tile and the calls", async () => {
    const cases = fc.record({
      height: fc.integer({ min: 1, max: 70 }),
      width: fc.integer({ min: 1, max: 70 }),
      tile: fc.constantFrom(16, 32, 64),
      type: fc.constantFrom("uint8" as const, "uint16" as const, "int32" as const),
      bigTiff: fc.constantFrom("auto" as const, true as const),
      cuts: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ cuts, ...options }) => {
        const { height, width, type, bigTiff, tile } = options;
        const data = made(type, height * width);
        const bytes = await written(options, data, cuts);
        expect(bytes[2]).toBe(bigTiff === true ? 43 : 42);
        const tiff = await openTiff(memorySource(bytes), "made.tif");
        expect(tiff.planes).toMatchObject([{ height, width, type, samples: 1, compression: "deflate" }]);
        expect(differing((await tiff.read(0)).data, data)).toBe(0);
        const below = { y: height >> 1, x: width >> 1, height: height - (height >> 1), width: 1 };
        expect([...(await tiff.readWindow(0, below)).data]).toEqual(
          Array.from({ length: below.height }, (_, i) => data[(below.y + i) * width + below.x]),
        );
        // The calls leave no trace.
        expect(Buffer.compare(bytes, await written({ ...options, tile }, data, [height]))).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it("keeps labels beyond 16 bits, unknown pixels and the pixel size", async () => {
    const labels = Int32Array.of(0, -1, 65535, 65536, 70000, 2147483647);
    const tiff = await openTiff(
      memorySource(await written({ height: 2, width: 3, type: "int32", pixelSize: 0.325 }, labels, [1])),
      "labels.tif",
    );
    expect((await tiff.read(0)).data).toEqual(labels);
    expect(stackOf(tiff, "labels.tif")).toMatchObject({ frames: 1, pixelSize: 0.325 });
  });

  it("becomes BigTIFF where it could pass 4 GB, before the first byte", async () => {
    // The first tile follows the directory, which is larger with 8-byte offsets.
    const firstTile = async (height: number, bigTiff: "auto" | true): Promise<number> => {
      const places: number[] = [];
      const sink: ByteSink = { write: (position) => Promise.resolve(void places.push(position)) };
      await tiledTiffWriter(sink, { height, width: 512, type: "int32", bigTiff }).rows(
        new Int32Array(512 * 512),
        512,
      );
      return places[0]!;
    };
    const [small, large] = [1_900_000, 2_100_000];
    expect(await firstTile(small, "auto")).toBeLessThan(await firstTile(small, true));
    expect(await firstTile(large, "auto")).toBe(await firstTile(large, true));
  });

  it("has no header before it is finished", async () => {
    const sink = memorySink();
    const writer = tiledTiffWriter(sink, { height: 16, width: 16, tile: 16, type: "uint8" });
    await writer.rows(new Uint8Array(256), 16);
    await expect(openTiff(memorySource(sink.bytes()), "half.tif")).rejects.toThrow(/not a TIFF/);
  });

  it("refuses rows of another type, width or number, and to finish early", async () => {
    const writer = tiledTiffWriter(memorySink(), { height: 3, width: 2, type: "int32" });
    await expect(writer.rows(new Uint16Array(2), 1)).rejects.toThrow(InvalidInput);
    await expect(writer.rows(new Int32Array(3), 1)).rejects.toThrow(/1 x 2 values/);
    await writer.rows(new Int32Array(4), 2);
    await expect(writer.rows(new Int32Array(4), 2)).rejects.toThrow(/at most 1 more, received 2/);
    await expect(writer.finish()).rejects.toThrow(/expected 3, received 2/);
    expect(() => tiledTiffWriter(memorySink(), { height: 1, width: 1, type: "uint8", tile: 100 })).toThrow(
      /multiple of 16/,
    );
    expect(() => tiledTiffWriter(memorySink(), { height: 0, width: 1, type: "uint8" })).toThrow(
      /at least one pixel/,
    );
  });
});
