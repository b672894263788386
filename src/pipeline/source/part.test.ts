import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeTiff } from "../../io/tiff/encode.js";
import { openSource } from "./source.js";

let folder: string;
const at = (name: string): string => join(folder, name);
/** Value of a pixel that tells its frame, row and column. */
const value = (frame: number, y: number, x: number): number => 100 * frame + 10 * y + x;
const plane = (data: Uint16Array): { height: number; width: number; samples: number; data: Uint16Array } => ({
  height: 4,
  width: 6,
  samples: 1,
  data,
});
const numbered = (frame: number): Uint16Array =>
  Uint16Array.from({ length: 24 }, (_, i) => value(frame, Math.floor(i / 6), i % 6));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "karyon-part-"));
  for (const frame of [0, 1, 2, 3]) writeFileSync(at(`m${frame}.tif`), encodeTiff([plane(numbered(frame))]));
  const mask = new Uint16Array(24);
  mask[8] = 5;
  writeFileSync(at("mask.tiff"), encodeTiff([plane(mask)]));
  writeFileSync(
    at("masks.tiff"),
    encodeTiff(
      [0, 1, 2, 3].map((frame) => plane(Uint16Array.from({ length: 24 }, (_, i) => Number(i === frame)))),
    ),
  );
  writeFileSync(at("small.tiff"), encodeTiff([{ height: 1, width: 1, samples: 1, data: Uint8Array.of(1) }]));
});
afterAll(() => rmSync(folder, { recursive: true }));

const movie = (): string[] => [at("m?.tif")];

describe("a part of a source", () => {
  it("has the frames that were asked for, under their names", async () => {
    for (const [frames, names] of [
      ["1..2", ["m1", "m2"]],
      ["2..", ["m2", "m3"]],
      ["..0", ["m0"]],
    ] as const) {
      const source = await openSource(movie(), { frames });
      expect([source.frames, source.frameNames]).toEqual([names.length, names]);
    }
    const source = await openSource(movie(), { frames: "1..2" });
    expect((await source.read(1)).data).toEqual(numbered(2));
    expect(source.notices.join()).toContain("Frames 1 to 2 of 4 are read");
    await expect(source.read(2)).rejects.toThrow(/frame: expected 0 to 1, received 2/);
    await expect(openSource(movie(), { frames: "2..9" })).rejects.toThrow(
      /input\.frames: expected frames from 0 to 3, received 2\.\.9/,
    );
  });

  it("is the rectangle that was asked for, whole and in windows", async () => {
    const source = await openSource(movie(), { crop: "1,2,2,3" });
    expect(await source.size(1)).toEqual({ height: 2, width: 3 });
    const image = await source.read(1);
    expect([image.height, image.width, [...image.data]]).toEqual([2, 3, [112, 113, 114, 122, 123, 124]]);
    const window = await source.readWindow(1, { y: 1, x: 1, height: 1, width: 2 });
    expect([...window.data]).toEqual([123, 124]);
    await expect(source.readWindow(1, { y: 1, x: 1, height: 2, width: 2 })).rejects.toThrow(
      /window: expected/,
    );
    await expect(openSource(movie(), { crop: "1,2,2,5" })).rejects.toThrow(
      /input\.crop: expected a rectangle within m0 of 4 x 6 px, received 2 x 5 px from row 1, column 2/,
    );
  });

  it("has no value where a mask excludes, in frames, windows and rectangles", async () => {
    const source = await openSource(movie(), { exclude: at("mask.tiff") });
    const whole = (await source.read(2)).data;
    expect(whole).toEqual(Float32Array.from(numbered(2), (v, i) => (i === 8 ? NaN : v)));
    const crop = await openSource(movie(), { exclude: at("mask.tiff"), crop: "1,1,1,3", frames: "3..3" });
    expect([...(await crop.read(0)).data]).toEqual([311, NaN, 313]);
  });

  it("takes a mask of each frame by the number that the frame has in the movie", async () => {
    const source = await openSource(movie(), { exclude: at("masks.tiff"), frames: "2..3" });
    expect([...(await source.read(0)).data.subarray(0, 4)]).toEqual([200, 201, NaN, 203]);
    await expect(openSource(movie(), { exclude: at("small.tiff") }).then((s) => s.read(0))).rejects.toThrow(
      /input\.exclude: expected a mask of 4 x 6 px, as m0, received 1 x 1 px/,
    );
    await expect(openSource([at("m0.tif"), at("m1.tif")], { exclude: at("masks.tiff") })).rejects.toThrow(
      /one plane, or of one for each of the 2 frames, received 4 planes/,
    );
  });
});
