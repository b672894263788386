import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import { labelImage } from "../core/labels.js";
import { random } from "../core/random.js";
import { components } from "./components.js";
import { defaultContourOptions, ownContours } from "./contour.js";
import { gaussian } from "./gaussian.js";
import { growLabels } from "./grow.js";

interface ContourCase {
  readonly labels: Golden<Int32Array>;
  readonly smoothed: Golden<Float32Array>;
  readonly background: Golden<Float32Array>;
  readonly fraction: number;
  readonly grow: number;
  readonly cells: Golden<Int32Array>;
  readonly expected: Golden<Int32Array>;
}
const cases = goldens<ContourCase>("contour");

describe("growLabels", () => {
  it("gives the middle to the smaller label and stops at the distance", () => {
    expect(growLabels(labelImage(1, 9, Int32Array.of(0, 0, 0, 2, 0, 0, 0, 1, 0)), 2)).toEqual(Int32Array.of(0, 2, 2, 2, 2, 1, 1, 1, 1));
    expect(growLabels(labelImage(1, 3, Int32Array.of(0, 5, 0)), 0)).toEqual(Int32Array.of(0, 5, 0));
  });

  it.each(cases)("equals a search over all pairs: $name", ({ labels, grow, cells }) => {
    expect(growLabels(labelImage(labels.height, labels.width, labels.data), grow)).toEqual(cells.data);
  });
});

/** A blurred disc of height `bright` at the centre, with others where given. */
function discs(height: number, width: number, list: readonly { y: number; x: number; r: number; bright: number }[]): { image: Float32Array; labels: Int32Array } {
  const image = new Float32Array(height * width);
  const labels = new Int32Array(height * width);
  list.forEach(({ y, x, r, bright }, k) => {
    for (let i = 0; i < image.length; i++) {
      if ((Math.floor(i / width) - y) ** 2 + ((i % width) - x) ** 2 > r * r) continue;
      image[i] = bright;
      labels[i] = k + 1;
    }
  });
  return { image, labels };
}

describe("ownContours", () => {
  it.each(cases)("equals the definition in numpy: $name", ({ labels, smoothed, background, fraction, grow, expected }) => {
    const out = ownContours(labelImage(labels.height, labels.width, labels.data), smoothed.data, background.data, { fraction, grow });
    expect(out.data).toEqual(expected.data);
  });

  it("finds the edge of a blurred disc from a region that is too small or too large, dim or bright", () => {
    const truth = discs(60, 120, [{ y: 30, x: 30, r: 14, bright: 10 }, { y: 30, x: 85, r: 14, bright: 1000 }]);
    const smoothed = gaussian(truth.image, 60, 120, 1.5);
    for (const r of [10, 18]) {
      const start = discs(60, 120, [{ y: 30, x: 30, r, bright: 1 }, { y: 30, x: 85, r, bright: 1 }]).labels;
      const out = ownContours(labelImage(60, 120, start), smoothed, new Float32Array(smoothed.length), { fraction: 0.5, grow: 6 });
      const wrong = out.data.reduce((sum, label, i) => sum + (label !== truth.labels[i] ? 1 : 0), 0);
      // Half-maximum of a blurred edge is the edge, but for its curvature: well under one pixel along 2 x 88 pixels of outline.
      expect(wrong).toBeLessThan(40);
    }
  });

  it("keeps the largest piece and fills its holes", () => {
    const bright = [
      "......................",
      ".#########............",
      ".#########...##.......",
      ".##.###.##...##.......",
      ".#########............",
      "......................",
    ].join("");
    const smoothed = Float32Array.from(bright, (c) => (c === "#" ? 10 : 0));
    const start = Int32Array.from(bright, (_, i) => (Math.floor(i / 22) > 0 && Math.floor(i / 22) < 5 && i % 22 > 0 && i % 22 < 16 ? 3 : 0));
    const out = ownContours(labelImage(6, 22, start), smoothed, new Float32Array(132), { fraction: 0.5, grow: 0 });
    expect(out.data).toEqual(Int32Array.from(bright, (_, i) => (Math.floor(i / 22) > 0 && Math.floor(i / 22) < 5 && i % 22 > 0 && i % 22 < 10 ? 3 : 0)));
    expect(out.count).toBe(3);
  });

  it("leaves an object without contrast, or of NaN, empty and its number unused", () => {
    const { labels } = discs(20, 60, [{ y: 10, x: 10, r: 6, bright: 1 }, { y: 10, x: 30, r: 6, bright: 1 }, { y: 10, x: 50, r: 6, bright: 1 }]);
    const smoothed = Float32Array.from(labels, (label) => [0, 5, 9, NaN][label]!);
    const out = ownContours(labelImage(20, 60, labels), smoothed, new Float32Array(1200).fill(5), defaultContourOptions);
    expect(new Set(out.data)).toEqual(new Set([0, 2]));
    expect(out.count).toBe(3);
  });

  it("keeps objects in one piece, without holes of their own, off their neighbours, and independent of -1", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), fc.double({ min: 0.1, max: 0.9, noNaN: true }), (seed, h, w, fraction) => {
        const rng = random(seed);
        const image = gaussian(Float32Array.from({ length: h * w }, () => rng.uniform(0, 100)), h, w, 2);
        const labels = components(Uint8Array.from(image, (value) => (value > 52 ? 1 : 0)), h, w, 4);
        const out = ownContours(labels, image, new Float32Array(h * w), { fraction, grow: rng.integer(5) });
        for (let label = 1; label <= labels.count; label++) {
          const region = Uint8Array.from(out.data, (value) => (value === label ? 1 : 0));
          expect(components(region, h, w, 4).count).toBeLessThanOrEqual(1);
        }
        out.data.forEach((label, i) => {
          if (labels.data[i]! > 0 && label > 0) expect(label).toBe(labels.data[i]);
        });
        const ignored = labels.data.map((label, i) => (label === 0 && i % 3 === 0 ? -1 : label));
        expect(ownContours({ ...labels, data: ignored }, image, new Float32Array(h * w), { fraction, grow: 2 }).data)
          .toEqual(ownContours(labels, image, new Float32Array(h * w), { fraction, grow: 2 }).data);
      }),
      { numRuns: 60 },
    );
  });

  it("outlines twenty thousand objects", () => {
    const labels = new Int32Array(848 * 848);
    let count = 0;
    for (let y = 1; y < 846; y += 6) {
      for (let x = 1; x < 846; x += 6) {
        count++;
        for (let v = 0; v < 4; v++) labels.fill(count, (y + v) * 848 + x, (y + v) * 848 + x + 4);
      }
    }
    const smoothed = Float32Array.from(labels, (label) => (label > 0 ? 1 + (label % 7) : 0));
    const out = ownContours(labelImage(848, 848, labels), smoothed, new Float32Array(labels.length), { fraction: 0.5, grow: 2 });
    expect(count).toBeGreaterThan(19_000);
    expect(out.data).toEqual(labels);
  });
});
