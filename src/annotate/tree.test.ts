import { describe, expect, it } from "vitest";
import { splitAtNecks } from "./split.js";
import { ellipseFill, selectRegions } from "./tree.js";

const heights = Float64Array.from({ length: 256 }, (_, level) => level);

/** Levels of disks (y, x, radius, level), the highest where they overlap. */
function disks(height: number, width: number, list: readonly (readonly [number, number, number, number])[]): Uint8Array {
  const out = new Uint8Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) for (const [cy, cx, r, level] of list) if (Math.hypot(y - cy, x - cx) <= r) out[y * width + x] = Math.max(out[y * width + x]!, level);
  }
  return out;
}

const momentsOf = (mask: ArrayLike<number>, width: number): Parameters<typeof ellipseFill>[0] => {
  const m = { area: 0, y: 0, x: 0, yy: 0, xx: 0, xy: 0 };
  for (let p = 0; p < mask.length; p++) {
    if (mask[p] === 0) continue;
    const [y, x] = [Math.floor(p / width), p % width];
    m.area++; m.y += y; m.x += x; m.yy += y * y; m.xx += x * x; m.xy += y * x;
  }
  return m;
};

describe("ellipseFill", () => {
  it("is 3 / pi for a square, nearly 1 for a disk, two touching disks 2 / sqrt(5)", () => {
    // A unit square has second moments 1/12, so its ellipse covers 4 pi / 12 = pi / 3, which is more than 1: 3 / pi.
    expect(ellipseFill({ area: 1, y: 3, x: 4, yy: 9, xx: 16, xy: 12 })).toBeCloseTo(3 / Math.PI, 9);
    expect(ellipseFill(momentsOf(disks(60, 60, [[30, 30, 20, 1]]), 60))).toBeGreaterThan(0.99);
    // Each has r^2/4 about its own centre; the shift by r adds r^2 along the line of centres: area 2 pi r^2 / (4 pi r^2 sqrt(5)/4) = 2/sqrt(5).
    expect(ellipseFill(momentsOf(disks(60, 100, [[30, 29, 20, 1], [30, 69.5, 20, 1]]), 100))).toBeCloseTo(2 / Math.sqrt(5), 1);
  });
});

describe("selectRegions", () => {
  const limits = { area: Math.PI * 100, minHeight: 5 };

  it("takes a dim and a bright disk alike, each whole", () => {
    const levels = disks(40, 80, [[20, 20, 10, 20], [20, 60, 10, 220]]);
    const labels = selectRegions(levels, heights, 40, 80, limits);
    expect(labels.map((label) => (label > 0 ? 1 : 0))).toEqual(Int32Array.from(levels, (level) => (level > 0 ? 1 : 0)));
    expect(labels[20 * 80 + 20]).not.toBe(labels[20 * 80 + 60]);
  });

  it("takes two summits on a common foot apart, but not the texture of one", () => {
    const summit = (x: number): [number, number, number, number][] => [[20, x, 13, 60], [20, x, 10, 110], [20, x, 8, 160], [20, x, 6, 220]];
    const pair = selectRegions(disks(40, 80, [...summit(25), ...summit(47)]), heights, 40, 80, limits);
    expect(pair[20 * 80 + 25]).toBeGreaterThan(0);
    expect(pair[20 * 80 + 47]).toBeGreaterThan(0);
    expect(pair[20 * 80 + 25]).not.toBe(pair[20 * 80 + 47]);
    const one = selectRegions(disks(40, 80, [[20, 25, 10, 180], [20, 21, 4, 200], [20, 30, 4, 200]]), heights, 40, 80, limits);
    expect(one.reduce((a, b) => Math.max(a, b), 0)).toBe(1);
  });

  it("leaves out what is too dim or too small", () => {
    const labels = selectRegions(disks(40, 80, [[20, 20, 10, 4], [20, 60, 2, 220]]), heights, 40, 80, limits);
    expect(labels.every((label) => label === 0)).toBe(true);
  });
});

describe("splitAtNecks", () => {
  it("cuts touching disks at the neck, keeps an ellipse, and stays inside the region", () => {
    const mask = disks(60, 160, [[30, 29, 20, 1], [30, 66, 20, 1]]);
    for (let y = 20; y < 40; y++) for (let x = 100; x < 150; x++) if (((x - 125) / 24) ** 2 + ((y - 30) / 9.5) ** 2 <= 1) mask[y * 160 + x] = 2;
    const pieces = splitAtNecks(Int32Array.from(mask), Float32Array.from(mask), 60, 160, 40);
    expect(new Set([29, 66, 125].map((x) => pieces[30 * 160 + x])).size).toBe(3);
    expect(new Set(pieces)).toEqual(new Set([0, 1, 2, 3]));
    expect(pieces.every((piece, p) => (piece > 0) === (mask[p]! > 0))).toBe(true);
    // The cut lies at the waist, half-way between the centres.
    expect(pieces[30 * 160 + 45]).toBe(pieces[30 * 160 + 29]);
    expect(pieces[30 * 160 + 50]).toBe(pieces[30 * 160 + 66]);
  });
});
