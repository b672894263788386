import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { convexShapes, marchingPredictor } from "../../../test/fakes.js";
import { random } from "../../core/random.js";
import { gaussian } from "../../imgproc/gaussian.js";
import { encodeTiff } from "../../io/tiff/encode.js";
import type { ModelConfig } from "../../model/modelconfig.js";
import type { Predictor } from "../../model/predictor.js";
import type { SegmentationModel } from "../../segment/segmentimage.js";
import { isStreamed } from "../../segment/parts.js";
import { resolveConfig } from "../config/config.js";
import type { Config } from "../config/options.js";
import { openSource } from "../source/source.js";
import { memoryLimit } from "./memory.js";
import { mergeTileRows, segmentTileRows, sharesTileRows, tileRowsParts } from "./mosaicparts.js";
import { segmentInto, writeSegmentation } from "./segmentation.js";
import { type SegmentationInput, segmentShard } from "./shard.js";

const network: ModelConfig = {
  rays: 16,
  grid: 2,
  depth: 1,
  filters: 4,
  convolutionsPerLevel: 2,
  features: 8,
};

/** A network that counts how often it is asked. */
function countingModel(): SegmentationModel & { readonly asked: () => number } {
  const predictor = marchingPredictor(network);
  let asked = 0;
  const counting: Predictor = {
    ...predictor,
    predict: (...input) => {
      asked++;
      return predictor.predict(...input);
    },
  };
  const description = {
    config: network,
    normalisation: { low: 2, high: 99 },
    thresholds: { probability: 0.55, overlap: 0.35 },
    diameter: 20,
    provenance: {},
  };
  return { predictor: counting, description, asked: () => asked };
}

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "karyon-tile-rows-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const folder = (name: string): string => {
  mkdirSync(join(root, name));
  return join(root, name);
};

/** Writes an image of nuclei of 20 px. */
function writeImage(name: string, height: number, width: number, seed: number): string {
  const labels = convexShapes(20, 900, true, random(seed));
  const noise = random(seed + 100);
  const bright = Float32Array.from(labels.data, (label) => (label > 0 ? 400 + (label % 5) * 40 : 20));
  const smooth = gaussian(bright, labels.height, labels.width, 1);
  const data = new Uint16Array(height * width).fill(20);
  for (let y = 0; y < Math.min(height, labels.height); y++)
    for (let x = 0; x < Math.min(width, labels.width); x++)
      data[y * width + x] = Math.round(smooth[y * labels.width + x]! + noise.uniform(0, 15));
  const path = join(root, name);
  writeFileSync(path, encodeTiff([{ height, width, samples: 1, data }]));
  return path;
}

const configOf = (segment: object, kind: "movie" | "images" = "images"): Config =>
  resolveConfig({ input: { kind }, segment: { tile: 160, ...segment }, general: { threads: 1 } }, "the test");

/** All files below a folder, by name. */
const filesOf = (path: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(path, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.\w+$/.test(name))
      .sort()
      .map((name) => [name, readFileSync(join(path, name)).toString("latin1")]),
  );

async function inShards(count: number, input: SegmentationInput, config: Config): Promise<string> {
  const parts = folder(`parts ${count}`);
  for (let index = count - 1; index >= 0; index--)
    await segmentTileRows(parts, input, { index, count }, config, {});
  const merged = folder(`merged ${count}`);
  const frames = await mergeTileRows(merged, { parts, input }, { count }, config, {});
  await writeSegmentation(merged, input, frames, config);
  return merged;
}

describe("shards of tile rows", () => {
  it.each([
    ["star", { outline: "star", rescale: 1 }],
    ["refined", { outline: "refined", rescale: 1 }],
    ["rescaled, refined", { outline: "refined", rescale: 1.3 }],
    ["scale estimated", { outline: "refined" }],
  ] as const)(
    "give the files of the whole, byte for byte: %s",
    async (_, segment) => {
      const source = await openSource([writeImage("mosaic.tif", 700, 500, 3)]);
      const config = configOf(segment);
      const whole = folder("whole");
      const { summary } = await segmentInto(whole, { source, model: countingModel() }, config, {});
      // Many in each of its rows of tiles, or there would be nothing to join.
      expect(summary.images[0]!.nuclei).toBeGreaterThan(200);
      const expected = filesOf(whole);
      expect(Object.keys(expected)).toHaveLength(4);
      for (const count of [1, 2, 3, 5, 40])
        expect(filesOf(await inShards(count, { source, model: countingModel() }, config))).toEqual(expected);
    },
    240_000,
  );

  it("give the files of an image that is never held as a whole, its scale corrected by windows", async () => {
    const size = { height: 1600, width: 1480 };
    const source = await openSource([writeImage("mosaic.tif", size.height, size.width, 3)]);
    const config = configOf({ memory: "280MB", tile: 512 });
    expect(isStreamed(size, memoryLimit(config))).toBe(true);
    const plan = { scales: [1.5], correctedBy: "each frame" } as const;
    const whole = folder("whole");
    const input = { source, model: countingModel() };
    const expected = await segmentShard(whole, input, { frames: [0], plan }, config, {});
    expect(expected[0]!.scale).toBeLessThan(1.25);
    const parts = folder("parts");
    for (const index of [0, 1]) await segmentTileRows(parts, input, { index, count: 2, plan }, config, {});
    const merged = folder("merged");
    expect(await mergeTileRows(merged, { parts, input }, { count: 2, plan }, config, {})).toEqual(expected);
    expect(filesOf(merged)).toEqual(filesOf(whole));
  }, 240_000);

  it("share out the network's work, and the merge asks it nothing", async () => {
    const source = await openSource([writeImage("mosaic.tif", 700, 500, 3)]);
    const config = configOf({ rescale: 1 });
    const asked = [];
    for (const [index, count] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      const model = countingModel();
      const parts = join(root, `parts ${count}`);
      mkdirSync(parts, { recursive: true });
      await segmentTileRows(parts, { source, model }, { index, count }, config, {});
      asked.push(model.asked());
    }
    const [all, first, second] = asked as [number, number, number];
    expect(first + second).toBe(all);
    expect(Math.min(first, second)).toBeGreaterThan(all / 3);
    const model = countingModel();
    const job = { parts: join(root, "parts 2"), input: { source, model } };
    await mergeTileRows(folder("merged"), job, { count: 2 }, config, {});
    expect(model.asked()).toBe(0);
  }, 120_000);

  it("leave it to the merge to correct the scale of a movie by its first frame", async () => {
    const paths = [0, 1].map((frame) => writeImage(`t${frame}.tif`, 260, 220, frame));
    const source = await openSource(paths, configOf({}, "movie").input);
    const config = configOf({}, "movie");
    // What they are taken for is wrong by a quarter.
    const plan = { scales: [1.4, 1.4], correctedBy: "first frame" } as const;
    const whole = folder("whole");
    const [once, again] = [countingModel(), countingModel()];
    const expected = await segmentShard(whole, { source, model: once }, { frames: [0, 1], plan }, config, {});
    expect(expected[0]!.scale).toBeLessThan(1.25);
    const parts = folder("parts");
    for (const index of [0, 1, 2])
      await segmentTileRows(parts, { source, model: again }, { index, count: 3, plan }, config, {});
    const merged = folder("merged");
    const job = { parts, input: { source, model: again } };
    expect(await mergeTileRows(merged, job, { count: 3, plan }, config, {})).toEqual(expected);
    expect(filesOf(merged)).toEqual(filesOf(whole));
  }, 120_000);

  it("are asked for where a part is missing or broken", async () => {
    const source = await openSource([writeImage("mosaic.tif", 200, 180, 3)]);
    const [config, parts] = [configOf({ rescale: 1 }), folder("parts")];
    const input = { source, model: countingModel() };
    await segmentTileRows(parts, input, { index: 0, count: 2 }, config, {});
    const merge = (): Promise<unknown> =>
      mergeTileRows(join(root, "merged"), { parts, input }, { count: 2 }, config, {});
    await expect(merge()).rejects.toThrow(/0-1-of-2\.rows: expected what this shard found/);
    writeFileSync(tileRowsParts(parts, source, { index: 1, count: 2 })[0]!, "torn");
    await expect(merge()).rejects.toThrow(/no part of a segmentation/);
    await segmentTileRows(parts, input, { index: 1, count: 2 }, configOf({ rescale: 1.2 }), {});
    await expect(merge()).rejects.toThrow(/found at the scale 1, as in the first shard, received 1\.2/);
  }, 60_000);

  it("are made where there are fewer frames than shards", () => {
    expect([1, 2, 3].map((count) => sharesTileRows({ frames: 2 }, count))).toEqual([false, false, true]);
  });
});
