import { describe, expect, it } from "vitest";
import { readFromTile, tilesOfWindow, writeIntoTile } from "../app/src/viewer/labelpatching.js";

const grid = {
  tile: 4,
  levels: [
    { height: 10, width: 7 },
    { height: 5, width: 4 },
    { height: 3, width: 2 },
  ],
};

/** The whole plane at a level, the upper left of each 2 x 2, from an image of level 0. */
const subsampled = (values: Int32Array, width: number, level: number): number[] => {
  const { height: rows, width: columns } = grid.levels[level]!;
  return Array.from(
    { length: rows * columns },
    (_, i) => values[(Math.floor(i / columns) << level) * width + ((i % columns) << level)]!,
  );
};

const emptyTiles = (level: number): Map<string, Int32Array> => {
  const { height, width } = grid.levels[level]!;
  const tiles = new Map<string, Int32Array>();
  for (let row = 0; row < Math.ceil(height / 4); row++)
    for (let column = 0; column < Math.ceil(width / 4); column++)
      tiles.set(`${row}/${column}`, new Int32Array(16));
  return tiles;
};

const joined = (tiles: ReadonlyMap<string, Int32Array>, level: number): number[] => {
  const { height, width } = grid.levels[level]!;
  return Array.from({ length: height * width }, (_, i) => {
    const [y, x] = [Math.floor(i / width), i % width];
    return tiles.get(`${y >> 2}/${x >> 2}`)![(y & 3) * 4 + (x & 3)]!;
  });
};

describe("patches of labels in tiles", () => {
  it.each([0, 1, 2])("keeps level %i in step with the image", (level) => {
    const image = new Int32Array(70);
    const tiles = emptyTiles(level);
    [
      { y: 1, x: 1, height: 7, width: 5 },
      { y: 0, x: 0, height: 10, width: 7 },
      { y: 3, x: 3, height: 1, width: 1 },
      { y: 4, x: 4, height: 2, width: 3 },
    ].forEach((window, k) => {
      const values = Int32Array.from({ length: window.height * window.width }, (_, i) => 100 * k + i + 1);
      for (let r = 0; r < window.height; r++)
        for (let c = 0; c < window.width; c++)
          image[(window.y + r) * 7 + window.x + c] = values[r * window.width + c]!;
      for (const place of tilesOfWindow(grid, level, window))
        writeIntoTile(tiles.get(`${place.row}/${place.column}`)!, grid, place, { ...window, values });
      expect(joined(tiles, level)).toEqual(subsampled(image, 7, level));
    });
  });

  it("tells what changed, in px of the tile", () => {
    const patch = { y: 3, x: 2, height: 3, width: 3, values: new Int32Array(9).fill(5) };
    const data = new Int32Array(16);
    expect(writeIntoTile(data, grid, { level: 0, row: 1, column: 0 }, patch)).toEqual({
      y: 0,
      x: 2,
      height: 2,
      width: 2,
    });
    expect(writeIntoTile(data, grid, { level: 0, row: 2, column: 0 }, patch)).toBeUndefined();
    // One px that is no upper left of a 2 x 2 is not seen at the coarser level.
    expect(tilesOfWindow(grid, 1, { y: 3, x: 3, height: 1, width: 1 })).toEqual([]);
  });

  it("reads a rectangle across tiles", () => {
    const tiles = emptyTiles(0);
    const whole = { y: 0, x: 0, height: 10, width: 7, values: Int32Array.from({ length: 70 }, (_, i) => i) };
    for (const place of tilesOfWindow(grid, 0, whole))
      writeIntoTile(tiles.get(`${place.row}/${place.column}`)!, grid, place, whole);
    const part = { y: 2, x: 3, height: 6, width: 3, values: new Int32Array(18) };
    for (const place of tilesOfWindow(grid, 0, part))
      readFromTile(tiles.get(`${place.row}/${place.column}`)!, 4, place, part);
    expect(Array.from(part.values)).toEqual(
      Array.from({ length: 18 }, (_, i) => (2 + Math.floor(i / 3)) * 7 + 3 + (i % 3)),
    );
  });
});
