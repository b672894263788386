import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { neighbourSupport } from "./persistence.js";
import { emptyFeatures, type ObjectFeatures } from "./types.js";

/** Typical nuclei have a diameter of 20 px, so that 5 px are one deviation of the position. */
const area = Math.PI * 100;

interface Candidate {
  readonly y?: number;
  readonly x?: number;
  readonly area?: number;
  readonly intensity?: number;
}

function frameOf(...candidates: readonly Candidate[]): ObjectFeatures {
  const out = emptyFeatures(candidates.length);
  candidates.forEach((candidate, i) => {
    out.y[i] = candidate.y ?? 50;
    out.x[i] = candidate.x ?? 50;
    out.area[i] = candidate.area ?? area;
    out.intensity[i] = candidate.intensity ?? 80;
  });
  return out;
}

const support = (frames: readonly ObjectFeatures[], logits: readonly (readonly number[])[]): number[][] =>
  neighbourSupport(
    frames,
    logits.map((list) => Float64Array.from(list)),
    area,
  ).map((list) => Array.from(list));

describe("neighbourSupport", () => {
  it("is nearly the logit of the same object in the next frame, moved by little", () => {
    // 2.5 px are half a deviation, a tenth more area ln(1.1) / 0.25 of one, a tenth less light ln(0.9) /
    // 0.35.
    const likeness = Math.exp(-0.5 * (0.5 ** 2 + (Math.log(1.1) / 0.25) ** 2 + (Math.log(0.9) / 0.35) ** 2));
    const [[first], [second]] = support(
      [frameOf({}), frameOf({ y: 51.5, x: 52, area: 1.1 * area, intensity: 72 })],
      [[1], [4]],
    ) as [[number], [number]];
    expect(first).toBeCloseTo(4 * likeness, 12);
    expect(second).toBeCloseTo(1 * likeness, 12);
    expect(likeness).toBeGreaterThan(0.75);
    expect(support([frameOf({}), frameOf({})], [[3], [-2]])).toEqual([[-2], [3]]);
  });

  it("is little of an object of twice the area or another brightness, and nothing of one far off", () => {
    const of = (candidate: Candidate): number =>
      support([frameOf({}), frameOf(candidate)], [[0], [4]])[0]![0]!;
    // Two frames with one merged pair: ln 2 / 0.25 = 2.8 deviations.
    expect(of({ area: 2 * area })).toBeCloseTo(4 * Math.exp(-0.5 * (Math.LN2 / 0.25) ** 2), 12);
    expect(of({ area: 2 * area })).toBeLessThan(0.1);
    expect(of({ area: area / 2 })).toBeCloseTo(of({ area: 2 * area }), 12);
    expect(of({ intensity: 240 })).toBeLessThan(0.05);
    expect(of({ y: 69 })).toBeGreaterThan(0);
    expect(of({ y: 71 })).toBe(0);
    expect(of({ y: 66, x: 66 })).toBe(0);
  });

  it("is the mean over both neighbours in the middle of a movie, and what the only one says at its ends", () => {
    expect(support([frameOf({}), frameOf({}), frameOf({})], [[1], [2], [5]])).toEqual([[2], [3], [2]]);
    // Missing in one of two neighbours counts half; two frames away is no neighbour.
    expect(support([frameOf({}), frameOf({}), frameOf({ x: 90 })], [[4], [2], [5]])).toEqual([[2], [2], [0]]);
    expect(support([frameOf({}), frameOf(), frameOf({})], [[4], [], [5]])).toEqual([[0], [], [0]]);
  });

  it("takes no odds beyond six for or against", () => {
    expect(support([frameOf({}), frameOf({}), frameOf({})], [[40], [0], [-Infinity]])[1]).toEqual([0]);
    expect(support([frameOf({}), frameOf({})], [[40], [-40]])).toEqual([[-6], [6]]);
  });

  it("asks the most similar candidate, not the nearest", () => {
    const others = frameOf({ area: 2 * area }, { y: 55 }, { y: 50, x: 53 });
    expect(support([frameOf({}), others], [[0], [6, 5, 1]])[0]![0]).toBeCloseTo(
      1 * Math.exp(-0.5 * 0.6 ** 2),
      12,
    );
  });

  it("asks the first row of several equally similar ones, wherever they lie", () => {
    // Of a crowd, the index of places gives them in an order of its own.
    const rng = random(1);
    const crowd = Array.from({ length: 300 }, (): Candidate => ({
      y: rng.uniform(100, 400),
      x: rng.uniform(0, 400),
    }));
    const corners = [
      { y: 47, x: 50 },
      { y: 53, x: 50 },
      { y: 50, x: 47 },
      { y: 50, x: 53 },
    ];
    const likeness = Math.exp(-0.5 * 0.6 ** 2);
    for (let turn = 0; turn < 4; turn++) {
      const rows = [
        ...crowd.slice(0, 100),
        ...corners.slice(turn),
        ...crowd.slice(100),
        ...corners.slice(0, turn),
      ];
      const logits = rows.map((row) => (row === corners[turn] ? 1 : 4));
      expect(support([frameOf({}), frameOf(...rows)], [[0], logits])[0]![0]).toBeCloseTo(likeness, 12);
    }
  });

  it("gives a row for each candidate, in frames without any, without light, and of one and the same place", () => {
    expect(support([frameOf(), frameOf()], [[], []])).toEqual([[], []]);
    expect(support([frameOf(), frameOf({})], [[], [3]])).toEqual([[], [0]]);
    // Below 0 no logarithm: both count as dark.
    expect(support([frameOf({ intensity: -5 }), frameOf({ intensity: 0 })], [[1], [2]])).toEqual([[2], [1]]);
    expect(
      support(
        [frameOf({}, {}, {}), frameOf({}, {})],
        [
          [1, 2, 3],
          [4, 5],
        ],
      ),
    ).toEqual([
      [4, 4, 4],
      [1, 1],
    ]);
  });

  it("does not depend on the order of the candidates of a frame, and is the same for a movie run backwards", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 2, max: 4 }),
        (seed, most, count) => {
          const rng = random(seed);
          const frames = Array.from({ length: count }, () =>
            Array.from({ length: rng.integer(most + 1) }, (): Candidate => ({
              y: rng.uniform(0, 60),
              x: rng.uniform(0, 60),
              area: area * rng.uniform(0.6, 1.6),
              intensity: rng.uniform(40, 120),
            })),
          );
          const logits = frames.map((list) => list.map(() => rng.uniform(-8, 8)));
          const expected = support(
            frames.map((list) => frameOf(...list)),
            logits,
          );
          const turned = support(
            frames.map((list) => frameOf(...list.toReversed())),
            logits.map((list) => list.toReversed()),
          );
          expect(turned.map((list) => list.toReversed())).toEqual(expected);
          const back = support(
            frames.toReversed().map((list) => frameOf(...list)),
            logits.toReversed(),
          ).toReversed();
          back.forEach((list, frame) =>
            list.forEach((value, i) => expect(value).toBeCloseTo(expected[frame]![i]!, 12)),
          );
        },
      ),
    );
  });
});
