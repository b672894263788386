import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { quickModel } from "../../../test/quickmodel.js";
import { openModel, type ModelSource } from "../../api/openmodel.js";
import { simulate } from "../../api/simulatemovie.js";
import type { Image } from "../../core/image.js";
import { sourceOfImages } from "../../core/imagesource.js";
import type { LabelImage } from "../../core/labels.js";
import { type RegionPrediction, regionPredictor, type RegionPredictor } from "./regionprediction.js";

let model: ModelSource;
let image: Image;
let predictor: RegionPredictor;
beforeAll(async () => {
  const { onnx, description } = await quickModel();
  model = { onnx, description };
  const movie = await simulate({
    scene: "easy",
    height: 300,
    width: 420,
    frames: 1,
    diameter: 20,
    coverage: 0.3,
    seed: 8,
  });
  // Brighter to the right: percentiles of a window are not those of the frame.
  const { data, ...rest } = movie.image(0);
  image = { ...rest, data: data.map((value, i) => value * (1 + (i % 420) / 420)) };
  predictor = regionPredictor({ threads: 1 });
}, 240_000);
afterAll(() => predictor.close());

const window = { y: 90, x: 130, height: 120, width: 150 };
const sourceOf = (...images: Image[]): ReturnType<typeof sourceOfImages> => sourceOfImages(images);

/** The labels of the window in those of the whole frame, and how many of its objects are equal there. */
function agreement(whole: LabelImage, { labels }: RegionPrediction): [equal: number, objects: number] {
  const pairs = new Map<number, Set<number>>();
  labels.data.forEach((label, i) => {
    const [y, x] = [Math.floor(i / window.width) + window.y, (i % window.width) + window.x];
    const other = whole.data[y * whole.width + x]!;
    if (label > 0) pairs.set(label, (pairs.get(label) ?? new Set()).add(other));
  });
  return [[...pairs.values()].filter((others) => others.size === 1 && !others.has(0)).length, pairs.size];
}

describe("regionPredictor", () => {
  it("finds in a window what the network finds there in the whole frame, however bright the rest is", async () => {
    const options = { rescale: 1, outline: "star" } as const;
    const opened = await openModel(model, { threads: 1 });
    const { labels: whole } = await opened.segment(image, { ...options });
    const found = await predictor.predict({ model, source: sourceOf(image), frame: 0, window, options });
    const { labels, scores, scale } = found;
    expect([labels.height, labels.width, scale]).toEqual([120, 150, 1]);
    const [equal, objects] = agreement(whole, found);
    expect(objects).toBeGreaterThan(5);
    expect(equal).toBe(objects);
    expect([labels.count, scores.length]).toEqual([objects, objects]);
    expect(Math.min(...scores)).toBeGreaterThan(0.1);
    // Numbered by first pixel.
    const firsts = [...new Set(labels.data.filter((label) => label > 0))];
    expect(firsts).toEqual(firsts.map((_, i) => i + 1));
    const again = await predictor.predict({ model, source: sourceOf(image), frame: 0, window, options });
    expect(Buffer.from(again.labels.data.buffer).equals(Buffer.from(labels.data.buffer))).toBe(true);
    expect(again.scores).toEqual(scores);
    const other = { diameter: 20 } as const;
    const refined = await predictor.predict({
      model,
      source: sourceOf(image),
      frame: 0,
      window,
      options: other,
    });
    expect(refined.scale).not.toBe(1);
    expect(refined.labels.count).toBeGreaterThan(5);
    await opened.release();
  });

  it("keeps two networks apart, and takes the thresholds asked for", async () => {
    const source = sourceOf(image);
    const options = { diameter: 20 };
    const strict = {
      ...model,
      description: { ...model.description, thresholds: { ...model.description.thresholds, probability: 1 } },
    };
    const count = async (which: ModelSource, more = {}): Promise<number> =>
      (await predictor.predict({ model: which, source, frame: 0, window, options: { ...options, ...more } }))
        .labels.count;
    const all = await count(model);
    expect([await count(strict), await count(model), await count({ ...model })]).toEqual([0, all, all]);
    expect(await count(model, { probabilityThreshold: 1 })).toBe(0);
    expect(await count(strict, { probabilityThreshold: model.description.thresholds.probability })).toBe(all);
  });

  it("stops what is overtaken or aborted, between tiles", { retry: 2 }, async () => {
    const source = sourceOf(image);
    const whole = { y: 0, x: 0, height: 300, width: 420 };
    // Small tiles: many, each with its margins, so that the whole takes long.
    const slow = { rescale: 2, tile: 160 };
    const ask = (options: object, lane?: string, signal?: AbortSignal): Promise<RegionPrediction> =>
      predictor.predict({ model, source, frame: 0, window: whole, options, lane }, signal);
    await ask({ rescale: 1 });
    const start = performance.now();
    await ask(slow);
    const wholeTime = performance.now() - start;
    const again = performance.now();
    const answers = Promise.allSettled([ask(slow), ask({ rescale: 1 }), ask({ rescale: 1 }, "other")]);
    const stopped = ask(slow, "third", AbortSignal.timeout(50));
    await expect(stopped).rejects.toMatchObject({ kind: "Cancelled" });
    expect((await answers).map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
    expect(performance.now() - again).toBeLessThan(wholeTime);
  });

  it("says what is wrong, and goes on", async () => {
    const source = sourceOf(image);
    const ask = (which: ModelSource, x: number): Promise<RegionPrediction> =>
      predictor.predict({ model: which, source, frame: 0, window: { ...window, x } });
    await expect(ask(model, 400)).rejects.toThrow(/window: expected one within 300 x 420 pixels/);
    const broken = { ...model, onnx: Uint8Array.of(1, 2, 3) };
    await expect(ask(broken, 10)).rejects.toMatchObject({ kind: "CorruptFile" });
    expect((await ask(model, 10)).labels.count).toBeGreaterThan(5);
  });
});
