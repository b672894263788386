import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldens, type Golden } from "../../fixtures/imgproc/golden.js";
import { labelImage, relabelSequential } from "../core/labels.js";
import { areas, clearBorder, components, fillHoles, removeSmall } from "./components.js";

interface MaskCase {
  readonly mask: Golden<Uint8Array>;
  readonly four: Golden<Uint16Array>;
  readonly eight: Golden<Uint16Array>;
  readonly cleared: Golden<Uint16Array>;
  readonly filled: Golden<Uint8Array>;
}
const cases = goldens<MaskCase>("masks");

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

  it("gives the same pieces after flips and transposes", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 9 * 14, maxLength: 9 * 14 }), fc.constantFrom<4 | 8>(4, 8), (bits, connectivity) => {
        const mask = Uint8Array.from(bits, Number);
        const expected = components(mask, 9, 14, connectivity);
        const turned = components(mask.slice().reverse(), 9, 14, connectivity);
        expect(relabelSequential(labelImage(9, 14, turned.data.reverse()))).toEqual(expected);
        const swap = (i: number): number => (i % 9) * 14 + Math.floor(i / 9);
        const other = components(Uint8Array.from(mask, (_, i) => mask[swap(i)]!), 14, 9, connectivity);
        const back = new Int32Array(mask.length);
        other.data.forEach((label, i) => (back[swap(i)] = label));
        expect(relabelSequential(labelImage(9, 14, back))).toEqual(expected);
      }),
    );
  });

  it("joins a spiral and a comb, whose parts meet late", () => {
    const comb = Uint8Array.from({ length: 9 * 9 }, (_, i) => (i % 9) % 2 === 0 || i >= 72 ? 1 : 0);
    expect(components(comb, 9, 9, 4).count).toBe(1);
    const antiComb = comb.slice().reverse();
    expect(components(antiComb, 9, 9, 4).count).toBe(1);
  });

  it("numbers sixty thousand objects in scan order", () => {
    const mask = new Uint8Array(490 * 490);
    for (let y = 0; y < 490; y += 2) for (let x = 0; x < 490; x += 2) mask[y * 490 + x] = 1;
    const labels = components(mask, 490, 490, 4);
    expect(labels.count).toBe(245 * 245);
    expect(labels.data[2 * 490 + 4]).toBe(245 + 3);
    expect(components(mask.fill(1), 490, 490, 8).count).toBe(1);
  });
});

describe("clearBorder and removeSmall", () => {
  it.each(cases)("clears like scikit-image: $name", ({ mask, eight, cleared }) => {
    const labels = labelImage(mask.height, mask.width, Int32Array.from(eight.data));
    expect(clearBorder(labels).data).toEqual(Int32Array.from(cleared.data));
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
});
