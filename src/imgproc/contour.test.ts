import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import { differing, inPieces, lattice, symmetries, turned } from "../../test/planes.js";
import { labelImage, type LabelImage } from "../core/labels.js";
import { random } from "../core/random.js";
import { components } from "./components.js";
import { defaultContourOptions, outlineFraction, ownContours } from "./contour.js";
import { gaussian } from "./gaussian.js";

interface ContourCase {
  readonly labels: Golden<Int32Array>;
  readonly smoothed: Golden<Float32Array>;
  readonly background: Golden<Float32Array>;
  readonly fraction: number;
  readonly grow: number;
  readonly expected: Golden<Int32Array>;
}
const cases = goldens<ContourCase>("contour");

/** A blurred disc of height `bright` at the centre, with others where given. */
function discs(
  height: number,
  width: number,
  list: readonly { y: number; x: number; r: number; bright: number }[],
): { image: Float32Array; labels: Int32Array } {
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

const sumOf = (values: Int32Array): number => values.reduce((sum, value) => sum + value, 0);

describe("ownContours", () => {
  it.each(cases)(
    "equals the definition in numpy: $name",
    ({ labels, smoothed, background, fraction, grow, expected }) => {
      const out = ownContours(
        labelImage(labels.height, labels.width, labels.data),
        smoothed.data,
        background.data,
        { fraction, grow },
      );
      expect(out.data).toEqual(expected.data);
    },
  );

  it("draws the same line on a steep slope of the background as on a flat one", () => {
    const { image, labels } = discs(60, 60, [{ y: 30, x: 30, r: 12, bright: 50 }]);
    const smoothed = gaussian(image, 60, 60, 1.5);
    const slope = Float32Array.from(image, (_, i) => 8 * (i % 60));
    const flat = ownContours(labelImage(60, 60, labels), smoothed, new Float32Array(3600));
    const steep = ownContours(
      labelImage(60, 60, labels),
      smoothed.map((value, i) => value + slope[i]!),
      slope,
    );
    expect(steep.data).toEqual(flat.data);
    expect(flat.data.filter((label) => label === 1).length).toBeGreaterThan(400);
  });

  it("finds the edge of a blurred disc from a region that is too small or too large, dim or bright", () => {
    const truth = discs(60, 120, [
      { y: 30, x: 30, r: 14, bright: 10 },
      { y: 30, x: 85, r: 14, bright: 1000 },
    ]);
    const smoothed = gaussian(truth.image, 60, 120, 1.5);
    for (const r of [10, 18]) {
      const start = discs(60, 120, [
        { y: 30, x: 30, r, bright: 1 },
        { y: 30, x: 85, r, bright: 1 },
      ]).labels;
      const out = ownContours(labelImage(60, 120, start), smoothed, new Float32Array(smoothed.length), {
        fraction: 0.5,
        grow: 6,
      });
      const wrong = out.data.reduce((sum, label, i) => sum + (label !== truth.labels[i] ? 1 : 0), 0);
      // Half-maximum of a blurred edge is the edge, but for its curvature: well under one pixel along 2 x 88
      // pixels of outline.
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
    const start = Int32Array.from(bright, (_, i) =>
      Math.floor(i / 22) > 0 && Math.floor(i / 22) < 5 && i % 22 > 0 && i % 22 < 16 ? 3 : 0,
    );
    const out = ownContours(labelImage(6, 22, start), smoothed, new Float32Array(132), {
      fraction: 0.5,
      grow: 0,
    });
    expect(out.data).toEqual(
      Int32Array.from(bright, (_, i) =>
        Math.floor(i / 22) > 0 && Math.floor(i / 22) < 5 && i % 22 > 0 && i % 22 < 10 ? 3 : 0,
      ),
    );
    expect(out.count).toBe(3);
  });

  it("leaves an object without contrast, or of NaN, empty and its number unused", () => {
    const { labels } = discs(20, 60, [
      { y: 10, x: 10, r: 6, bright: 1 },
      { y: 10, x: 30, r: 6, bright: 1 },
      { y: 10, x: 50, r: 6, bright: 1 },
    ]);
    const smoothed = Float32Array.from(labels, (label) => [0, 5, 9, NaN][label]!);
    const out = ownContours(
      labelImage(20, 60, labels),
      smoothed,
      new Float32Array(1200).fill(5),
      defaultContourOptions,
    );
    expect(new Set(out.data)).toEqual(new Set([0, 2]));
    expect(out.count).toBe(3);
  });

  it("keeps objects in one piece, without holes of their own, off their neighbours, and independent of -1", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 30 }),
        fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        (seed, h, w, fraction) => {
          const rng = random(seed);
          const image = gaussian(
            Float32Array.from({ length: h * w }, () => rng.uniform(0, 100)),
            h,
            w,
            2,
          );
          const labels = components(
            Uint8Array.from(image, (value) => (value > 52 ? 1 : 0)),
            h,
            w,
            4,
          );
          const out = ownContours(labels, image, new Float32Array(h * w), { fraction, grow: rng.integer(5) });
          expect(inPieces(out, 4)).toEqual([]);
          out.data.forEach((label, i) => {
            if (labels.data[i]! > 0 && label > 0) expect(label).toBe(labels.data[i]);
          });
          const ignored = labels.data.map((label, i) => (label === 0 && i % 3 === 0 ? -1 : label));
          expect(
            ownContours({ ...labels, data: ignored }, image, new Float32Array(h * w), { fraction, grow: 2 })
              .data,
          ).toEqual(ownContours(labels, image, new Float32Array(h * w), { fraction, grow: 2 }).data);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("takes of two pieces of equal size the one with the first pixel, hence another one in a flipped image", () => {
    // One object, whose middle is too dim: two pieces of 2 px.
    const smoothed = Float32Array.of(9, 9, 3, 9, 9);
    const object = labelImage(1, 5, new Int32Array(5).fill(1));
    const contourOf = (grey: Float32Array): LabelImage =>
      ownContours(object, grey, new Float32Array(5), { fraction: 0.5, grow: 0 });
    expect([...contourOf(smoothed).data]).toEqual([1, 1, 0, 0, 0]);
    const flipped = contourOf(smoothed.toReversed());
    expect([...turned(flipped, "left-right").data]).toEqual([0, 0, 0, 1, 1]);
  });

  it("gives the same contours after flips and transposes, but where two pieces of an object are equally large", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        fc.integer({ min: 0, max: 5 }),
        (seed, fraction, grow) => {
          const rng = random(seed);
          const [height, width] = [20 + rng.integer(20), 20 + rng.integer(20)];
          const smoothed = gaussian(
            Float32Array.from({ length: height * width }, () => rng.uniform(0, 100)),
            height,
            width,
            2,
          );
          const labels = components(
            Uint8Array.from(smoothed, (value) => (value > 52 ? 1 : 0)),
            height,
            width,
            4,
          );
          // Constant, so that its mean is the same in any order of the pixels.
          const background = new Float32Array(height * width).fill(30);
          const contoursOf = (l: LabelImage, grey: Float32Array): LabelImage =>
            ownContours(l, grey, background, { fraction, grow });
          const here = contoursOf(labels, smoothed).data;
          for (const symmetry of symmetries) {
            const grey = turned({ height, width, data: smoothed }, symmetry).data;
            const there = turned(contoursOf(turned(labels, symmetry), grey), symmetry).data;
            for (let label = 1; label <= labels.count; label++) {
              const [a, b] = [here, there].map((data) => data.map((value) => (value === label ? 1 : 0)));
              if (differing(a!, b!) === 0) continue;
              // The other piece, with no pixel in common, and as large.
              expect(a!.some((value, i) => value + b![i]! === 2)).toBe(false);
              expect(sumOf(a!)).toBe(sumOf(b!));
              expect(sumOf(a!)).toBeGreaterThan(0);
            }
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it("is empty for no object, for an image of one value, and for one of NaN, and whole for a saturated object", () => {
    const full = labelImage(9, 9, new Int32Array(81).fill(1));
    const black = new Float32Array(81);
    expect(ownContours(labelImage(9, 9, new Int32Array(81)), black, black).data).toEqual(new Int32Array(81));
    for (const value of [0, NaN])
      expect(
        ownContours(
          full,
          black.map(() => value),
          black,
        ).data,
      ).toEqual(new Int32Array(81));
    expect(
      ownContours(
        full,
        black.map(() => 65535),
        black,
      ).data,
    ).toEqual(full.data);
    expect(
      ownContours(
        full,
        black.map(() => 65535),
        black.map(() => NaN),
      ).data,
    ).toEqual(new Int32Array(81));
    expect(
      ownContours(labelImage(1, 1, Int32Array.of(1)), Float32Array.of(5), Float32Array.of(4)).data,
    ).toEqual(Int32Array.of(1));
  });

  it("fills a pixel without a value inside an object", () => {
    const smoothed = Float32Array.from({ length: 49 }, (_, i) =>
      i === 24 ? NaN : i % 7 > 0 && i % 7 < 6 && i > 6 && i < 42 ? 9 : 0,
    );
    const start = Int32Array.from(smoothed, (value) => (value > 0 ? 1 : 0));
    const out = ownContours(labelImage(7, 7, start), smoothed, new Float32Array(49), {
      fraction: 0.5,
      grow: 1,
    });
    expect(out.data[24]).toBe(1);
    expect(out.data.reduce((a, b) => a + b, 0)).toBe(25);
  });

  it(
    "does not fill a ring over the ring inside it, which would leave pieces of one label on both " +
      "sides of another",
    () => {
      const [size, middle] = [61, 30];
      const rings = (radii: readonly (readonly [number, number])[]): Int32Array =>
        Int32Array.from({ length: size * size }, (_, p) => {
          const away = Math.hypot(Math.floor(p / size) - middle, (p % size) - middle);
          return radii.findIndex(([from, to]) => away >= from && away < to) + 1;
        });
      for (const grow of [0, 1, 2, 4]) {
        for (const radii of [
          [
            [20, 25],
            [11, 16],
            [0, 6],
          ],
          [
            [11, 16],
            [20, 25],
            [0, 6],
          ],
          [
            [20, 25],
            [10, 18],
          ],
          [
            [18, 25],
            [0, 14],
          ],
        ] as const) {
          const labels = rings(radii);
          const smoothed = gaussian(
            Float32Array.from(labels, (label) => (label > 0 ? 100 : 0)),
            size,
            size,
            1,
          );
          const out = ownContours(labelImage(size, size, labels), smoothed, new Float32Array(labels.length), {
            fraction: 0.4,
            grow,
          });
          expect(inPieces(out, 4)).toEqual([]);
          // Nobody loses a pixel to the ring around it.
          expect(
            differing(
              Int32Array.from(out.data, (label, p) => (labels[p]! > 0 ? label : 0)),
              labels,
            ),
          ).toBe(0);
        }
      }
    },
  );

  it("outlines seventy thousand objects, each at its own height", () => {
    const labels = lattice(265, 6, 4);
    const smoothed = Float32Array.from(labels.data, (label) => (label > 0 ? 1 + (label % 7) : 0));
    const out = ownContours(labels, smoothed, new Float32Array(smoothed.length), { fraction: 0.5, grow: 2 });
    expect(out.count).toBe(265 * 265);
    expect(differing(out.data, labels.data)).toBe(0);
  });
});

describe("outlineFraction", () => {
  it("falls from that of small nuclei to that of large ones, and no further", () => {
    expect([0, 10, 26, 30, 34, 100].map((diameter) => outlineFraction(diameter).toFixed(3))).toEqual(
      [0.45, 0.45, 0.45, 0.425, 0.4, 0.4].map((fraction) => fraction.toFixed(3)),
    );
  });
});
