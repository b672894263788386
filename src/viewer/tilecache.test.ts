import { describe, expect, it } from "vitest";
import { planeOf } from "../../test/browser/renderscene.js";
import { tileCache } from "./tilecache.js";
import { screenPlaces } from "./screenplaces.js";
import { levelOf, missingTiles } from "./visibletiles.js";

const place = (column: number, level = 0): { level: number; row: number; column: number } => ({
  level,
  row: 0,
  column,
});

describe("tiles in memory", () => {
  it("drops those that were not used for longest, by bytes", () => {
    const cache = tileCache(1000);
    cache.set("a", place(0), new Uint8Array(400));
    cache.set("a", place(1), new Uint16Array(150));
    cache.get("a", place(0));
    cache.set("b", place(0), new Int32Array(100));
    expect([cache.has("a", place(0)), cache.has("a", place(1)), cache.has("b", place(0))]).toEqual([
      true,
      false,
      true,
    ]);
    expect([cache.bytes, cache.count]).toEqual([800, 2]);
  });

  it("never drops pinned ones, until they are let go", () => {
    const cache = tileCache(1000);
    cache.set("a", place(0), new Uint8Array(600));
    cache.pin("a", place(0));
    cache.set("a", place(1), new Uint8Array(600));
    cache.set("a", place(2), new Uint8Array(600));
    expect([cache.has("a", place(0)), cache.has("a", place(1)), cache.has("a", place(2))]).toEqual([
      true,
      false,
      true,
    ]);
    expect([cache.bytes, cache.pinnedBytes]).toEqual([1200, 600]);
    cache.set("a", place(0), new Uint8Array(700));
    expect(cache.pinnedBytes).toBe(700);
    cache.set("a", place(3), new Uint8Array(100));
    cache.unpin("a", place(0));
    expect([cache.has("a", place(0)), cache.pinnedBytes]).toEqual([true, 0]);
    cache.set("a", place(4), new Uint8Array(300));
    expect(cache.has("a", place(0))).toBe(false);
  });

  it("gives the tiles of a plane, and forgets them", () => {
    const cache = tileCache(1000);
    const tile = new Int32Array(4);
    cache.set("labels/3", place(1, 2), tile);
    cache.set("labels/30", place(1, 2), new Int32Array(4));
    const plane = cache.plane<Int32Array>("labels/3", 2, [{ height: 9, width: 9 }]);
    expect(plane.get(2, 0, 1)).toBe(tile);
    expect(plane.get(0, 0, 1)).toBeUndefined();
    cache.pin("labels/3", place(1, 2));
    cache.forget("labels/3");
    expect([cache.count, cache.bytes, cache.pinnedBytes]).toEqual([1, 16, 0]);
  });
});

describe("what a view needs", () => {
  const size = { height: 256, width: 256 };
  const bare = planeOf(size, new Uint8Array(65536), { tile: 64, isThere: () => false });
  const needed = (plane: typeof bare, zoom: number, y = 127.5, x = 127.5): string[] =>
    missingTiles(plane, zoom, screenPlaces(size, { y, x, zoom }, { height: 100, width: 100 })).map(
      ({ level, row, column }) => `${level} ${row} ${column}`,
    );

  it("takes the level whose pixels are not larger than those of the screen", () => {
    expect([8, 1, 0.9, 0.5, 0.3, 0.25, 0.01].map((zoom) => levelOf(bare, zoom))).toEqual([
      0, 0, 0, 1, 1, 2, 2,
    ]);
  });

  it("asks for the coarsest first, then from the middle of the screen", () => {
    const wanted = needed(bare, 1, 90, 90);
    expect(wanted.slice(0, 2)).toEqual(["2 0 0", "0 1 1"]);
    expect(wanted).toHaveLength(10);
    expect(wanted.at(-1)).toBe("0 2 2");
    expect(needed(bare, 0.2)).toEqual(["2 0 0"]);
  });

  it("asks for nothing that is there", () => {
    const full = planeOf(size, new Uint8Array(65536), { tile: 64 });
    expect(needed(full, 1)).toEqual([]);
    const lacking = planeOf(size, new Uint8Array(65536), {
      tile: 64,
      isThere: (level, row) => level > 0 || row !== 1,
    });
    expect(needed(lacking, 1).sort()).toEqual(["0 1 1", "0 1 2"]);
  });
});
