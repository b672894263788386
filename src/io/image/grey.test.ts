import { describe, expect, it } from "vitest";
import type { SampleData, StoredPlane } from "../../core/image.js";
import { colourRule, greyOf, isRising, maximumInto } from "./grey.js";

const row = (data: SampleData, samples = 1): StoredPlane => ({
  height: 1,
  width: data.length / samples,
  samples,
  data,
});
const grey = { colour: "grey", bits: 16 } as const;
const rgb = { colour: "rgb", bits: 8 } as const;

describe("greyOf", () => {
  it("keeps uint8, uint16 and float32, NaN included, and turns all else to float32", () => {
    expect(greyOf(row(Uint16Array.of(1, 65535)), grey, 0, "mean")).toEqual(Uint16Array.of(1, 65535));
    expect(greyOf(row(Float32Array.of(NaN, -1)), grey, 0, "mean")).toEqual(Float32Array.of(NaN, -1));
    for (const data of [Int8Array.of(-3), Int16Array.of(-3), Int32Array.of(-3), Float64Array.of(-3)]) {
      expect(greyOf(row(data), grey, 0, "mean")).toEqual(Float32Array.of(-3));
    }
    expect(greyOf(row(Uint32Array.of(70000)), grey, 0, "mean")).toEqual(Float32Array.of(70000));
  });

  it("picks one of several samples that are no colours", () => {
    expect(greyOf(row(Uint8Array.of(1, 2, 3, 4), 2), grey, 1, "mean")).toEqual(Uint8Array.of(2, 4));
  });

  it("takes the mean of colours, rounded; equal ones exactly; alpha not at all", () => {
    expect(greyOf(row(Uint8Array.of(255, 255, 255, 0, 0, 1, 0, 9, 1, 1, 0, 9), 4), rgb, 0, "mean")).toEqual(
      Uint8Array.of(255, 0, 1),
    );
    for (let value = 0; value < 256; value++)
      expect(greyOf(row(Uint8Array.of(value, value, value), 3), rgb, 0, "mean")[0]).toBe(value);
    expect(greyOf(row(Float32Array.of(1, 2, 4), 3), rgb, 0, "mean")[0]).toBeCloseTo(7 / 3, 6);
  });

  it("inverts min-is-white by the bits of the file", () => {
    expect(greyOf(row(Uint8Array.of(0, 255)), { colour: "whiteIsZero", bits: 8 }, 0, "mean")).toEqual(
      Uint8Array.of(255, 0),
    );
    expect(greyOf(row(Uint16Array.of(0, 4095)), { colour: "whiteIsZero", bits: 12 }, 0, "mean")).toEqual(
      Uint16Array.of(4095, 0),
    );
  });

  it("gives the index of a rising palette, else the brightness of the colour", () => {
    const green = Array.from({ length: 256 }, (_, i) => [0, i, 0]);
    expect(
      greyOf(row(Uint8Array.of(7, 200)), { colour: "palette", bits: 8, palette: green }, 0, "mean"),
    ).toEqual(Uint8Array.of(7, 200));
    const labels = [
      [0, 0, 0],
      [255, 255, 255],
      [30, 0, 0],
    ];
    expect(
      greyOf(row(Uint8Array.of(0, 1, 2, 3)), { colour: "palette", bits: 8, palette: labels }, 0, "mean"),
    ).toEqual(Uint8Array.of(0, 255, 10, 0));
    const wide = labels.map((colour) => colour.map((value) => value * 257));
    expect(
      greyOf(row(Uint8Array.of(0, 1, 2)), { colour: "palette", bits: 8, palette: wide }, 0, "mean"),
    ).toEqual(Uint8Array.of(0, 255, 10));
  });
});

describe("colourRule", () => {
  it("finds the only colour in use", () => {
    expect(colourRule(row(Uint8Array.of(0, 0, 5, 0, 0, 0), 3))).toBe(2);
    expect(colourRule(row(Uint8Array.of(0, 3, 0, 255), 4))).toBe(1);
  });
  it("is the mean for several colours, and for none", () => {
    expect(colourRule(row(Uint8Array.of(0, 0, 5, 1, 0, 0), 3))).toBe("mean");
    expect(colourRule(row(new Uint8Array(6), 3))).toBe("mean");
  });
});

describe("helpers", () => {
  it("knows rising palettes", () => {
    expect(
      isRising([
        [0, 0, 0],
        [0, 0, 0],
        [9, 9, 9],
      ]),
    ).toBe(true);
    expect(
      isRising([
        [255, 255, 255],
        [0, 0, 0],
      ]),
    ).toBe(false);
    expect(
      isRising([
        [0, 0, 0],
        [0, 0, 0],
      ]),
    ).toBe(false);
  });
  it("takes maxima around NaN", () => {
    const data = Float32Array.of(1, NaN, NaN, 4);
    maximumInto(data, Float32Array.of(2, 3, NaN, NaN));
    expect(data).toEqual(Float32Array.of(2, 3, NaN, 4));
  });
});
