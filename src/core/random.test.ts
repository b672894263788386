import { describe, expect, it } from "vitest";
import { random, shuffle } from "./random.js";

const draws = (seed: number, count: number): number[] => {
  const rng = random(seed);
  return Array.from({ length: count }, () => rng.next());
};

describe("random", () => {
  it("repeats itself for a seed, and only for it", () => {
    expect(draws(7, 50)).toEqual(draws(7, 50));
    expect(draws(7, 5)).not.toEqual(draws(8, 5));
  });

  it("draws the same numbers on every machine", () => {
    // Recorded once; a change would silently change every trained network.
    expect(draws(1, 3).map((value) => Math.round(value * 2 ** 32))).toMatchInlineSnapshot(`
      [
        2420951833,
        2513034076,
        3847892949,
      ]
    `);
  });

  it("is uniform: mean, variance and the share of each tenth as expected", () => {
    const values = draws(3, 100_000);
    const mean = values.reduce((a, b) => a + b) / values.length;
    // Standard error of the mean 0.0009; of a tenth's share 0.00095.
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.005);
    for (let tenth = 0; tenth < 10; tenth++) {
      const share = values.filter((value) => Math.floor(value * 10) === tenth).length / values.length;
      expect(Math.abs(share - 0.1)).toBeLessThan(0.005);
    }
  });

  it("is normal where asked for", () => {
    const rng = random(5);
    const values = Array.from({ length: 50_000 }, () => rng.normal(2, 3));
    const mean = values.reduce((a, b) => a + b) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    expect(Math.abs(mean - 2)).toBeLessThan(0.06);
    expect(Math.abs(deviation - 3)).toBeLessThan(0.05);
    expect(values.every(Number.isFinite)).toBe(true);
  });

  it("forks streams that depend on the seed and the stream, not on what was drawn", () => {
    const a = random(9);
    const b = random(9);
    b.next();
    expect(a.fork(4).next()).toBe(b.fork(4).next());
    expect(a.fork(4).next()).not.toBe(a.fork(5).next());
    expect(a.fork(0).next()).not.toBe(random(9).next());
  });

  it("shuffles to a permutation", () => {
    const items = shuffle(
      Array.from({ length: 100 }, (_, i) => i),
      random(2),
    );
    expect([...items].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(items.slice(0, 5)).not.toEqual([0, 1, 2, 3, 4]);
  });
});
