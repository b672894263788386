import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import { labelImage, type LabelImage } from "../core/labels.js";
import { nucleiColumns } from "../core/nuclei.js";
import { random } from "../core/random.js";
import { components } from "./components.js";
import { outlineMask } from "./outline.js";
import { boundingBoxes, measure } from "./regions.js";

/** label, box (4), area, y, x, major, minor, eccentricity, orientation (from the y axis), pixels of the hull, mean intensity. */
type Row = [number, number, number, number, number, number, number, number, number, number, number, number, number, number | null];
const cases = goldens<{ labels: Golden<Int32Array>; image: Golden<Float32Array>; rows: Row[]; outline: Golden<Uint8Array> }>("regions");
const asLabels = ({ data, height, width }: Golden<Int32Array>): LabelImage => labelImage(height, width, data);

describe("measure", () => {
  it("measures a bar and a single pixel", () => {
    // By hand: x = 1..4 has variance 1.25, so the major axis is 4 sqrt(1.25); one pixel has no extent.
    const labels = labelImage(3, 6, Int32Array.of(0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 2));
    const image = { height: 3, width: 6, data: Float32Array.from({ length: 18 }, (_, i) => (i === 8 ? NaN : i)) };
    const nuclei = measure(labels, { image, frame: 7, scores: [0.5] });
    expect(Object.fromEntries(nucleiColumns.map((column) => [column, nuclei[column][0]]))).toEqual({
      frame: 7, label: 1, y: 1, x: 2.5, area: 4, meanIntensity: (7 + 9 + 10) / 3, eccentricity: 1, solidity: 1, majorAxis: 4 * Math.sqrt(1.25),
      minorAxis: 0, orientation: 0, score: 0.5, touchesEdge: 0,
    });
    expect(nuclei.majorAxis[1]).toBe(0);
    expect(nuclei.solidity[1]).toBe(1);
    expect(nuclei.touchesEdge[1]).toBe(1);
    expect(nuclei.score[1]).toBeNaN();
  });

  it("counts angles from x towards y", () => {
    const diagonal = labelImage(4, 4, Int32Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0)));
    expect(measure(diagonal).orientation[0]).toBeCloseTo(Math.PI / 4, 12);
    const anti = labelImage(4, 4, Int32Array.from({ length: 16 }, (_, i) => (i % 4 === 3 - Math.floor(i / 4) ? 1 : 0)));
    expect(measure(anti).orientation[0]).toBeCloseTo(-Math.PI / 4, 12);
  });

  it.each(cases)("equals scikit-image: $name", ({ labels, image, rows }) => {
    const nuclei = measure(asLabels(labels), { image });
    expect(nuclei.count).toBe(rows.length);
    rows.forEach((row, i) => {
      const [label, , , , , area, y, x, major, minor, eccentricity, orientation, hull, mean] = row;
      expect([nuclei.label[i], nuclei.area[i], nuclei.solidity[i]]).toEqual([label, area, area / hull]);
      expect(nuclei.y[i]).toBeCloseTo(y, 8);
      expect(nuclei.x[i]).toBeCloseTo(x, 8);
      // Theirs takes eigenvalues of a matrix in floating point: its widths of lines are not quite 0, and square roots enlarge that.
      expect(nuclei.majorAxis[i]).toBeCloseTo(major, 6);
      expect(nuclei.minorAxis[i]).toBeCloseTo(minor, 6);
      expect(nuclei.eccentricity[i]).toBeCloseTo(eccentricity, 6);
      if (mean === null) expect(nuclei.meanIntensity[i]).toBeNaN();
      else expect(nuclei.meanIntensity[i]).toBeCloseTo(mean, 8);
      // Angles are equal modulo pi, and mean nothing on round objects.
      if (major - minor > 1e-6) expect(Math.sin(nuclei.orientation[i]! - (Math.PI / 2 - orientation))).toBeCloseTo(0, 6);
    });
  });

  it("follows flips and transposes", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 14 }), (seed, h, w) => {
        const rng = random(seed);
        const data = Int32Array.from({ length: h * w }, () => Math.max(0, rng.integer(7) - 2));
        const labels = labelImage(h, w, data);
        const nuclei = measure(labels);
        const flipped = measure(labelImage(h, w, data.slice().reverse()));
        const transposed = measure(labelImage(w, h, Int32Array.from(data, (_, i) => data[(i % h) * w + Math.floor(i / h)]!)));
        for (let i = 0; i < nuclei.count; i++) {
          expect(flipped.y[i]).toBeCloseTo(h - 1 - nuclei.y[i]!, 9);
          expect(transposed.y[i]).toBeCloseTo(nuclei.x[i]!, 9);
          for (const other of [flipped, transposed]) {
            expect([other.label[i], other.area[i], other.solidity[i], other.touchesEdge[i]])
              .toEqual([nuclei.label[i], nuclei.area[i], nuclei.solidity[i], nuclei.touchesEdge[i]]);
            expect(other.majorAxis[i]).toBeCloseTo(nuclei.majorAxis[i]!, 6);
            expect(other.minorAxis[i]).toBeCloseTo(nuclei.minorAxis[i]!, 6);
          }
        }
      }),
    );
  });

  it("measures sixty thousand objects, and a label scattered over the whole image", () => {
    const mask = new Uint8Array(490 * 490);
    for (let y = 0; y < 490; y += 2) for (let x = 0; x < 490; x += 2) mask[y * 490 + x] = 1;
    const labels = components(mask, 490, 490, 4);
    const nuclei = measure(labels);
    expect(nuclei.count).toBe(245 * 245);
    expect([nuclei.y[245 + 2], nuclei.x[245 + 2], nuclei.solidity[245 + 2]]).toEqual([2, 4, 1]);
    const scattered = measure(labelImage(490, 490, Int32Array.from(mask)));
    expect(scattered.area[0]).toBe(245 * 245);
    expect(scattered.solidity[0]).toBe((245 * 245) / (489 * 489));
  });

  it("has no rows for no objects", () => {
    expect(measure(labelImage(2, 2, Int32Array.of(0, -1, 0, 0))).count).toBe(0);
  });
});

describe("boundingBoxes", () => {
  it.each(cases)("equals scikit-image: $name", ({ labels, rows }) => {
    const image = asLabels(labels);
    const expected = new Int32Array(4 * image.count);
    for (const [label, ...rest] of rows) expected.set(rest.slice(0, 4).map(Number), 4 * (label - 1));
    expect(boundingBoxes(image)).toEqual(expected);
  });
});

describe("outlineMask", () => {
  it.each(cases)("equals scikit-image: $name", ({ labels, outline }) => {
    expect(outlineMask(asLabels(labels))).toEqual(outline.data);
  });
});
