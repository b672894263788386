import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { type NucleusState, drawTraits } from "./cell.js";
import { bodiesOf, meetsImage, occupy } from "./occupancy.js";
import { defaultSimulateOptions } from "./scene.js";

const disc = (cell: number, y: number, x: number, radius: number): NucleusState => ({
  cell,
  y,
  x,
  outline: { along: radius, across: radius, angle: 0, amplitudes: [], phases: [] },
  brightness: 1,
  contrast: 1,
  roundness: 0,
  texturePhase: 0,
  traits: drawTraits(defaultSimulateOptions, random(1)),
});

describe("occupy", () => {
  it("covers a disc: the pixels nearer to the centre than its radius", () => {
    // Offsets with y^2 + x^2 < 2.5^2 = 6.25: 1 + 4 + 4 + 4 + 8.
    const { owner } = occupy(bodiesOf([disc(0, 5, 5, 2.5)]), 11, 11);
    expect(owner.filter((row) => row === 0)).toHaveLength(21);
  });

  it("divides two equal discs at the line in the middle; the pixels on the line go to the lower row", () => {
    const { owner, depth, next } = occupy(bodiesOf([disc(0, 10, 8, 5), disc(1, 10, 14, 5)]), 21, 23);
    for (let x = 4; x <= 11; x++) expect(owner[10 * 23 + x]).toBe(0);
    for (let x = 12; x <= 18; x++) expect(owner[10 * 23 + x]).toBe(1);
    expect(depth[10 * 23 + 11]).toBeCloseTo(3 / 5, 5);
    expect(next[10 * 23 + 11]).toBeCloseTo(3 / 5, 5);
    expect(next[10 * 23 + 5]).toBe(1);
  });

  it("keeps the largest piece of a nucleus that a neighbour cuts in two", () => {
    const across: NucleusState = {
      ...disc(0, 20, 20, 1),
      outline: { along: 18, across: 3, angle: 0, amplitudes: [], phases: [] },
    };
    // A small round nucleus on the right arm of a long one is relatively nearer to its own pixels, and leaves
    // a tip on its other side.
    const { owner } = occupy(bodiesOf([across, disc(1, 20, 31, 4.5)]), 41, 41);
    const columns = (row: number): number[] => [
      ...new Set([...owner].flatMap((value, i) => (value === row ? [i % 41] : []))),
    ];
    expect(Math.max(...columns(0))).toBeLessThan(31);
    expect(owner[20 * 41 + 31]).toBe(1);
    expect(owner[20 * 41 + 37]).toBe(-1);
  });
});

describe("meetsImage", () => {
  it("is false only for nuclei that cannot reach a pixel", () => {
    const at = (y: number, x: number): boolean => meetsImage(bodiesOf([disc(0, y, x, 5)])[0]!, 50, 60);
    expect(at(-4.9, 10)).toBe(true);
    expect(at(-5.1, 10)).toBe(false);
    expect(at(10, 63.9)).toBe(true);
    expect(at(10, 64.1)).toBe(false);
  });
});
