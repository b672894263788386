import { describe, expect, it } from "vitest";
import { laidOut, lifFile, openLif, tileScan, watchedSource } from "../../../test/liffile.js";
import { CorruptFile } from "../../core/errors.js";
import type { OpenedImage } from "./imageformat.js";

/** Four tiles of 4 x 6 pixels of 1 µm, of which each holds its number in tens and the pixel's place in ones. */
const laid = laidOut(
  [
    { id: 1, size: 6 },
    { id: 2, size: 4, gap: 2 },
    { id: 10, size: 4 },
  ],
  "uint8",
  (at) => 10 * (at[10]! + 1) + at[1]!,
);
const dimensions = laid.dimensions.map((dimension) =>
  dimension.id === 10 ? dimension : { ...dimension, length: (dimension.size - 1) * 1e-6 },
);

const open = async (inside: string, data = laid.data): Promise<OpenedImage> =>
  (await openLif(lifFile([{ name: "a", ...laid, dimensions, data, inside }]))).open(0);

const rows = async (image: OpenedImage): Promise<number[][]> => {
  const { plane } = await image.read({ frame: 0, channel: 0, slice: 0 });
  return Array.from({ length: plane.height }, (_, y) => [
    ...plane.data.subarray(y * plane.width, (y + 1) * plane.width),
  ]);
};

/** Two rows of two tiles; neighbours share one row or column. @param sign of the stage's axes */
const positions = (
  sign: { readonly y: number; readonly x: number },
  swap = false,
): Parameters<typeof tileScan>[0] =>
  [0, 1, 2, 3].map((tile) => {
    const [y, x] = [0.02 + sign.y * 3e-6 * Math.floor(tile / 2), 0.01 + sign.x * 5e-6 * (tile % 2)];
    return { field: [tile % 2, Math.floor(tile / 2)], ...(swap ? { y: x, x: y } : { y, x }) };
  });

const upper = [10, 11, 12, 13, 14, 20, 21, 22, 23, 24, 25];
const lower = [30, 31, 32, 33, 34, 40, 41, 42, 43, 44, 45];
const together = [upper, upper, upper, lower, lower, lower, lower];

describe("tiles", () => {
  it("are put together by the positions of the stage, the later over the earlier", async () => {
    const image = await open(tileScan(positions({ y: 1, x: 1 })));
    expect([image.height, image.width, image.frames]).toEqual([7, 11, 1]);
    expect(await rows(image)).toEqual(together);
    expect(image.notices).toEqual([
      "Its 4 tiles are put together by the positions of the stage; where they overlap, the later one is taken",
    ]);
    expect(image.position).toEqual({ y: 20_001.5, x: 10_002.5, z: 1000 });
  });

  it.each([
    ["reversed along x", { y: 1, x: -1 }, false, 'FlipX="1" FlipY="0" SwapXY="0"'],
    ["reversed along y", { y: -1, x: 1 }, false, 'FlipX="0" FlipY="1" SwapXY="0"'],
    ["swapped", { y: 1, x: 1 }, true, 'FlipX="0" FlipY="0" SwapXY="1"'],
    ["swapped and reversed", { y: -1, x: -1 }, true, 'FlipX="1" FlipY="1" SwapXY="1"'],
    ["swapped, and the image's y reversed", { y: -1, x: 1 }, true, 'FlipX="0" FlipY="1" SwapXY="1"'],
  ])("are put together when the stage is %s", async (_, sign, swap, flags) => {
    expect(await rows(await open(tileScan(positions(sign, swap), flags)))).toEqual(together);
  });

  it("give windows from the tiles that these meet, and no others", async () => {
    const bytes = lifFile([{ name: "a", ...laid, dimensions, inside: tileScan(positions({ y: 1, x: 1 })) }]);
    const source = watchedSource(bytes);
    const image = await (await openLif(source)).open(0);
    source.reads.length = 0;
    const index = { frame: 0, channel: 0, slice: 0 };
    const { plane } = await image.readWindow!(index, { y: 1, x: 3, height: 2, width: 3 });
    expect([...plane.data]).toEqual([13, 14, 20, 13, 14, 20]);
    const first = bytes.length - laid.data.length;
    const tileBytes = laid.data.length / 4;
    const tilesRead = source.reads.map(([offset]) => Math.floor((offset - first) / tileBytes));
    expect(tilesRead).toEqual([0, 1]);
    expect(source.reads.every(([, length]) => length <= tileBytes)).toBe(true);
  });

  it("without positions lie side by side by their fields", async () => {
    const fields = [0, 1, 2, 3].map((tile) => ({ field: [tile % 2, Math.floor(tile / 2)] as const }));
    const image = await open(tileScan(fields));
    expect([image.height, image.width]).toEqual([8, 12]);
    expect((await rows(image))[4]).toEqual([30, 31, 32, 33, 34, 35, 40, 41, 42, 43, 44, 45]);
    expect(image.notices[0]).toContain("side by side by their fields");
    const inOnePlace = await open(tileScan(fields.map((one) => ({ ...one, y: 0.1, x: 0.1 }))));
    expect([inOnePlace.height, inOnePlace.width]).toEqual([8, 12]);
  });

  it("of places that are far apart are not put together by them", async () => {
    const far = positions({ y: 1, x: 1 }).map((tile, i) => (i === 3 ? { ...tile, x: 0.5 } : tile));
    expect((await open(tileScan(far))).width).toBe(12);
  });

  it("leave 0 where there is none", async () => {
    const apart = positions({ y: 1, x: 1 }).map((tile, i) =>
      i === 3 ? { ...tile, x: tile.x! + 2e-6 } : tile,
    );
    const image = await open(tileScan(apart));
    expect((await rows(image))[6]).toEqual([30, 31, 32, 33, 34, 35, 0, 40, 41, 42, 43, 44, 45]);
    const { plane } = await image.readWindow!(
      { frame: 0, channel: 0, slice: 0 },
      { y: 5, x: 6, height: 2, width: 1 },
    );
    expect([...plane.data]).toEqual([0, 0]);
  });

  it.each([
    ["nothing is known", ""],
    ["some are missing", tileScan(positions({ y: 1, x: 1 }).slice(1))],
    ["all are one field", tileScan([0, 1, 2, 3].map(() => ({ field: [0, 0] })))],
  ])("are frames where %s", async (_, inside) => {
    const image = await open(inside);
    expect([image.frames, image.height, image.width]).toEqual([4, 4, 6]);
    expect((await image.read({ frame: 2, channel: 0, slice: 0 })).plane.data[0]).toBe(30);
    expect(image.notices).toEqual(['Its 4 places along the axis "tile" are read as frames']);
  });
});

describe("files that are cut off", () => {
  const movie = laidOut(
    [
      { id: 1, size: 4 },
      { id: 2, size: 3 },
      { id: 3, size: 2 },
      { id: 4, size: 5 },
    ],
    "uint16",
    (at) => at[4]!,
  );
  const single = laidOut(
    [
      { id: 1, size: 4 },
      { id: 2, size: 3 },
    ],
    "uint16",
    () => 7,
  );
  const bytes = lifFile([
    { name: "first", ...single },
    { name: "movie", ...movie },
    { name: "last", ...single },
  ]);
  const movieAt = bytes.length - (22 + 2 * 11) - single.data.length - movie.data.length;

  it("open their other series, and the frames that are there", async () => {
    // Two frames of 48 bytes and a part of the third.
    const set = await openLif(bytes.slice(0, movieAt + 2 * 48 + 40));
    expect((await set.open(0)).damage).toBe(undefined);
    const image = await set.open(1);
    expect([image.frames, image.slices]).toEqual([2, 2]);
    expect((await image.read({ frame: 1, channel: 0, slice: 1 })).plane.data[11]).toBe(1);
    expect(image.damage).toBeInstanceOf(CorruptFile);
    expect(image.damage!.message).toBe(
      `test.lif: its series "movie" is cut off: 136 of 240 bytes are there (at byte ${movieAt + 136}); ` +
        "copy or export the file again.",
    );
    await expect(set.open(2)).rejects.toThrow('the pixels of its series "last" are missing');
  });

  it("open a plane that is not whole, of which windows can be read", async () => {
    const image = await (await openLif(bytes.slice(0, movieAt + 20))).open(1);
    expect([image.frames, image.slices, image.damage === undefined]).toEqual([1, 1, false]);
    const index = { frame: 0, channel: 0, slice: 0 };
    await expect(image.read(index)).rejects.toBeInstanceOf(CorruptFile);
    const { plane } = await image.readWindow!(index, { y: 0, x: 0, height: 2, width: 4 });
    expect([...plane.data]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("have fewer channels where these are outermost", async () => {
    const planes = laidOut(
      [
        { id: 1, size: 4 },
        { id: 2, size: 3 },
        { id: 0, size: 3 },
      ],
      "uint8",
      (at) => at[0]!,
    );
    const file = lifFile([{ name: "a", ...planes }]);
    const image = await (await openLif(file.slice(0, file.length - 1))).open(0);
    expect([image.channels, image.damage === undefined]).toEqual([2, false]);
  });

  it("have memory that is smaller than their images when these were stopped", async () => {
    const image = await (
      await openLif(lifFile([{ name: "a", ...movie, data: movie.data.slice(0, 100) }]))
    ).open(0);
    expect([image.frames, image.damage === undefined]).toEqual([2, false]);
  });
});
