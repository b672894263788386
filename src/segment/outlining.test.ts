import { describe, expect, it } from "vitest";
import { convexShapes, marchingPredictor } from "../../test/fakes.js";
import type { Image } from "../core/image.js";
import { sourceOfImages } from "../core/imagesource.js";
import { random } from "../core/random.js";
import { gaussian } from "../imgproc/gaussian.js";
import type { ModelConfig } from "../model/modelconfig.js";
import { outlineImage, type OutlineRequest } from "./outlining.js";
import { outlinersFor, partsOf } from "./parts.js";
import type { SegmentationModel } from "./segmentimage.js";
import { type FrameReceiver, segmentFrames, segmentMovie } from "./segmentmovie.js";

const config: ModelConfig = { rays: 16, grid: 2, depth: 1, filters: 4, convolutionsPerLevel: 2, features: 8 };
const model: SegmentationModel = {
  predictor: marchingPredictor(config),
  description: {
    config,
    normalisation: { low: 2, high: 99 },
    thresholds: { probability: 0.55, overlap: 0.35 },
    diameter: 32,
    provenance: {},
  },
};

function imageOf(seed: number): Image {
  const { data, height, width } = convexShapes(18, 25, true, random(seed));
  const bright = Float32Array.from(data, (label) => (label > 0 ? 300 + (label % 5) * 50 : 20));
  const smooth = gaussian(bright, height, width, 1);
  return { height, width, data: Uint16Array.from(smooth, Math.round) };
}

const images = [1, 2, 3, 4, 5].map(imageOf);
const edge = Math.max(...images.flatMap(({ height, width }) => [height, width]));
/** In the upper left of images of one size. */
const framed = images.map(({ height, width, data }) => {
  const whole = new Uint16Array(edge * edge).fill(20);
  for (let y = 0; y < height; y++) whole.set(data.subarray(y * width, (y + 1) * width), y * edge);
  return { height: edge, width: edge, data: whole };
});

describe("outlines in other threads", () => {
  it.each(["movie", "images"] as const)("are those of one thread: %s", async (kind) => {
    const source = sourceOfImages(framed, { kind });
    const alone = await segmentMovie(source, model);
    const scales = alone.frames.map(({ scale }) => scale);
    expect(scales[0]).toBeGreaterThan(1.5);
    expect(alone.nuclei.count).toBeGreaterThan(100);
    const running = { now: 0, most: 0, asked: 0 };
    const outline = async (request: OutlineRequest): ReturnType<typeof outlineImage> => {
      running.most = Math.max(running.most, ++running.now);
      // The earlier ones take longer.
      await new Promise((resolve) => setTimeout(resolve, 60 - 10 * running.asked++));
      try {
        return await outlineImage(structuredClone(request));
      } finally {
        running.now--;
      }
    };
    const shared = await segmentMovie(source, model, { outliners: { most: 3, outline } });
    expect(running.most).toBeGreaterThan(1);
    expect(shared.nuclei).toEqual(alone.nuclei);
    expect(shared.frames).toEqual(alone.frames);
    for (let frame = 0; frame < framed.length; frame++)
      expect(await shared.labels.read(frame)).toEqual(await alone.labels.read(frame));
  });

  it("end with the error of the earliest frame, and give no later labels away before earlier ones", async () => {
    const given: string[] = [];
    const receiver: FrameReceiver = {
      whole: async ({ name }) => void given.push(name),
      rows: () => Promise.reject(new Error("not asked for")),
    };
    let asked = 0;
    const outline = async (request: OutlineRequest): ReturnType<typeof outlineImage> => {
      if (++asked === 2) throw new Error("lost");
      return outlineImage(request);
    };
    const options = { outliners: { most: 2, outline }, rescale: 1.7 };
    const source = sourceOfImages(framed, { kind: "movie" });
    await expect(segmentFrames(source, model, receiver, options)).rejects.toThrow("lost");
    expect(given[0]).toBe(source.frameNames[0]);
    expect(given.length).toBeLessThan(framed.length);
  });

  it("are had where the memory allows, with the same tiles", () => {
    const size = { height: 2048, width: 2048 };
    const network = { ...config, filters: 32, features: 128 };
    expect([2e9, 4e9, 8e9].map((memory) => outlinersFor(size, 1, network, { memory }))).toEqual([0, 1, 7]);
    expect(partsOf(size, 1, network, { memory: 4e9 }).tile).toBeGreaterThanOrEqual(2048);
    expect(outlinersFor({ height: 9000, width: 9000 }, 1, network, { memory: 4e9 })).toBe(0);
  });
});
