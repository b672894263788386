import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { labelImage } from "../core/labels.js";
import { agreementCounts, expectedQuality, type HeldBack } from "./expected.js";
import { matchInstances } from "./instances.js";

/** A row of objects of two pixels each, of which some are left out. */
const row = (count: number, without: readonly number[] = []): ReturnType<typeof labelImage> =>
  labelImage(
    1,
    3 * count,
    Int32Array.from({ length: 3 * count }, (_, x) =>
      x % 3 === 2 || without.includes(Math.floor(x / 3)) ? 0 : Math.floor(x / 3) + 1,
    ),
  );

/**
 * An image of `objects` nuclei: so many that the network misses, so many more that it misses when mirrored, and so
 * many that it finds where the annotation does not know.
 */
const imageOf = (missed: number, unsteady = 0, unknown = 0, objects = 100): HeldBack => {
  const found = objects - missed;
  return {
    annotated: { truth: objects, predicted: found, matched: found },
    found: found + unknown,
    unknown,
    flipped: [{ truth: found, predicted: found - unsteady, matched: found - unsteady }],
  };
};

describe("agreementCounts", () => {
  it("counts the objects that are the same", () => {
    const counts = agreementCounts(matchInstances(row(10), row(10, [0, 4])));
    expect(counts).toEqual({ truth: 10, predicted: 8, matched: 8 });
  });
});

describe("expectedQuality", () => {
  it("falls by the disagreements, and by what the annotation does not know", () => {
    // Of 100, ten are missed: F1 = 180 / 190. Mirrored, two of those 90 are: 176 / 178. Ten of 100 are not known.
    const expected = expectedQuality([imageOf(10, 2, 10)])!;
    expect(expected).toMatchObject({ objects: 100, agreement: 180 / 190, stability: 176 / 178 });
    expect(expected.unknown).toBeCloseTo(0.1, 12);
    expect(expected.f1).toBeCloseTo(1 - 1.2 * (10 / 190 + 2 / 178) - 0.45 * 0.1, 12);
    expect(expected.low).toBeLessThan(expected.f1);
    expect(expected.high).toBeGreaterThan(expected.f1);
  });

  it("is less certain with fewer objects, and never certain", () => {
    const width = (count: number): number => {
      const { low, high, f1 } = expectedQuality([imageOf(0, 0, 0, count)])!;
      expect([f1, high]).toEqual([1, 1]);
      return high - low;
    };
    // Chance alone is 1.96 / n; the rest of the interval does not shrink.
    expect(width(10)).toBeCloseTo(Math.hypot(0.13, 0.196), 12);
    expect(width(1000)).toBeCloseTo(0.13, 4);
  });

  it("is less certain where the images differ", () => {
    const [alike, different] = [
      expectedQuality([imageOf(10), imageOf(10), imageOf(10)])!,
      expectedQuality([imageOf(0), imageOf(0), imageOf(30)])!,
    ];
    expect(different.f1).toBeCloseTo(alike.f1, 2);
    // By hand: disagreements 0, 0, 30 / 170 around 30 / 570 pooled; squares / 9, times 3 / 2.
    const mean = 30 / 570;
    const error = Math.sqrt((((2 * mean ** 2 + (30 / 170 - mean) ** 2) / 9) * 3) / 2);
    expect(different.low).toBeCloseTo(1 - 1.2 * mean - Math.hypot(0.13, 1.96 * error), 12);
    expect(different.low).toBeLessThan(alike.low);
  });

  const misses = fc.integer({ min: 0, max: 60 });
  const unsteady = fc.integer({ min: 0, max: 30 });

  it("lies within its interval, and that within 0 to 1, whatever the images", () => {
    const images = fc.array(fc.tuple(misses, unsteady, unsteady), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(images, (counts) => {
        const { f1, low, high } = expectedQuality(counts.map(([m, u, k]) => imageOf(m, u, k)))!;
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(f1);
        expect(f1).toBeLessThanOrEqual(high);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThan(1);
      }),
    );
  });

  it("falls with every nucleus more that annotation, or mirror images, disagree about or do not know", () => {
    fc.assert(
      fc.property(misses, unsteady, unsteady, (m, u, k) => {
        const here = expectedQuality([imageOf(m, u, k)])!;
        for (const [dm, du, dk] of [
          [1, 0, 0],
          [0, 1, 0],
          [0, 0, 1],
        ] as const) {
          const worse = expectedQuality([imageOf(m + dm, u + du, k + dk)])!;
          expect(worse.low).toBeLessThanOrEqual(here.low);
          if (here.f1 > 0) expect(worse.f1).toBeLessThan(here.f1);
          else expect(worse.f1).toBe(0);
        }
      }),
    );
  });

  it("is unknown where nothing is annotated or found", () => {
    const nothing = { truth: 0, predicted: 0, matched: 0 };
    expect(expectedQuality([{ annotated: nothing, found: 0, unknown: 0, flipped: [] }])).toBeUndefined();
    expect(
      expectedQuality([{ annotated: nothing, found: 3, unknown: 3, flipped: [nothing] }]),
    ).toBeUndefined();
    expect(expectedQuality([])).toBeUndefined();
  });
});
