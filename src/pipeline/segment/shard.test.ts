import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { convexShapes, marchingPredictor } from "../../../test/fakes.js";
import { framesOfShard } from "../../core/frameshards.js";
import type { Image, ImageSource } from "../../core/image.js";
import { random } from "../../core/random.js";
import { gaussian } from "../../imgproc/gaussian.js";
import { encodeTiff } from "../../io/tiff/encode.js";
import type { ModelConfig } from "../../model/modelconfig.js";
import { estimateHere, type SizeEstimator, sizeEstimator } from "../../segment/nucleussize.js";
import type { SegmentationModel } from "../../segment/segmentimage.js";
import { segmentImage } from "../../segment/segmentimage.js";
import { segmentMovie } from "../../segment/segmentmovie.js";
import { resolveConfig } from "../config/config.js";
import type { Config } from "../config/options.js";
import { openSource } from "../source/source.js";
import { readSegmentation, segmentationIn, segmentInto, writeSegmentation } from "./segmentation.js";
import { estimateShard, mergeShards, poolShards, readShard, segmentShard, writeShard } from "./shard.js";

const network: ModelConfig = {
  rays: 16,
  grid: 2,
  depth: 1,
  filters: 4,
  convolutionsPerLevel: 2,
  features: 8,
};
/** The nuclei of the images are half as wide as those that it knows. */
const model: SegmentationModel = {
  predictor: marchingPredictor(network),
  description: {
    config: network,
    normalisation: { low: 2, high: 99 },
    thresholds: { probability: 0.55, overlap: 0.35 },
    diameter: 32,
    provenance: {},
  },
};

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "karyon-shards-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const configOf = (kind: "movie" | "images"): Config =>
  resolveConfig({ input: { kind, pixelSize: 0.65 }, general: { threads: 1 } }, "the test");

/** An image of nuclei of that diameter, px; as many as there is place for. @param count a square number */
function imageOf(seed: number, diameter: number, edge: number, count = 36): Image {
  const labels = convexShapes(diameter, count, true, random(seed));
  const noise = random(seed + 100);
  const bright = Float32Array.from(labels.data, (label) => (label > 0 ? 400 + (label % 5) * 40 : 20));
  const smooth = gaussian(bright, labels.height, labels.width, 1);
  const data = new Uint16Array(edge * edge).fill(20);
  for (let y = 0; y < Math.min(edge, labels.height); y++)
    for (let x = 0; x < Math.min(edge, labels.width); x++)
      data[y * edge + x] = Math.round(smooth[y * labels.width + x]! + noise.uniform(0, 15));
  return { height: edge, width: edge, data };
}

/** Diameters of the nuclei of the frames; those of a movie are equal. */
const diameters = { movie: [16, 16, 16, 16, 16], images: [16, 30, 17, 31, 16] };

async function sourceOf(kind: "movie" | "images"): Promise<ImageSource> {
  const files = diameters[kind].map((diameter, frame) => {
    const path = join(root, `${kind}${frame}.tif`);
    const { height, width, data } = imageOf(frame, diameter, 180);
    writeFileSync(path, encodeTiff([{ height, width, samples: 1, data }]));
    return path;
  });
  return openSource(files, configOf(kind).input);
}

const folder = (name: string): string => {
  mkdirSync(join(root, name));
  return join(root, name);
};

/** All files below a folder, by name. */
const filesOf = (path: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(path, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.\w+$/.test(name))
      .sort()
      .map((name) => [name, readFileSync(join(path, name)).toString("latin1")]),
  );

describe("two shards of a segmentation", () => {
  it.each(["movie", "images"] as const)(
    "and a merge equal the whole, byte for byte: %s",
    async (kind) => {
      const [source, config] = [await sourceOf(kind), configOf(kind)];
      const whole = folder("whole");
      const { summary } = await segmentInto(whole, { source, model }, config, {});
      // The scale of all frames is pooled, and that of a movie corrected: or there would be nothing to share.
      expect(summary.images.every(({ nuclei }) => nuclei > 8)).toBe(true);
      expect(new Set(summary.images.map(({ scale }) => scale)).size > 1).toBe(kind === "images");
      expect(summary.images[0]!.scale).toBeGreaterThan(1.5);

      const parts = [0, 1].map((index) => framesOfShard({ index, count: 2 }, source.frames));
      const estimates = [];
      for (const frames of parts) estimates.push(await estimateShard(source, frames, config, {}));
      const plan = poolShards(source, model, estimates);
      const merged = folder("merged");
      for (const [index, frames] of parts.entries()) {
        const found = await segmentShard(merged, { source, model }, { frames, plan }, config, {});
        await writeShard(join(root, `${index}.shard`), found);
      }
      const shards = [1, 0].map((index) => readShard(join(root, `${index}.shard`)));
      await writeSegmentation(merged, { source, model }, mergeShards(source, shards), config);
      expect(filesOf(merged)).toEqual(filesOf(whole));
      expect(() => mergeShards(source, shards.slice(1))).toThrow(
        /shards: expected each of the 5 frames once/,
      );
      expect(() => mergeShards(source, [...shards, shards[0]!])).toThrow(/received the frames/);
    },
    60_000,
  );
});

describe("the scale of a movie", () => {
  it("is corrected by its first frame, also for a shard that has other frames", async () => {
    const source = await sourceOf("movie");
    // Takes the nuclei for smaller than they are.
    const estimator: SizeEstimator = (count, task) =>
      sizeEstimator(count, (index) =>
        task(index, async (image) => ({ ...(await estimateHere(image)), diameter: 11 })),
      );
    const { frames } = await segmentMovie(source, model, { estimator });
    const scales = frames.map(({ scale }) => scale);
    expect(new Set(scales).size).toBe(1);
    expect(scales[0]).toBeLessThan(32 / 11 / 1.1);
    const shard = await segmentMovie(source, model, { estimator, frames: [3] });
    expect(shard.frames.map(({ frame, scale }) => [frame, scale])).toEqual([[3, scales[0]]]);
  }, 60_000);
});

describe("segmentInto", () => {
  it("returns what readSegmentation reads, to the bit", async () => {
    const [source, config] = [await sourceOf("movie"), configOf("movie")];
    const made = await segmentInto(folder("made"), { source, model }, config, {});
    const read = readSegmentation(join(root, "made"));
    expect(read.nuclei).toEqual(made.nuclei);
    expect(read.summary).toEqual(JSON.parse(JSON.stringify(made.summary)));
    expect(await read.labels.read(3)).toEqual(await made.labels.read(3));
    expect([read.labels.frames, read.labels.frameNames]).toEqual([5, source.frameNames]);
    expect(() => readSegmentation(root)).toThrow(/expected a folder that karyon segment wrote/);
    const moved = segmentationIn(join(root, "elsewhere"), made);
    await expect(moved.labels.read(0)).rejects.toThrow(/elsewhere.*expected a readable file/);
  }, 60_000);
});

describe("in memory", () => {
  it("segmentMovie finds what the files of segmentInto hold", async () => {
    const [source, config] = [await sourceOf("images"), configOf("images")];
    const made = await segmentInto(folder("made"), { source, model }, config, {});
    const movie = await segmentMovie(source, model);
    expect(movie.nuclei.y).toEqual(made.measured!.y);
    for (let frame = 0; frame < source.frames; frame++)
      expect(await movie.labels.read(frame)).toEqual(await made.labels.read(frame));
  }, 60_000);

  it.each([undefined, "280MB"])(
    "segmentImage finds in an image what segmentInto finds, with the model's scale: memory %s",
    async (memory) => {
      const [edge, count] = memory === undefined ? [200, 36] : [1600, 400];
      const image = imageOf(3, 16, edge, count);
      const path = join(root, "one.tif");
      writeFileSync(path, encodeTiff([{ ...image, samples: 1 }]));
      const config = resolveConfig({ segment: { memory }, general: { threads: 1 } }, "the test");
      const input = { source: await openSource([path]), model };
      const { summary, measured, labels } = await segmentInto(folder("made"), input, config, {});
      // Some are outlined in two pieces.
      expect(Math.abs(summary.images[0]!.nuclei / count - 1)).toBeLessThan(0.05);
      const bytes = memory === undefined ? {} : { memory: 280e6 };
      const found = await segmentImage(image, model, bytes);
      expect(found.labels).toEqual(await labels.read(0));
      expect(found.nuclei.x).toEqual(measured!.x);
      expect([Math.round(found.scale * 1000) / 1000, found.scale > 1.5]).toEqual([
        summary.images[0]!.scale,
        true,
      ]);
    },
    240_000,
  );

  it("segmentImage corrects no factor that is given", async () => {
    const image = imageOf(3, 16, 200);
    expect((await segmentImage(image, model, { rescale: 1 })).scale).toBe(1);
    expect((await segmentImage(image, model, { diameter: 8 })).scale).toBe(4);
  });
});
