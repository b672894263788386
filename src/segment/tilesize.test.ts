import { describe, expect, it } from "vitest";
import { defaultModelConfig, sizeMultiple } from "../model/modelconfig.js";
import { memoryOf, type MemoryNeeds, networkBytes, partsFor } from "./tilesize.js";

const mosaic: Omit<MemoryNeeds, "limit"> = {
  height: 9500,
  width: 13_000,
  scale: 1,
  config: defaultModelConfig,
};

describe("partsFor", () => {
  it("stays below the limit by its model, and uses it", () => {
    const configs = [
      defaultModelConfig,
      { ...defaultModelConfig, grid: 1 },
      { ...defaultModelConfig, filters: 64 },
    ];
    const sizes = [
      { height: 9500, width: 13_000 },
      { height: 2048, width: 2048 },
      { height: 200, width: 300 },
    ];
    const all = configs.flatMap((config) =>
      [0.5, 1, 1.7].flatMap((scale) => sizes.map((size) => ({ ...size, scale, config }))),
    );
    for (const needs of all) {
      const { height, width, scale, config } = needs;
      for (const limit of [2e9, 3e9, 8e9]) {
        const parts = partsFor({ ...needs, limit });
        expect(memoryOf(parts, needs)).toBeLessThanOrEqual(limit);
        const room = [
          { ...parts, tile: parts.tile + 4 * sizeMultiple(config) },
          { ...parts, band: parts.band + 64 },
        ].filter((larger) => memoryOf(larger, needs) <= 0.9 * limit);
        // What would still fit brings nothing.
        for (const { tile, band } of room)
          expect(
            tile > Math.min(3900, Math.max(height, width) * scale) || band > Math.min(2048, height),
          ).toBe(true);
      }
    }
  });

  it("takes larger parts the more memory there is, and a small image in one part", () => {
    const parts = [0.75e9, 1e9, 2e9, 4e9].map((limit) => partsFor({ ...mosaic, limit }));
    for (const [i, { tile }] of parts.slice(1).entries()) expect(tile).toBeGreaterThan(parts[i]!.tile);
    const small = partsFor({ ...mosaic, height: 1000, width: 1000, limit: 2e9 });
    expect(Math.min(small.tile, small.band)).toBeGreaterThanOrEqual(1000);
  });

  it("knows that the channels at full resolution count, or those on the grid", () => {
    // Measured at tiles of 1024 px: see the docstring. Never below the measurement, and not far above.
    for (const [config, measured] of [
      [{}, 541],
      [{ filters: 16 }, 543],
      [{ filters: 48 }, 863],
      [{ grid: 1 }, 2015],
    ] as const) {
      const bytes = networkBytes({ ...defaultModelConfig, ...config });
      expect(bytes).toBeGreaterThan(measured);
      expect(bytes).toBeLessThan(1.25 * measured);
    }
  });

  it("keeps a tile that was asked for", () => {
    expect(partsFor({ ...mosaic, limit: 2e9, tile: 700 }).tile).toBe(700);
    expect(partsFor({ ...mosaic, limit: 2e9, tile: 4096 })).toEqual({ tile: 4096, band: 128 });
  });

  it("says how much is needed where the limit is too low", () => {
    expect(() => partsFor({ ...mosaic, limit: 3e8 })).toThrow(
      /memory: expected at least \d+ MB for this model and an image of 9500 x 13000 px, received 300 MB/,
    );
  });
});
