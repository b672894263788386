import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import { expectCommutes, lattice, masks } from "../../test/planes.js";
import { distanceTransform, squaredDistance } from "./distance.js";

describe("distanceTransform", () => {
  it("measures to the nearest zero, not to the border", () => {
    // By hand: the zero is at (0, 0).
    const out = distanceTransform(Uint8Array.of(0, 1, 1, 1, 1, 1), 2, 3);
    expect(out).toEqual(Float32Array.of(0, 1, 2, 1, Math.SQRT2, Math.sqrt(5)));
  });

  const cases = goldens<{ mask: Golden<Uint8Array>; distance?: Golden<Float32Array> }>("masks").filter(
    (c) => c.distance !== undefined,
  );
  it.each(cases)("equals scipy: $name", ({ mask, distance }) => {
    expect(distanceTransform(mask.data, mask.height, mask.width)).toEqual(distance!.data);
  });

  it("gives the diagonal where there is no zero", () => {
    expect(distanceTransform(new Uint8Array(12).fill(1), 3, 4)).toEqual(new Float32Array(12).fill(5));
  });

  it("equals a direct search on random masks", () => {
    fc.assert(
      fc.property(masks(), ({ height: h, width: w, data }) => {
        const zeros = Array.from(data).flatMap((value, i) => (value === 0 ? [i] : []));
        const expected = Int32Array.from(data, (_, i) =>
          Math.min(
            h * h + w * w,
            ...zeros.map((j) => (Math.floor(i / w) - Math.floor(j / w)) ** 2 + ((i % w) - (j % w)) ** 2),
          ),
        );
        expect(squaredDistance(data, h, w)).toEqual(expected);
        expect(
          squaredDistance(
            data.map((value) => 255 * value),
            h,
            w,
          ),
        ).toEqual(expected);
        expect(distanceTransform(data, h, w)).toEqual(Float32Array.from(expected, Math.sqrt));
      }),
    );
  });

  it("is 0 on a single pixel without foreground, and nothing for an image without pixels", () => {
    expect(distanceTransform(Uint8Array.of(0), 1, 1)).toEqual(Float32Array.of(0));
    expect(distanceTransform(Uint8Array.of(1), 1, 1)).toEqual(Float32Array.of(Math.SQRT2));
    expect(distanceTransform(new Uint8Array(0), 0, 0)).toHaveLength(0);
  });

  it("gives the same distances after flips and transposes", () => {
    fc.assert(
      fc.property(masks(), (mask) =>
        expectCommutes([mask], ({ data, height, width }) => squaredDistance(data, height, width)),
      ),
    );
  });

  it("measures inside sixty thousand objects as inside one", () => {
    const { data, height, width } = lattice(245, 6, 4);
    const one = Uint8Array.of(
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      1,
      1,
      1,
      1,
      0,
      0,
      1,
      2,
      2,
      1,
      0,
      0,
      1,
      2,
      2,
      1,
      0,
      0,
      1,
      1,
      1,
      1,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
    );
    const distance = distanceTransform(
      Uint8Array.from(data, (label) => (label > 0 ? 1 : 0)),
      height,
      width,
    );
    expect(distance.findIndex((d, i) => d !== one[6 * (Math.floor(i / width) % 6) + ((i % width) % 6)])).toBe(
      -1,
    );
  });

  it("does not overflow 32 bits far from the only zero of a long line", () => {
    // 49,999² is more than 2³¹.
    const line = new Uint8Array(50_000).fill(1);
    line[0] = 0;
    for (const [height, width] of [
      [1, 50_000],
      [50_000, 1],
    ] as const) {
      const squared = squaredDistance(line, height, width);
      expect(squared.findIndex((value, x) => value !== x * x)).toBe(-1);
      const distance = distanceTransform(line, height, width);
      expect(distance.findIndex((value, x) => value !== x)).toBe(-1);
    }
    // Without a zero it is the diagonal, in more than 32 bits too.
    expect(squaredDistance(new Uint8Array(50_000).fill(1), 1, 50_000)[123]).toBe(50_000 ** 2 + 1);
  });
});
