import { describe, expect, it } from "vitest";
import { holm, welchTest } from "../../stats/twosamples.js";
import { compareConditions, type Measured } from "./conditions.js";

let made = 0;
const movie = (
  condition: string,
  replicate: string | undefined,
  speed: number,
  more: readonly (readonly [string, number])[] = [],
): Measured => ({
  name: `m${made++}`,
  condition,
  replicate,
  values: new Map([["mean_speed_um_per_min", speed], ...more]),
});
const movies = (condition: string, speeds: readonly number[], names?: readonly string[]): Measured[] =>
  speeds.map((speed, i) => movie(condition, names?.[i], speed));
const seed = 1;

describe("compareConditions", () => {
  it("takes the movie as the unit: mean, SD and interval over the movies, by hand", () => {
    const { summaries, conditions, design, warnings } = compareConditions(
      [...movies("wild type", [1, 2, 3]), ...movies("drug", [4, 6, 8, 10])],
      { seed },
    );
    expect([conditions, design, warnings]).toEqual([["wild type", "drug"], "independent", []]);
    expect(summaries[0]).toMatchObject({ condition: "wild type", movies: 3, n: 3, mean: 2, sd: 1 });
    // 4.302653 is t of two degrees of freedom for 95 %.
    expect(summaries[0]!.high).toBeCloseTo(2 + 4.302653 / Math.sqrt(3), 6);
    expect(summaries[1]).toMatchObject({ condition: "drug", n: 4, mean: 7 });
  });

  it("tests all pairs of conditions, and corrects within a quantity for their number", () => {
    const values = { a: [1, 2, 3], b: [3, 4, 6], c: [9, 8, 7] };
    const { tests } = compareConditions(
      Object.entries(values).flatMap(([name, speeds]) => movies(name, speeds)),
      { seed },
    );
    expect(tests.map(({ first, second }) => first + second)).toEqual(["ab", "ac", "bc"]);
    const p = [
      welchTest(values.a, values.b).p,
      welchTest(values.a, values.c).p,
      welchTest(values.b, values.c).p,
    ];
    expect(tests.map(({ t }) => t.p)).toEqual(p);
    expect(tests.map(({ tHolm }) => tHolm)).toEqual(holm(p));
    expect(tests[1]).toMatchObject({
      nFirst: 3,
      nSecond: 3,
      t: { difference: 6 },
      permutation: { p: 0.1, relabelings: 20 },
      permutationHolm: expect.closeTo(0.3, 12) as number,
    });
  });

  it("lists totals, which depend on how much was filmed, and does not compare them", () => {
    const all = ["a", "a", "b", "b"].map((condition, i) =>
      movie(condition, undefined, i, [
        ["divisions", 7 * i],
        ["area_nobody_knows_yet_um2", i],
      ]),
    );
    const { quantities, summaries, tests } = compareConditions(all, { seed });
    expect(quantities).toEqual(["mean_speed_um_per_min", "area_nobody_knows_yet_um2"]);
    expect(summaries.map(({ quantity }) => quantity)).toContain("divisions");
    expect(tests.map(({ quantity }) => quantity)).toEqual(quantities);
  });

  it("does not take replicates that are numbered from 1 in each condition for pairs, and says so", () => {
    const numbers = ["1", "2", "3"];
    const numbered = [...movies("a", [1, 5, 9], numbers), ...movies("b", [2, 6.5, 10], numbers)];
    const { design, tests, notes } = compareConditions(numbered, { seed });
    expect(design).toBe("independent");
    expect(tests[0]!.t).toEqual(welchTest([1, 5, 9], [2, 6.5, 10]));
    expect(notes).toEqual([
      expect.stringMatching(/independent, although every condition has the same names.*study\.paired: true/),
    ]);
    // Whatever the names, and whether every condition has them: the design is stated.
    const dates = [
      ...movies("a", [1, 5, 9], ["Mon", "Tue", "Wed"]),
      ...movies("b", [2, 6.5], ["Mon", "Thu"]),
    ];
    expect(compareConditions(dates, { seed })).toMatchObject({
      design: "independent",
      notes: [expect.stringMatching(/^Tests treat the movies as independent \(study\.paired: true pairs/)],
    });
  });

  it("pairs replicates of the same name where asked to, as far as there are any", () => {
    const days = ["1", "2", "3"];
    const blocked = [...movies("a", [1, 5, 9], days), ...movies("b", [2, 6.5, 10], days)];
    const { design, tests, notes } = compareConditions(blocked, { seed, paired: true });
    expect([design, notes.join()]).toEqual([
      "paired",
      expect.stringMatching(/paired by replicate, as requested \(study\.paired: false treats/),
    ]);
    // Differences 1, 1.5, 1: mean 7/6, SD 0.2887, t = 7.
    expect(tests[0]!.t).toMatchObject({ t: expect.closeTo(7, 9) as number, df: 2 });
    expect(tests[0]!.permutation).toMatchObject({ p: 0.25, relabelings: 8 });
    expect(compareConditions(blocked, { seed, paired: false })).toMatchObject({
      design: "independent",
      notes: [expect.stringMatching(/independent, as requested/)],
    });
    const unequal = [...movies("a", [1, 5, 9], days), ...movies("b", [2, 6.5, 10], ["1", "2", "4"])];
    expect(compareConditions(unequal, { seed }).design).toBe("independent");
    expect(compareConditions(unequal, { seed, paired: true }).tests[0]).toMatchObject({
      nFirst: 2,
      nSecond: 2,
      note: "fewer than three pairs",
    });
    // Without replicates nothing belongs together.
    expect(
      compareConditions([...movies("a", [1, 5, 9]), ...movies("b", [2, 6.5, 10])], { seed, paired: true })
        .tests[0],
    ).toMatchObject({ nFirst: 0, note: "not available: fewer than two pairs" });
  });

  it("averages movies of the same condition and replicate: more fields of a dish are no more replicates", () => {
    const one = compareConditions(
      [
        movie("a", "1", 2),
        movie("a", "2", 4),
        movie("a", "3", 6),
        ...movies("b", [1, 2, 4], ["4", "5", "6"]),
      ],
      { seed },
    );
    const many = compareConditions(
      [
        movie("a", "1", 1),
        movie("a", "1", 3),
        movie("a", "2", 4),
        movie("a", "3", 6),
        movie("a", "3", 6),
        ...movies("b", [1, 2, 4], ["4", "5", "6"]),
      ],
      { seed },
    );
    expect(many.tests).toEqual(one.tests);
    expect(many.summaries[0]).toEqual({ ...one.summaries[0]!, movies: 5 });
    expect(many.notes.join()).toMatch(/averaged first/);
  });

  it("has no tests below two movies, and a plain warning below three", () => {
    const { tests, warnings } = compareConditions([...movies("a", [1]), ...movies("b", [2, 3])], { seed });
    expect(tests[0]).toMatchObject({
      t: { difference: 1.5, p: NaN },
      permutation: { p: NaN },
      hedgesG: NaN,
      note: "not available: fewer than two replicates a condition",
    });
    expect(warnings).toEqual([
      expect.stringMatching(
        /^There are fewer than three independent movies in a \(1\), b \(2\): .*there are none\. However many cells a movie holds, it is one replicate/,
      ),
    ]);
    const two = compareConditions([...movies("a", [1, 2]), ...movies("b", [2, 4, 3])], { seed });
    expect(two.tests[0]!.note).toBe("fewer than three replicates a condition");
    expect(two.warnings[0]).toMatch(/in a \(2\)/);
  });

  it("describes one condition and compares nothing", () => {
    const { tests, summaries, notes, warnings } = compareConditions(movies("a", [1, 2, 3]), { seed });
    expect([tests, summaries.length, notes, warnings]).toEqual([
      [],
      1,
      ["There is only one condition, so nothing is compared."],
      [],
    ]);
  });

  it("leaves out movies without a value, and says so where nothing varies", () => {
    const { summaries, tests } = compareConditions([...movies("a", [1, NaN, 1, 1]), ...movies("b", [1, 1])], {
      seed,
    });
    expect(summaries[0]).toMatchObject({ movies: 3, n: 3, mean: 1, sd: 0 });
    expect(tests[0]).toMatchObject({
      nFirst: 3,
      t: { difference: 0, p: NaN },
      permutation: { p: 1 },
      note: "t not available: no variation within the conditions",
    });
  });
});
