import { describe, expect, it } from "vitest";
import { distanceTransform } from "../imgproc/distance.js";
import { type Cutout, turned } from "./cutout.js";
import { paste, type Scene } from "./paste.js";
import { footprintOf, turnedFootprint } from "./placement.js";

/**
 * 9 x 12 px of grey 10 with a nucleus of 5 x 5 px and grey 110 in rows 2 to 6, columns 1 to 5. Sigma 0: what
 * is there is all signal.
 */
function scene(): Scene {
  const labels = new Int32Array(9 * 12);
  for (let y = 2; y < 7; y++) labels.fill(1, y * 12 + 1, y * 12 + 6);
  return {
    height: 9,
    width: 12,
    grey: Float32Array.from(labels, (label) => 10 + 100 * label),
    labels,
    areas: [0, 25],
    cores: [NaN, 100],
    low: 0,
    high: 255,
    sigma: 0,
  };
}

/** 5 x 5 px of height 100, one column to the right of it that gets 20. */
function cutout(core = 100): Cutout {
  const mask = Uint8Array.from({ length: 49 }, (_, p) => (p % 7 > 0 && p % 7 < 6 && p > 6 && p < 42 ? 1 : 0));
  const light = Float32Array.from(mask, (m, p) => (m === 1 ? core : p % 7 === 6 ? 20 : 0));
  return {
    height: 7,
    width: 7,
    mask,
    depth: distanceTransform(mask, 7, 7),
    weight: Float32Array.from(light, (v) => (v > 0 ? 1 : 0)),
    light,
    smooth: light,
    area: 25,
    core,
    background: 12,
    margin: 3,
    noise: 0,
  };
}

const rows = (labels: Int32Array): string[] =>
  Array.from({ length: 9 }, (_, y) => [...labels.subarray(12 * y, 12 * y + 12)].join(""));

describe("paste", () => {
  it("parts two outlines where both are equally deep, and keeps the height of one in both", () => {
    const s = scene();
    // Columns 4 to 8: two in common. By hand, depths in rows 2 to 6: column 4 old 1 2 2 2 1, new 1 1 1 1 1;
    // column 5 old 1 1 1 1 1, new 1 2 2 2 1.
    expect(paste(s, cutout(), { top: 1, left: 3 }, { largestLoss: 0.4, contact: 2 })).toBe(true);
    expect(rows(s.labels)).toEqual([
      "000000000000",
      "000000000000",
      "011111222000",
      "011112222000",
      "011112222000",
      "011112222000",
      "011111222000",
      "000000000000",
      "000000000000",
    ]);
    expect([s.areas, s.cores]).toEqual([
      [0, 22, 18],
      [NaN, 100, 100],
    ]);
    for (let i = 0; i < s.labels.length; i++) {
      const glow = i % 12 === 9 && i > 12 && i < 96;
      expect(s.grey[i]).toBe(s.labels[i]! > 0 ? 110 : glow ? 30 : 10);
    }
  });

  it("gives each side its own height where a bright one meets a dim one", () => {
    const s = scene();
    expect(paste(s, cutout(40), { top: 1, left: 3 }, { largestLoss: 0.4, contact: 2 })).toBe(true);
    // Row 4: the bright one, what they have in common, the dim one.
    const row = [...s.grey.subarray(48, 60)];
    expect(row.slice(0, 4)).toEqual([10, 110, 110, 110]);
    expect(row.slice(6)).toEqual([50, 50, 50, 30, 10, 10]);
    expect(row[4]).toBe(110);
    expect(row[5]).toBeLessThanOrEqual(110);
  });

  it.each([
    ["the contact is too short", { top: 3, left: 5 }, { largestLoss: 0.4, contact: 9 }],
    ["a nucleus would lose too much", { top: 1, left: 3 }, { largestLoss: 0.1, contact: 2 }],
  ])("leaves everything as it is where %s", (_, place, options) => {
    const s = scene();
    expect(paste(s, cutout(), place, options)).toBe(false);
    expect(s).toEqual(scene());
  });

  it("finds what nobody labelled: a place that is too bright is not taken", () => {
    const s = scene();
    s.grey.forEach((value, i) => {
      if (s.labels[i] === 0) s.grey[i] = value + 40;
    });
    expect(paste(s, cutout(), { top: 1, left: 4 }, { largestLoss: 0.4, contact: 1 })).toBe(false);
    expect(s.labels).toEqual(scene().labels);
  });
});

describe("turned", () => {
  const given = Float32Array.from({ length: 6 }, (_, p) => p);
  const small: Cutout = {
    ...cutout(),
    height: 2,
    width: 3,
    mask: Uint8Array.from([1, 1, 0, 1, 0, 0]),
    depth: Float32Array.from([1, 1, 0, 1, 0, 0]),
    weight: Float32Array.from([1, 1, 1, 1, 1, 0]),
    light: given,
    smooth: given,
    area: 3,
  };

  it("is each of eight views once, with the footprint of the view", () => {
    const views = new Set<string>();
    for (let turn = 0; turn < 8; turn++) {
      const view = turned(small, turn);
      views.add(`${view.height} ${[...view.light].join()}`);
      const sorted = (pixels: Int32Array): string[] =>
        Array.from({ length: pixels.length / 2 }, (_, k) => `${pixels[2 * k]} ${pixels[2 * k + 1]}`).sort();
      const [moved, own] = [turnedFootprint(footprintOf(small), turn), footprintOf(view)];
      for (const part of ["mask", "edge", "clear"] as const)
        expect(sorted(moved[part])).toEqual(sorted(own[part]));
      expect([moved.height, moved.width, moved.y.toFixed(9), moved.x.toFixed(9)]).toEqual([
        own.height,
        own.width,
        own.y.toFixed(9),
        own.x.toFixed(9),
      ]);
    }
    expect(views.size).toBe(8);
    // Rows for columns, by hand.
    expect([...turned(small, 4).light]).toEqual([0, 3, 1, 4, 2, 5]);
  });
});
