import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import { expectCommutes, masks } from "../../test/planes.js";
import { bitsAbove, bytesOf } from "./bits.js";
import { closing3x3, dilate3x3, dilateDisk, erode3x3, erodeDisk } from "./morphology.js";

type Mask = Golden<Uint8Array>;

const closed3x3 = (data: Uint8Array, height: number, width: number, above = 0): Uint8Array =>
  bytesOf(closing3x3(bitsAbove(data, height, width, above)));

describe("morphology", () => {
  it("grows a point into a square and a disk", () => {
    const point = new Uint8Array(25);
    point[12] = 1;
    expect(dilate3x3(point, 5, 5).reduce((a, b) => a + b)).toBe(9);
    expect(dilateDisk(point, 5, 5, 2).reduce((a, b) => a + b)).toBe(13);
    expect(dilateDisk(point, 5, 5, 0)).toEqual(point);
  });

  const cases = goldens<{ mask: Mask; eroded: Mask; dilated: Mask; closed: Mask; disk: Mask; undisk: Mask }>(
    "masks",
  );
  it.each(cases)(
    "equals scikit-image: $name",
    ({ mask: { data, height, width }, eroded, dilated, closed, disk, undisk }) => {
      expect(erode3x3(data, height, width)).toEqual(eroded.data);
      expect(dilate3x3(data, height, width)).toEqual(dilated.data);
      expect(closed3x3(data, height, width)).toEqual(closed.data);
      expect(dilateDisk(data, height, width, 3)).toEqual(disk.data);
      expect(erodeDisk(data, height, width, 2)).toEqual(undisk.data);
    },
  );

  it("shrinks when eroding, grows when dilating, and closes only once", () => {
    fc.assert(
      fc.property(masks(), fc.integer({ min: 0, max: 4 }), ({ data: mask, height, width }, radius) => {
        const below = (a: Uint8Array, b: Uint8Array): boolean => a.every((value, i) => value <= b[i]!);
        expect(
          below(erodeDisk(mask, height, width, radius), mask) &&
            below(mask, dilateDisk(mask, height, width, radius)),
        ).toBe(true);
        expect(
          below(erode3x3(mask, height, width), mask) && below(mask, dilate3x3(mask, height, width)),
        ).toBe(true);
        const closed = closed3x3(mask, height, width);
        expect(below(mask, closed)).toBe(true);
        expect(closed3x3(closed, height, width)).toEqual(closed);
      }),
    );
  });

  it("closes what exceeds a threshold, in rows of any length", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 0, max: 255 }),
        fc.nat(),
        (height, width, above, seed) => {
          const data = Uint8Array.from(
            { length: height * width },
            (_, i) => Math.imul(seed + i, 2654435761) >>> 13,
          );
          const mask = data.map((value) => (value > above ? 1 : 0));
          expect(closed3x3(data, height, width, above)).toEqual(
            erode3x3(dilate3x3(mask, height, width), height, width),
          );
          const square = (at: number): number[] =>
            [-1, 0, 1]
              .flatMap((dy) =>
                [-1, 0, 1].map((dx) => [Math.floor(at / width) + dy, (at % width) + dx] as const),
              )
              .filter(([y, x]) => y >= 0 && y < height && x >= 0 && x < width)
              .map(([y, x]) => mask[y * width + x]!);
          expect(dilate3x3(mask, height, width)).toEqual(mask.map((_, at) => Math.max(...square(at))));
          expect(erode3x3(mask, height, width)).toEqual(mask.map((_, at) => Math.min(...square(at))));
        },
      ),
    );
  });

  const operations = {
    erode3x3,
    dilate3x3,
    closed3x3,
    dilateDisk: (mask: Uint8Array, height: number, width: number): Uint8Array =>
      dilateDisk(mask, height, width, 2.3),
    erodeDisk: (mask: Uint8Array, height: number, width: number): Uint8Array =>
      erodeDisk(mask, height, width, 2.3),
  };
  it.each(Object.entries(operations))(
    "%s commutes with flips and transposes, and keeps the empty and the full image",
    (_, operation) => {
      fc.assert(
        fc.property(masks(), (mask) => {
          expectCommutes([mask], ({ data, height, width }) => operation(data, height, width));
          for (const value of [0, 1]) {
            const constant = new Uint8Array(mask.data.length).fill(value);
            expect(operation(constant, mask.height, mask.width)).toEqual(constant);
          }
          // Any value but 0 is set.
          expect(
            operation(
              mask.data.map((value) => 255 * value),
              mask.height,
              mask.width,
            ),
          ).toEqual(operation(mask.data, mask.height, mask.width));
        }),
      );
    },
  );
});
