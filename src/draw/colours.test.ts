/** Colours as readers with the common colour vision deficiencies see them. */
import { describe, expect, it } from "vitest";
import { annotationColours, outlineColours, palette, type Rgb, speedColour } from "./colours.js";

type Matrix = readonly (readonly [number, number, number])[];

/**
 * Linear RGB as seen without one kind of cone (severity 1). Source: Machado, Oliveira & Fernandes 2009, "A
 * physiologically-based model for simulation of color vision deficiency", IEEE TVCG 15(6), table of matrices.
 */
const deficiencies: Readonly<Record<string, Matrix>> = {
  none: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const linear = (value: number): number =>
  value <= 10.31475 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;

function seen(colour: Rgb, matrix: Matrix): number[] {
  const plain = colour.map(linear);
  return matrix.map((row) =>
    Math.min(1, Math.max(0, row[0] * plain[0]! + row[1] * plain[1]! + row[2] * plain[2]!)),
  );
}

/** CIE 1976 L*, a*, b* of linear sRGB under D65. */
function lab([r, g, b]: readonly number[]): [number, number, number] {
  const f = (t: number): number => (t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29);
  const [x, y, z] = [
    f((0.4124564 * r! + 0.3575761 * g! + 0.1804375 * b!) / 0.95047),
    f(0.2126729 * r! + 0.7151522 * g! + 0.072175 * b!),
    f((0.0193339 * r! + 0.119192 * g! + 0.9503041 * b!) / 1.08883),
  ];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
const difference = (a: readonly number[], b: readonly number[]): number =>
  Math.hypot(...lab(a).map((value, i) => value - lab(b)[i]!));
const rgb = (text: string): Rgb =>
  [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16)) as unknown as Rgb;

function least(colours: readonly Rgb[], matrix: Matrix): number {
  let smallest = Infinity;
  colours.forEach((a, i) =>
    colours
      .slice(0, i)
      .forEach((b) => (smallest = Math.min(smallest, difference(seen(a, matrix), seen(b, matrix))))),
  );
  return smallest;
}

// A difference of 2.3 is just seen (Mahy et al. 1994) between areas side by side; thin lines apart from each
// other need several times that.
describe.each(Object.entries(deficiencies))("to eyes with deficiency: %s", (_, matrix) => {
  it("the colours of lines and bars stay apart", () => {
    expect(least(palette.map(rgb), matrix)).toBeGreaterThan(15);
  });
  it("the three colours of an annotation stay apart", () => {
    expect(least(Object.values(annotationColours), matrix)).toBeGreaterThan(20);
  });
  it("the outlines of neighbours stay apart", () => {
    expect(least(outlineColours, matrix)).toBeGreaterThan(15);
  });
  it("slow and fast stay apart, and speeds between are in order", () => {
    const ramp = Array.from({ length: 21 }, (_, i) => seen(speedColour(i / 20), matrix));
    expect(difference(ramp[0]!, ramp[20]!)).toBeGreaterThan(90);
    // Along the ramp each fifth differs from the one before by what is plainly seen.
    for (let i = 4; i <= 20; i += 4) expect(difference(ramp[i]!, ramp[i - 4]!)).toBeGreaterThan(10);
    // It is a scale with a middle: lighter up to it, darker beyond it, so that each half is in order by
    // lightness alone.
    const light = ramp.map((colour) => lab(colour)[0]);
    for (let i = 1; i <= 10; i++) expect(light[i]!).toBeGreaterThan(light[i - 1]!);
    for (let i = 11; i <= 20; i++) expect(light[i]!).toBeLessThan(light[i - 1]!);
  });
});
