import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  differing,
  expectCommutes,
  expectConsecutive,
  inPieces,
  lattice,
  masks,
  partition,
  type Plane,
  sizes,
  symmetries,
  turned,
} from "../../test/planes.js";
import { random } from "../core/random.js";
import { components } from "../imgproc/components.js";
import { gaussian } from "../imgproc/gaussian.js";
import { splitAtNecks } from "./split.js";
import { ellipseFill } from "./moments.js";
import { regionQuality, selectRegions, type TreeLimits } from "./tree.js";

const heights = Float64Array.from({ length: 256 }, (_, level) => level);

/** Levels of disks (y, x, radius, level), the highest where they overlap. */
function disks(
  height: number,
  width: number,
  list: readonly (readonly [number, number, number, number])[],
): Uint8Array {
  const out = new Uint8Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++)
      for (const [cy, cx, r, level] of list)
        if (Math.hypot(y - cy, x - cx) <= r) out[y * width + x] = Math.max(out[y * width + x]!, level);
  }
  return out;
}

const momentsOf = (mask: ArrayLike<number>, width: number): Parameters<typeof ellipseFill>[0] => {
  const m = { area: 0, y: 0, x: 0, yy: 0, xx: 0, xy: 0 };
  for (let p = 0; p < mask.length; p++) {
    if (mask[p] === 0) continue;
    const [y, x] = [Math.floor(p / width), p % width];
    m.area++;
    m.y += y;
    m.x += x;
    m.yy += y * y;
    m.xx += x * x;
    m.xy += y * x;
  }
  return m;
};

describe("ellipseFill", () => {
  it("is 3 / pi for a square, nearly 1 for a disk, two touching disks 2 / sqrt(5)", () => {
    // A unit square has second moments 1/12, so its ellipse covers 4 pi / 12 = pi / 3, which is more than 1:
    // 3 / pi.
    expect(ellipseFill({ area: 1, y: 3, x: 4, yy: 9, xx: 16, xy: 12 })).toBeCloseTo(3 / Math.PI, 9);
    expect(ellipseFill(momentsOf(disks(60, 60, [[30, 30, 20, 1]]), 60))).toBeGreaterThan(0.99);
    // Each has r^2/4 about its own centre; the shift by r adds r^2 along the line of centres: area 2 pi r^2 /
    // (4 pi r^2 sqrt(5)/4) = 2/sqrt(5).
    expect(
      ellipseFill(
        momentsOf(
          disks(60, 100, [
            [30, 29, 20, 1],
            [30, 69.5, 20, 1],
          ]),
          100,
        ),
      ),
    ).toBeCloseTo(2 / Math.sqrt(5), 1);
  });
});

/**
 * The choice by its definition: a region above its lowest level stands if it is as good as the best choice
 * among the regions above that level.
 */
function bestRegions({ data, height, width }: Plane<Uint8Array>, limits: TreeLimits): Int32Array {
  const out = new Int32Array(data.length);
  let count = 0;
  const piecesOf = (mask: Uint8Array): Uint8Array[] => {
    const { data: labels, count: n } = components(mask, height, width, 4);
    return Array.from({ length: n }, (_, k) => Uint8Array.from(labels, (label) => (label === k + 1 ? 1 : 0)));
  };
  interface Choice {
    readonly weight: number;
    readonly value: number;
    readonly regions: readonly Uint8Array[];
  }
  const choose = (region: Uint8Array): Choice => {
    const values = data.filter((_, p) => region[p] === 1);
    const lowest = Math.min(...values);
    const inner = piecesOf(region.map((inside, p) => (inside === 1 && data[p]! > lowest ? 1 : 0))).map(
      choose,
    );
    const weight = inner.reduce((sum, choice) => sum + choice.weight, 0);
    const value = inner.reduce((sum, choice) => sum + choice.value, 0);
    const area = values.length;
    const mean = values.reduce((sum, level) => sum + heights[level]!, 0) / area;
    const fill = ellipseFill(momentsOf(region, width));
    const quality = regionQuality({ fill, area, level: heights[lowest]!, mean }, limits);
    if (quality > 0 && quality >= (weight > 0 ? value / weight : 0))
      return { weight: area, value: area * quality, regions: [region] };
    return { weight, value, regions: inner.flatMap((choice) => choice.regions) };
  };
  for (const { regions } of piecesOf(data.map((level) => (level > 0 ? 1 : 0))).map(choose)) {
    for (const region of regions) {
      count++;
      region.forEach((inside, p) => {
        if (inside === 1) out[p] = count;
      });
    }
  }
  return out;
}

/** Levels with hills and valleys, or noise. */
const landscapes = fc
  .tuple(sizes(18), fc.integer(), fc.constantFrom(0, 1, 2), fc.constantFrom(3, 20, 255))
  .map(([{ height, width }, seed, smooth, most]) => {
    const rng = random(seed);
    const noise = gaussian(
      Float32Array.from({ length: height * width }, () => rng.next()),
      height,
      width,
      smooth,
    );
    const [low, high] = [Math.min(...noise), Math.max(...noise, 1e-9)];
    return {
      height,
      width,
      data: Uint8Array.from(noise, (value) => (most * (value - low)) / Math.max(1e-9, high - low)),
    };
  });

describe("selectRegions", () => {
  const small = { area: 12, minHeight: 1 };
  const selected = ({ data, height, width }: Plane<Uint8Array>): Int32Array =>
    selectRegions({ data, height, width }, heights, small);

  it("is the best choice of regions, found by looking at every region", () => {
    fc.assert(
      fc.property(landscapes, (levels) => {
        expect(partition({ ...levels, data: selected(levels) })).toEqual(
          partition({ ...levels, data: bestRegions(levels, small) }),
        );
      }),
    );
  });

  it("labels 1..n, each in one piece, above the background, and the same regions after flips and transposes", () => {
    fc.assert(
      fc.property(landscapes, (levels) => {
        const labels = { ...levels, data: selected(levels) };
        expectConsecutive(labels.data);
        expect(inPieces(labels, 4)).toEqual([]);
        expect(labels.data.every((label, p) => label === 0 || levels.data[p]! > 0)).toBe(true);
        // Numbers go by level and pixel, so they are compared by first pixel.
        expectCommutes([levels], selected, (actual, expected) =>
          expect(partition({ ...actual, data: Int32Array.from(actual.data) })).toEqual(
            partition({ ...expected, data: Int32Array.from(expected.data) }),
          ),
        );
      }),
    );
  });

  it("finds nothing in an empty image, and takes a full one only where it is no larger than ten nuclei", () => {
    for (const [height, width, level, found] of [
      [6, 7, 0, 0],
      [6, 7, 255, 1],
      [30, 30, 255, 0],
      [1, 1, 255, 1],
      [1, 1, 0, 0],
      [1, 12, 9, 1],
    ] as const) {
      const limits = height * width === 1 ? { area: 1, minHeight: 1 } : small;
      const labels = selectRegions(
        { height, width, data: new Uint8Array(height * width).fill(level) },
        heights,
        limits,
      );
      expect(labels).toEqual(new Int32Array(height * width).fill(found));
    }
  });

  it("takes seventy thousand plateaus apart, whatever their levels", () => {
    const { data, height, width } = lattice(265, 6, 4);
    const labels = selectRegions(
      { height, width, data: Uint8Array.from(data, (label) => (label > 0 ? 20 + (label % 236) : 0)) },
      heights,
      small,
    );
    expect(differing(partition({ height, width, data: labels }), data)).toBe(0);
  });

  const limits = { area: Math.PI * 100, minHeight: 5 };

  it("takes a dim and a bright disk alike, each whole", () => {
    const levels = disks(40, 80, [
      [20, 20, 10, 20],
      [20, 60, 10, 220],
    ]);
    const labels = selectRegions({ height: 40, width: 80, data: levels }, heights, limits);
    expect(labels.map((label) => (label > 0 ? 1 : 0))).toEqual(
      Int32Array.from(levels, (level) => (level > 0 ? 1 : 0)),
    );
    expect(labels[20 * 80 + 20]).not.toBe(labels[20 * 80 + 60]);
  });

  it("takes two summits on a common foot apart, but not the texture of one", () => {
    const summit = (x: number): [number, number, number, number][] => [
      [20, x, 13, 60],
      [20, x, 10, 110],
      [20, x, 8, 160],
      [20, x, 6, 220],
    ];
    const pair = selectRegions(
      { height: 40, width: 80, data: disks(40, 80, [...summit(25), ...summit(47)]) },
      heights,
      limits,
    );
    expect(pair[20 * 80 + 25]).toBeGreaterThan(0);
    expect(pair[20 * 80 + 47]).toBeGreaterThan(0);
    expect(pair[20 * 80 + 25]).not.toBe(pair[20 * 80 + 47]);
    const one = selectRegions(
      {
        height: 40,
        width: 80,
        data: disks(40, 80, [
          [20, 25, 10, 180],
          [20, 21, 4, 200],
          [20, 30, 4, 200],
        ]),
      },
      heights,
      limits,
    );
    expect(one.reduce((a, b) => Math.max(a, b), 0)).toBe(1);
  });

  it("leaves out what is too dim or too small", () => {
    const labels = selectRegions(
      {
        height: 40,
        width: 80,
        data: disks(40, 80, [
          [20, 20, 10, 4],
          [20, 60, 2, 220],
        ]),
      },
      heights,
      limits,
    );
    expect(labels.every((label) => label === 0)).toBe(true);
  });
});

describe("splitAtNecks", () => {
  it("cuts touching disks at the neck, keeps an ellipse, and stays inside the region", () => {
    const mask = disks(60, 160, [
      [30, 29, 20, 1],
      [30, 66, 20, 1],
    ]);
    for (let y = 20; y < 40; y++)
      for (let x = 100; x < 150; x++)
        if (((x - 125) / 24) ** 2 + ((y - 30) / 9.5) ** 2 <= 1) mask[y * 160 + x] = 2;
    const pieces = splitAtNecks(
      { height: 60, width: 160, data: Int32Array.from(mask) },
      Float32Array.from(mask),
      40,
    );
    expect(new Set([29, 66, 125].map((x) => pieces[30 * 160 + x])).size).toBe(3);
    expect(new Set(pieces)).toEqual(new Set([0, 1, 2, 3]));
    expect(pieces.every((piece, p) => piece > 0 === mask[p]! > 0)).toBe(true);
    // The cut lies at the waist, half-way between the centres.
    expect(pieces[30 * 160 + 45]).toBe(pieces[30 * 160 + 29]);
    expect(pieces[30 * 160 + 50]).toBe(pieces[30 * 160 + 66]);
  });

  const piecesOf = ({ data, height, width }: Plane<Int32Array>, diameter: number): Int32Array =>
    splitAtNecks(
      { data, height, width },
      Float32Array.from(data, (label) => (label > 0 ? 1 : 0)),
      diameter,
    );

  it("gives pieces 1..n by first pixel, each in one piece and inside one region", () => {
    fc.assert(
      fc.property(masks(20), fc.integer({ min: 2, max: 30 }), (mask, diameter) => {
        const regions = components(mask.data, mask.height, mask.width, 4);
        const pieces = { ...mask, data: piecesOf(regions, diameter) };
        expect(partition(pieces)).toEqual(pieces.data);
        expect(inPieces(pieces, 4)).toEqual([]);
        const regionOf = new Map<number, number>();
        pieces.data.forEach((piece, p) => {
          const region = regions.data[p]!;
          if (piece > 0) expect(regionOf.get(piece) ?? region).toBe(region);
          if (piece > 0) regionOf.set(piece, region);
          // A region is divided up, but nothing is taken off it.
          expect(piece > 0).toBe(region > 0);
        });
      }),
    );
  });

  it("divides nothing where there is no region, and keeps one pixel", () => {
    expect(splitAtNecks({ height: 4, width: 5, data: new Int32Array(20) }, new Float32Array(20), 6)).toEqual(
      new Int32Array(20),
    );
    expect(
      splitAtNecks({ height: 1, width: 3, data: Int32Array.of(0, 3, 0) }, new Float32Array(3), 6),
    ).toEqual(Int32Array.of(0, 1, 0));
  });

  it("keeps a region that fills the image, and a thin one beside a large one", () => {
    expect(
      splitAtNecks(
        { height: 3, width: 4, data: new Int32Array(12).fill(1) },
        new Float32Array(12).fill(1),
        4,
      ),
    ).toEqual(new Int32Array(12).fill(1));
    const mask = disks(40, 40, [[20, 20, 10, 1]]);
    for (let y = 14; y <= 26; y++) for (const x of [32, 33]) mask[y * 40 + x] = 2;
    const pieces = splitAtNecks(
      { height: 40, width: 40, data: Int32Array.from(mask) },
      Float32Array.from(mask),
      20,
    );
    expect(pieces.every((piece, p) => piece > 0 === mask[p]! > 0)).toBe(true);
  });

  // Distances on a grid are often equal, and then the order of the pixels places a cut, so that a few pixels
  // along it may change sides; whether there is one does not depend on that.
  it("cuts at the same necks after flips and transposes", () => {
    const rng = random(4);
    for (let trial = 0; trial < 25; trial++) {
      const far = rng.uniform(12, 19);
      const angle = rng.uniform(0, Math.PI);
      const [dy, dx] = [(far / 2) * Math.sin(angle), (far / 2) * Math.cos(angle)];
      const mask = disks(60, 70, [
        [30 - dy, 35 - dx, 10, 1],
        [30 + dy, 35 + dx, 9, 1],
      ]);
      const regions = { height: 60, width: 70, data: Int32Array.from(mask) };
      const here = piecesOf(regions, 20);
      for (const symmetry of symmetries) {
        const other = turned(regions, symmetry);
        const there = partition(turned({ ...other, data: piecesOf(other, 20) }, symmetry));
        expect(Math.max(...there)).toBe(Math.max(...here));
        expect(differing(there, here)).toBeLessThan(25);
      }
    }
  });

  it("keeps seventy thousand regions whole", () => {
    const { data, height, width } = lattice(265, 7, 5);
    expect(
      differing(
        splitAtNecks(
          { data, height, width },
          Float32Array.from(data, (label) => Math.sign(label)),
          6,
        ),
        data,
      ),
    ).toBe(0);
  });
});
