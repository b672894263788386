import { describe, expect, it } from "vitest";
import { evenlyChosen, maxPixels } from "./trainingset.js";

const alike = (count: number, pixels: number): number[] => new Array<number>(count).fill(pixels);

describe("evenlyChosen", () => {
  it("takes all that fit", () => {
    expect(evenlyChosen(alike(4, maxPixels / 4), undefined)).toEqual([0, 1, 2, 3]);
    expect(evenlyChosen([maxPixels, 1], undefined)).toHaveLength(1);
  });

  it("spreads as many of a long movie as fit over its whole length", () => {
    const frame = 2048 ** 2;
    const chosen = evenlyChosen(alike(91, frame), undefined);
    expect(chosen).toHaveLength(Math.floor(maxPixels / frame));
    const gaps = chosen.slice(1).map((index, i) => index - chosen[i]!);
    expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1);
    expect(chosen[0]! + 90 - chosen.at(-1)!).toBeLessThanOrEqual(Math.max(...gaps) + 1);
  });

  it("stays within the memory where sizes differ, and takes one image whatever its size", () => {
    const pixels = [50, 1, 1, 50, 1, 1, 50, 1];
    const chosen = evenlyChosen(pixels, undefined, 60);
    expect(chosen.reduce((sum, index) => sum + pixels[index]!, 0)).toBeLessThanOrEqual(60);
    expect(chosen.length).toBeGreaterThan(2);
    expect(evenlyChosen([100, 100], undefined, 60)).toHaveLength(1);
    expect(evenlyChosen([], undefined)).toEqual([]);
  });

  it("takes the number that the user wants, as far as there are so many", () => {
    expect(evenlyChosen(alike(10, 1e9), 2)).toEqual([2, 7]);
    expect(evenlyChosen(alike(3, 1), 5)).toEqual([0, 1, 2]);
  });
});
