import { describe, expect, it } from "vitest";
import { positionsOf, type Spot, spotPrices } from "../../../test/spots.js";
import { Forest } from "../forest.js";
import { type PairDivision, solvePair } from "./joint.js";
import type { Prices } from "./prices.js";
import { bridgeSpans, type Spans } from "./spans.js";

interface Bridged {
  readonly prices: Prices;
  readonly forest: Forest;
  readonly spans: Spans;
  /** Position of each spot. */
  readonly at: readonly number[];
}

interface Options {
  readonly gap?: number;
  readonly divisions?: boolean;
  /** First frames of the pairs that are linked; default all. */
  readonly pairs?: readonly number[];
}

/** Links all pairs of frames and decides what spans several. */
function bridged(spots: readonly Spot[], { gap = 1, divisions = true, pairs }: Options = {}): Bridged {
  const prices = spotPrices({ spots });
  const { movie } = prices;
  const forest = new Forest(movie.count);
  const found: PairDivision[] = [];
  const linked = new Uint8Array(movie.frames);
  for (const t of pairs ?? Array.from({ length: movie.frames - 1 }, (_, k) => k)) {
    const pair = solvePair(prices, t, divisions);
    for (const [parent, child] of pair.links) forest.link(parent, child);
    for (const division of pair.divisions) {
      for (const daughter of division.daughters) forest.link(division.mother, daughter);
      found.push(division);
    }
    linked[t] = 1;
  }
  const spans = bridgeSpans({ prices, linked, forest }, found, gap, divisions);
  expectForest(prices, forest, spans);
  return { prices, forest, spans, at: positionsOf(prices) };
}

/** Expects parents and children to know each other, and the divisions to be those in the forest. */
function expectForest({ movie }: Prices, forest: Forest, { divisions }: Spans): void {
  const dividing: number[] = [];
  for (let node = 0; node < movie.count; node++) {
    for (const child of [forest.first[node]!, forest.second[node]!])
      if (child >= 0) expect(forest.parent[child]).toBe(node);
    const parent = forest.parent[node]!;
    if (parent >= 0) expect([forest.first[parent], forest.second[parent]]).toContain(node);
    if (forest.second[node]! >= 0) dividing.push(node);
  }
  expect(divisions.map(({ mother }) => mother)).toEqual(dividing);
  for (const { mother, daughters } of divisions)
    expect([forest.first[mother], forest.second[mother]].sort()).toEqual([...daughters].sort());
}

const stays = (frames: readonly number[], spot: Partial<Spot> = {}): Spot[] =>
  frames.map((t) => ({ t, y: 100, x: 100 + t, area: 100, ...spot }));

describe("bridgeSpans: missing frames", () => {
  it("goes on after as many missing frames as allowed", () => {
    const spots = stays([0, 1, 4, 5]);
    for (const gap of [0, 1]) expect(bridged(spots, { gap }).spans.missed).toBe(0);
    for (const gap of [2, 3]) {
      const { forest, spans, at } = bridged(spots, { gap });
      expect(forest.first[at[1]!]).toBe(at[2]);
      expect([spans.missed, spans.hidden, [...spans.bridges.keys()]]).toEqual([1, 0, [at[2]]]);
      expect(spans.bridges.get(at[2]!)).toBeGreaterThan(0);
    }
  });

  it("gains less the longer the gap and the farther the nucleus", () => {
    const gain = (frames: readonly number[], y: number): number => {
      const { spans } = bridged(
        frames.map((t) => ({ t, y: t >= 4 ? y : 100, x: 100 })),
        { gap: 3 },
      );
      return [...spans.bridges.values()][0] ?? 0;
    };
    expect(gain([0, 1, 4], 100)).toBeLessThan(gain([0, 1, 2, 4], 100));
    expect(gain([0, 1, 2, 4], 105)).toBeLessThan(gain([0, 1, 2, 4], 100));
    expect(gain([0, 1, 2, 4], 190)).toBe(0);
  });

  it("does not go on over frames that were not linked", () => {
    const spots = stays([0, 1, 3, 4]);
    expect(bridged(spots).spans.missed).toBe(1);
    for (const pairs of [
      [0, 1, 3],
      [0, 2, 3],
    ])
      expect(bridged(spots, { pairs }).spans.missed).toBe(0);
  });

  it("gives each nucleus to one track only, so that all gain most", () => {
    // The start in the middle suits both; the one at the side suits the second only.
    const spots = [
      ...stays([0, 1], { x: 100 }),
      ...stays([0, 1], { x: 112 }),
      ...stays([3, 4], { x: 105 }),
      ...stays([3, 4], { x: 117 }),
    ];
    const { forest, at } = bridged(spots);
    expect([forest.first[at[1]!], forest.first[at[3]!]]).toEqual([at[4], at[6]]);
  });

  it("takes a daughter away from a weak division for a nucleus that was missed", () => {
    const beside = stays([0, 1, 2, 3, 4], { x: 100 });
    const lost = stays([0, 1, 3, 4], { x: 113, area: 70 });
    const { spans, forest, at } = bridged([...beside, ...lost]);
    expect(spans.divisions).toEqual([]);
    expect(forest.first[at[6]!]).toBe(at[7]);
    expect(forest.first[at[2]!]).toBe(at[3]);
  });
});

const daughters = (frames: readonly number[]): Spot[] =>
  frames.flatMap((t) => [
    { t, y: 100, x: 95, area: 55 },
    { t, y: 100, x: 105, area: 54 },
  ]);

describe("bridgeSpans: mothers that are missed before they divide", () => {
  const mother = stays([0, 1], { x: 100 });
  const spots = [...mother, ...daughters([3, 4])];

  it("divides them after one missing frame", () => {
    const { spans, at } = bridged(spots);
    expect(spans.divisions.map((d) => [d.mother, ...d.daughters])).toEqual([[at[1], at[2], at[3]]]);
    expect(spans.divisions[0]!.margin).toBeGreaterThan(0);
  });

  it("does not after two, nor where divisions or gaps are not wanted, nor over frames that were not linked", () => {
    expect(bridged([...mother, ...daughters([4, 5])]).spans.divisions).toEqual([]);
    expect(bridged(spots, { divisions: false }).spans.divisions).toEqual([]);
    expect(bridged(spots, { gap: 0 }).spans.divisions).toEqual([]);
    expect(bridged(spots, { pairs: [0, 1, 3] }).spans.divisions).toEqual([]);
  });

  it("does not where only one daughter has no mother yet", () => {
    const one = [...stays([0, 1, 2], { x: 106, area: 54 }), ...mother, ...daughters([3, 4])];
    expect(bridged(one).spans.divisions.length).toBeLessThanOrEqual(1);
    expect(bridged(one).forest.first[bridged(one).at[2]!]).toBeGreaterThanOrEqual(0);
  });
});

describe("bridgeSpans: pieces", () => {
  const cut = (frames: readonly number[]): Spot[] =>
    frames.flatMap((t) => [
      { t, y: 100, x: 96, area: 58 },
      { t, y: 100, x: 106, area: 42 },
    ]);

  it.each([1, 2, 3])("undoes a division of which one daughter is a piece for %i frames", (length) => {
    const between = Array.from({ length }, (_, k) => 3 + k);
    const [last, end] = [3 + length, 6 + length];
    const frames = Array.from({ length: end }, (_, t) => t).filter((t) => t < 3 || t >= last);
    const spots = [...stays(frames, { x: 100 }), ...cut(between)];
    const { spans, at, forest } = bridged(spots);
    expect(spans.divisions).toEqual([]);
    expect(spans.pieces).toBe(1);
    // The track of the nucleus goes on through one of the parts.
    const later = at[3]!;
    let first = later;
    while (forest.parent[first]! >= 0) first = forest.parent[first]!;
    expect(first).toBe(at[0]);
  });

  it("believes a division whose daughters both live, and one that loses a daughter but stays small", () => {
    const both = bridged([...stays([0, 1, 2], { x: 100 }), ...daughters([3, 4, 5, 6])]).spans;
    expect([both.divisions.length, both.pieces]).toEqual([1, 0]);
    const spots = [...stays([0, 1, 2], { x: 100 }), ...daughters([3, 4, 5, 6])];
    const lost = bridged(spots.filter(({ t, x }) => t < 4 || x < 100)).spans;
    expect([lost.divisions.length, lost.pieces]).toEqual([1, 0]);
  });

  it("believes a division of which one daughter is last seen in the last frame", () => {
    const { spans } = bridged([...stays([0, 1, 2], { x: 100 }), ...daughters([3])]);
    expect([spans.divisions.length, spans.pieces]).toEqual([1, 0]);
  });
});
