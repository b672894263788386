import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { itWithShared, sharedData } from "../../../test/shared.js";
import { crc32 } from "#platform";
import { InvalidInput } from "../../core/errors.js";
import { memorySource } from "../bytes.js";
import { type ByteInput, openAs } from "./fileformat.js";
import type { ImageSet, ReadPlane } from "./imageformat.js";
import { tiffImages } from "./tiffimage.js";

const folder = fileURLToPath(new URL("../../../fixtures/io", import.meta.url));

/** A file of a folder with its siblings. @param missing names that are not there */
function inputOf(name: string, from = folder, missing: readonly string[] = []): ByteInput {
  return {
    from: "bytes",
    where: name,
    name,
    bytes: memorySource(new Uint8Array(readFileSync(`${from}/${name}`))),
    sibling: (other) =>
      missing.includes(other) || !existsSync(`${from}/${other}`)
        ? Promise.reject(new InvalidInput(other, "a file", "none"))
        : Promise.resolve(inputOf(other, from, missing)),
  };
}
const open = (name: string, from?: string, missing?: readonly string[]): Promise<ImageSet> =>
  openAs([tiffImages], inputOf(name, from, missing));
const checksum = ({ plane: { data } }: ReadPlane): number =>
  crc32(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
const manifest = JSON.parse(readFileSync(`${folder}/manifest.json`, "utf8")) as {
  readonly tiff: Record<string, { readonly crc32: number[] }>;
  readonly copies: Record<string, number[][]>;
  readonly series: Record<string, number[]>;
};
const at = (frame: number, channel = 0, slice = 0): { frame: number; channel: number; slice: number } => ({
  frame,
  channel,
  slice,
});

describe("an OME-TIFF of several images", () => {
  it("is a set of series by their names, each with its own axes", async () => {
    const set = await open("images.ome.tif");
    expect(set.series).toEqual([{ name: "Position 1" }, { name: "Position 2" }]);
    const [first, second] = [await set.open(0), await set.open(1)];
    expect(first).toMatchObject({
      format: "OME-TIFF",
      height: 37,
      frames: 2,
      slices: 1,
      pixelSize: 0.5,
      channelNames: [],
      mixedSizes: false,
    });
    expect(second).toMatchObject({
      height: 20,
      frames: 1,
      slices: 2,
      channels: 2,
      sliceSpacing: 2,
      channelNames: ["DAPI", "GFP"],
    });
    for (const t of [0, 1]) expect(checksum(await first.read(at(t)))).toBe(manifest.series["Position 1"]![t]);
    for (const z of [0, 1])
      for (const c of [0, 1])
        expect(checksum(await second.read(at(0, c, z)))).toBe(manifest.series["Position 2"]![2 * z + c]);
  });
});

describe("smaller copies of planes", () => {
  it("of an OME-TIFF are its levels, for every frame and channel", async () => {
    const image = await (await open("subifds.ome.tif")).open(0);
    expect(image.levels).toEqual([
      { height: 74, width: 58 },
      { height: 37, width: 29 },
      { height: 19, width: 15 },
    ]);
    for (const frame of [0, 1])
      for (const channel of [0, 1])
        for (const level of [0, 1, 2]) {
          const index = { ...at(frame, channel), level };
          expect(checksum(await image.read(index))).toBe(
            manifest.copies["subifds.ome.tif"]![2 * frame + channel]![level],
          );
          expect(await image.size(index)).toMatchObject(image.levels[level]!);
        }
    await expect(image.read({ ...at(0), level: 3 })).rejects.toThrow(InvalidInput);
  });

  it("of a slide scanner are its levels; label and thumbnail are left out", async () => {
    const image = await (await open("slide.svs")).open(0);
    expect([image.frames, image.mixedSizes, image.levels.length]).toEqual([1, false, 2]);
    const window = { y: 3, x: 4, height: 5, width: 6 };
    const part = await image.readWindow!({ ...at(0), level: 1 }, window);
    expect([part.plane.height, part.plane.width, part.plane.samples]).toEqual([5, 6, 3]);
  });
});

describe("an OME-TIFF whose metadata are a file of their own", () => {
  it.each(["set_c.tif", "set_d.tif", "set.companion.ome"])("is read from %s", async (name) => {
    const image = await (await open(name)).open(0);
    expect(image).toMatchObject({ format: "OME-TIFF", frames: 2, pixelSize: 0.5, frameInterval: 90 });
    expect(image.frameTimes).toEqual([0, 90]);
    for (const [t, other] of ["multi_a.ome.tif", "multi_b.ome.tif"].entries())
      expect(checksum(await image.read(at(t)))).toBe(manifest.tiff[other]!.crc32[0]);
    expect([...image.siblings, name].filter((file) => /\.tif$/.test(file)).sort()).toEqual([
      "set_c.tif",
      "set_d.tif",
    ]);
  });

  it("is read as frames, with a notice, where that file is missing", async () => {
    const image = await (await open("set_c.tif", folder, ["set.companion.ome"])).open(0);
    expect([image.frames, image.pixelSize]).toEqual([1, undefined]);
    expect(image.notices.join()).toMatch(/OME metadata is in another file/);
  });

  it("is read as far as its files are there", async () => {
    const image = await (await open("set_d.tif", folder, ["set_c.tif"])).open(0);
    expect(image.frames).toBe(2);
    expect(checksum(await image.read(at(1)))).toBe(manifest.tiff["multi_b.ome.tif"]!.crc32[0]);
    await expect(image.read(at(0))).rejects.toThrow(/set_c\.tif/);
    const none = await open("set.companion.ome", folder, ["set_c.tif", "set_d.tif"]);
    await expect(none.open(0)).rejects.toThrow(/set_c\.tif/);
  });
});

describe("times, places and names", () => {
  it("of planes of an OME-TIFF: the median where intervals vary, with a notice", async () => {
    const image = await (await open("times.ome.tif")).open(0);
    expect(image.frameTimes).toEqual([0, 60, 120, 190]);
    expect(image.frameInterval).toBe(60);
    expect(image.position).toEqual({ y: -2000, x: 1500, z: 7 });
    expect(image.notices).toEqual([
      "The time between frames varies from 60 to 70 s; its median, 60 s, is used",
    ]);
  });

  it("of channels and slices of an ImageJ stack", async () => {
    expect((await (await open("imagej_labels.tif")).open(0)).channelNames).toEqual(["DAPI", "GFP"]);
    const spaced = await (await open("imagej_tzcyx.tif")).open(0);
    expect([spaced.sliceSpacing, spaced.channelNames]).toEqual([2, []]);
  });
});

describe("the OME consortium's set in five files", () => {
  itWithShared("reader_tests")("whose companion is missing is read file by file", async () => {
    const image = await (await open("multifile-Z2.ome.tiff", sharedData("reader_tests", "ome"))).open(0);
    expect(image.notices.join()).toMatch(/OME metadata is in another file/);
    await image.read(at(0));
  });
});
