import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import { planes, symmetries, turned } from "../../test/planes.js";
import { random } from "../core/random.js";
import { reduce, rescale, rescaledLength, rescaleLabels, rescaleRows, rowsBehind } from "./rescale.js";

const ramp = (height: number, width: number): Float32Array =>
  Float32Array.from({ length: height * width }, (_, i) => (i % width) + 10 * Math.floor(i / width));

const cases = goldens<{
  image: Golden<Float32Array>;
  labels: Golden<Int32Array>;
  scale: number;
  expected: Golden<Float32Array>;
  nearest: Golden<Int32Array>;
}>("rescale");

describe("rescale", () => {
  it.each(cases)(
    "equals scikit-image, or scipy where the size is rounded: $name",
    ({ image, scale, expected }) => {
      const out = rescale(image, scale);
      expect([out.height, out.width]).toEqual([expected.height, expected.width]);
      // Grey values up to about 120, blurred in float32 and rounded to it again.
      out.data.forEach((value, i) => expect(Math.abs(value - expected.data[i]!)).toBeLessThan(3e-5));
    },
  );

  it.each([0.3, 0.77, 1.4, 3])("can be made in rows, to the bit: scale %d", (scale) => {
    const [height, width] = [61, 23];
    const rng = random(2);
    const data = Float32Array.from({ length: height * width }, () => rng.normal(0, 50));
    const whole = rescale({ height, width, data }, scale);
    for (const step of [1, 5, 16]) {
      for (let from = 0; from < whole.height; from += step) {
        const rows = { from, to: Math.min(whole.height, from + step) };
        const behind = rowsBehind(rows, height, scale);
        const part = {
          height: behind.to - behind.from,
          width,
          data: data.slice(behind.from * width, behind.to * width),
          from: behind.from,
          imageHeight: height,
        };
        expect(rescaleRows(part, scale, rows)).toEqual(
          whole.data.subarray(from * whole.width, rows.to * whole.width),
        );
      }
    }
  });

  // The grid starts at the top left corner of the image and ends at the other only where the new size is not
  // rounded.
  it("commutes with transposes, and with flips where the size stays whole", () => {
    fc.assert(
      fc.property(
        planes((values) => Float32Array.from(values), fc.integer({ min: 0, max: 255 })),
        fc.constantFrom(0.5, 2, 3, 0.37, 1.3),
        (image, scale) => {
          const expected = rescale(image, scale);
          const whole = image.height * scale === expected.height && image.width * scale === expected.width;
          for (const symmetry of symmetries) {
            if (symmetry !== "transposed" && !whole) continue;
            const out = turned(rescale(turned(image, symmetry), scale), symmetry);
            expect([out.height, out.width]).toEqual([expected.height, expected.width]);
            out.data.forEach((value, i) =>
              expect(Math.abs(value - expected.data[i]!)).toBeLessThan(255 * 2 ** -21),
            );
          }
        },
      ),
    );
  });

  it("is constant for a constant image, NaN for NaN, and keeps at least one pixel", () => {
    for (const scale of [0.01, 0.4, 1, 3.3]) {
      const out = rescale({ height: 3, width: 5, data: new Float32Array(15).fill(65535) }, scale);
      expect([out.height, out.width]).toEqual([
        Math.max(1, Math.round(3 * scale)),
        Math.max(1, Math.round(5 * scale)),
      ]);
      out.data.forEach((value) => expect(Math.abs(value / 65535 - 1)).toBeLessThan(2 ** -22));
      expect(
        rescale({ height: 3, width: 5, data: new Float32Array(15).fill(NaN) }, scale).data.every(
          Number.isNaN,
        ),
      ).toBe(true);
    }
  });

  it("interpolates between pixel centres and holds the border", () => {
    // By hand: doubled, the centres lie at -0.25, 0.25, 0.75, 1.25 of the old pixels.
    expect([...rescale({ height: 1, width: 2, data: Float32Array.from([0, 4]) }, 2).data]).toEqual([
      0, 1, 3, 4, 0, 1, 3, 4,
    ]);
  });

  it("keeps a plane a plane, at the positions it promises, for any factor", () => {
    for (const scale of [0.37, 0.5, 0.9, 1.3, 2.7]) {
      const out = rescale({ height: 60, width: 47, data: ramp(60, 47) }, scale);
      expect([out.height, out.width]).toEqual([Math.round(60 * scale), Math.round(47 * scale)]);
      // Away from the border, which the blur of a reduction bends.
      const [y, x] = [Math.floor(out.height / 2), Math.floor(out.width / 2)];
      expect(out.data[y * out.width + x]).toBeCloseTo(
        (x + 0.5) / scale - 0.5 + 10 * ((y + 0.5) / scale - 0.5),
        2,
      );
    }
  });

  it("does not alias: a fine chequerboard reduces to grey", () => {
    const data = Float32Array.from({ length: 64 * 64 }, (_, i) => (i + Math.floor(i / 64)) % 2);
    const out = rescale({ height: 64, width: 64, data }, 0.3);
    const middle = out.data.filter(
      (_, i) =>
        i % out.width > 2 &&
        i % out.width < out.width - 3 &&
        i > 3 * out.width &&
        i < out.data.length - 3 * out.width,
    );
    expect(Math.max(...middle)).toBeLessThan(0.55);
    expect(Math.min(...middle)).toBeGreaterThan(0.45);
  });
});

describe("rescaleLabels", () => {
  it.each(cases)("takes the label at the very place: $name", ({ labels, scale, nearest }) => {
    expect(rescaleLabels(labels, scale)).toEqual(nearest.data);
  });

  it("invents no label, keeps numbers beyond 16 bits, and commutes with flips by whole factors", () => {
    const labels = planes((values) => Int32Array.from(values), fc.integer({ min: -1, max: 70_000 }), 9);
    fc.assert(
      fc.property(labels, fc.constantFrom(1, 2, 3, 0.4, 1.7), (plane, scale) => {
        const { height, width, data } = plane;
        const out = rescaleLabels(plane, scale);
        const known = new Set(data);
        expect(out.every((label) => known.has(label))).toBe(true);
        const size = { height: rescaledLength(height, scale), width: rescaledLength(width, scale) };
        for (const symmetry of symmetries) {
          if (symmetry !== "transposed" && !Number.isInteger(scale)) continue;
          const other = turned(plane, symmetry);
          const back = turned(
            {
              ...turned({ ...size, data: out }, symmetry),
              data: rescaleLabels(other, scale),
            },
            symmetry,
          );
          expect(back.data).toEqual(out);
        }
      }),
    );
  });

  it("takes the label under each new centre", () => {
    const row = (...labels: number[]): { height: number; width: number; data: Int32Array } => ({
      height: 1,
      width: labels.length,
      data: Int32Array.from(labels),
    });
    expect([...rescaleLabels(row(1, -1, 2), 2)]).toEqual([1, 1, -1, -1, 2, 2, 1, 1, -1, -1, 2, 2]);
    expect([...rescaleLabels(row(1, 1, 2, 2, 3, 3), 0.5)]).toEqual([1, 2, 3]);
  });
});

describe("reduce", () => {
  it("takes the mean of what each pixel covers", () => {
    // By hand: at 2/3 the first pixel covers 1.5 px of 2 x 2 others, the second the rest.
    expect([...reduce({ height: 1, width: 3, data: Float32Array.of(3, 6, 9) }, 2 / 3).data]).toEqual([4, 8]);
    expect([
      ...reduce({ height: 2, width: 4, data: Float32Array.of(1, 3, 5, 7, 1, 3, 5, 7) }, 0.5).data,
    ]).toEqual([2, 6]);
    const same = { height: 2, width: 2, data: Float32Array.of(1, 2, 3, 4) };
    expect(reduce(same, 1)).toBe(same);
  });

  it("equals the mean over a fine grid of points, keeps constants and commutes with transposes", () => {
    fc.assert(
      fc.property(
        planes((values) => Float32Array.from(values), fc.integer({ min: 0, max: 255 }), 9),
        fc.constantFrom(0.2, 0.37, 0.5, 0.8),
        (image, scale) => {
          const out = reduce(image, scale);
          expect([out.height, out.width]).toEqual([
            rescaledLength(image.height, scale),
            rescaledLength(image.width, scale),
          ]);
          const points = 400;
          const meanAlong = (at: (i: number) => number, i: number, length: number): number => {
            const [from, to] = [Math.min(i / scale, length - 1), Math.min((i + 1) / scale, length)];
            let sum = 0;
            for (let k = 0; k < points; k++)
              sum += at(Math.min(length - 1, Math.floor(from + ((k + 0.5) / points) * (to - from))));
            return sum / points;
          };
          const [y, x] = [out.height - 1, Math.floor(out.width / 2)];
          const expected = meanAlong(
            (v) => meanAlong((u) => image.data[v * image.width + u]!, x, image.width),
            y,
            image.height,
          );
          // Points on a grid miss at most one step on each side of a pixel.
          expect(Math.abs(out.data[y * out.width + x]! - expected)).toBeLessThan(255 * 0.05);
          const turnedOut = turned(reduce(turned(image, "transposed"), scale), "transposed");
          out.data.forEach((value, i) => expect(Math.abs(value - turnedOut.data[i]!)).toBeLessThan(1e-4));
          reduce({ ...image, data: new Float32Array(image.data.length).fill(7) }, scale).data.forEach(
            (value) => expect(Math.abs(value - 7)).toBeLessThan(1e-5),
          );
        },
      ),
    );
  });
});
