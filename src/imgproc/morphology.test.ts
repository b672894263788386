import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import { closing3x3, dilate3x3, dilateDisk, erode3x3, erodeDisk } from "./morphology.js";

type Mask = Golden<Uint8Array>;

describe("morphology", () => {
  it("grows a point into a square and a disk", () => {
    const point = new Uint8Array(25);
    point[12] = 1;
    expect(dilate3x3(point, 5, 5).reduce((a, b) => a + b)).toBe(9);
    expect(dilateDisk(point, 5, 5, 2).reduce((a, b) => a + b)).toBe(13);
    expect(dilateDisk(point, 5, 5, 0)).toEqual(point);
  });

  const cases = goldens<{ mask: Mask; eroded: Mask; dilated: Mask; closed: Mask; disk: Mask; undisk: Mask }>("masks");
  it.each(cases)("equals scikit-image: $name", ({ mask: { data, height, width }, eroded, dilated, closed, disk, undisk }) => {
    expect(erode3x3(data, height, width)).toEqual(eroded.data);
    expect(dilate3x3(data, height, width)).toEqual(dilated.data);
    expect(closing3x3(data, height, width)).toEqual(closed.data);
    expect(dilateDisk(data, height, width, 3)).toEqual(disk.data);
    expect(erodeDisk(data, height, width, 2)).toEqual(undisk.data);
  });

  it("shrinks when eroding, grows when dilating, and closes only once", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 77, maxLength: 77 }), fc.integer({ min: 0, max: 4 }), (bits, radius) => {
        const mask = Uint8Array.from(bits);
        const below = (a: Uint8Array, b: Uint8Array): boolean => a.every((value, i) => value <= b[i]!);
        expect(below(erodeDisk(mask, 7, 11, radius), mask) && below(mask, dilateDisk(mask, 7, 11, radius))).toBe(true);
        const closed = closing3x3(mask, 7, 11);
        expect(below(mask, closed)).toBe(true);
        expect(closing3x3(closed, 7, 11)).toEqual(closed);
      }),
    );
  });
});
