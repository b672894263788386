import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import { expectCommutes, lattice, type Plane, scattered } from "../../test/planes.js";
import { labelImage, type LabelImage } from "../core/labels.js";
import { squaredDistance } from "./distance.js";
import { growLabels, nearestLabels, withinReach } from "./grow.js";

const asLabels = ({ data, height, width }: Plane<Int32Array>): LabelImage => labelImage(height, width, data);

/** Squared distance from pixel `at` to the nearest pixel of `label`, or of any label. */
function squaredTo({ data, width }: Plane<Int32Array>, at: number, label?: number): number {
  let best = Infinity;
  data.forEach((value, i) => {
    if (value > 0 && (label === undefined || value === label)) {
      best = Math.min(
        best,
        (Math.floor(i / width) - Math.floor(at / width)) ** 2 + ((i % width) - (at % width)) ** 2,
      );
    }
  });
  return best;
}

describe("growLabels", () => {
  it("gives the middle to the smaller label and stops at the distance", () => {
    expect(growLabels(labelImage(1, 9, Int32Array.of(0, 0, 0, 2, 0, 0, 0, 1, 0)), 2)).toEqual(
      Int32Array.of(0, 2, 2, 2, 2, 1, 1, 1, 1),
    );
    expect(growLabels(labelImage(1, 3, Int32Array.of(0, 5, 0)), 0)).toEqual(Int32Array.of(0, 5, 0));
  });

  const cases = goldens<{ labels: Golden<Int32Array>; distance: number; expected: Golden<Int32Array> }>(
    "grow",
  );
  it.each(cases)(
    "equals scikit-image, but for the smaller of two equally near labels: $name",
    ({ labels, distance, expected }) => {
      growLabels(asLabels(labels), distance).forEach((label, i) => {
        const theirs = expected.data[i]!;
        if (label === theirs) return;
        expect(label).toBeGreaterThan(0);
        expect(label).toBeLessThan(theirs);
        expect(squaredTo(labels, i, label)).toBe(squaredTo(labels, i, theirs));
      });
    },
  );

  const contours = goldens<{ labels: Golden<Int32Array>; grow: number; cells: Golden<Int32Array> }>(
    "contour",
  );
  it.each(contours)("equals a search over all pairs: $name", ({ labels, grow, cells }) => {
    expect(growLabels(asLabels(labels), grow)).toEqual(cells.data);
  });

  const distances = fc.constantFrom(0, 1, 1.4, Math.SQRT2, 2, 3.5, 30);
  it("keeps labels, reaches just as far as it may, and gives each pixel to one of the nearest labels", () => {
    fc.assert(
      fc.property(scattered(), distances, (plane, distance) => {
        growLabels(asLabels(plane), distance).forEach((label, i) => {
          const nearest = squaredTo(plane, i);
          if (plane.data[i]! > 0) expect(label).toBe(plane.data[i]);
          else if (nearest > distance ** 2 + 1e-9) expect(label).toBe(0);
          else expect(squaredTo(plane, i, label)).toBe(nearest);
        });
      }),
      { numRuns: 50 },
    );
  });

  // Ties go to the smaller label, not to the first pixel, so nothing depends on how the image lies.
  it("gives the same labels after flips and transposes, and takes -1 for background", () => {
    fc.assert(
      fc.property(scattered(), distances, (plane, distance) => {
        expectCommutes([plane], (p) => growLabels(asLabels(p), distance));
        const ignored = {
          ...plane,
          data: plane.data.map((label, i) => (label === 0 && i % 2 === 0 ? -1 : label)),
        };
        expect(growLabels(asLabels(ignored), distance)).toEqual(growLabels(asLabels(plane), distance));
      }),
    );
  });

  it("fills an image from one pixel, and leaves an empty and a full one as they are", () => {
    const corner = Int32Array.from({ length: 30 }, (_, i) => (i === 29 ? 4 : 0));
    expect(growLabels(labelImage(5, 6, corner), 100)).toEqual(new Int32Array(30).fill(4));
    expect(growLabels(labelImage(5, 6, new Int32Array(30)), 100)).toEqual(new Int32Array(30));
    expect(growLabels(labelImage(5, 6, new Int32Array(30).fill(2)), 3)).toEqual(new Int32Array(30).fill(2));
    expect(growLabels(labelImage(1, 1, Int32Array.of(1)), 3)).toEqual(Int32Array.of(1));
  });

  it("grows seventy thousand objects until they meet, with numbers beyond 16 bits", () => {
    const labels = lattice(265, 5, 1);
    const out = growLabels(labels, 3);
    // Each pixel is in the 5 x 5 px around its object.
    const wrong = out.findIndex(
      (label, i) => label !== Math.floor(i / labels.width / 5) * 265 + Math.floor((i % labels.width) / 5) + 1,
    );
    expect(wrong).toBe(-1);
  });
});

describe("nearestLabels and withinReach", () => {
  it("agree with the exact distance transform up to the reach, and hold nothing beyond", () => {
    fc.assert(
      fc.property(scattered(), fc.constantFrom(0, 0.9, 1, 1.5, 2.3, 5, 30), (plane, reach) => {
        const { height, width } = plane;
        const far = squaredDistance(
          Uint8Array.from(plane.data, (label) => (label > 0 ? 0 : 1)),
          height,
          width,
        );
        const any = plane.data.some((label) => label > 0);
        const { labels, squared } = nearestLabels(asLabels(plane), reach);
        const within = withinReach(
          Uint8Array.from(plane.data, (label) => (label > 0 ? 1 : 0)),
          height,
          width,
          reach,
        );
        far.forEach((d, p) => {
          const near = any && d <= reach * reach + 1e-9;
          expect(labels[p]! > 0).toBe(near);
          expect(squared[p]).toBe(near ? d : 0);
          expect(within[p]).toBe(near ? 1 : 0);
        });
      }),
    );
  });
});
