import { describe, expect, it } from "vitest";
import type { AnnotatedImage } from "./annotationsummary.js";
import { doubtOf } from "./doubt.js";

const image = (name: string, certainty: number | undefined, candidates = 20): AnnotatedImage => ({
  name,
  height: 64,
  width: 64,
  acquisition: 0,
  diameter: 12,
  candidates,
  kept: 5,
  certainty,
  settings: {},
});

describe("doubtOf", () => {
  it("doubts where more than half of the images hold what does not look like nuclei", () => {
    const images = [image("a", 0.3), image("b", 0.9), image("c", 0.1)];
    expect(doubtOf({ images })).toEqual({ images: [images[2], images[0]], of: 3, certainty: 0.2 });
    expect(doubtOf({ images: images.slice(0, 2) })).toBeUndefined();
  });

  it("does not count images in which nothing was found", () => {
    const empty = image("empty", 0, 0);
    expect(doubtOf({ images: [empty, empty, image("a", 0.8)] })).toBeUndefined();
    expect(doubtOf({ images: [empty, image("a", 0.2)] })).toMatchObject({ of: 1 });
  });

  it("does not doubt what has no certainty, as the paper's method", () => {
    expect(doubtOf({ images: [image("a", undefined)] })).toBeUndefined();
  });
});
