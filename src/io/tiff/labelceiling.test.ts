import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInput } from "../../core/errors.js";
import { labelCeiling } from "./labelceiling.js";

describe("labels for ImageJ", () => {
  it("are 16-bit integers as long as they fit, without a word", () => {
    expect(labelCeiling(0, 0)).toEqual({ type: "uint16", notice: undefined });
    expect(labelCeiling(0, 65535)).toEqual({ type: "uint16", notice: undefined });
  });

  it("are floats beyond, and below 0, with a notice", () => {
    expect(labelCeiling(0, 65536)).toEqual({
      type: "float32",
      notice:
        "The labels go up to 65536, which ImageJ has no integers for: they are written as 32-bit floats",
    });
    expect(labelCeiling(-1, 3).notice).toMatch(/^The labels go down to -1,/);
    expect(labelCeiling(0, 2 ** 24).type).toBe("float32");
  });

  it("are refused where a float would be another label", () => {
    expect(Math.fround(2 ** 24 + 1)).toBe(2 ** 24);
    expect(() => labelCeiling(0, 2 ** 24 + 1)).toThrow(InvalidInput);
    expect(() => labelCeiling(0, 2 ** 24 + 1)).toThrow(/received 16777217; number the labels from 1 again/);
    expect(() => labelCeiling(-(2 ** 24) - 1, 0)).toThrow(/received -16777217/);
  });

  it("are never changed by their type", () => {
    const label = fc.integer({ min: -(2 ** 24), max: 2 ** 24 });
    fc.assert(
      fc.property(label, label, (a, b) => {
        const [least, most] = [Math.min(a, b), Math.max(a, b)];
        const Samples = labelCeiling(least, most).type === "uint16" ? Uint16Array : Float32Array;
        expect([...Samples.of(least, most)]).toEqual([least, most]);
      }),
    );
  });
});
