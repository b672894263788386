import { describe, expect, it } from "vitest";
import { type LabelImage, labelImage } from "../core/labels.js";
import { measureCandidates, typicalOf, weightedMedian } from "./features.js";
import { emptyFeatures, type ObjectFeatures } from "./types.js";

/** Width of the image and grey value of its background. */
const [height, width, ground] = [24, 40, 10];

/** Rectangles [y, x, rows, columns], labelled 1.. */
function blocks(...list: readonly (readonly [number, number, number, number])[]): LabelImage {
  const data = new Int32Array(height * width);
  list.forEach(([y, x, rows, columns], k) => {
    for (let v = y; v < y + rows; v++) data.fill(k + 1, v * width + x, v * width + x + columns);
  });
  return labelImage(height, width, data);
}

/** @param heightAt over the background */
function features(
  labels: LabelImage,
  heightAt: (y: number, x: number, label: number) => number,
  noise = 2,
): ObjectFeatures {
  const smoothed = Float32Array.from(
    labels.data,
    (label, p) => ground + heightAt(Math.floor(p / labels.width), p % labels.width, label),
  );
  // Shells of 1.5 px: the core of a square of n px has n - 4.
  return measureCandidates(labels, smoothed, new Float32Array(smoothed.length).fill(ground), {
    diameter: 10,
    noise,
    frame: 3,
  });
}

const step = (_y: number, _x: number, label: number): number => (label > 0 ? 100 : 0);

describe("measureCandidates", () => {
  it("measures a square of one height that is alone", () => {
    const {
      count,
      frame,
      candidate,
      y,
      x,
      area,
      diameter,
      solidity,
      intensity,
      edgeContrast,
      contact,
      dip,
      texture,
      sharpness,
      signalToNoise,
      touchesEdge,
    } = features(blocks([5, 5, 10, 10]), step);
    expect([count, frame[0], candidate[0], y[0], x[0], area[0], solidity[0], touchesEdge[0]]).toEqual([
      1, 3, 1, 9.5, 9.5, 100, 1, 0,
    ]);
    expect([intensity[0], edgeContrast[0], contact[0], dip[0], texture[0]]).toEqual([100, 1, 0, 1, 0]);
    expect(diameter[0]).toBeCloseTo(Math.sqrt(400 / Math.PI), 12);
    // Central differences along the outline: 50 on the 32 pixels of the sides, 50 sqrt(2) on the 4 corners.
    expect(sharpness[0]).toBeCloseTo((((32 * 50 + 4 * 50 * Math.SQRT2) / 36) * diameter[0]!) / 100, 12);
    // Blurred by 0.5 px, the noise is 1 / sqrt(pi) of itself.
    expect(signalToNoise[0]).toBeCloseTo((100 * Math.sqrt(Math.PI)) / 2, 9);
  });

  it("takes the contrast of the edge between a shell inside and one outside, as a share of the height", () => {
    // The outline itself, half-way up, belongs to neither shell but to the object: 36 of its 100 pixels.
    const labels = blocks([5, 5, 10, 10]);
    const onOutline = (y: number, x: number): boolean => y === 5 || y === 14 || x === 5 || x === 14;
    const { intensity, edgeContrast } = features(labels, (y, x, label) =>
      label === 0 ? 20 : onOutline(y, x) ? 60 : 100,
    );
    expect(intensity[0]).toBeCloseTo(0.64 * 100 + 0.36 * 60, 9);
    expect(edgeContrast[0]).toBeCloseTo(80 / intensity[0]!, 9);
    // What is brighter within 2.25 px outside takes contrast away, what is farther does not.
    const near =
      (reach: number) =>
      (y: number, x: number, label: number): number =>
        label > 0
          ? 100
          : Math.hypot(Math.max(5 - y, 0, y - 14), Math.max(5 - x, 0, x - 14)) > reach
            ? 100
            : 0;
    expect(features(labels, near(2.25)).edgeContrast[0]).toBe(1);
    expect(features(labels, near(2)).edgeContrast[0]).toBeLessThan(1);
    // Of wide shells (1.5 to 7.5 px outside, for nuclei of 50 px) the blurred foot of the edge is no part.
    const wide = labelImage(
      60,
      60,
      Int32Array.from({ length: 3600 }, (_, p) =>
        Math.abs(Math.floor(p / 60) - 30) < 15 && Math.abs((p % 60) - 30) < 15 ? 1 : 0,
      ),
    );
    const foot = (reach: number): number => {
      const smoothed = Float32Array.from(wide.data, (label, p) =>
        label > 0 ||
        Math.hypot(
          Math.max(Math.abs(Math.floor(p / 60) - 30) - 14, 0),
          Math.max(Math.abs((p % 60) - 30) - 14, 0),
        ) <= reach
          ? 100
          : 0,
      );
      return measureCandidates(wide, smoothed, new Float32Array(3600), { diameter: 50, noise: 1, frame: 0 })
        .edgeContrast[0]!;
    };
    expect(foot(1.45)).toBe(1);
    expect(foot(2)).toBeLessThan(1);
  });

  it("gives no contrast where other candidates leave no pixel outside", () => {
    const tiles = labelImage(
      15,
      15,
      Int32Array.from({ length: 225 }, (_, p) => 1 + 3 * Math.floor(p / 75) + Math.floor((p % 15) / 5)),
    );
    const { edgeContrast, contact, touchesEdge } = measureCandidates(
      tiles,
      new Float32Array(225).fill(50),
      new Float32Array(225),
      { diameter: 10, noise: 1, frame: 0 },
    );
    expect(edgeContrast).toEqual(new Float64Array(9).fill(NaN));
    expect([...touchesEdge]).toEqual([1, 1, 1, 1, 0, 1, 1, 1, 1]);
    // The border of the image is no outline: of the corner tiles only the two inner sides are one, 9 pixels,
    // all in contact.
    expect(contact).toEqual(new Float64Array(9).fill(1));
  });

  it("takes the share of the outline in contact, and the dip there below the core", () => {
    // Squares side by side: of 36 outline pixels the 10 of the common side, and the next one in the row above
    // and below, lie within two steps.
    const pair = blocks([5, 5, 10, 10], [5, 15, 10, 10]);
    const flat = features(pair, step);
    expect([...flat.contact]).toEqual([12 / 36, 12 / 36]);
    expect([...flat.dip]).toEqual([0, 0]);
    const valley = features(pair, (_, x, label) =>
      label === 0 ? 0 : x >= 13 && x <= 16 ? 40 : label === 1 ? 100 : 80,
    );
    expect(valley.dip[0]).toBeCloseTo(1 - 40 / 100, 12);
    expect(valley.dip[1]).toBeCloseTo(1 - 40 / 80, 12);
    // A bridge brighter than the cores is a dip below 0.
    expect(
      features(pair, (_, x, label) => (label === 0 ? 0 : x >= 13 && x <= 16 ? 150 : 100)).dip[0],
    ).toBeCloseTo(-0.5, 12);
    // One pixel between them is contact still, two are none.
    expect(features(blocks([5, 5, 10, 10], [5, 16, 10, 10]), step).contact[0]).toBe(10 / 36);
    const apart = features(blocks([5, 5, 10, 10], [5, 17, 10, 10]), step);
    expect([apart.contact[0], apart.dip[0]]).toEqual([0, 1]);
    // By a corner they do not touch along an axis.
    expect(features(blocks([2, 5, 10, 10], [12, 15, 10, 10]), step).contact[0]).toBe(0);
  });

  it("takes the texture of the core alone", () => {
    // A chessboard of 90 and 110 in the core, wild outside of it.
    const inCore = (y: number, x: number): boolean => y >= 7 && y <= 12 && x >= 7 && x <= 12;
    const { texture } = features(blocks([5, 5, 10, 10]), (y, x, label) =>
      label === 0 ? 0 : inCore(y, x) ? 90 + 20 * ((y + x) % 2) : 300 * ((y + x) % 2),
    );
    expect(texture[0]).toBeCloseTo(10 / 100, 6);
    expect(features(blocks([5, 5, 4, 4]), (y, x) => 7 * y + x).texture[0]).toBe(0);
  });

  it(
    "takes the difference to the ellipse of equal moments: 0.13 for a square, little for a disk, " +
      "much for an L",
    () => {
      // By hand: half axes 10 / sqrt(3) = 5.77 px; the 4 corner pixels at 6.36 px lie outside, 96 inside; pi
      // 100 / 3 - 96 are missing.
      expect(features(blocks([5, 5, 10, 10]), step).ellipseResidual[0]).toBeCloseTo(
        (4 + (Math.PI * 100) / 3 - 96) / 100,
        9,
      );
      const disk = labelImage(
        height,
        width,
        Int32Array.from({ length: height * width }, (_, p) =>
          Math.hypot(Math.floor(p / width) - 12, (p % width) - 20) <= 9 ? 1 : 0,
        ),
      );
      expect(features(disk, step).ellipseResidual[0]).toBeLessThan(0.05);
      const corner = blocks([4, 4, 14, 14]);
      for (let y = 4; y < 14; y++) corner.data.fill(0, y * width + 8, y * width + 18);
      expect(features(corner, step).ellipseResidual[0]).toBeGreaterThan(0.4);
      // Of a rectangle it is 0.19 at any length and angle (by the areas of circle segments), but for its
      // jagged sides.
      for (const angle of [0, 0.3, 0.6, 1.1, 2]) {
        const slanted = labelImage(
          60,
          60,
          Int32Array.from({ length: 3600 }, (_, p) => {
            const [dy, dx] = [Math.floor(p / 60) - 30, (p % 60) - 30];
            const inside =
              Math.abs(dx * Math.cos(angle) + dy * Math.sin(angle)) <= 24 &&
              Math.abs(dy * Math.cos(angle) - dx * Math.sin(angle)) <= 8;
            return inside ? 1 : 0;
          }),
        );
        expect(Math.abs(features(slanted, step).ellipseResidual[0]! - 0.19)).toBeLessThan(0.03);
      }
    },
  );

  it("measures nothing of nothing", () => {
    expect(features(blocks(), step).count).toBe(0);
  });
});

describe("weightedMedian", () => {
  it("is the smallest value at which half of the weight is reached", () => {
    expect(weightedMedian([5, 1, 3], [1, 1, 1])).toBe(3);
    expect(weightedMedian([5, 1, 3], [5, 1, 1])).toBe(5);
    expect(weightedMedian([5, 1], [1, 1])).toBe(1);
    expect(weightedMedian([2, 9, 9], [1, 0, 0])).toBe(2);
    expect(weightedMedian([], [])).toBeNaN();
  });
});

describe("typicalOf", () => {
  /** Rows of [area, intensity], smooth and inside unless changed. */
  function rows(
    list: readonly (readonly [number, number])[],
    change: Partial<Record<"solidity" | "ellipseResidual" | "touchesEdge", number>> = {},
  ): ObjectFeatures {
    const out = emptyFeatures(list.length);
    list.forEach(([area, intensity], i) => {
      [out.area[i], out.intensity[i], out.solidity[i], out.ellipseResidual[i], out.touchesEdge[i]] = [
        area,
        intensity,
        change.solidity ?? 0.95,
        change.ellipseResidual ?? 0.05,
        change.touchesEdge ?? 0,
      ];
      [out.edgeContrast[i], out.texture[i]] = [0.5, 0.2];
    });
    return out;
  }
  const nuclei = rows([
    [400, 100],
    [420, 110],
    [380, 90],
  ]);

  it("is the median of what looks like a nucleus: not dim, smooth, inside the image", () => {
    const noise = rows(Array.from({ length: 50 }, () => [12, 6] as const));
    const ragged = rows(
      [
        [900, 200],
        [900, 200],
      ],
      { solidity: 0.8 },
    );
    const odd = rows(
      [
        [900, 200],
        [900, 200],
      ],
      { ellipseResidual: 0.2 },
    );
    const cut = rows(
      [
        [100, 200],
        [100, 200],
        [100, 200],
      ],
      { touchesEdge: 1 },
    );
    for (const others of [noise, ragged, odd, cut])
      expect(typicalOf([nuclei, others])).toMatchObject({ area: 400, intensity: 100 });
    // Frames count together.
    expect(
      typicalOf([
        nuclei,
        rows([
          [500, 120],
          [500, 120],
        ]),
      ]).area,
    ).toBe(420);
  });

  it("takes all where nothing looks like one, and nothing of nothing", () => {
    expect(
      typicalOf([
        rows(
          [
            [100, 50],
            [300, 70],
          ],
          { touchesEdge: 1 },
        ),
      ]),
    ).toMatchObject({ area: 200, intensity: 60 });
    expect(typicalOf([]).area).toBeNaN();
    expect(typicalOf([emptyFeatures(0)]).intensity).toBeNaN();
  });

  it("leans on what is usual in most images where there are few nuclei", () => {
    // Three with a contrast of 0.5 among ten with 0.68, a texture of 0.2 among 0.13, a residual of 0.05 among
    // 0.09.
    const { edgeContrast, texture, ellipseResidual } = typicalOf([nuclei]);
    expect(edgeContrast).toBeCloseTo((3 * 0.5 + 10 * 0.68) / 13, 12);
    expect(texture).toBeCloseTo((3 * 0.2 + 10 * 0.13) / 13, 12);
    expect(ellipseResidual).toBeCloseTo((3 * 0.05 + 10 * 0.09) / 13, 12);
    expect(typicalOf(Array.from({ length: 1000 }, () => nuclei)).edgeContrast).toBeCloseTo(0.5, 2);
  });
});
