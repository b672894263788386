/** Estimates beside those of numpy and scipy (fixtures/generate_analysis.py). */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { labelImage } from "../core/labels.js";
import { emptyNuclei } from "../core/nuclei.js";
import { ringsOf } from "../imgproc/rings.js";
import { fitDecay } from "../stats/decay.js";
import { survivalOf } from "../stats/survival.js";
import { powerLawOf } from "./motion/msd.js";
import { neighboursOf } from "./population/neighbours.js";
import { unitsOf } from "./units/units.js";

interface Reference {
  readonly survival: {
    times: number[];
    happened: number[];
    time: number[];
    share: number[];
    low: (number | null)[];
    high: (number | null)[];
  }[];
  readonly neighbours: {
    y: number[];
    x: number[];
    count: number[];
    nearest: number[];
    density: number[];
    hull: number[];
  }[];
  readonly powerLaw: {
    perFrame: number;
    value: number[];
    pairs: number[];
    exponent: number;
    coefficient: number;
  }[];
  readonly decay: { x: number[]; y: number[]; weight: number[]; amplitude: number; scale: number }[];
  readonly rings: {
    height: number;
    width: number;
    gap: number;
    thick: number;
    far: number;
    labels: number[];
    ring: number[];
    background: number[];
  }[];
}
const reference = JSON.parse(
  readFileSync(new URL("../../fixtures/analysis/reference.json", import.meta.url), "utf8"),
) as Reference;

describe("beside numpy and scipy", () => {
  it.each(reference.survival)(
    "survivalOf is scipy's Kaplan-Meier estimate",
    ({ times, happened, time, share, low, high }) => {
      const found = survivalOf(Float64Array.from(times), Uint8Array.from(happened));
      expect([...found.time]).toEqual(time);
      const near = (values: Float64Array, expected: readonly (number | null)[]): void =>
        values.forEach((value, i) =>
          expected[i] === null || expected[i] === undefined
            ? expect(value).toBeNaN()
            : expect(value).toBeCloseTo(expected[i], 12),
        );
      near(found.share, share);
      near(found.low, low);
      near(found.high, high);
    },
  );

  it.each(reference.neighbours)(
    "neighboursOf is scipy's Delaunay triangulation",
    ({ y, x, count, nearest, density, hull }) => {
      const nuclei = { ...emptyNuclei(y.length), y: Float64Array.from(y), x: Float64Array.from(x) };
      const found = neighboursOf(nuclei, 1, unitsOf({ height: 500, width: 500 }));
      expect([...found.count]).toEqual(count);
      expect([...found.atHull.keys()].filter((row) => found.atHull[row] === 1)).toEqual(hull);
      found.nearest.forEach((value, row) => expect(value).toBeCloseTo(nearest[row]!, 9));
      // Per megapixel.
      found.density.forEach((value, row) =>
        hull.includes(row) ? expect(value).toBeNaN() : expect(value / 1e6 / density[row]!).toBeCloseTo(1, 9),
      );
    },
  );

  it.each(reference.powerLaw)(
    "powerLawOf is numpy's weighted polyfit of the logarithms",
    ({ perFrame, value, pairs, exponent, coefficient }) => {
      const fit = powerLawOf(
        Float64Array.from(value.flatMap((mean, i) => [mean * pairs[i]!, pairs[i]!])),
        perFrame,
      );
      expect(fit.exponent).toBeCloseTo(exponent, 10);
      expect(fit.coefficient).toBeCloseTo(coefficient, 10);
    },
  );

  it.each(reference.decay)("fitDecay is scipy's weighted curve_fit", ({ x, y, weight, amplitude, scale }) => {
    const fit = fitDecay(x, y, weight);
    // Golden section stops where the error no longer changes in double precision: about the root of it.
    expect(fit.scale / scale).toBeCloseTo(1, 6);
    expect(fit.amplitude / amplitude).toBeCloseTo(1, 6);
  });

  it.each(reference.rings)(
    "ringsOf is a division by scipy's distances",
    ({ height, width, gap, thick, far, labels, ring, background }) => {
      const found = ringsOf(labelImage(height, width, Int32Array.from(labels)), { gap, width: thick, far });
      const painted = new Int32Array(height * width);
      for (let k = 1; k < found.rings.first.length; k++)
        for (const p of found.rings.pixels.subarray(found.rings.first[k - 1], found.rings.first[k]))
          painted[p] = k;
      expect([...painted]).toEqual(ring);
      expect([...found.background]).toEqual(background);
    },
  );
});
