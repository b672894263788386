import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveConfig } from "../config/config.js";
import { openSource } from "../source/source.js";
import { readLabels } from "../store/labelfiles.js";
import { simulateOptionsOf, simulateTo } from "./simulation.js";

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "karyon-simulation-"));
});
afterAll(() => rmSync(root, { recursive: true }));

const settings = (simulate: Record<string, unknown>): ReturnType<typeof simulateOptionsOf> =>
  simulateOptionsOf(resolveConfig({ simulate }, "the test"));

describe("the size of a simulation", () => {
  it("is an edge, or height x width, and the diameter is that of the scene or the one given", () => {
    expect(settings({ size: 96 })).toMatchObject({ height: 96, width: 96, diameter: 41.6 });
    expect(settings({ size: "9500x13000", diameter: 30 })).toMatchObject({
      height: 9500,
      width: 13000,
      diameter: 30,
    });
    for (const size of ["9500", "0x50", "9500x", "9500x13000x3", 9500])
      expect(() => settings({ size }), String(size)).toThrow(/simulate/);
  });

  it("above 8192 px makes one frame, in tiles, with its truth", async () => {
    const wide = settings({ size: "64x9000", frames: 1 });
    await simulateTo(join(root, "wide"), wide, { overwrite: false });
    const source = await openSource([join(root, "wide/01")]);
    expect([source.frames, source.pixelSize, await source.size(0)]).toEqual([
      1,
      0.325,
      { height: 64, width: 9000 },
    ]);
    const labels = await readLabels(join(root, "wide/01_GT/SEG/man_seg000.tif"));
    expect(labels.count).toBeGreaterThan(100);
    expect(await readLabels(join(root, "wide/01_GT/TRA/man_track000.tif"))).toEqual(labels);
    const tracks = readFileSync(join(root, "wide/01_GT/TRA/man_track.txt"), "utf8").trim().split("\n");
    expect([tracks.length, tracks.at(-1)]).toEqual([labels.count, `${labels.count} 0 0 0`]);
    expect(
      readdirSync(join(root, "wide"), { recursive: true, encoding: "utf8" }).filter((name) =>
        name.endsWith(".unfinished"),
      ),
    ).toEqual([]);
  });

  it("above 8192 px is refused for a movie", async () => {
    await expect(
      simulateTo(join(root, "movie"), settings({ size: "64x9000", frames: 2 }), { overwrite: false }),
    ).rejects.toThrow(/simulate\.frames: expected 1 for frames above 8192 px/);
    expect(existsSync(join(root, "movie"))).toBe(false);
  });
});
