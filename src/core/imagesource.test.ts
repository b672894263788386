import { describe, expect, it } from "vitest";
import type { Image } from "./image.js";
import { sourceOfImages } from "./imagesource.js";

const image = (height: number, width: number): Image => ({
  height,
  width,
  data: Uint16Array.from({ length: height * width }, (_, i) => i),
  pixelSize: 0.5,
});

describe("images in memory as a source", () => {
  it("are frames with names, size and calibration", async () => {
    const source = sourceOfImages([image(2, 3), image(2, 3)], {
      kind: "movie",
      name: "m",
      frameInterval: 60,
    });
    expect(source).toMatchObject({
      name: "m",
      kind: "movie",
      frames: 2,
      channels: 1,
      slices: 1,
      frameNames: ["t000", "t001"],
      frameInterval: 60,
      pixelSize: 0.5,
      notices: [],
    });
    expect([...(await source.read(1)).data]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await source.size(0)).toEqual({ height: 2, width: 3 });
  });

  it("give a rectangle with the values that are there", async () => {
    const source = sourceOfImages([image(4, 5)]);
    expect(await source.readWindow(0, { y: 1, x: 2, height: 2, width: 3 })).toEqual({
      height: 2,
      width: 3,
      data: Uint16Array.of(7, 8, 9, 12, 13, 14),
      pixelSize: 0.5,
    });
    for (const window of [
      { y: 3, x: 0, height: 2, width: 1 },
      { y: 0, x: 0.5, height: 1, width: 1 },
    ])
      await expect(source.readWindow(0, window)).rejects.toThrow(/^window: expected one within 4 x 5 pixels/);
  });

  it("refuse what is not there", async () => {
    const source = sourceOfImages([image(2, 2)]);
    await expect(source.read(1)).rejects.toThrow(/^frame: expected a number from 0 to 0, received 1/);
    await expect(source.read(0, { channel: 1 })).rejects.toThrow(/^channel: /);
    expect(() => sourceOfImages([])).toThrow(/^images: expected at least one image/);
    expect(() => sourceOfImages([image(2, 2), image(2, 3)], { kind: "movie" })).toThrow(
      /^images: expected frames of 2 x 2 pixels, as the first of the movie, received 2 x 3 pixels/,
    );
    expect(() => sourceOfImages([image(2, 2), image(2, 3)], { frameNames: ["a", "a"] })).toThrow(
      /^frameNames: /,
    );
  });
});
