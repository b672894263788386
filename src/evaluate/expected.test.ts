import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { labelImage } from "../core/labels.js";
import { expectedQuality } from "./expected.js";
import { matchInstances } from "./instances.js";

type Quality = NonNullable<ReturnType<typeof expectedQuality>>;

/** A row of objects of two pixels each, of which some are left out. */
const row = (count: number, without: readonly number[] = []): ReturnType<typeof labelImage> =>
  labelImage(
    1,
    3 * count,
    Int32Array.from({ length: 3 * count }, (_, x) =>
      x % 3 === 2 || without.includes(Math.floor(x / 3)) ? 0 : Math.floor(x / 3) + 1,
    ),
  );

describe("expectedQuality", () => {
  it("is worse than either agreement, in proportion to the disagreements", () => {
    // Of 100, ten are missed: F1 = 180 / 190. Mirrored, two of those 90 are: 176 / 178.
    const missed = Array.from({ length: 10 }, (_, i) => i);
    const found = row(100, missed);
    const expected = expectedQuality([
      {
        annotated: matchInstances(row(100), found),
        found: found.count,
        flipped: [matchInstances(found, row(100, [...missed, 50, 51]))],
      },
    ])!;
    expect(expected).toMatchObject({ objects: 100, agreement: 180 / 190, stability: 176 / 178 });
    expect(expected.f1).toBeCloseTo(1 - 1.35 * (10 / 190 + 2 / 178), 12);
    expect(expected.low).toBeLessThan(expected.f1);
    expect(expected.high).toBeGreaterThan(expected.f1);
  });

  it("is less certain with fewer objects, and never certain", () => {
    const width = (count: number): number => {
      const { low, high, f1 } = expectedQuality([
        {
          annotated: matchInstances(row(count), row(count)),
          found: count,
          flipped: [matchInstances(row(count), row(count))],
        },
      ])!;
      expect([f1, high]).toEqual([1, 1]);
      return high - low;
    };
    expect(width(10)).toBeGreaterThan(0.2);
    expect(width(1000)).toBeGreaterThan(0);
    expect(width(1000)).toBeLessThan(0.01);
  });

  it("is less certain where the images differ", () => {
    const image = (missed: number): Parameters<typeof expectedQuality>[0][number] => {
      const found = row(
        100,
        Array.from({ length: missed }, (_, i) => i),
      );
      return {
        annotated: matchInstances(row(100), found),
        found: found.count,
        flipped: [matchInstances(found, found)],
      };
    };
    const [alike, different] = [
      expectedQuality([image(10), image(10), image(10)])!,
      expectedQuality([image(0), image(0), image(30)])!,
    ];
    expect(different.f1).toBeCloseTo(alike.f1, 2);
    expect(different.high - different.low).toBeGreaterThan(2 * (alike.high - alike.low));
    // By hand: disagreements 0, 0, 30 / 170 around 30 / 570 pooled; squares / 9, times 3 / 2.
    const mean = 30 / 570;
    const error = Math.sqrt((((2 * mean ** 2 + (30 / 170 - mean) ** 2) / 9) * 3) / 2);
    expect(different.low).toBeCloseTo(1 - 1.8 * (mean + 1.96 * error), 12);
  });

  it("still covers the five pairs that its factors were read from, which is no evidence that they are right", () => {
    // 1 - F1 against annotation, against mirror images, and against truth, pooled: see errorsPerDisagreement.
    // The factors were chosen so that these five are covered. This guards against a change by accident only; on
    // images that nothing was read from the interval has missed the truth.
    for (const [agreement, stability, truth] of [
      [0.038, 0.017, 0.082],
      [0.035, 0.022, 0.094],
      [0.061, 0.045, 0.121],
      [0.09, 0.045, 0.16],
      [0.007, 0.003, 0.014],
    ] as const) {
      const part = (share: number): ReturnType<typeof matchInstances> => {
        // 2000 objects of which n are missed: 1 - F1 = n / (4000 - n).
        const n = Math.round((4000 * share) / (1 + share));
        return matchInstances(
          row(2000),
          row(
            2000,
            Array.from({ length: n }, (_, i) => i),
          ),
        );
      };
      const { low, high } = expectedQuality([
        { annotated: part(agreement), found: part(agreement).predicted.count, flipped: [part(stability)] },
      ])!;
      expect(low).toBeLessThan(1 - truth);
      expect(high).toBeGreaterThan(1 - truth);
    }
  });

  /** Images of 100 objects: so many that the network misses, and so many more that it misses when mirrored. */
  const imageOf = (missed: number, unsteady: number): Parameters<typeof expectedQuality>[0][number] => {
    const without = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
    const found = row(100, without(missed));
    return {
      annotated: matchInstances(row(100), found),
      found: found.count,
      flipped: [matchInstances(found, row(100, without(missed + unsteady)))],
    };
  };
  const misses = fc.integer({ min: 0, max: 60 });
  const unsteady = fc.integer({ min: 0, max: 30 });

  it("lies within its interval, and that within 0 to 1, whatever the images", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(misses, unsteady), { minLength: 1, maxLength: 6 }), (images) => {
        const { f1, low, high } = expectedQuality(images.map(([m, u]) => imageOf(m, u)))!;
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(f1);
        expect(f1).toBeLessThanOrEqual(high);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThan(1);
      }),
    );
  });

  it("falls with every nucleus more that annotation, or mirror images, disagree about", () => {
    fc.assert(
      fc.property(misses, unsteady, (m, u) => {
        const here = expectedQuality([imageOf(m, u)])!;
        for (const worse of [expectedQuality([imageOf(m + 1, u)])!, expectedQuality([imageOf(m, u + 1)])!]) {
          expect(worse.f1).toBeLessThanOrEqual(here.f1);
          expect(worse.low).toBeLessThanOrEqual(here.low);
          if (here.f1 > 0) expect(worse.f1).toBeLessThan(here.f1);
        }
      }),
    );
  });

  it("does not depend on the order of the images, and is no less certain with the same ones twice", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(misses, unsteady), { minLength: 2, maxLength: 5 }), (list) => {
        const images = list.map(([m, u]) => imageOf(m, u));
        const [once, turned, twice] = [images, [...images].reverse(), [...images, ...images]].map((set) =>
          expectedQuality(set)!,
        ) as [Quality, Quality, Quality];
        expect(turned.f1).toBeCloseTo(once.f1, 12);
        expect(turned.low).toBeCloseTo(once.low, 12);
        expect(turned.high).toBeCloseTo(once.high, 12);
        expect(twice.f1).toBeCloseTo(once.f1, 12);
        expect(twice.low).toBeGreaterThanOrEqual(once.low - 1e-12);
        expect(twice.high).toBeLessThanOrEqual(once.high + 1e-12);
      }),
    );
  });

  it("misses a truth that is better or worse than its factors allow", () => {
    // Half as many errors as disagreements, and three times as many: with many objects chance covers neither.
    const many = Array.from({ length: 50 }, () => imageOf(10, 2));
    const { low, high, agreement, stability } = expectedQuality(many)!;
    const disagreement = 2 - agreement - stability;
    expect(1 - 0.5 * disagreement).toBeGreaterThan(high);
    expect(1 - 3 * disagreement).toBeLessThan(low);
  });

  it("is unknown where nothing is annotated or found", () => {
    expect(
      expectedQuality([
        { annotated: matchInstances(row(3, [0, 1, 2]), row(3, [0, 1, 2])), found: 0, flipped: [] },
      ]),
    ).toBeUndefined();
    expect(expectedQuality([])).toBeUndefined();
  });
});
