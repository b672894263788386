import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { convexShapes, marchingPredictor } from "../../../test/fakes.js";
import { random } from "../../core/random.js";
import { gaussian } from "../../imgproc/gaussian.js";
import { decodePng } from "../../io/png/png.js";
import { encodeTiff } from "../../io/tiff/encode.js";
import type { ModelConfig } from "../../model/modelconfig.js";
import type { ModelDescription } from "../../model/modelfile.js";
import { resolveConfig } from "../config/config.js";
import { bytesOf } from "../config/options.js";
import { isStreamed, partsOf } from "../../segment/parts.js";
import { frameOf, previewWindows } from "../../segment/readable.js";
import { segmentInRows } from "../../segment/segmentimage.js";
import { openSource } from "../source/source.js";
import { readLabels } from "../store/labelfiles.js";
import { openRows } from "./labeloutput.js";
import { memoryLimit } from "./memory.js";
import { segmentInto } from "./segmentation.js";

const config: ModelConfig = { rays: 16, grid: 2, depth: 1, filters: 4, convolutionsPerLevel: 2, features: 8 };
const description: ModelDescription = {
  config,
  normalisation: { low: 1, high: 99.8 },
  thresholds: { probability: 0.5, overlap: 0.4 },
  diameter: 24,
  provenance: {},
};
const model = { description, predictor: marchingPredictor(config) };

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "karyon-mosaic-"));
});
afterEach(() => rmSync(root, { recursive: true }));

/**
 * Writes an image of some hundred nuclei; one nucleus without a value in its middle where the values are
 * floats.
 */
function writeImage(count: number, floats: boolean): { path: string; side: number } {
  const labels = convexShapes(24, count, true, random(3));
  const noise = random(7);
  const smooth = gaussian(
    Float32Array.from(labels.data, (label) => (label > 0 ? 300 + (label % 5) * 60 : 20)),
    labels.height,
    labels.width,
    1,
  );
  const data = floats
    ? smooth.map((v, p) => (p % 100_003 === 0 ? NaN : v + noise.normal(0, 3)))
    : Uint16Array.from(smooth, (v) => Math.round(v + noise.uniform(0, 20)));
  const path = join(root, "image.tif");
  writeFileSync(path, encodeTiff([{ height: labels.height, width: labels.width, samples: 1, data }]));
  return { path, side: labels.height };
}

describe("segmentation of large images", () => {
  it("gives the files that smaller memory gives, one from windows and one from the whole image", async () => {
    const { path, side } = writeImage(35 ** 2, true);
    const made: Record<string, string> = {};
    for (const memory of ["280MB", "2GB"]) {
      const settings = resolveConfig({ segment: { memory }, input: { kind: "images" } }, "the test");
      expect(isStreamed({ height: side, width: side }, memoryLimit(settings))).toBe(memory === "280MB");
      expect(
        partsOf({ height: side, width: side }, 1, config, { memory: memoryLimit(settings) }).tile,
      ).toBeGreaterThan(100);
      const folder = join(root, memory);
      mkdirSync(folder);
      const source = await openSource([path], settings.input);
      const { summary } = await segmentInto(folder, { source, model }, settings, {});
      expect(summary.images[0]!.nuclei).toBeGreaterThan(1180);
      expect(summary.warnings[0]).toMatch(/image: 24 pixels of \d+ have no value/);
      made[memory] = folder;
    }
    const [few, many] = Object.values(made) as [string, string];
    expect(readdirSync(few).sort()).toEqual(readdirSync(many).sort());
    const labels = await readLabels(join(few, "image.tif"));
    expect(labels).toEqual(await readLabels(join(many, "image.tif")));
    for (const name of ["objects.csv", "segmentation.json"])
      expect(readFileSync(join(few, name), "utf8")).toBe(readFileSync(join(many, name), "utf8"));
    // At full size, as it is small enough.
    expect(readFileSync(join(few, "overlays", "image.png"))).toEqual(
      readFileSync(join(many, "overlays", "image.png")),
    );
  }, 240_000);

  it("leaves no file behind when it is stopped or fails", async () => {
    const { path, side } = writeImage(36, false);
    const source = await openSource([path]);
    const paths = { labels: join(root, "out", "labels.tif"), overlay: join(root, "out", "overlay.png") };
    let reads = 0;
    const failing = {
      ...source,
      readWindow: (...args: Parameters<typeof source.readWindow>) =>
        ++reads > 6 ? Promise.reject(new Error("gone")) : source.readWindow(...args),
    };
    const size = { height: side, width: side };
    const image = await frameOf(failing, 0, {});
    await expect(
      segmentInRows(image, model.predictor, await openRows(paths, size), { band: 60 }, {}),
    ).rejects.toThrow("gone");
    expect(reads).toBe(7);
    expect(readdirSync(join(root, "out"))).toEqual([]);
  });

  it("draws a reduced overlay, at most 4096 px high and wide", async () => {
    const [height, width] = [5, 9001];
    writeFileSync(
      join(root, "wide.tif"),
      encodeTiff([
        { height, width, samples: 1, data: Uint8Array.from({ length: height * width }, (_, p) => p % 251) },
      ]),
    );
    const paths = { labels: join(root, "wide-labels.tif"), overlay: join(root, "wide.png") };
    const image = await frameOf(await openSource([join(root, "wide.tif")]), 0, {});
    const out = await openRows(paths, { height, width });
    await segmentInRows(image, model.predictor, out, { band: 2 }, {});
    const { plane } = decodePng(readFileSync(paths.overlay), "wide.png");
    expect([plane.height, plane.width]).toEqual([2, 3001]);
    expect((await readLabels(paths.labels)).height).toBe(height);
  });
});

describe("parts of large images", () => {
  it("are looked at in the middle and in each quarter, within the image", () => {
    expect(previewWindows({ height: 9000, width: 13_000 })[2]).toEqual({
      y: 3988,
      x: 5988,
      height: 1024,
      width: 1024,
    });
    for (const size of [
      { height: 9000, width: 13_000 },
      { height: 300, width: 40_000 },
    ]) {
      for (const { y, x, height, width } of previewWindows(size))
        expect(Math.min(y, x, size.height - y - height, size.width - x - width)).toBeGreaterThanOrEqual(0);
    }
  });

  it("take a size in MB or GB, and by default part of the machine's memory", () => {
    expect(["2GB", "1500mb", "0.5 GB", "2", "2GiB", "-1GB", "GB"].map(bytesOf)).toEqual([
      2e9,
      1.5e9,
      0.5e9,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    const limit = memoryLimit(resolveConfig({}, "the test"));
    expect(limit).toBeGreaterThan(0);
    expect(limit).toBeLessThanOrEqual(4e9);
    expect(() => resolveConfig({ segment: { memory: 2 } }, "the test")).toThrow(
      /segment.memory: expected a size such as 2GB or 1500MB, received 2/,
    );
  });
});
