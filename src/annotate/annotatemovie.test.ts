import { describe, expect, it } from "vitest";
import { differing } from "../../test/planes.js";
import type { Image } from "../core/image.js";
import { sourceOfImages } from "../core/imagesource.js";
import type { Progress } from "../core/progress.js";
import { simulatePresets } from "../simulate/scene.js";
import { simulate } from "../simulate/simulate.js";
import { annotateFrames, annotateMovie } from "./annotatemovie.js";
import { annotateAuto } from "./auto.js";
import { annotatePaper } from "./paper.js";

const movie = simulate({
  ...simulatePresets.mdck,
  height: 140,
  width: 150,
  frames: 3,
  diameter: 22,
  seed: 4,
});
const images: readonly Image[] = [0, 1, 2].map((t) => movie.image(t));
const source = sourceOfImages(images, { kind: "movie", frameInterval: 300 });

describe("a movie annotated in memory", () => {
  it("has labels, decisions and a summary that agree, frame by frame", async () => {
    const { frames, summary } = await annotateMovie(source);
    expect(summary).toMatchObject({
      kind: "movie",
      preset: "auto",
      background: "ignore",
      frameInterval: 300,
    });
    expect(summary.images.map(({ name }) => name)).toEqual(["t000", "t001", "t002"]);
    expect(summary.acquisitions).toHaveLength(1);
    expect(Math.abs(summary.acquisitions[0]!.diameter / 22 - 1)).toBeLessThan(0.3);
    for (const [t, { labels, annotation, image }] of frames.entries()) {
      const { kept, candidates, acquisition } = summary.images[t]!;
      expect(image).toBeUndefined();
      expect(labels.count).toBeGreaterThan(3);
      expect([labels.count, annotation.objects.count, acquisition]).toEqual([kept, candidates, 0]);
      expect(labels.data.includes(-1)).toBe(true);
      expect([...annotation.objects.frame].every((frame) => frame === t)).toBe(true);
      // All frames are looked at with the one size of the movie.
      expect(annotation.settings["diameter"]).toBe(frames[0]!.annotation.settings["diameter"]);
    }
  });

  it("of one frame is what the annotation of the image is", async () => {
    const { frames } = await annotateMovie(sourceOfImages([images[0]!]), { sensitivity: 1.2 });
    const { labels, objects } = annotateAuto(images[0]!, { sensitivity: 1.2 });
    expect(differing(frames[0]!.labels.data, labels.data)).toBe(0);
    expect(frames[0]!.annotation.objects).toEqual(objects);
  });

  it("puts noise for background and knows nothing unknown, where asked to", async () => {
    const { frames } = await annotateMovie(source, { background: "noise", seed: 3 });
    const other = await annotateMovie(source, { background: "noise", seed: 5 });
    for (const [t, { labels, image }] of frames.entries()) {
      expect(labels.data.includes(-1)).toBe(false);
      expect(image!.data).not.toEqual(images[t]!.data);
      expect(image!.data).not.toEqual(other.frames[t]!.image!.data);
      expect(labels.data.every((label, p) => label === 0 || image!.data[p] === images[t]!.data[p])).toBe(
        true,
      );
    }
  });

  it("by the paper's method is what that gives of each image", async () => {
    const { frames, summary } = await annotateMovie(source, { preset: "paper", background: "keep" });
    for (const [t, { labels }] of frames.entries())
      expect(differing(labels.data, annotatePaper(images[t]!, t).labels.data)).toBe(0);
    expect(summary.acquisitions).toMatchObject([{ images: 3, background: 0, noise: 0 }]);
  });

  it("hands over each frame with what it shows, and says how far it is", async () => {
    const seen: [number, string, number][] = [];
    const progress: Progress[] = [];
    const summary = await annotateFrames(
      source,
      {},
      async ({ figures }, { name }, index) => {
        seen.push([index, name, figures.kept]);
      },
      { onProgress: (step) => progress.push(step) },
    );
    expect(seen).toEqual(summary.images.map(({ name, kept }, index) => [index, name, kept]));
    // Three sizes, three times candidates, three times labels.
    expect(progress.map(({ done }) => done)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(progress.every(({ total }) => total === 9)).toBe(true);
  });

  it("stops when asked by something that needs its turn in the same thread", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 0);
    await expect(annotateMovie(source, {}, { signal: controller.signal })).rejects.toMatchObject({
      kind: "Cancelled",
    });
  });
});
