import { describe, expect, it } from "vitest";
import { bestIous, convexShapes, filterPredictor, idealPredictor, mean } from "../../test/fakes.js";
import type { Image } from "../core/image.js";
import { labelImage, type LabelImage } from "../core/labels.js";
import { random } from "../core/random.js";
import { gaussian } from "../imgproc/gaussian.js";
import { rescaleLabels, rescaledLength } from "../imgproc/rescale.js";
import type { ModelConfig } from "../model/modelconfig.js";
import { refineOutlines } from "./refine.js";
import { segment } from "./segment.js";

const config: ModelConfig = { rays: 32, grid: 2, depth: 2, filters: 4, convolutionsPerLevel: 1, features: 8 };

/** Blurred objects of different brightness on a dark, sloping background. */
function picture(labels: LabelImage): Image {
  const rng = random(9);
  const brightness = Float64Array.from({ length: labels.count + 1 }, (_, i) =>
    i === 0 ? 0 : rng.uniform(60, 400),
  );
  const sharp = Float32Array.from(labels.data, (label) => brightness[label]!);
  const data = gaussian(sharp, labels.height, labels.width, 1.5).map(
    (v, p) => v + 20 + (p % labels.width) / 10 + rng.normal(0, 2),
  );
  return { height: labels.height, width: labels.width, data: Uint16Array.from(data, (v) => Math.round(v)) };
}

const truth = convexShapes(24, 36, true, random(2));
const image = picture(truth);

describe("segment", () => {
  it("finds what a perfect network sees, and measures it", async () => {
    const predictor = idealPredictor(truth, config);
    const { labels, polygons, nuclei } = await segment(image, predictor, { outline: "star" });
    expect(predictor.calls).toBe(1);
    expect([labels.count, polygons.count, nuclei.count]).toEqual([36, 36, 36]);
    expect(mean(bestIous(truth, labels))).toBeGreaterThan(0.96);
    expect([...nuclei.label]).toEqual(Array.from({ length: 36 }, (_, i) => i + 1));
    for (let row = 0; row < 36; row++) {
      // Table, polygon and label k + 1 are the same object.
      expect(nuclei.score[row]).toBe(polygons.scores[row]);
      const [y, x] = [Math.round(polygons.centers[2 * row]!), Math.round(polygons.centers[2 * row + 1]!)];
      expect(labels.data[y * labels.width + x]).toBe(row + 1);
      expect(nuclei.area[row]).toBe(labels.data.filter((label) => label === row + 1).length);
      expect(nuclei.meanIntensity[row]).toBeGreaterThan(60);
    }
  });

  // The labels given to the perfect network are resampled to 14 and 41 px, which is what costs (recorded:
  // .926, .97).
  it.each([
    [0.6, 0.91],
    [1.7, 0.95],
  ])("brings polygons found at scale %d back to the image's own pixels", async (scale, least) => {
    const [h, w] = [rescaledLength(truth.height, scale), rescaledLength(truth.width, scale)];
    const small = labelImage(h, w, rescaleLabels(truth, scale));
    const { labels } = await segment(image, idealPredictor(small, config), { scale, outline: "star" });
    expect([labels.height, labels.width, labels.count]).toEqual([truth.height, truth.width, 36]);
    expect(mean(bestIous(truth, labels))).toBeGreaterThan(least);
    // Neither shifted nor fatter: half a pixel would show here.
    for (let label = 1; label <= 36; label++) {
      const found = centreOf(labels, label);
      const own = truth.data[Math.round(found.y) * truth.width + Math.round(found.x)]!;
      expect(own).toBeGreaterThan(0);
      const real = centreOf(truth, own);
      expect(Math.hypot(found.y - real.y, found.x - real.x)).toBeLessThan(0.75);
    }
  });

  it("takes the outline from the image where it is asked to", async () => {
    // A network that sees every nucleus 2 px too small.
    const shrunk = labelImage(truth.height, truth.width, erode(truth, 2));
    const star = await segment(image, idealPredictor(shrunk, config), { outline: "star" });
    const refined = await segment(image, idealPredictor(shrunk, config), { outline: "refined" });
    expect(mean(bestIous(truth, star.labels))).toBeLessThan(0.75);
    expect(mean(bestIous(truth, refined.labels))).toBeGreaterThan(0.9);
    expect(refined.labels.count).toBe(36);
  });

  it("finds nothing in an empty image, with empty tables", async () => {
    const empty = labelImage(40, 50, new Int32Array(2000));
    const { labels, polygons, nuclei } = await segment(
      { height: 40, width: 50, data: new Uint8Array(2000) },
      idealPredictor(empty, config),
    );
    expect([labels.count, polygons.count, nuclei.count, labels.data.length]).toEqual([0, 0, 0, 2000]);
  });

  it("drops objects smaller than asked for", async () => {
    const { labels } = await segment(image, idealPredictor(truth, config), { minimumArea: 1e6 });
    expect(labels.count).toBe(0);
  });

  it("refuses a scale of 0 and a threshold in percent", async () => {
    await expect(segment(image, idealPredictor(truth, config), { scale: 0 })).rejects.toThrow(
      /scale: expected a positive number/,
    );
    await expect(segment(image, idealPredictor(truth, config), { probabilityThreshold: 50 })).rejects.toThrow(
      /probability threshold/,
    );
  });
});

describe("progress", () => {
  it("rises to the whole over network and outlines", async () => {
    const seen: number[] = [];
    const image = { height: 300, width: 90, data: Uint8Array.from({ length: 27_000 }, (_, p) => p % 251) };
    await segment(
      image,
      filterPredictor(config),
      { tile: 100, band: 60 },
      { onProgress: ({ done, total }) => seen.push(done / total) },
    );
    expect(seen.every((share, i) => i === 0 || share > seen[i - 1]!)).toBe(true);
    expect(seen.filter((share) => share < 0.75).length).toBeGreaterThan(2);
    expect(seen.filter((share) => share > 0.75).length).toBeGreaterThan(2);
    expect(seen.at(-1)).toBe(1);
  });
});

describe("refineOutlines", () => {
  it("keeps the prediction where the image shows nothing", () => {
    const flat = new Float32Array(truth.data.length).fill(0.3);
    expect(refineOutlines(truth, flat).data).toEqual(truth.data);
  });

  it("keeps the prediction where the contour is another object altogether", () => {
    // The prediction holds a dim disc and part of a bright one beside it, which is all that the contour would
    // find.
    const disc =
      (y: number, x: number, r: number) =>
      (p: number): boolean =>
        (Math.floor(p / 60) - y) ** 2 + ((p % 60) - x) ** 2 < r * r;
    const [predicted, bright] = [disc(30, 25, 10), disc(30, 36, 9)];
    const labels = labelImage(
      60,
      60,
      Int32Array.from({ length: 3600 }, (_, p) => (predicted(p) ? 1 : 0)),
    );
    const picture = gaussian(
      Float32Array.from({ length: 3600 }, (_, p) => (bright(p) ? 50 : predicted(p) ? 10 : 0)),
      60,
      60,
      1,
    );
    const [kept, believed] = [0.6, 0.01].map((agreement) =>
      refineOutlines(labels, picture, { fraction: 0.9, blur: 0.05, agreement }),
    );
    expect(kept!.data).toEqual(labels.data);
    expect(believed!.data).not.toEqual(labels.data);
  });

  it("never takes a pixel of another predicted object", () => {
    // Two halves of one bright disc: whatever the image says, the predicted border between them stays.
    const halves = labelImage(
      40,
      40,
      Int32Array.from({ length: 1600 }, (_, p) => {
        const [y, x] = [Math.floor(p / 40) - 20, (p % 40) - 20];
        return y * y + x * x < 150 ? (x < 0 ? 1 : 2) : 0;
      }),
    );
    const bright = gaussian(
      Float32Array.from({ length: 1600 }, (_, p) =>
        (Math.floor(p / 40) - 20) ** 2 + ((p % 40) - 20) ** 2 < 220 ? 1 : 0,
      ),
      40,
      40,
      1,
    );
    const out = refineOutlines(halves, bright);
    let grown = 0;
    for (let p = 0; p < 1600; p++) {
      if (halves.data[p]! > 0 && out.data[p]! > 0) expect(out.data[p]).toBe(halves.data[p]);
      if (halves.data[p] === 0 && out.data[p]! > 0) grown++;
    }
    expect(grown).toBeGreaterThan(30);
  });
});

function centreOf(labels: LabelImage, label: number): { y: number; x: number } {
  let [y, x, n] = [0, 0, 0];
  for (let p = 0; p < labels.data.length; p++) {
    if (labels.data[p] !== label) continue;
    y += Math.floor(p / labels.width);
    x += p % labels.width;
    n++;
  }
  return { y: y / n, x: x / n };
}

function erode({ height, width, data }: LabelImage, layers: number): Int32Array {
  let out = data;
  for (let i = 0; i < layers; i++) {
    const from = out;
    out = from.map((v, p) =>
      p > width &&
      p < (height - 1) * width - 1 &&
      [p - 1, p + 1, p - width, p + width].every((q) => from[q] === v)
        ? v
        : 0,
    );
  }
  return out;
}
