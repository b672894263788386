import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AnnotationSummary } from "../annotate/annotation.js";
import { type AnnotatedMovie, drawImages, evenShares } from "./sharedset.js";

const movie = (
  condition: string,
  images: number,
  cost = 1,
): { condition: string; images: number; cost: number } => ({ condition, images, cost });

describe("evenShares", () => {
  it("gives each condition as many images, however many movies it has, and each movie of a condition as many", () => {
    expect(evenShares([movie("a", 50), movie("b", 50), movie("b", 50), movie("b", 50)], 24)).toEqual([
      12, 4, 4, 4,
    ]);
    expect(evenShares([movie("a", 50), movie("a", 2), movie("b", 50)], 12)).toEqual([4, 2, 6]);
  });

  it("stops at twice what a condition that is used up has given, and passes over conditions without any", () => {
    expect(evenShares([movie("a", 50), movie("b", 3)], 100)).toEqual([6, 3]);
    expect(evenShares([movie("a", 5), movie("b", 0)], 100)).toEqual([5, 0]);
  });

  it("stays below the cost, but takes one image whatever it costs", () => {
    expect(evenShares([movie("a", 9, 10), movie("b", 9, 20)], 65)).toEqual([2, 2]);
    expect(evenShares([movie("a", 9, 1000)], 65)).toEqual([1]);
  });

  const movies = fc.array(
    fc.record({
      condition: fc.constantFrom("a", "b", "c"),
      images: fc.integer({ min: 0, max: 9 }),
      cost: fc.constant(1),
    }),
    { minLength: 1, maxLength: 8 },
  );
  it("never lets a condition give more than twice what another gives", () => {
    fc.assert(
      fc.property(movies, fc.integer({ min: 1, max: 60 }), (list, enough) => {
        const shares = evenShares(list, enough);
        expect(shares.every((share, i) => share <= list[i]!.images)).toBe(true);
        expect(shares.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(enough);
        const totals = ["a", "b", "c"]
          .filter((name) => list.some(({ condition, images }) => condition === name && images > 0))
          .map((name) =>
            shares.reduce((sum, share, i) => sum + (list[i]!.condition === name ? share : 0), 0),
          );
        // Where there are fewer images than conditions, some give none.
        if (totals.length > 0)
          expect(Math.max(...totals)).toBeLessThanOrEqual(Math.max(1, 2 * Math.min(...totals)));
      }),
    );
  });
});

describe("drawImages", () => {
  const annotated = (
    name: string,
    condition: string,
    kept: readonly number[],
    edge: number,
  ): AnnotatedMovie => ({
    name,
    condition,
    folder: name,
    summary: {
      kind: "movie",
      images: kept.map((count, t) => ({
        name: `t${t}`,
        height: edge,
        width: edge,
        acquisition: 0,
        diameter: 20,
        kept: count,
        candidates: count,
        settings: {},
      })),
    } as unknown as AnnotationSummary,
  });

  it("takes images with nuclei, evenly spread over each movie, up to so many pixels at the network's scale", () => {
    const movies = [
      annotated("a_1", "a", [5, 5, 5, 5, 5, 5, 5, 5], 100),
      annotated("b_1", "b", [0, 5, 5, 0, 5, 5], 200),
    ];
    const drawn = drawImages(movies, {
      scaleOf: (diameter) => 40 / diameter,
      wanted: undefined,
      maximum: 400_000,
    });
    // At twice the scale an image of a has 40,000 pixels and one of b 160,000: two of each.
    expect(drawn.map(({ name }) => name)).toEqual(["a_1_t2", "a_1_t6", "b_1_t2", "b_1_t5"]);
    expect(drawImages(movies, { scaleOf: () => 1, wanted: 3 })).toHaveLength(3);
    expect(() =>
      drawImages([annotated("a", "a", [0, 0], 10)], { scaleOf: () => 1, wanted: undefined }),
    ).toThrow(/^samples: expected at least one annotated nucleus, received none in 1 movie;/);
  });
});
