import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import { expectCommutes, lattice, type Plane, scattered, symmetries, turned } from "../../test/planes.js";
import { labelImage, type LabelImage } from "../core/labels.js";
import { nucleiColumns } from "../core/nuclei.js";
import { outlineMask } from "./outline.js";
import { boundingBoxes, equivalentDiameter, measure } from "./regions.js";

/**
 * label, box (4), area, y, x, major, minor, eccentricity, orientation (from the y axis), pixels of the hull,
 * mean intensity.
 */
type Row = [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number | null,
];
const cases = goldens<{
  labels: Golden<Int32Array>;
  image: Golden<Float32Array>;
  rows: Row[];
  outline: Golden<Uint8Array>;
}>("regions");
const asLabels = ({ data, height, width }: Plane<Int32Array>): LabelImage => labelImage(height, width, data);

describe("measure", () => {
  it("measures in whole rows of a larger image as in the image, to the bit", () => {
    const [height, width] = [90, 40];
    const data = Int32Array.from({ length: height * width }, (_, i) => {
      const [y, x] = [Math.floor(i / width), i % width];
      const label = 1 + Math.floor(y / 10) * 4 + Math.floor(x / 10);
      return ((y % 10) - 4.2) ** 2 + ((x % 10) - 5.1) ** 2 < 8 + (label % 7) ** 2 ? label : 0;
    });
    const image = {
      height,
      width,
      data: Uint16Array.from(data, (label, i) => 50 * label + ((i * 7919) % 101)),
    };
    const whole = measure(labelImage(height, width, data), { image });
    const [from, to] = [30, 60];
    const cut = <T extends Int32Array | Uint16Array>(rows: T): T => rows.slice(from * width, to * width) as T;
    const part = measure(labelImage(to - from, width, cut(data)), {
      image: { height: to - from, width, data: cut(image.data) },
      part: { from, height },
    });
    const rows = [...whole.label.keys()].filter((row) => whole.label[row]! > 12 && whole.label[row]! <= 24);
    expect(rows.length).toBe(12);
    // Objects that reach the edge of the part, but not that of the image, do not touch the edge.
    expect(part.touchesEdge.some((touches) => touches === 0)).toBe(true);
    for (const column of nucleiColumns)
      expect([...part[column]]).toEqual(rows.map((row) => whole[column][row]));
  });

  it("measures a bar and a single pixel", () => {
    // By hand: x = 1..4 has variance 1.25, so the major axis is 4 sqrt(1.25); one pixel has no extent.
    const labels = labelImage(3, 6, Int32Array.of(0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 2));
    const image = {
      height: 3,
      width: 6,
      data: Float32Array.from({ length: 18 }, (_, i) => (i === 8 ? NaN : i)),
    };
    const nuclei = measure(labels, { image, frame: 7, scores: [0.5] });
    expect(Object.fromEntries(nucleiColumns.map((column) => [column, nuclei[column][0]]))).toEqual({
      frame: 7,
      label: 1,
      y: 1,
      x: 2.5,
      area: 4,
      meanIntensity: (7 + 9 + 10) / 3,
      eccentricity: 1,
      solidity: 1,
      majorAxis: 4 * Math.sqrt(1.25),
      minorAxis: 0,
      orientation: 0,
      score: 0.5,
      touchesEdge: 0,
    });
    expect(nuclei.majorAxis[1]).toBe(0);
    expect(nuclei.solidity[1]).toBe(1);
    expect(nuclei.touchesEdge[1]).toBe(1);
    expect(nuclei.score[1]).toBeNaN();
  });

  it("counts angles from x towards y", () => {
    const diagonal = labelImage(
      4,
      4,
      Int32Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0)),
    );
    expect(measure(diagonal).orientation[0]).toBeCloseTo(Math.PI / 4, 12);
    const anti = labelImage(
      4,
      4,
      Int32Array.from({ length: 16 }, (_, i) => (i % 4 === 3 - Math.floor(i / 4) ? 1 : 0)),
    );
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
      // Theirs takes eigenvalues of a matrix in floating point: its widths of lines are not quite 0, and
      // square roots enlarge that.
      expect(nuclei.majorAxis[i]).toBeCloseTo(major, 6);
      expect(nuclei.minorAxis[i]).toBeCloseTo(minor, 6);
      expect(nuclei.eccentricity[i]).toBeCloseTo(eccentricity, 6);
      if (mean === null) expect(nuclei.meanIntensity[i]).toBeNaN();
      else expect(nuclei.meanIntensity[i]).toBeCloseTo(mean, 8);
      // Angles are equal modulo pi, and mean nothing on round objects.
      if (major - minor > 1e-6)
        expect(Math.sin(nuclei.orientation[i]! - (Math.PI / 2 - orientation))).toBeCloseTo(0, 6);
    });
  });

  it("follows flips and transposes", () => {
    fc.assert(
      fc.property(scattered(), (plane) => {
        const { height, width } = plane;
        const nuclei = measure(asLabels(plane));
        for (const symmetry of symmetries) {
          const other = measure(asLabels(turned(plane, symmetry)));
          expect(other.count).toBe(nuclei.count);
          for (let i = 0; i < nuclei.count; i++) {
            // Sums are whole numbers, so only the last quotients and roots round otherwise.
            const [y, x] = [nuclei.y[i]!, nuclei.x[i]!];
            const [ty, tx] =
              symmetry === "transposed"
                ? [x, y]
                : symmetry === "up-down"
                  ? [height - 1 - y, x]
                  : [y, width - 1 - x];
            expect(other.y[i]).toBeCloseTo(ty, 9);
            expect(other.x[i]).toBeCloseTo(tx, 9);
            expect([other.label[i], other.area[i], other.solidity[i], other.touchesEdge[i]]).toEqual([
              nuclei.label[i],
              nuclei.area[i],
              nuclei.solidity[i],
              nuclei.touchesEdge[i],
            ]);
            expect(other.majorAxis[i]).toBeCloseTo(nuclei.majorAxis[i]!, 6);
            expect(other.minorAxis[i]).toBeCloseTo(nuclei.minorAxis[i]!, 6);
            expect(other.eccentricity[i]).toBeCloseTo(nuclei.eccentricity[i]!, 6);
            const angle =
              symmetry === "transposed" ? Math.PI / 2 - nuclei.orientation[i]! : -nuclei.orientation[i]!;
            if (nuclei.majorAxis[i]! - nuclei.minorAxis[i]! > 1e-6)
              expect(Math.sin(other.orientation[i]! - angle)).toBeCloseTo(0, 6);
          }
        }
      }),
    );
  });

  it("counts every pixel once, with axes, solidity and eccentricity in their ranges", () => {
    fc.assert(
      fc.property(scattered(), (plane) => {
        const nuclei = measure(asLabels(plane));
        expect(nuclei.area.reduce((a, b) => a + b, 0)).toBe(plane.data.filter((label) => label > 0).length);
        expect(Array.from(nuclei.label)).toEqual(
          [...new Set(plane.data)].filter((label) => label > 0).sort((a, b) => a - b),
        );
        for (let i = 0; i < nuclei.count; i++) {
          expect(nuclei.solidity[i]).toBeGreaterThan(0);
          expect(nuclei.solidity[i]).toBeLessThanOrEqual(1);
          expect(nuclei.majorAxis[i]).toBeGreaterThanOrEqual(nuclei.minorAxis[i]!);
          expect(nuclei.minorAxis[i]).toBeGreaterThanOrEqual(0);
          expect(nuclei.eccentricity[i]! >= 0 && nuclei.eccentricity[i]! <= 1).toBe(true);
        }
      }),
    );
  });

  it("measures an image that is one object, and one without a grey value", () => {
    const image = { height: 5, width: 8, data: new Float32Array(40).fill(NaN) };
    const all = measure(labelImage(5, 8, new Int32Array(40).fill(1)), { image });
    expect([all.area[0], all.y[0], all.x[0], all.solidity[0], all.touchesEdge[0]]).toEqual([
      40, 2, 3.5, 1, 1,
    ]);
    expect(all.meanIntensity[0]).toBeNaN();
    // Sums of a saturated image must not be cut to 32 bits.
    const white = { height: 300, width: 300, data: new Uint16Array(90_000).fill(65535) };
    expect(
      measure(labelImage(300, 300, new Int32Array(90_000).fill(1)), { image: white }).meanIntensity[0],
    ).toBe(65535);
  });

  it("measures seventy thousand objects, and a label scattered over the whole image", () => {
    const labels = lattice(265, 4, 3);
    const nuclei = measure(labels, { image: { ...labels, data: Float32Array.from(labels.data) } });
    expect(nuclei.count).toBe(265 * 265);
    expect(new Set(nuclei.area)).toEqual(new Set([9]));
    expect(new Set(nuclei.solidity)).toEqual(new Set([1]));
    // Each object has the brightness of its own number, 65,537 and more included.
    expect(nuclei.meanIntensity.findIndex((mean, i) => mean !== i + 1)).toBe(-1);
    expect([nuclei.y[265 + 2], nuclei.x[265 + 2]]).toEqual([4 + 1, 8 + 1]);
    const scatter = measure(
      labelImage(
        labels.height,
        labels.width,
        labels.data.map((label) => (label > 0 ? 1 : 0)),
      ),
    );
    expect(scatter.area[0]).toBe(9 * 265 * 265);
    expect(scatter.solidity[0]).toBe((9 * 265 * 265) / (4 * 265 - 1) ** 2);
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

  it("follows flips and transposes, and keeps the places of unused numbers", () => {
    fc.assert(
      fc.property(scattered(), (plane) => {
        // Each box painted: the same pixels, whichever way the image lies.
        expectCommutes([plane], (p) => {
          const boxes = boundingBoxes(asLabels(p));
          const painted = new Int32Array(p.data.length);
          for (let k = 0; 4 * k < boxes.length; k++) {
            for (let y = boxes[4 * k]!; y < boxes[4 * k + 2]!; y++) {
              for (let x = boxes[4 * k + 1]!; x < boxes[4 * k + 3]!; x++) painted[y * p.width + x]! |= 1 << k;
            }
          }
          return painted;
        });
        expect(boundingBoxes(asLabels(plane))).toHaveLength(4 * asLabels(plane).count);
      }),
    );
  });
});

describe("equivalentDiameter", () => {
  it("is that of the disk of the area", () => {
    expect(equivalentDiameter(Math.PI * 25)).toBeCloseTo(10, 12);
    expect(equivalentDiameter(0)).toBe(0);
  });
});

describe("outlineMask", () => {
  it.each(cases)("equals scikit-image: $name", ({ labels, outline }) => {
    expect(outlineMask(asLabels(labels))).toEqual(outline.data);
  });

  it("follows flips and transposes", () => {
    fc.assert(fc.property(scattered(), (plane) => expectCommutes([plane], (p) => outlineMask(asLabels(p)))));
  });
});
