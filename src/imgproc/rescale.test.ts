import { describe, expect, it } from "vitest";
import { rescale, rescaleLabels } from "./rescale.js";

const ramp = (height: number, width: number): Float32Array => Float32Array.from({ length: height * width }, (_, i) => (i % width) + 10 * Math.floor(i / width));

describe("rescale", () => {
  it("interpolates between pixel centres and holds the border", () => {
    // By hand: doubled, the centres lie at -0.25, 0.25, 0.75, 1.25 of the old pixels.
    expect([...rescale({ height: 1, width: 2, data: Float32Array.from([0, 4]) }, 2).data]).toEqual([0, 1, 3, 4, 0, 1, 3, 4]);
  });

  it("keeps a plane a plane, at the positions it promises, for any factor", () => {
    for (const scale of [0.37, 0.5, 0.9, 1.3, 2.7]) {
      const out = rescale({ height: 60, width: 47, data: ramp(60, 47) }, scale);
      expect([out.height, out.width]).toEqual([Math.round(60 * scale), Math.round(47 * scale)]);
      // Away from the border, which the blur of a reduction bends.
      const [y, x] = [Math.floor(out.height / 2), Math.floor(out.width / 2)];
      expect(out.data[y * out.width + x]).toBeCloseTo((x + 0.5) / scale - 0.5 + 10 * ((y + 0.5) / scale - 0.5), 2);
    }
  });

  it("does not alias: a fine chequerboard reduces to grey", () => {
    const data = Float32Array.from({ length: 64 * 64 }, (_, i) => (i + Math.floor(i / 64)) % 2);
    const out = rescale({ height: 64, width: 64, data }, 0.3);
    const middle = out.data.filter((_, i) => i % out.width > 2 && i % out.width < out.width - 3 && i > 3 * out.width && i < out.data.length - 3 * out.width);
    expect(Math.max(...middle)).toBeLessThan(0.55);
    expect(Math.min(...middle)).toBeGreaterThan(0.45);
  });
});

describe("rescaleLabels", () => {
  it("takes the label under each new centre", () => {
    expect([...rescaleLabels(Int32Array.from([1, -1, 2]), 1, 3, 2)]).toEqual([1, 1, -1, -1, 2, 2, 1, 1, -1, -1, 2, 2]);
    expect([...rescaleLabels(Int32Array.from([1, 1, 2, 2, 3, 3]), 1, 6, 0.5)]).toEqual([1, 2, 3]);
  });
});
