import { readFileSync } from "node:fs";
import { decode } from "fast-png";
import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import { itWithShared, sharedData } from "../../test/shared.js";
import type { Image } from "../core/image.js";
import { labelImage } from "../core/labels.js";
import { random } from "../core/random.js";
import { annotatePaper, decidePaper, noiseBackground } from "./paper.js";

const movie = "mdck_movie";
const golden = "author_annotation_expected.json";
/** The frames of which the results of the author's script are known. */
const frames = [
  ...[41, 42, 43, 44, 45, 46, 47, 48, 49, 50].map((frame) => `run_041_050/frame0${frame}.png`),
  "single/frame014.png",
  "single/frame080.png",
];

interface Expected {
  otsuThreshold: number;
  objectsAfterBorderClearing: number;
  kept: number;
  medianArea: number;
  keptAreaSum: number;
}

const readPng = (path: string): Image => {
  const { height, width, data } = decode(readFileSync(path));
  return { height, width, data: data as Uint8Array };
};

describe("annotatePaper on the paper's movie", () => {
  const itWithMovie = itWithShared(movie, golden);
  const readExpected = (): Record<string, Expected> =>
    (JSON.parse(readFileSync(sharedData(movie, golden), "utf8")) as { files: Record<string, Expected> })
      .files;
  itWithMovie("covers all frames", () => expect(Object.keys(readExpected()).sort()).toEqual(frames));
  itWithMovie.each(frames)("gives the author's objects in %s", (name) => {
    const expected = readExpected()[name]!;
    const { labels, objects, settings } = annotatePaper(readPng(sharedData(movie, name)));
    expect(settings.threshold).toBe(expected.otsuThreshold);
    expect(objects.count).toBe(expected.objectsAfterBorderClearing);
    expect(labels.count).toBe(expected.kept);
    expect(settings.medianArea).toBe(expected.medianArea);
    expect(labels.data.reduce((sum, label) => sum + (label > 0 ? 1 : 0), 0)).toBe(expected.keptAreaSum);
  });
});

describe("annotatePaper", () => {
  interface PaperCase {
    readonly image: Golden<Uint8Array>;
    readonly threshold: number;
    readonly medianArea: number;
    readonly candidates: Golden<Int32Array>;
    readonly expected: Golden<Int32Array>;
  }
  it.each(goldens<PaperCase>("paper"))(
    "equals the same steps in OpenCV and scikit-image: $name",
    ({ image, threshold, medianArea, candidates, expected }) => {
      const annotation = annotatePaper(image);
      expect(annotation.settings).toEqual({ method: "paper", threshold, medianArea });
      expect(annotation.candidates.data).toEqual(candidates.data);
      expect(annotation.labels.data).toEqual(expected.data);
      expect(annotation.objects.count).toBeGreaterThan(1);
    },
  );

  it("keeps what the author's rule keeps, with a reason for the rest", () => {
    // Median 100; deviations 0 0 10 40 60 60 300, so their median is 40: 60 px away is 1.5 of them.
    const decisions = decidePaper(Float64Array.from([100, 100, 90, 140, 40, 160, 400]));
    expect(decisions.map(({ kept }) => kept)).toEqual([true, true, true, true, false, false, false]);
    expect(decisions[4]!.reason).toBe("area 40 px is 0.40 of the median 100 (minimum 0.5)");
    expect(decisions[5]!.reason).toContain("maximum 1.5");
  });

  it("takes a deviation of 0 for 1 px, as the script does", () => {
    expect(decidePaper(Float64Array.from([50, 50, 50, 51, 52])).map(({ kept }) => kept)).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
  });

  it("stretches 16-bit data first, so that scaling them changes nothing", () => {
    const picture = (factor: number): Image => {
      const data = new Uint16Array(64 * 64);
      for (let y = 20; y < 40; y++) data.fill(255 * factor, y * 64 + 20, y * 64 + 40);
      return { height: 64, width: 64, data };
    };
    const [low, high] = [annotatePaper(picture(1)), annotatePaper(picture(100))];
    expect(low.labels.count).toBe(1);
    expect(high.labels.data).toEqual(low.labels.data);
  });

  it.each([
    ["constant", new Uint8Array(16).fill(7)],
    ["all NaN", new Float32Array(16).fill(NaN)],
  ])("gives nothing and a warning for a %s image", (_, data) => {
    const { labels, objects, warnings } = annotatePaper({ height: 4, width: 4, data });
    expect([labels.count, objects.count]).toEqual([0, 0]);
    expect(warnings).toHaveLength(1);
  });
});

describe("noiseBackground", () => {
  it("keeps the nuclei and fills the rest with 0..50, the same for the same seed", () => {
    const image = { height: 40, width: 50, data: new Uint8Array(2000).fill(200) };
    const labels = labelImage(
      40,
      50,
      Int32Array.from({ length: 2000 }, (_, i) => (i % 7 === 0 ? 3 : i % 7 === 1 ? -1 : 0)),
    );
    const noisy = noiseBackground(image, labels, random(5));
    const outside = noisy.data.filter((_, i) => i % 7 !== 0);
    expect(noisy.data.filter((_, i) => i % 7 === 0).every((value) => value === 200)).toBe(true);
    expect([Math.min(...outside), Math.max(...outside)]).toEqual([0, 50]);
    expect(noiseBackground(image, labels, random(5)).data).toEqual(noisy.data);
    expect(noiseBackground(image, labels, random(6)).data).not.toEqual(noisy.data);
  });

  it("uses the same share of the range of other data", () => {
    const image = {
      height: 1,
      width: 400,
      data: Uint16Array.from({ length: 400 }, (_, i) => (i === 0 ? 1000 : i === 1 ? 3550 : 2000)),
    };
    const { data } = noiseBackground(image, labelImage(1, 400, new Int32Array(400)), random(1));
    expect(Math.min(...data)).toBeGreaterThanOrEqual(1000);
    expect(Math.max(...data)).toBeLessThanOrEqual(1500);
  });
});
