import { describe, expect, it } from "vitest";
import { filterPredictor } from "../../test/fakes.js";
import { random } from "../core/random.js";
import { mirroredBorder, receptiveMargin, type ModelConfig } from "../model/modelconfig.js";
import { exportOnnx } from "../model/modelfile.js";
import { initialWeights, toTensors } from "../model/parameters.js";
import { createPredictor, type Predictor } from "../model/predictor.js";
import { predictTiled, predictTiles } from "./predict.js";
import { segment } from "./segment.js";

const config: ModelConfig = { rays: 8, grid: 2, depth: 1, filters: 4, convolutionsPerLevel: 1, features: 8 };

function blobs(height: number, width: number): Float32Array {
  const rng = random(4);
  const places = Array.from(
    { length: Math.ceil((height * width) / 300) },
    () => [rng.uniform(0, height), rng.uniform(0, width)] as const,
  );
  return Float32Array.from({ length: height * width }, (_, p) => {
    const [y, x] = [Math.floor(p / width), p % width];
    return places.reduce(
      (sum, [cy, cx]) => sum + Math.exp(-((y - cy) ** 2 + (x - cx) ** 2) / 18),
      0.01 * rng.next(),
    );
  });
}

const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i]!)), 0);

describe("predictTiled", () => {
  it("gives the same numbers whatever the tile", async () => {
    const [h, w] = [83, 117];
    const data = blobs(h, w);
    const predictor = filterPredictor(config);
    const whole = await predictTiled({ height: h, width: w, data }, predictor, 4096);
    expect([whole.height, whole.width]).toEqual([42, 59]);
    for (const tile of [1, 40, 64, 87, 100]) {
      const tiled = await predictTiled({ height: h, width: w, data }, predictor, tile);
      expect(tiled.probability).toEqual(whole.probability);
      expect(tiled.distances).toEqual(whole.distances);
    }
  });

  it("would not, with margins one step narrower (the check can fail)", async () => {
    const data = blobs(96, 96);
    // Says that it sees less far than it does.
    const shortSighted: Predictor = { ...filterPredictor({ ...config, depth: 2 }), config };
    expect(receptiveMargin({ ...config, depth: 2 })).toBeGreaterThan(receptiveMargin(config));
    const whole = await predictTiled({ height: 96, width: 96, data }, shortSighted, 4096);
    const tiled = await predictTiled({ height: 96, width: 96, data }, shortSighted, 48);
    expect(largestDifference(whole.probability, tiled.probability)).toBeGreaterThan(1e-3);
  });

  it("covers the image once, in parts no larger than asked for", async () => {
    const seen = new Uint8Array(50 * 45);
    const sizes: number[] = [];
    const picture = blobs(100, 90);
    const inner = filterPredictor(config);
    const predictor: Predictor = {
      ...inner,
      predict: (data, h, w) => {
        sizes.push(h, w);
        return inner.predict(data, h, w);
      },
    };
    for await (const part of predictTiles(
      { height: 100, width: 90, rows: (from, to) => Promise.resolve(picture.subarray(from * 90, to * 90)) },
      predictor,
      64,
    )) {
      for (let i = 0; i < part.height; i++)
        for (let j = 0; j < part.width; j++) seen[(part.y + i) * 45 + part.x + j]!++;
    }
    expect(seen.every((n) => n === 1)).toBe(true);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(64);
  });

  it("divides in two where each half fits with its one margin and the mirrored border", async () => {
    const margin = Math.ceil(receptiveMargin(config) / 4) * 4 + mirroredBorder(config);
    const widths: number[] = [];
    const inner = filterPredictor(config);
    const predictor: Predictor = {
      ...inner,
      predict: (data, h, w) => (widths.push(w), inner.predict(data, h, w)),
    };
    const width = 2 * (64 - margin);
    await predictTiled({ height: 8, width, data: blobs(8, width) }, predictor, 64);
    expect(widths).toEqual([64, 64]);
    widths.length = 0;
    await predictTiled({ height: 8, width: width + 8, data: blobs(8, width + 8) }, predictor, 64);
    expect(widths.length).toBeGreaterThan(2);
  });

  it("mirrors the image at all borders, so that what they cut is whole", async () => {
    const seen: { data: Float32Array; h: number; w: number }[] = [];
    const inner = filterPredictor(config);
    const predictor: Predictor = {
      ...inner,
      predict: (data, h, w) => (seen.push({ data, h, w }), inner.predict(data, h, w)),
    };
    const [height, width, border] = [24, 20, mirroredBorder(config)];
    const data = Float32Array.from({ length: height * width }, (_, p) => p);
    await predictTiled({ height, width, data }, predictor, 512);
    const [{ data: given, w }] = seen as [(typeof seen)[number]];
    const at = (y: number, x: number): number => given[(y + border) * w + x + border]!;
    expect([at(0, 0), at(5, 7)]).toEqual([0, 5 * width + 7]);
    expect([at(-1, 3), at(-16, 3), at(4, -2), at(-3, -5)]).toEqual([
      width + 3,
      16 * width + 3,
      82,
      3 * width + 5,
    ]);
    expect([at(24, 0), at(25, 21)]).toEqual([22 * width, 21 * width + 17]);
  });

  it("mirrors images smaller than one cell of the network", async () => {
    const prediction = await predictTiled(
      { height: 1, width: 2, data: Float32Array.from([0.5, 0.25]) },
      filterPredictor(config),
      512,
    );
    expect([prediction.height, prediction.width]).toEqual([1, 1]);
    expect(prediction.probability[0]).toBeGreaterThan(0.5 / 3 - 1e-6);
  });

  it("can be stopped and reports how far it is", async () => {
    const controller = new AbortController();
    const done: string[] = [];
    const onProgress = ({ done: n, total }: { done: number; total: number }): void => {
      done.push(`${n}/${total}`);
      if (n === 2) controller.abort();
    };
    const promise = predictTiled(
      { height: 100, width: 90, data: blobs(100, 90) },
      filterPredictor(config),
      64,
      {
        signal: controller.signal,
        onProgress,
      },
    );
    await expect(promise).rejects.toThrow(/Prediction was stopped/);
    expect(done.length).toBe(2);
  });

  it("refuses data of another size", async () => {
    await expect(
      predictTiled({ height: 2, width: 4, data: new Float32Array(9) }, filterPredictor(config), 512),
    ).rejects.toThrow(/8 values/);
  });
});

describe("with a U-Net of random weights", () => {
  const unet: ModelConfig = { rays: 8, grid: 2, depth: 2, filters: 8, convolutionsPerLevel: 2, features: 16 };
  const open = (): Promise<Predictor> =>
    createPredictor(exportOnnx(unet, toTensors(unet, initialWeights(unet, random(3)))), unet, { threads: 1 });

  it("probabilities agree to 1e-5 between tiles", async () => {
    const predictor = await open();
    const [h, w] = [300, 270];
    // Bright, because random weights hardly react.
    const data = blobs(h, w).map((v) => 40 * v);
    const whole = await predictTiled({ height: h, width: w, data }, predictor, 4096);
    // There is something to agree on.
    expect(Math.max(...whole.probability) - Math.min(...whole.probability)).toBeGreaterThan(0.1);
    for (const tile of [160, 201, 256]) {
      const tiled = await predictTiled({ height: h, width: w, data }, predictor, tile);
      expect(largestDifference(tiled.probability, whole.probability)).toBeLessThan(1e-5);
      expect(largestDifference(tiled.distances, whole.distances)).toBeLessThan(1e-4);
    }
    await predictor.release();
  });

  it("no object differs between tiles", async () => {
    const predictor = await open();
    // Random weights find no nuclei: make polygons of a few px around the cells with the highest values.
    const stretched: Predictor = {
      ...predictor,
      predict: async (data, h, w) => {
        const raw = await predictor.predict(data, h, w);
        return { probability: raw.probability, distances: raw.distances.map((d) => 4 + 20 * d) };
      },
    };
    const [h, w] = [300, 270];
    const image = { height: h, width: w, data: blobs(h, w) };
    const { probability } = await predictTiled(image, predictor, 4096);
    const probabilityThreshold = [...probability].sort((a, b) => a - b)[
      Math.floor(0.8 * probability.length)
    ]!;
    const labelsOf = async (tile: number): Promise<Int32Array> =>
      (await segment(image, stretched, { tile, probabilityThreshold, outline: "star" })).labels.data;
    const whole = await labelsOf(4096);
    expect(Math.max(...whole)).toBeGreaterThan(50);
    const tiled = await labelsOf(160);
    const differing = new Set<number>();
    for (let i = 0; i < whole.length; i++) if (whole[i] !== tiled[i]) differing.add(whole[i]!);
    expect(differing.size).toBe(0);
    await predictor.release();
  });
});
