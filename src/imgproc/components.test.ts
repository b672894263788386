import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import {
  expectCommutes,
  expectConsecutive,
  inPieces,
  lattice,
  masks,
  partition,
  scattered,
} from "../../test/planes.js";
import { labelImage, relabelSequential } from "../core/labels.js";
import { bitsAbove } from "./bits.js";
import { areas, clearBorder, components, fillHoles, innerComponents, removeSmall } from "./components.js";
import { painted, runsByLabel, runsOf } from "./runs.js";

interface MaskCase {
  readonly mask: Golden<Uint8Array>;
  readonly four: Golden<Uint16Array>;
  readonly eight: Golden<Uint16Array>;
  readonly cleared: Golden<Uint16Array>;
  readonly filled: Golden<Uint8Array>;
}
const cases = goldens<MaskCase>("masks");
const connectivities = fc.constantFrom<4 | 8>(4, 8);

describe("components", () => {
  it("tells corners from edges", () => {
    const mask = Uint8Array.of(1, 0, 1, 0, 1, 0);
    expect(components(mask, 2, 3, 4).data).toEqual(Int32Array.of(1, 0, 2, 0, 3, 0));
    expect(components(mask, 2, 3, 8).data).toEqual(Int32Array.of(1, 0, 1, 0, 1, 0));
  });

  it.each(cases)("equals scikit-image: $name", ({ mask, four, eight }) => {
    expect(components(mask.data, mask.height, mask.width, 4).data).toEqual(Int32Array.from(four.data));
    expect(components(mask.data, mask.height, mask.width, 8).data).toEqual(Int32Array.from(eight.data));
  });

  // Numbers follow the first pixel, so pieces are compared under the numbers they get in one orientation.
  it("gives the same pieces after flips and transposes", () => {
    fc.assert(
      fc.property(masks(), connectivities, (mask, connectivity) =>
        expectCommutes(
          [mask],
          ({ data, height, width }) => components(data, height, width, connectivity).data,
          (actual, expected) =>
            expect(partition({ ...actual, data: Int32Array.from(actual.data) })).toEqual(expected.data),
        ),
      ),
    );
  });

  it("labels the mask and nothing else, each piece whole and apart from the others, 1..n by first pixel", () => {
    fc.assert(
      fc.property(masks(), connectivities, ({ data, height, width }, connectivity) => {
        const labels = components(data, height, width, connectivity);
        expect(Array.from(labels.data, (label) => label > 0)).toEqual(Array.from(data, (value) => value > 0));
        expectConsecutive(labels.data);
        expect(labels.count).toBe(labels.data.reduce((most, label) => Math.max(most, label), 0));
        expect(partition(labels)).toEqual(labels.data);
        expect(inPieces(labels, connectivity)).toEqual([]);
        const next = (i: number, dy: number, dx: number): number => {
          const [y, x] = [Math.floor(i / width) + dy, (i % width) + dx];
          return y < height && x >= 0 && x < width ? labels.data[y * width + x]! : 0;
        };
        labels.data.forEach((label, i) => {
          if (label === 0) return;
          for (const [dy, dx] of connectivity === 8
            ? ([
                [0, 1],
                [1, 0],
                [1, 1],
                [1, -1],
              ] as const)
            : ([
                [0, 1],
                [1, 0],
              ] as const)) {
            expect([0, label]).toContain(next(i, dy, dx));
          }
        });
      }),
    );
  });

  it("joins a spiral and a comb, whose parts meet late", () => {
    const comb = Uint8Array.from({ length: 9 * 9 }, (_, i) => ((i % 9) % 2 === 0 || i >= 72 ? 1 : 0));
    expect(components(comb, 9, 9, 4).count).toBe(1);
    const antiComb = comb.slice().reverse();
    expect(components(antiComb, 9, 9, 4).count).toBe(1);
  });

  it.each([245, 265])(
    "numbers %i squared objects in scan order, more than 16 bits can count included",
    (perSide) => {
      const { data, height, width, count } = lattice(perSide, 4, 2);
      const mask = Uint8Array.from(data, (label) => (label > 0 ? 1 : 0));
      const labels = components(mask, height, width, 4);
      expect(labels.count).toBe(count);
      expect(labels.data.findIndex((label, i) => label !== data[i])).toBe(-1);
      expect(components(mask.fill(1), height, width, 8).count).toBe(1);
    },
  );

  it("has no object in an empty image, and one in one pixel", () => {
    expect(components(new Uint8Array(0), 0, 0, 8)).toEqual(labelImage(0, 0, new Int32Array(0)));
    expect(components(Uint8Array.of(0), 1, 1, 4)).toEqual(labelImage(1, 1, Int32Array.of(0)));
    expect(components(Uint8Array.of(255), 1, 1, 4)).toEqual(labelImage(1, 1, Int32Array.of(1)));
  });
});

describe("innerComponents", () => {
  it("gives what is left of the components away from the border, renumbered", () => {
    fc.assert(
      fc.property(masks(), connectivities, ({ data, height, width }, connectivity) => {
        const inner = innerComponents(bitsAbove(data, height, width), connectivity);
        expect(painted(inner)).toEqual(
          relabelSequential(clearBorder(components(data, height, width, connectivity))),
        );
        expect(runsByLabel(inner)).toEqual(runsOf(painted(inner)));
      }),
    );
  });

  it.each([
    [0, 0],
    [1, 1],
    [1, 7],
    [7, 1],
  ])("has none in %i x %i pixels", (height, width) => {
    expect(
      painted(innerComponents(bitsAbove(new Uint8Array(height * width).fill(1), height, width), 8)),
    ).toEqual(labelImage(height, width, new Int32Array(height * width)));
  });
});

describe("clearBorder and removeSmall", () => {
  it.each(cases)("clears like scikit-image: $name", ({ mask, eight, cleared }) => {
    const labels = labelImage(mask.height, mask.width, Int32Array.from(eight.data));
    expect(clearBorder(labels).data).toEqual(Int32Array.from(cleared.data));
  });

  it("clears and drops the same objects after flips and transposes, the others untouched", () => {
    fc.assert(
      fc.property(scattered(), fc.integer({ min: 0, max: 9 }), (plane, minArea) => {
        expectCommutes(
          [plane],
          (labels) => clearBorder(labelImage(labels.height, labels.width, labels.data)).data,
        );
        const labels = labelImage(plane.height, plane.width, plane.data);
        const [area, rest] = [areas(labels), removeSmall(labels, minArea).data];
        expect(rest).toEqual(plane.data.map((label) => (area[label]! >= minArea ? label : 0)));
      }),
    );
  });

  it("clears every object of an image one pixel high, and the only pixel", () => {
    expect(clearBorder(labelImage(1, 4, Int32Array.of(0, 1, -1, 2))).data).toEqual(
      Int32Array.of(0, 0, -1, 0),
    );
    expect(clearBorder(labelImage(1, 1, Int32Array.of(1))).count).toBe(0);
  });

  it("keeps all but the outer ring of seventy thousand objects", () => {
    const { data, height, width, count } = lattice(265, 2, 1);
    // Squares in the first row and column touch the border; the last ones do not.
    const cleared = clearBorder({ height, width, data, count });
    expect(new Set(cleared.data).size - 1).toBe(264 * 264);
    expect(cleared.count).toBe(count);
    expect(areas(cleared)[count]).toBe(1);
    expect(removeSmall(cleared, 2).count).toBe(0);
  });

  it("keeps numbers, and counts areas", () => {
    const labels = labelImage(3, 4, Int32Array.of(1, 0, 3, 3, 0, 0, 2, 3, -1, 0, 2, 0));
    expect(areas(labels)).toEqual(Int32Array.of(5, 1, 2, 3));
    expect(removeSmall(labels, 2).data).toEqual(Int32Array.of(0, 0, 3, 3, 0, 0, 2, 3, -1, 0, 2, 0));
    expect(removeSmall(labels, 4).count).toBe(0);
  });
});

describe("fillHoles", () => {
  it.each(cases)("equals scipy: $name", ({ mask, filled }) => {
    expect(fillHoles(mask.data, mask.height, mask.width)).toEqual(filled.data);
  });

  it("fills the same holes after flips and transposes, all of them at once", () => {
    fc.assert(
      fc.property(masks(), (mask) => {
        expectCommutes([mask], ({ data, height, width }) => fillHoles(data, height, width));
        const filled = fillHoles(mask.data, mask.height, mask.width);
        expect(filled.every((value, i) => value >= mask.data[i]!)).toBe(true);
        expect(fillHoles(filled, mask.height, mask.width)).toEqual(filled);
      }),
    );
  });
});
