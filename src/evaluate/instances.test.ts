import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { labelImage, type LabelImage } from "../core/labels.js";
import { formatConfusion, formatInstanceCsv, formatInstanceJson, formatInstanceTable } from "./format.js";
import {
  bootstrapInterval,
  iouThresholds,
  matchInstances,
  meanOverImages,
  scoreInstances,
  type ScoreSet,
} from "./instances.js";
import { firstObjects, matchesAt } from "./matching.js";
import { listErrors } from "./mistakes.js";

/** Rows of digits to labels; "." is 0, "?" is -1. */
const draw = (...rows: string[]): LabelImage =>
  labelImage(
    rows.length,
    rows[0]!.length,
    Int32Array.from(rows.join(""), (c) => (c === "." ? 0 : c === "?" ? -1 : Number(c))),
  );

const at = (set: ScoreSet, threshold: number): ScoreSet["thresholds"][number] =>
  set.thresholds.find((s) => s.threshold === threshold)!;
const score = (truth: LabelImage, predicted: LabelImage, thresholds = iouThresholds): ScoreSet =>
  scoreInstances([matchInstances(truth, predicted)], thresholds).pooled;

const smallLabels = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }))
  .chain(([height, width]) => {
    const side = fc.array(fc.integer({ min: 0, max: 4 }), {
      minLength: height * width,
      maxLength: height * width,
    });
    return fc
      .tuple(side, side)
      .map(
        ([a, b]) =>
          [
            labelImage(height, width, Int32Array.from(a)),
            labelImage(height, width, Int32Array.from(b)),
          ] as const,
      );
  });

describe("firstObjects", () => {
  it("is the matching of a prediction without its last labels", () => {
    fc.assert(
      fc.property(smallLabels, fc.integer({ min: 0, max: 4 }), ([a, predicted], last) => {
        const truth = { ...a, data: a.data.map((label) => (label === 4 ? -1 : label)) };
        const rest = { ...predicted, data: predicted.data.map((label) => (label > last ? 0 : label)) };
        expect(firstObjects(matchInstances(truth, predicted), last)).toEqual(matchInstances(truth, rest));
      }),
    );
  });
});

describe("scoreInstances", () => {
  it("agrees with a case counted by hand", () => {
    // Truth 1: 4 px, found exactly. Truth 2: 6 px, found as 4 of them: IoU 4/6. Truth 3: 2 px, missed.
    // Predicted 9: 1 px, spurious.
    const truth = draw("11.222", "11.222", "33....");
    const found = draw("11.44.", "11.44.", ".....9");
    const scores = score(truth, found);
    expect(at(scores, 0.5)).toMatchObject({
      tp: 2,
      fp: 1,
      fn: 1,
      precision: 2 / 3,
      recall: 2 / 3,
      f1: 2 / 3,
      ap: 0.5,
    });
    expect(at(scores, 0.5).iouSum).toBeCloseTo(1 + 2 / 3, 12);
    expect(at(scores, 0.5).panopticQuality).toBeCloseTo(5 / 3 / 3, 12);
    expect(at(scores, 0.5).meanMatchedIou).toBeCloseTo(5 / 6, 12);
    expect(at(scores, 0.5).meanTrueIou).toBeCloseTo(5 / 9, 12);
    expect(at(scores, 0.65).tp).toBe(2);
    expect(at(scores, 0.7)).toMatchObject({ tp: 1, fp: 2, fn: 2 });
    expect(scores.pixels).toEqual({ truth: 12, predicted: 9, shared: 8, dice: 16 / 21, iou: 8 / 13 });
  });

  it("matches one of two halves at an IoU of exactly 0.5, never both", () => {
    const scores = score(draw("1111", "1111"), draw("2233", "2233"));
    expect(at(scores, 0.5)).toMatchObject({ tp: 1, fp: 1, fn: 0 });
    expect(at(scores, 0.55)).toMatchObject({ tp: 0, fp: 2, fn: 1 });
  });

  it("resolves rivals below 0.5 by most matches, then by IoU", () => {
    // Predicted 1 shares with truths 1 and 2, predicted 2 only with truth 1: two matches need 2-1 and 1-2.
    const matching = matchInstances(draw("111222"), draw("211115"));
    expect([...matchesAt(matching, 0.1)]).toEqual([1, 0]);
    expect(at(score(draw("111222"), draw("211115"), [0.1]), 0.1)).toMatchObject({ tp: 2, fp: 1, fn: 0 });
  });

  it("leaves unknown pixels out, and predictions that lie there", () => {
    const truth = draw("11??", "11??");
    expect(at(score(truth, draw("1122", "1122")), 0.95)).toMatchObject({ tp: 1, fp: 0, fn: 0 });
    expect(at(score(truth, draw("1111", "1111")), 0.95)).toMatchObject({ tp: 1, fp: 0, fn: 0 });
    // Mostly outside the unknown region: a false positive after all.
    expect(at(score(draw("1...?"), draw("1.222")), 0.5)).toMatchObject({ tp: 1, fp: 1 });
  });

  it("leaves undefined scores undefined when one side or both are empty", () => {
    const [none, one] = [draw("..", ".."), draw("11", "..")];
    expect(at(score(none, none), 0.5)).toMatchObject({
      tp: 0,
      fp: 0,
      fn: 0,
      precision: Number.NaN,
      f1: Number.NaN,
    });
    expect(at(score(one, none), 0.5)).toMatchObject({
      fn: 1,
      precision: Number.NaN,
      recall: 0,
      f1: 0,
      meanTrueIou: 0,
    });
    expect(at(score(none, one), 0.5)).toMatchObject({
      fp: 1,
      precision: 0,
      recall: Number.NaN,
      f1: 0,
      meanTrueIou: Number.NaN,
    });
    expect(score(none, none).pixels.dice).toBeNaN();
    expect(score(one, none).pixels.dice).toBe(0);
    expect(scoreInstances([]).pooled.truthObjects).toBe(0);
  });

  it("adds counts over images", () => {
    const matchings = [matchInstances(draw("11"), draw("11")), matchInstances(draw("1.2.3"), draw("1...."))];
    const { pooled, images } = scoreInstances(matchings, [0.5]);
    expect(pooled.thresholds[0]).toMatchObject({ tp: 2, fp: 0, fn: 2, f1: 2 / 3 });
    expect(images.map((i) => i.thresholds[0]!.f1)).toEqual([1, 0.5]);
    expect(meanOverImages({ pooled, images }, (i) => i.thresholds[0]!.f1)).toBe(0.75);
  });

  it("refuses images of different size and thresholds that are no IoU", () => {
    expect(() => matchInstances(draw("11"), draw("111"))).toThrow(/equal size/);
    expect(() => score(draw("1"), draw("1"), [0])).toThrow(/above 0/);
  });

  it("swaps fp and fn, precision and recall when truth and prediction are swapped", () => {
    fc.assert(
      fc.property(smallLabels, fc.constantFrom(0.1, 0.3, 0.5, 0.7, 0.9), ([a, b], threshold) => {
        const [one, other] = [
          score(a, b, [threshold]).thresholds[0]!,
          score(b, a, [threshold]).thresholds[0]!,
        ];
        expect([other.tp, other.fp, other.fn, other.precision, other.recall]).toEqual([
          one.tp,
          one.fn,
          one.fp,
          one.recall,
          one.precision,
        ]);
        expect(other.iouSum).toBeCloseTo(one.iouSum, 9);
      }),
    );
  });

  it("finds the best matching that trying all of them finds", () => {
    fc.assert(
      fc.property(smallLabels, fc.constantFrom(0.05, 0.2, 0.4, 0.5, 0.6, 0.8), ([a, b], threshold) => {
        const labelsOf = (image: LabelImage): number[] => [...new Set(image.data)].filter((l) => l > 0);
        const iou = (l: number, m: number): number => {
          let [shared, union] = [0, 0];
          a.data.forEach((value, i) => {
            if (value === l && b.data[i] === m) shared++;
            if (value === l || b.data[i] === m) union++;
          });
          return shared / union;
        };
        const visit = (rest: readonly number[], free: readonly number[]): [number, number] => {
          if (rest.length === 0) return [0, 0];
          const [first, ...others] = rest;
          let best = visit(others, free);
          for (const m of free) {
            const value = iou(first!, m);
            if (value < threshold || value === 0) continue;
            const [n, sum] = visit(
              others,
              free.filter((f) => f !== m),
            );
            if (n + 1 > best[0] || (n + 1 === best[0] && sum + value > best[1])) best = [n + 1, sum + value];
          }
          return best;
        };
        const [tp, sum] = visit(labelsOf(a), labelsOf(b));
        const found = score(a, b, [threshold]).thresholds[0]!;
        expect([found.tp, found.fp, found.fn]).toEqual([
          tp,
          labelsOf(b).length - tp,
          labelsOf(a).length - tp,
        ]);
        expect(found.iouSum).toBeCloseTo(sum, 9);
      }),
    );
  });

  it("scores 60,000 objects, also where every object has rivals", () => {
    // 2 x 1 px objects against the same shifted by one pixel: each overlaps two of the other side by a third.
    const [height, width] = [200, 602];
    const [a, b] = [new Int32Array(height * width), new Int32Array(height * width)];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < 600; x++) {
        a[y * width + x] = y * 300 + (x >> 1) + 1;
        b[y * width + x + 1] = y * 300 + (x >> 1) + 1;
      }
    }
    const scores = score(labelImage(height, width, a), labelImage(height, width, b), [0.3, 0.5]);
    expect(scores.thresholds.map((s) => s.tp)).toEqual([60_000, 0]);
  });
});

describe("listErrors", () => {
  it("names splits, merges, missed and spurious objects with their place", () => {
    const truth = draw("11112.3.", "11112.3.", "........", "44......");
    const found = draw("556677..", "556677..", ".......8", "........");
    // Truth 1 is held by 5 and 6 (IoU 0.5 each: one matches). Truth 2 lies in 7 with background, truth 3 and
    // 4 are absent, 8 is spurious.
    const errors = listErrors([matchInstances(truth, found)], 0.5);
    expect(errors.splits).toEqual([
      { image: 0, label: 1, y: 0.5, x: 1.5, area: 8, bestIou: 0.5, partners: [5, 6] },
    ]);
    expect(errors.missed.map((e) => e.label)).toEqual([3, 4]);
    expect(errors.spurious.map((e) => e.label)).toEqual([6, 8]);
    expect(errors.merges).toEqual([]);
    const swapped = listErrors([matchInstances(found, truth)], 0.5);
    expect(swapped.merges).toEqual(errors.splits);
    expect(swapped.spurious).toEqual(errors.missed);
  });
});

describe("bootstrapInterval", () => {
  const scores = scoreInstances(
    [
      ["11", "11"],
      ["1.2.3", "1...."],
      ["1.2", "1.2"],
      ["1.2", "3.."],
    ].map(([t, p]) => matchInstances(draw(t!), draw(p!))),
    [0.5],
  );
  const f1 = (set: ScoreSet): number => set.thresholds[0]!.f1;

  it("surrounds the pooled value and depends only on the seed", () => {
    const interval = bootstrapInterval(scores, f1, { seed: 4 });
    expect(interval.low).toBeLessThan(f1(scores.pooled));
    expect(interval.high).toBeGreaterThan(f1(scores.pooled));
    expect(bootstrapInterval(scores, f1, { seed: 4 })).toEqual(interval);
  });

  it("is not defined for one image", () => {
    expect(bootstrapInterval({ ...scores, images: scores.images.slice(0, 1) }, f1).low).toBeNaN();
  });
});

describe("formats", () => {
  const scores = scoreInstances([matchInstances(draw("11.2"), draw("11.."))], [0.5, 0.75]);

  it("prints a table that says what is not defined", () => {
    const text = formatInstanceTable(scores);
    expect(text).toContain("0.50   1   0   1      1.000   0.500  0.667");
    // Which numbers are of objects and which of pixels.
    expect(text).toMatch(/^object scores, by the minimum IoU of a match:\n +IoU +TP/m);
    expect(text).toMatch(
      /^pixel scores: Dice 0\.800, IoU 0\.667 \(foreground against background, regardless of the object\)$/m,
    );
    expect(formatConfusion(scores.pooled.thresholds[0])).toMatch(/not true +0 +not defined/);
  });

  it("writes CSV with quoted names and JSON with null for undefined", () => {
    const empty = scoreInstances([matchInstances(draw("."), draw("."))], [0.5]);
    expect(formatInstanceCsv(scores, ['a "b", c']).split("\n")[3]).toMatch(/^"a ""b"", c",0.5,1,0,1,1,0.5,/);
    expect(formatInstanceCsv(empty).split("\n")[1]).toBe("all,0.5,0,0,0,,,,,,,,,");
    expect((JSON.parse(formatInstanceJson(empty)) as typeof empty).pooled.thresholds[0]!.f1).toBeNull();
  });
});
