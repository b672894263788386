import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sizeOf } from "../core/tensor.js";
import { fromBlocked, probeBlock, toBlocked } from "./layout.js";

const counting = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => i);

describe("toBlocked", () => {
  it("puts the outputs of a block last, the inputs of a block before them", () => {
    // By hand for blocks of 2: [O=2, I=2, 1, 2], element o i t has the value 4 o + 2 i + t and goes to [t, i,
    // o].
    expect([...toBlocked(counting(8), [2, 2, 1, 2], 2)]).toEqual([0, 4, 2, 6, 1, 5, 3, 7]);
  });

  it("keeps apart the inputs of a layer that has fewer than a block", () => {
    // [O=2, I=1, 1, 2] to [t, o].
    expect([...toBlocked(counting(4), [2, 1, 1, 2], 2)]).toEqual([0, 2, 1, 3]);
  });

  it("is undone by fromBlocked", () => {
    const size = fc.integer({ min: 1, max: 3 });
    const layers = fc.record({
      o: size,
      i: size,
      h: size,
      w: fc.constantFrom(1, 3),
      block: fc.constantFrom(2, 8),
      image: fc.boolean(),
    });
    fc.assert(
      fc.property(layers, ({ o, i, h, w, block, image }) => {
        const shape = [o * block, image ? 1 : i * block, h, w];
        const weights = counting(sizeOf(shape));
        const blocked = toBlocked(weights, shape, block);
        expect(fromBlocked(blocked, shape, block)).toEqual(weights);
        expect([...blocked].sort((a, b) => a - b)).toEqual([...weights]);
      }),
    );
  });

  it("refuses weights that do not fill their blocks", () => {
    expect(() => toBlocked(counting(9), [3, 3, 1, 1], 2)).toThrow(/do not fill blocks of 2/);
  });
});

describe("probeBlock", () => {
  it("finds a block length that the gradients are written for, or none", async () => {
    expect([8, 16, undefined]).toContain(await probeBlock());
  });
});
