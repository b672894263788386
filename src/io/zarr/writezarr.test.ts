import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gathered, inputOf, madeSource } from "../../../test/madezarr.js";
import { openAs } from "../formats/fileformat.js";
import type { OpenedImage } from "../formats/imageformat.js";
import { imageFormats } from "../formats/imageformats.js";
import { labelFormats } from "../formats/labelformats.js";
import type { WrittenType } from "../image/planesource.js";
import { halved, halvedSizes } from "../image/halving.js";
import { writeZarr, writeZarrLabels } from "./writezarr.js";

const openOnly = async (files: Readonly<Record<string, Uint8Array>>): Promise<OpenedImage> => {
  const set = await openAs(imageFormats, inputOf(files));
  expect(set.series).toEqual([{ name: "" }]);
  return set.open(0);
};

const sizes = fc.record({
  height: fc.integer({ min: 1, max: 40 }),
  width: fc.integer({ min: 1, max: 40 }),
  frames: fc.integer({ min: 1, max: 2 }),
  channels: fc.integer({ min: 1, max: 3 }),
  slices: fc.integer({ min: 1, max: 2 }),
});
const types: readonly WrittenType[] = ["uint8", "uint16", "uint32", "int32", "float32"];

describe("an OME-Zarr that was written", () => {
  it("is read back, whatever its size, type, version, chunks and shards", async () => {
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.constantFrom(...types),
        fc.constantFrom<"0.4" | "0.5">("0.4", "0.5"),
        fc.constantFrom(2, 8, 16, 64),
        fc.constantFrom(undefined, 1, 3),
        async (size, type, version, chunk, perShard) => {
          const source = madeSource({ ...size, type });
          const shard = version === "0.5" && perShard !== undefined ? perShard * chunk : undefined;
          const files = await gathered(writeZarr(source, { version, chunk, shard }));
          const image = await openOnly(files);
          expect(image).toMatchObject({ ...size, type, notices: [] });
          expect(image.levels).toEqual(halvedSizes(size, chunk));
          for (let frame = 0; frame < size.frames; frame++)
            for (let channel = 0; channel < size.channels; channel++)
              for (let slice = 0; slice < size.slices; slice++) {
                const place = { frame, channel, slice };
                const window = { y: 0, x: 0, height: size.height, width: size.width };
                let rows = { ...size, data: await source.read(window, place) };
                for (let level = 0; level < image.levels.length; level++) {
                  const { plane } = await image.read({ ...place, level });
                  expect(plane.data).toEqual(rows.data);
                  rows = { ...size, ...halved(rows, type, false) };
                }
              }
        },
      ),
      { numRuns: 60, seed: 7 },
    );
  });

  it.each(["0.4", "0.5"] as const)("keeps calibration and names, version %s", async (version) => {
    const source = madeSource({
      height: 20,
      width: 30,
      frames: 2,
      channels: 2,
      slices: 3,
      type: "uint16",
      pixelSize: 0.325,
      sliceSpacing: 1.5,
      frameInterval: 300,
      channelNames: ["DNA", ""],
    });
    const files = await gathered(writeZarr(source, { version, chunk: 8, name: "cells" }));
    const image = await openOnly(files);
    expect([image.pixelSize, image.sliceSpacing, image.frameInterval]).toEqual([0.325, 1.5, 300]);
    expect(image.channelNames).toEqual(["DNA", ""]);
    expect(Object.keys(files).at(-1)).toBe(version === "0.4" ? ".zgroup" : "zarr.json");
    const again = await gathered(writeZarr(source, { version, chunk: 8, name: "cells" }));
    expect(again).toEqual(files);
  });

  it.each(["0.4", "0.5"] as const)(
    "has labels with as many sizes as the image, version %s",
    async (version) => {
      const size = { height: 20, width: 30, frames: 2, channels: 1, slices: 1 };
      const source = madeSource({ ...size, type: "uint8" });
      const nuclei = madeSource({ ...size, type: "int32" });
      const files = await gathered(
        writeZarr(source, {
          version,
          chunk: 8,
          labels: [
            {
              name: "nuclei",
              source: nuclei,
              colours: [{ label: 1, rgba: [255, 0, 0, 255] }],
              properties: [{ label: 1, values: { track: 7 } }],
            },
          ],
        }),
      );
      const labels = await openAs(labelFormats, inputOf(files));
      expect([labels.planes, labels.size(0)]).toEqual([2, { height: 20, width: 30 }]);
      const window = { y: 0, x: 0, height: 20, width: 30 };
      const place = { frame: 1, channel: 0, slice: 0 };
      expect((await labels.read(1)).data).toEqual(await nuclei.read(window, place));
      const below = Object.fromEntries(
        Object.entries(files)
          .filter(([key]) => key.startsWith("labels/nuclei/"))
          .map(([key, bytes]) => [key.slice("labels/nuclei/".length), bytes]),
      );
      const image = await openOnly(below);
      expect(image.levels).toEqual((await openOnly(files)).levels);
      const rows = halved({ ...size, data: await nuclei.read(window, place) }, nuclei.type, true);
      expect((await image.read({ ...place, level: 1 })).plane.data).toEqual(rows.data);
      const document = JSON.parse(
        new TextDecoder().decode(below[version === "0.4" ? ".zattrs" : "zarr.json"]),
      ) as { readonly "image-label"?: object; readonly attributes?: { readonly ome: object } };
      expect(version === "0.4" ? document : document.attributes!.ome).toMatchObject({
        "image-label": {
          colors: [{ "label-value": 1, rgba: [255, 0, 0, 255] }],
          properties: [{ "label-value": 1, track: 7 }],
          source: { image: "../../" },
        },
      });
      const alone = await gathered(
        writeZarrLabels({ name: "nuclei", source: nuclei }, { version, chunk: 8 }),
      );
      expect((await (await openAs(labelFormats, inputOf(alone))).read(1)).data).toEqual(
        await nuclei.read(window, place),
      );
    },
  );

  it("asks for bands of rows from the top, and leaves chunks of zeros out", async () => {
    const asked: number[] = [];
    const source = {
      ...madeSource({ height: 40, width: 10, frames: 1, channels: 1, slices: 1, type: "uint8" }),
      read: (window: { readonly y: number; readonly height: number; readonly width: number }) => {
        asked.push(window.y, window.height);
        return Promise.resolve(new Uint8Array(window.height * window.width).fill(window.y === 16 ? 9 : 0));
      },
    };
    const files = await gathered(writeZarr(source, { chunk: 16 }));
    expect(asked).toEqual([0, 16, 16, 16, 32, 8]);
    const chunks = Object.keys(files).filter((path) => /^\d\/\d/.test(path));
    expect(chunks.sort()).toEqual(["0/0/0/0/1/0", "1/0/0/0/0/0", "2/0/0/0/0/0"]);
  });

  it("is refused where it cannot be written", async () => {
    const source = madeSource({ height: 4, width: 4, frames: 1, channels: 1, slices: 1, type: "uint8" });
    const labels = [{ name: "a", source: { ...source, width: 5 } }];
    for (const [options, message] of [
      [{ chunk: 7 }, /chunk: expected an even number/],
      [{ shard: 1024 }, /shard: expected version 0.5/],
      [{ version: "0.5", shard: 700 }, /shard: expected a multiple of 512/],
      [{ colours: ["green"] }, /colours: expected/],
      [{ labels: [{ name: "../x", source }] }, /labels: expected different names/],
      [{ labels }, /the labels "a": expected 4 x 4 pixels/],
    ] as const)
      await expect(gathered(writeZarr(source, options))).rejects.toThrow(message);
  });
});

describe("halved", () => {
  const rows = { height: 3, width: 3, data: Uint8Array.of(1, 2, 9, 3, 5, 0, 7, 8, 4) };
  it("takes means, of those there are at the edges, or the one at the top left", () => {
    expect(halved(rows, "uint8", false)).toEqual({ height: 2, width: 2, data: Uint8Array.of(3, 5, 8, 4) });
    expect(halved(rows, "uint8", true)).toEqual({ height: 2, width: 2, data: Uint8Array.of(1, 9, 7, 4) });
  });
  it("leaves NaN out", () => {
    const data = Float32Array.of(NaN, 1, NaN, NaN, 2, NaN, NaN, NaN);
    expect(halved({ height: 2, width: 4, data }, "float32", false).data).toEqual(Float32Array.of(1.5, NaN));
  });
});
