import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import { distanceTransform, squaredDistance } from "./distance.js";

describe("distanceTransform", () => {
  it("measures to the nearest zero, not to the border", () => {
    // By hand: the zero is at (0, 0).
    const out = distanceTransform(Uint8Array.of(0, 1, 1, 1, 1, 1), 2, 3);
    expect(out).toEqual(Float32Array.of(0, 1, 2, 1, Math.SQRT2, Math.sqrt(5)));
  });

  const cases = goldens<{ mask: Golden<Uint8Array>; distance?: Golden<Float32Array> }>("masks").filter((c) => c.distance !== undefined);
  it.each(cases)("equals scipy: $name", ({ mask, distance }) => {
    expect(distanceTransform(mask.data, mask.height, mask.width)).toEqual(distance!.data);
  });

  it("gives the diagonal where there is no zero", () => {
    expect(distanceTransform(new Uint8Array(12).fill(1), 3, 4)).toEqual(new Float32Array(12).fill(5));
  });

  it("equals a direct search on random masks", () => {
    const masks = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 })).chain(([h, w]) =>
      fc.record({ h: fc.constant(h), w: fc.constant(w), mask: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: h * w, maxLength: h * w }) }));
    fc.assert(
      fc.property(masks, ({ h, w, mask }) => {
        const zeros = mask.flatMap((value, i) => (value === 0 ? [i] : []));
        const expected = mask.map((_, i) =>
          Math.min(h * h + w * w, ...zeros.map((j) => (Math.floor(i / w) - Math.floor(j / w)) ** 2 + ((i % w) - (j % w)) ** 2)));
        expect(squaredDistance(Uint8Array.from(mask), h, w)).toEqual(Int32Array.from(expected));
      }),
    );
  });
});
